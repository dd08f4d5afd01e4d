"""Consents, codes, tokens and hand-overs: each works once or as long as it says, for whose they are and nobody else."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest

from cbe.domain.errors import CbeError, Conflict, Gone, Invalid, NotFound
from cbe.domain.policy import SYSTEM
from cbe.services import housekeeping, people
from cbe.services.awards import give_award
from cbe.services.connections import apps, consents, reading, tokens
from cbe.services.issuing import hand_over
from cbe.store import connections
from cbe.store.database import db
from tests.services.signed import sign_all, signed_of
from tests.services.test_conferring import NEXT, earn
from tests.services.test_decisions import decide, met

pytestmark = pytest.mark.usefixtures("cast", "context")
BACK, CHALLENGE = "https://wallet.example/back", "c" * 43
STRANGE = [
    "http://wallet.example/back",
    "https://wallet.example/back#part",
    "https://user@wallet.example/",
    "wallet://back",
    "javascript:alert(1)",
    "https://wallet.example;script-src/",
    "https://*.example/",
    "https://wallet.example/a b",
    "https://w\nallet.example/",
    "//wallet.example/",
    "https:///back",
    "https://wallet.example:99999/",
    "http://127.0.0.1.evil.example/",
]


@pytest.fixture
def wallet(now):
    app, secret = apps.register_app("Wallet", "", [BACK], keeps_secret=False, now=now)
    assert secret is None
    return app


@pytest.fixture
def granted(wallet, now):
    """Give a function that lets somebody agree and the application redeem its code."""

    def granted(person, scopes=consents.SCOPES):
        code = tokens.new_token()
        consents.agree(person.actor, wallet, BACK, scopes, CHALLENGE, code, now=now)
        grant = tokens.find_code(wallet.id, code, now=now)
        name = person.name.lower().replace(" ", "_")
        tokens.redeem(grant, f"access {name}", f"refresh {name}", now=now)
        return grant

    return granted


def give(person, credential, now):
    give_award(SYSTEM, person.enrolment_id, credential, on=NEXT, now=now)


def in_threads(act, count=2):
    """Do the same in so many threads at once, each in the application; return how each ended."""
    from flask import current_app

    app, ends, ready = current_app._get_current_object(), [], threading.Barrier(count)

    def run(number):
        with app.app_context():
            ready.wait()
            try:
                act(number)
            except CbeError as error:
                ends.append(type(error).__name__)
            else:
                ends.append("done")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()  # what this thread read before is of before
    return sorted(ends)


def test_an_application_is_answered_at_https_addresses_only(now):
    for redirect in STRANGE:
        with pytest.raises(Invalid) as caught:
            apps.register_app("Wallet", "", [BACK, redirect], keeps_secret=False, now=now)
        assert [place for place, _ in caught.value.problems] == ["/redirect_uris/1"], redirect


def test_an_application_on_the_reader_s_own_machine_may_use_http(now):
    for one in ("http://127.0.0.1:8000/back", "http://localhost/back", "http://[::1]:9/"):
        assert apps.register_app("Wallet", "", [one], keeps_secret=False, now=now)[0].redirects == (one,)


def test_a_secret_is_known_by_its_digest_alone(now):
    app, secret = apps.register_app("Wallet", "", [BACK], keeps_secret=True, now=now)
    assert apps.has_secret(app, secret)
    assert not apps.has_secret(app, secret + "x")
    assert secret not in connections.find_app(app.id).secret_digest


def test_a_code_is_redeemed_once_and_a_second_time_ends_all_that_came_of_it(wallet, granted, learner, now):
    grant = granted(learner)
    assert tokens.find_access("access learner", now=now).account_id == learner.account_id
    with pytest.raises(Conflict):
        tokens.redeem(grant, "a", "b", now=now)
    assert tokens.find_code(uuid4(), grant.secret, now=now) is None
    assert tokens.find_access("access learner", now=now)
    assert tokens.find_code(wallet.id, grant.secret, now=now) is None
    assert tokens.find_access("access learner", now=now) is None
    assert tokens.find_refresh("refresh learner", now=now) is None


def test_a_code_lasts_two_minutes(wallet, learner, now):
    consents.agree(learner.actor, wallet, BACK, (consents.PROFILE,), CHALLENGE, "code", now=now)
    assert tokens.find_code(wallet.id, "code", now=now + timedelta(seconds=119))
    assert tokens.find_code(wallet.id, "code", now=now + timedelta(seconds=120)) is None


def test_of_two_who_redeem_a_code_at_once_one_gets_tokens(wallet, learner, now):
    consents.agree(learner.actor, wallet, BACK, (consents.PROFILE,), CHALLENGE, "code", now=now)
    grant = tokens.find_code(wallet.id, "code", now=now)
    assert in_threads(lambda number: tokens.redeem(grant, f"a{number}", None, now=now)) == ["Conflict", "done"]


def test_a_refresh_token_is_spent_once_and_a_second_time_ends_all_that_came_of_it(granted, learner, now):
    granted(learner)
    old = tokens.find_refresh("refresh learner", now=now)
    assert in_threads(lambda n: tokens.rotate(old, f"access {n}", f"refresh {n}", now=now)) == ["Conflict", "done"]
    [won] = [n for n in (0, 1) if tokens.find_access(f"access {n}", now=now)]
    assert tokens.find_refresh(f"refresh {won}", now=now)
    assert tokens.find_refresh("refresh learner", now=now) is None
    assert tokens.find_access(f"access {won}", now=now) is None
    assert tokens.find_refresh(f"refresh {won}", now=now) is None


def test_tokens_last_an_hour_and_ninety_days(granted, learner, now):
    granted(learner)
    hour, days = timedelta(hours=1), timedelta(days=90)
    short = timedelta(seconds=1)
    assert tokens.find_access("access learner", now=now + hour - short)
    assert tokens.find_access("access learner", now=now + hour) is None
    assert tokens.find_refresh("refresh learner", now=now + days - short)
    assert tokens.find_refresh("refresh learner", now=now + days) is None
    assert tokens.find_access("refresh learner", now=now) is None, "a refresh token reads nothing"


def test_who_ended_it_or_may_not_sign_in_is_read_by_nobody(granted, learner, other_learner, now):
    mine, others = granted(learner), granted(other_learner)
    with pytest.raises(NotFound):
        consents.end(other_learner.actor, mine.consent_id, now=now)
    consents.end(learner.actor, mine.consent_id, now=now)
    assert consents.list_connections(learner.actor) == []
    assert tokens.find_access("access learner", now=now) is None
    assert tokens.find_access("access other_learner", now=now)
    people.deactivate(SYSTEM, other_learner.account_id, now=now)
    assert tokens.find_access("access other_learner", now=now) is None
    assert tokens.find_refresh("refresh other_learner", now=now) is None
    assert others.consent_id != mine.consent_id


def test_an_application_gives_up_its_own_only(wallet, granted, learner, now):
    granted(learner)
    tokens.revoke(uuid4(), "access learner", now=now)
    assert tokens.find_access("access learner", now=now)
    tokens.revoke(wallet.id, "refresh learner", now=now)
    assert tokens.find_access("access learner", now=now) is None


def test_it_reads_all_and_only_what_is_signed_for_who_agreed(granted, learner, other_learner, now):
    earn(learner, now)
    give(learner, "style-badge", now)
    decide(other_learner, now, met("html"), met("css"))
    give(other_learner, "style-badge", now)
    sign_all(now)
    grant = granted(learner)
    read = reading.read_credentials(grant, since=None, offset=0, limit=10, now=now)
    own = {row.document for row in signed_of(learner).values()}
    assert (set(read.documents), read.total) == (own, 2)
    assert len(own) == 2
    pages = [reading.read_credentials(grant, since=None, offset=n, limit=1, now=now).documents for n in (0, 1, 2)]
    assert pages == [[one] for one in read.documents] + [[]]
    last = max(row.signed_at for row in signed_of(learner).values())
    assert reading.read_credentials(grant, since=last, offset=0, limit=1, now=now).total == 0
    assert reading.read_profile(grant, now=now)["name"] == learner.name


def test_the_learner_sees_when_it_read_last_to_the_hour(granted, learner, now):
    grant = granted(learner)
    for minutes in (0, 59, 61):
        reading.read_profile(grant, now=now + timedelta(minutes=minutes))
        [seen] = consents.list_connections(learner.actor)
        assert seen.used_at == now + timedelta(minutes=61 if minutes == 61 else 0)


def test_a_hand_over_gives_its_credential_once_within_ten_minutes(learner, other_learner, now):
    decide(learner, now, met("html"), met("css"))
    give(learner, "style-badge", now)
    sign_all(now)
    row = signed_of(learner)["style-badge"]
    key, text = row.id, row.document
    with pytest.raises(NotFound):
        hand_over.offer(other_learner.actor, key, now=now)
    late, secret = (hand_over.offer(learner.actor, key, now=now) for _ in range(2))
    with pytest.raises(Gone):
        hand_over.take(late, now=now + timedelta(minutes=10))
    with pytest.raises(NotFound):
        hand_over.take("guess", now=now)
    hand_over.look_at(secret, now=now)
    taken = []
    assert in_threads(lambda _: taken.append(hand_over.take(secret, now=now))) == ["Gone", "done"]
    assert taken == [text]


def test_what_is_over_is_thrown_away_and_what_lasts_is_not(wallet, granted, learner, now):
    idle, _ = apps.register_app("Idle", "", [BACK], keeps_secret=False, now=now)
    granted(learner)
    housekeeping.forget_expired(now=now + timedelta(days=31))
    assert apps.find_app(str(idle.id)) is None
    assert tokens.find_refresh("refresh learner", now=now + timedelta(days=31))
    assert apps.find_app(str(wallet.id))
    housekeeping.forget_expired(now=now + timedelta(days=121))
    assert apps.find_app(str(wallet.id)) is None
    assert consents.list_connections(learner.actor) == []
