"""Credentials from elsewhere: kept with what was found, handed in as evidence, taken over where their issuer is trusted."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from cbe.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cbe.services import evidence, outside, trusted_issuers
from cbe.services.progress import get_own_progress, list_history
from tests.outside_credentials import ESCO, KEY, STRANGER, named, on_stage, open_badge_2, signed

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def people(context, cast, now):
    return on_stage(cast, now)


@pytest.fixture
def bring(people, now):
    """Give a function that brings a credential in as the learner."""
    return lambda data, actor=None: outside.bring_in(actor or people[0], data, now=now)


@pytest.fixture
def trusted(people, now):
    return trusted_issuers.trust(people[1], "sites", KEY.did, ["markup", "near", "brief"], name="A College", now=now)


@pytest.fixture
def offered(people, now):
    """Give a function that names the competencies of a program that can be taken over from a credential."""

    def offered(key, actor=None):
        uses = outside.list_uses(actor or people[0], key, today=now.date())
        return [one.competency for use in uses if use.program == "sites" for one in use.offers]

    return offered


def taken(actor, key, now, competency="markup"):
    return outside.take_over(actor, key, "sites", competency, today=now.date(), now=now)


def whose(actor, key):
    return [row.result for row in outside.get_own(actor, key)[0].whose]


def test_a_credential_is_kept_with_its_rows_and_the_text_as_it_came(people, bring):
    data = signed()
    key = bring(data)
    one, text = outside.get_own(people[0], key)
    assert text == data.decode()
    assert (one.found.verdict, one.found.shown.name) == ("valid", "Web")
    assert {row.name for row in one.found.checks} >= {"issuer", "signature", "dates"}
    assert bring(data) == key
    assert [line.id for line in outside.list_own(people[0])] == [key]


def test_what_was_changed_is_kept_as_what_it_is_and_what_is_no_credential_is_not(people, bring):
    key = bring(signed().replace(b'"Web"', b'"Wed"'))
    assert outside.list_own(people[0])[0].verdict == "not_valid"
    for data in (b"hello", b"{}", b'{"type": "Person"}'):
        with pytest.raises(Invalid):
            bring(data)
    assert [line.id for line in outside.list_own(people[0])] == [key]


def test_open_badges_2_are_kept_though_nobody_can_tell_whether_they_are_valid(people, bring):
    key = bring(open_badge_2())
    one, _ = outside.get_own(people[0], key)
    assert (one.found.verdict, one.name, one.issuer, whose(people[0], key)) == (
        "unknown", "Old badge", "Old school", ["passed"],
    )  # fmt: skip


def test_a_record_is_taken_apart_into_its_credentials(people, bring, trusted, offered):
    from tests.interop.openbadges.world import changed, record

    good, forged = json.loads(signed(1)), changed("name", "Other", json.loads(signed(2, at="https://x.example/1")))
    key = bring(json.dumps(record(good, forged)).encode())
    one, _ = outside.get_own(people[0], key)
    assert [part[1].verdict for part in one.parts] == ["valid", "not_valid"]
    assert offered(key) == ["markup"]


def test_it_says_whose_it_is_and_how_that_is_known(people, bring):
    email = "learner@cbe.example"
    subjects = [
        ({}, "unknown"), ({"id": "did:key:z6Mk"}, "unknown"), (named(email), "passed"), (named("x@y.example"), "failed"),
        ({"id": f"mailto:{email}"}, "passed"),
    ]  # fmt: skip
    found = [whose(people[0], bring(signed(number, subject=one))) for number, (one, _) in enumerate(subjects)]
    assert found == [[result] for _, result in subjects]


def test_nobody_else_sees_it_and_at_most_fifty_are_kept(cast, people, bring, monkeypatch):
    key = bring(signed())
    for name in ("other_learner", "instructor", "administrator"):
        with pytest.raises((NotFound, Forbidden)):
            outside.get_own(cast.people[name].actor, key)
    monkeypatch.setattr("cbe.services.outside.keeping.MOST_KEPT", 1)
    with pytest.raises(Conflict):
        bring(signed(2))
    assert outside.remove(people[0], key, now=cast_now(people)) is True
    bring(signed(2))


def cast_now(people):
    from tests.databases import NOW

    return NOW


def handed_over(people, key, now, keys=("markup",)):
    """Make evidence of a credential and hand it in; return the item."""
    actor, today = people[0], now.date()
    item = outside.hand_over(actor, key, "sites", keys, "A credential", today=today, now=now)
    draft = evidence.get_item(actor, item, today=today, now=now).newest
    fields = replace(
        _fields(draft), competencies=tuple(keys), setting="classroom", learning_type="formal", is_own_work=True
    )
    evidence.save_draft(actor, "sites", item, fields, known=draft.saved_at, today=today, now=now)
    evidence.submit(actor, item, today=today, now=now)
    return item


def _fields(draft):
    from cbe.domain.evidence import DraftFields

    return DraftFields(text=draft.text, route=draft.route, activity_from=draft.activity_from)


def test_evidence_by_recognition_shows_its_assessor_what_was_verified(cast, people, bring, now):
    key = bring(signed())
    item = handed_over(people, key, now)
    assessor = replace(cast.people["coordinator"].actor, roles=_roles(cast, "coordinator"))
    seen = evidence.get_item(assessor, item, today=now.date(), now=now)
    assert (seen.newest.route, str(seen.newest.activity_from)) == ("recognition", "2026-03-02")
    (one,) = outside.attached(assessor, item, today=now.date())
    assert one.found.verdict == "valid"
    later = now + timedelta(days=1)
    outside.verify_attached(assessor, item, key, today=later.date(), now=later)
    assert outside.attached(assessor, item, today=later.date())[0].checked_at == later
    assert outside.attached_text(assessor, item, key, today=now.date()) == signed().decode()
    with pytest.raises((NotFound, Forbidden)):
        outside.attached(cast.people["other_learner"].actor, item, today=now.date())


def _roles(cast, role):
    from cbe.store.programs import find_program

    return {find_program("sites").id: frozenset({role})}


def test_what_evidence_stands_on_is_only_out_of_view(people, bring, now):
    key = bring(signed())
    item = handed_over(people, key, now)
    assert outside.remove(people[0], key, now=now) is False
    assert outside.list_own(people[0]) == []
    assert [one.is_withdrawn for one in outside.attached(people[0], item, today=now.date())] == [True]
    assert bring(signed()) == key
    assert [line.id for line in outside.list_own(people[0])] == [key]


def test_a_draft_that_is_thrown_away_leaves_the_credential(people, bring, now):
    key = bring(signed())
    item = outside.hand_over(people[0], key, "sites", ["markup"], "A credential", today=now.date(), now=now)
    evidence.discard(people[0], item, today=now.date(), now=now)
    assert outside.remove(people[0], key, now=now) is True


def test_what_it_names_by_address_is_offered_as_evidence_related_or_not(people, bring, now):
    key = bring(signed(at="HTTP://ESCO.example/skill/html/"))
    use = next(one for one in outside.list_uses(people[0], key, today=now.date()) if one.program == "sites")
    assert [one.competency for one in use.aligned] == ["markup", "near", "brief"]


@pytest.mark.usefixtures("trusted")
def test_a_trusted_issuer_is_recognized_as_a_transfer_that_names_the_rule(people, bring, offered, now):
    key = bring(signed(subject=named("learner@cbe.example")))
    assert offered(key) == ["markup"]
    taken(people[0], key, now)
    progress = get_own_progress(people[0], "sites", today=now.date(), now=now)
    (entry,) = list_history(progress, "markup")
    assert progress.mastered == {"markup"}
    assert (entry.kind, entry.assessor, str(entry.decided_on)) == ("transfer", None, "2026-03-02")
    assert entry.authority == f"recognized by rule 1, approved by Registrar on {now.date()}"
    assert "The e-mail address in it is the learner's." in entry.reason
    with pytest.raises(Conflict):
        taken(people[0], key, now)
    assert outside.remove(people[0], key, now=now) is False


@pytest.mark.usefixtures("trusted")
def test_a_transfer_counts_as_no_assessor(people, bring, now):
    from cbe.store.records import DecisionRow, db

    decision_id = taken(people[0], bring(signed()), now)
    assert db.session.get(DecisionRow, decision_id).assessor_id is None


@pytest.mark.usefixtures("trusted")
def test_only_what_is_valid_now_and_names_nobody_else_is_taken_over(people, bring, offered, now):
    data = [
        signed(1).replace(b'"Web"', b'"Wed"'), signed(2, key=STRANGER), signed(3, subject=named("x@y.example")),
        signed(4, at="https://elsewhere.example/1"), open_badge_2(),
    ]  # fmt: skip
    for one in data:
        key = bring(one)
        assert offered(key) == []
        with pytest.raises(Conflict):
            taken(people[0], key, now)


@pytest.mark.usefixtures("trusted")
def test_related_and_no_longer_current_is_not_taken_over(people, bring, now):
    key = bring(signed())
    for competency in ("near", "brief", "far"):
        with pytest.raises(Conflict):
            taken(people[0], key, now, competency)


@pytest.mark.usefixtures("trusted")
def test_what_expired_since_it_was_brought_in_is_found_out_as_it_is_taken_over(people, bring, offered, now):
    key = bring(signed(validUntil=(now + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")))
    assert offered(key) == ["markup"]
    with pytest.raises(Conflict):
        taken(people[0], key, now + timedelta(days=2))
    assert outside.list_own(people[0])[0].verdict == "not_valid"


@pytest.mark.usefixtures("trusted")
def test_one_credential_that_names_nobody_counts_for_one_person(cast, people, bring, offered, now):
    from cbe.domain.policy import SYSTEM
    from cbe.services.enrolments import enrol
    from cbe.store.programs import find_program

    taken(people[0], bring(signed()), now)
    other = cast.people["other_learner"]
    enrol(SYSTEM, other.account_id, "sites", now=now)
    actor = replace(other.actor, enrolments={**other.actor.enrolments, find_program("sites").id: "active"})
    assert offered(bring(signed(), actor), actor) == []
    assert offered(bring(signed(2), actor), actor) == ["markup"]


def test_an_ended_rule_recognizes_no_more_and_what_it_recognized_stays(people, bring, trusted, offered, now):
    first, second = bring(signed(1)), bring(signed(2))
    taken(people[0], first, now)
    ((rule,), _) = trusted_issuers.list_trusted(people[1], "sites")
    assert (rule.number, rule.used, rule.approved_by) == (trusted, 1, "Registrar")
    trusted_issuers.end_trust(people[1], "sites", rule.id, now=now)
    assert get_own_progress(people[0], "sites", today=now.date(), now=now).mastered == {"markup"}
    with pytest.raises(Conflict):
        trusted_issuers.end_trust(people[1], "sites", rule.id, now=now)
    assert offered(second) == []
    assert trusted_issuers.trust(people[1], "sites", KEY.did, ["far"], name="A", now=now) == 2


def test_a_rule_says_all_that_is_wrong_with_it(people, now):
    with pytest.raises(Invalid) as error:
        trusted_issuers.trust(people[1], "sites", "college", ["none"], name=" ", now=now)
    assert [at for at, _ in error.value.problems] == ["/issuer", "/name", "/competency"]


@pytest.mark.parametrize("name", ["designer", "coordinator", "learner", "administrator"])
def test_only_a_registrar_trusts(cast, name, now):
    with pytest.raises((Forbidden, NotFound)):
        trusted_issuers.trust(cast.people[name].actor, "web", KEY.did, ["html"], name="A College", now=now)


@pytest.mark.usefixtures("trusted")
def test_the_audit_holds_neither_names_nor_texts(people, bring, now):
    from cbe.domain.policy import SYSTEM
    from cbe.services.audit import verify_trail
    from cbe.store.audit import AuditRow, db

    taken(people[0], bring(signed(subject=named("learner@cbe.example"))), now)
    said = " ".join(str(row.facts) for row in db.session.query(AuditRow))
    assert verify_trail(SYSTEM).problems == []
    assert not any(word in said for word in ("A College", "learner@", ESCO, "Web", KEY.did))
