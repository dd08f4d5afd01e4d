"""Shares: only what was chosen and is one's own, as it is when it is opened, until the link ends; a count and nothing else."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from cbe.domain.errors import Conflict, Gone, Invalid, NotFound
from cbe.domain.job_profile import Item, JobProfile
from cbe.domain.policy import SYSTEM, Actor
from cbe.services import award_events, erasing, evidence, people, quarantine, review, sharing
from cbe.services.audit import verify_trail
from cbe.services.issuing.credentials import set_named
from cbe.services.share_matching import ShownState, match_share
from cbe.store.audit import AuditRow
from cbe.store.database import db
from cbe.store.sharing import ShareRow
from tests.handing_in import handed_in
from tests.services.shared import set_stall
from tests.services.signed import sign_all

pytestmark = pytest.mark.usefixtures("context")
NOBODY = Actor()
WEEK = timedelta(days=7)


@pytest.fixture
def stall(cast, now):
    return set_stall(cast, now)


def test_a_share_shows_what_was_chosen_and_nothing_else(stall):
    _, everything = stall.share()
    found = stall.seen(everything)
    assert [len(part) for part in (found.awards, found.masteries, found.evidence, found.lost)] == [1, 1, 1, 0]
    assert (found.landing.name, found.landing.recipient) == ("Learner", "Harbour Ltd")
    _, little = stall.share(choice=sharing.Choice(evidence=((stall.item, 1),)), with_name=False)
    found = stall.seen(little)
    assert (found.landing.name, found.awards, found.masteries) == (None, (), ())
    assert found.evidence[0].text == "I built a page and checked it."
    with pytest.raises(NotFound):
        sharing.open_file(little, stall.file, today=stall.settled.date(), now=stall.settled)
    with sharing.open_file(everything, stall.file, today=stall.settled.date(), now=stall.settled).content as content:
        assert content.read() == b"What I did"


def test_only_ones_own_can_be_shared_and_every_problem_is_told(stall, other_learner, cast):
    theirs = handed_in(other_learner, ["css"], now=stall.settled)
    for choice in (sharing.Choice(evidence=((theirs, 1),)), sharing.Choice(awards=(uuid4(),)),
                   sharing.Choice(competencies=((other_learner.enrolment_id, "css"),))):  # fmt: skip
        with pytest.raises(Invalid, match="not on your record"):
            stall.share(choice=choice)
    with pytest.raises(Invalid) as told:
        stall.share(recipient="", purpose="", ends_at=stall.settled + timedelta(days=367), choice=sharing.Choice())
    assert [at for at, _ in told.value.problems] == ["/recipient", "/purpose", "/until", "/items"]
    key, _ = stall.share()
    for act in (sharing.get_share, sharing.revoke_share):
        with pytest.raises(NotFound):
            act(other_learner.actor, key, now=stall.settled)


def change_of(what, stall, people_, now):
    """Let something befall what is shared."""
    days = {"today": now.date(), "now": now}
    registrar, protector = people_["registrar"].actor, people_["protector"].actor
    if what in ("suspended", "revoked"):
        award_events.change_award(registrar, stall.award, what, "As it is.", effective_on=now.date(), **days)
    elif what == "taken back":
        review.take_back(registrar, stall.decision, "overturned", "An appeal.", **days)
    else:
        file = stall.file if what.startswith("file") else None
        report = quarantine.report(protector, stall.item, file, "person", "", **days)
        if what.endswith("destroyed"):
            quarantine.decide(protector, report, "destroyed", "It names somebody.", left={}, **days)


@pytest.mark.parametrize(
    ("what", "seen"),
    [
        ("suspended", lambda found: found.awards[0].state == "suspended" and found.awards[0].since),
        ("revoked", lambda found: found.awards[0].state == "revoked"),
        ("taken back", lambda found: not found.masteries and [one.competency.id for one in found.lost] == ["css"] and not found.evidence[0].met),
        ("text reported", lambda found: found.evidence[0].state == "closed" and not found.evidence[0].text),
        ("text destroyed", lambda found: found.evidence[0].state == "destroyed" and not found.evidence[0].text),
        ("file reported", lambda found: found.evidence[0].files[0].state == "closed" and not found.evidence[0].files[0].name),
        ("file destroyed", lambda found: found.evidence[0].files[0].state == "destroyed"),
    ],
)  # fmt: skip
def test_what_befell_it_since_is_shown_as_it_is_now(what, seen, stall, cast):
    _, secret = stall.share()
    change_of(what, stall, cast.people, stall.settled + timedelta(minutes=1))
    assert seen(stall.seen(secret, timedelta(minutes=2)))
    if what.startswith("file"):
        with pytest.raises(Gone):
            sharing.open_file(secret, stall.file, today=stall.settled.date(), now=stall.settled + timedelta(minutes=2))
    if what == "text reported":
        with pytest.raises(Invalid, match="not on your record"):
            stall.share()


def test_what_its_learner_took_out_of_the_queue_is_shown_no_longer(stall):
    waiting = handed_in(stall.learner, ["sql"], now=stall.settled, text="The first.")
    _, secret = stall.share(choice=sharing.Choice(evidence=((waiting, 1),)))
    assert stall.seen(secret).evidence[0].text == "The first."
    evidence.edit(stall.learner.actor, waiting, today=stall.settled.date(), now=stall.settled + timedelta(minutes=1))
    assert (stall.seen(secret).evidence[0].state, stall.seen(secret).evidence[0].text) == ("withdrawn", "")


def test_a_link_ends_at_once_or_with_its_time_and_one_that_never_was_is_not_there(stall, administrator):
    key, secret = stall.share()
    assert stall.seen(secret, WEEK - timedelta(seconds=1))
    with pytest.raises(Gone):
        stall.seen(secret, WEEK)
    sharing.revoke_share(stall.learner.actor, key, now=stall.settled)
    with pytest.raises(Gone):
        stall.seen(secret)
    assert sharing.get_share(stall.learner.actor, key, now=stall.settled).state == "revoked"
    with pytest.raises(NotFound):
        stall.seen(secret[:-1] + ("A" if secret[-1] != "A" else "Q"))
    _, other = stall.share()
    people.deactivate(administrator.actor, stall.learner.account_id, now=stall.settled)
    with pytest.raises(Gone):
        stall.seen(other)


def test_nothing_is_left_of_the_shares_of_somebody_erased(stall, protector):
    _, secret = stall.share()
    erase = {"at_once": True, "now": stall.settled}
    erasing.carry_out(protector.actor, stall.learner.enrolment_id, "consent", **erase)
    erasing.erase_due(now=stall.settled + timedelta(minutes=1))
    with pytest.raises(NotFound):
        stall.seen(secret)
    assert not db.session.scalars(select(ShareRow)).all()


def test_openings_by_others_are_counted_and_nothing_is_kept_of_them(stall):
    key, secret = stall.share()
    entries = db.session.scalars(select(AuditRow.seq)).all()
    for actor in (NOBODY, stall.instructor.actor, stall.learner.actor):
        sharing.open_record(actor, secret, today=stall.settled.date(), now=stall.settled)
    sharing.land(secret, now=stall.settled)
    assert sharing.get_share(stall.learner.actor, key, now=stall.settled).opened == 2
    assert db.session.scalars(select(AuditRow.seq)).all() == entries


def test_the_database_alone_opens_no_share_and_the_trail_holds_ids_only(stall, app):
    key, secret = stall.share()
    row = db.session.scalars(select(ShareRow)).one()
    assert secret not in str({column.name: getattr(row, column.name) for column in ShareRow.__table__.columns})
    assert not any("Harbour" in text or secret in text for text in db.session.scalars(select(AuditRow.facts)))
    kept = app.extensions["cbe"]
    app.extensions["cbe"] = replace(kept, secret_key="another key, as somebody changed it")
    assert sharing.get_share(stall.learner.actor, key, now=stall.settled).secret is None
    assert stall.seen(secret)
    app.extensions["cbe"] = kept
    assert not verify_trail(SYSTEM).problems


def test_a_signed_credential_that_names_its_learner_is_not_in_a_share_without_a_name(stall):
    set_named(stall.learner.actor, True, now=stall.settled)
    sign_all(stall.settled)
    today, signed = stall.settled.date(), stall.settled + timedelta(minutes=12)
    _, named = stall.share()
    assert "Learner" in sharing.get_document(named, stall.award, today=today, now=signed)[0]
    _, unnamed = stall.share(with_name=False)
    with pytest.raises(Conflict, match="without a name"):
        sharing.get_document(unnamed, stall.award, today=today, now=signed)


def test_a_profile_finds_in_a_share_what_is_in_it(stall, cast):
    asks = JobProfile("Clerk", tuple(Item(key, competencies=(("web", key),)) for key in ("css", "html")))
    _, both = stall.share()
    css, html = match_share(stall.seen(both), asks)
    assert (css.state, [bool(one.mastery) for one in css.proofs]) == (ShownState.SHOWN, [True, False])
    assert (html.state, html.proofs) == (ShownState.NOT_SHOWN, ())
    _, badge = stall.share(choice=sharing.Choice(awards=(stall.award,)))
    assert match_share(stall.seen(badge), asks)[0].proofs[0].award.credential.id == "style-badge"
    change_of("suspended", stall, cast.people, stall.settled + timedelta(minutes=1))
    assert match_share(stall.seen(badge, timedelta(minutes=2)), asks)[0].state is ShownState.NOT_CURRENT
