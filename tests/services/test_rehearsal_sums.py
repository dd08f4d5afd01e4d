"""What counts as gaining and as losing in a rehearsal, and its sums by version and group."""

import pytest

from cbe.domain.draft import set_fields
from cbe.domain.progress import State
from cbe.domain.rehearsal import Claim, ClaimMove, StateMove
from cbe.services import drafts, rehearsing
from cbe.services.rehearsal_sums import NO_GROUP, Among, Sums, effect_of


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        (State.READY, State.LOCKED, "loses"),
        (State.MASTERED, State.READY, "loses"),
        (State.READY, None, "loses"),
        (State.LOCKED, State.READY, "gains"),
        (None, State.READY, "gains"),
        (State.IN_REVIEW, State.MASTERED, "gains"),
        (State.LOCKED, None, "other"),
        (None, State.LOCKED, "other"),
        (Claim.CLAIMABLE, Claim.OPEN, "loses"),
        (Claim.OPEN, Claim.IMPOSSIBLE, "loses"),
        (Claim.HELD, None, "loses"),
        (Claim.OPEN, Claim.CLAIMABLE, "gains"),
        (Claim.OPEN, None, "other"),
    ],
)
def test_a_move_gains_loses_or_does_neither(before, after, effect):
    kind = ClaimMove if isinstance(before or after, Claim) else StateMove
    assert effect_of(kind("x", before, after, 1)) == effect


@pytest.mark.usefixtures("context")
def test_sums_part_learners_by_version_and_group(cast, now):
    designer = cast.people["designer"].actor
    seen = drafts.get_editing(designer, "web").seen
    make = lambda draft: set_fields(draft, "competency", "html", {"prerequisites": [["sql"]]})  # noqa: E731
    drafts.edit(designer, "web", seen, make, now=now)
    sums = Sums(rehearsing.rehearse_people(designer, "web", today=now.date(), now=now))
    assert (sums.totals().learners, sums.totals().loses, sums.totals().same) == (2, 2, 0)
    morning = Among(version=1, group=str(cast.groups["morning"]))
    assert [one.name for one, _version in sums.people(morning, "loses")] == [cast.people["learner"].name]
    for nobody in (Among(version=2), Among(group=NO_GROUP)):
        assert sums.totals(nobody).learners == 0
    (lost,) = [one for one in sums.moves(morning) if one.effect == "loses"]
    assert (lost.key, lost.before, lost.after, lost.count) == ("html", "ready", "locked", 1)
