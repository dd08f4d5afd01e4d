"""Linting a draft: found for the draft as it was seen, counted for those who learn now, mended as one operation."""

import pytest
from sqlalchemy import select

from cbe.domain.draft import set_fields
from cbe.domain.errors import Conflict, Forbidden
from cbe.domain.lint import Rule
from cbe.domain.policy import SYSTEM
from cbe.services import drafts, linting
from cbe.services.transaction import transaction
from cbe.store.database import db
from cbe.store.people import RoleRow
from tests.handing_in import handed_in

pytestmark = pytest.mark.usefixtures("context", "cast")


@pytest.fixture
def designer(cast):
    return cast.people["designer"].actor


@pytest.fixture
def look(designer, now):
    """Give a function that lints the draft as it is."""
    return lambda: linting.lint_draft(designer, "web", today=now.date(), now=now)


@pytest.fixture
def edit(designer, now):
    """Give a function that does what a maker makes on the draft as it is."""

    def edit(make):
        return drafts.edit(designer, "web", drafts.get_editing(designer, "web").seen, make, now=now)

    return edit


def of_rule(checked, rule):
    return [finding for finding in checked.findings if finding.rule is rule]


def prerequisites(designer, key):
    return drafts.get_editing(designer, "web").draft.get("competency", key, "prerequisites")


def test_all_that_is_safe_is_mended_as_one_operation(designer, edit, look, now):
    seen = drafts.get_editing(designer, "web").seen
    make, count = linting.mend_all(designer, "web", seen, today=now.date(), now=now)
    edit(make)
    assert count == 2
    assert prerequisites(designer, "a11y") == [["css"]]
    assert prerequisites(designer, "forms") == [["js", "php"]]
    assert of_rule(look(), Rule.REDUNDANT) == []
    drafts.undo(designer, "web", now=now)
    assert len(of_rule(look(), Rule.REDUNDANT)) == 2


def test_a_mend_is_of_the_draft_that_was_seen(designer, edit, look, now):
    seen = drafts.get_editing(designer, "web").seen
    place = ("redundant", "/competencies/4/prerequisites/0")
    look()
    edit(lambda draft: set_fields(draft, "competency", "html", {"title": "Markup"}))
    edit(lambda draft: set_fields(draft, "competency", "a11y", {"prerequisites": [["css"]]}))
    make = linting.mend(designer, "web", seen, place, today=now.date(), now=now)
    after = drafts.edit(designer, "web", seen, make, now=now)
    assert (after.revision, prerequisites(designer, "a11y")) == (2, [["css"]])
    with pytest.raises(Conflict):
        linting.mend(designer, "web", after, place, today=now.date(), now=now)


def test_learners_are_counted_by_the_rules_of_the_draft(cast, look, now):
    from cbe.domain.judgement import Judgement
    from cbe.services import review

    item = handed_in(cast.people["learner"], ["css"], now=now, route="recognition")
    review.decide(cast.people["instructor"].actor, item, 1, [Judgement("css", "met")], today=now.date(), now=now)
    checked = look()
    (unsafe,) = [finding for finding in of_rule(checked, Rule.REDUNDANT) if not finding.mend.safe]
    assert (unsafe.competency, unsafe.learners, checked.learners, checked.mended) == ("a11y", 1, 2, 1)


def test_that_nobody_assesses_is_one_finding_of_the_program(cast, look, now):
    assert of_rule(look(), Rule.NO_ASSESSOR) == []
    with transaction(SYSTEM, now) as tx:
        for row in db.session.scalars(select(RoleRow).where(RoleRow.role.in_(("instructor", "coordinator")))):
            row.until = now.date().replace(year=2020)
        tx.record("test:end")
    (finding,) = of_rule(look(), Rule.NO_ASSESSOR)
    assert (finding.place, len(finding.others)) == ("/program", 8)


def test_only_who_edits_a_program_may_lint_it(cast, now):
    with pytest.raises(Forbidden):
        linting.lint_draft(cast.people["registrar"].actor, "web", today=now.date(), now=now)
