"""The rehearsal of a draft: what it would do to learners in numbers, who is behind each, and one person's plans.

Making it is ``services.rehearsing``'s, summing it up ``services.rehearsal_sums``'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from cbe.domain.errors import Invalid, NotFound
from cbe.domain.program import Program
from cbe.services import programs, rehearsing
from cbe.services.rehearsal_sums import NO_GROUP, WHAT, Among, MoveKey, MoveSum, Sums, Totals
from cbe.services.rehearsing import Part, Plans

from .. import identity
from ..rule_words import Titles, titles_of
from ..texts import STATES, STATUSES, Spoken
from . import designer
from .frame import page

__all__ = ["EFFECTS", "MARKS", "Labels", "MoveLine", "Row", "labels_of", "move_lines", "totals_by"]

MOST_MOVES = 100
"""So many moves of states and standings are listed; the page says how many more there are."""
PEOPLE_ON_A_PAGE = 50
EFFECTS = {
    "loses": _l("lose something"),
    "gains": _l("gain something"),
    "longer": _l("need certainly longer"),
    "shorter": _l("need certainly fewer hours"),
    "same": _l("see no difference"),
}
HEADS = {
    "loses": _l("lose"),
    "gains": _l("gain"),
    "longer": _l("longer"),
    "shorter": _l("shorter"),
    "same": _l("the same"),
}
"""The same where there is little room."""
MARKS = {"loses": ("removed", _l("loses")), "gains": ("added", _l("gains")), "other": ("changed", _l("other"))}


@dataclass(frozen=True, slots=True)
class Row:
    """The totals of some learners: of a version or a group, and the address of the same page for them alone."""

    label: str
    url: str
    totals: Totals


class Labels:
    """What the learners that are asked about are called; ``groups`` are all groups of the program, and those in none."""

    def __init__(self, names: Sequence[tuple[UUID, str]]) -> None:
        self.groups = {str(key): name for key, name in names} | {NO_GROUP: _("In no group")}

    def __call__(self, among: Among) -> str:
        """Return the words for some learners; nothing for all."""
        parts = [_("Version %(number)s", number=among.version)] if among.version is not None else []
        parts += [self.groups.get(among.group, among.group)] if among.group is not None else []
        return _(", ").join(parts)


def labels_of(program: str) -> Labels:
    """Return the words for the versions and groups of a program."""
    return Labels(rehearsing.group_names(identity.actor(), program))


@dataclass(frozen=True, slots=True)
class MoveLine:
    """What moves, in words, and the address of those for whom it does. ``offer``: that it is offered no more, or again."""

    sum: MoveSum
    title: Spoken
    before: str
    after: str
    url: str
    offer: str = ""


@designer.get("/programs/<key:program>/draft/rehearsal")
def rehearsal(program: str) -> str | tuple[str, int]:
    """Show what the draft would do to the learners of each version and group."""
    found, among = page(program, "rehearsal"), _among()
    actor = identity.actor()
    try:
        parts = rehearsing.rehearse_draft(actor, program, today=identity.today(), now=identity.now())
    except Invalid as error:
        return render_template("designer/rehearsal.html", page=found, problems=error.problems), 422
    sums = Sums(parts)
    titles, labels = titles_of(*sums.programs), labels_of(program)
    return render_template(
        "designer/rehearsal.html", page=found, problems=[], totals=sums.totals(among), is_part=bool(_args(among)),
        rows=totals_by(program, sums, labels), moves=move_lines(program, sums, titles, among), most=MOST_MOVES,
        hours=[(one, titles("credential", one.credential)) for one in sums.hours(among)],
        effects=EFFECTS, heads=HEADS, marks=MARKS, label=labels(among), people_url=_people_url(program, among),
        may_see=bool(programs.may_in(actor, program, ["program:rehearse"])),
    )  # fmt: skip


@designer.get("/programs/<key:program>/draft/rehearsal/people")
def rehearsal_people(program: str) -> str:
    """List who is behind a number of the rehearsal."""
    found, among, what = page(program, "rehearsal"), _among(), request.args.get("what", "loses")
    kind, key = request.args.get("kind"), request.args.get("key", "")
    parts = rehearsing.rehearse_people(identity.actor(), program, today=identity.today(), now=identity.now())
    if what not in WHAT and not kind:
        raise NotFound("There is no such number in the rehearsal.")
    move = (kind, key, request.args.get("before"), request.args.get("after")) if kind else None
    sums = Sums(parts)
    people = sums.people(among, what, move)
    number = max(1, request.args.get("page", 1, type=int))
    titles = titles_of(*sums.programs)
    return render_template(
        "designer/rehearsal_people.html", page=found, total=len(people), number=number,
        people=people[(number - 1) * PEOPLE_ON_A_PAGE : number * PEOPLE_ON_A_PAGE], label=labels_of(program)(among),
        pages=max(1, -(-len(people) // PEOPLE_ON_A_PAGE)), heading=_heading(what, move, titles), at=_people_url(program, among),
        asked={name: value for name, value in request.args.items() if name not in ("page", "version", "group")},
    )  # fmt: skip


@designer.get("/programs/<key:program>/draft/rehearsal/learners/<uuid:enrolment_id>")
def rehearsal_person(program: str, enrolment_id: UUID) -> str:
    """Show what the draft would change for one learner, with the exact plans before and after."""
    found = page(program, "rehearsal")
    part = rehearsing.rehearse_person(
        identity.actor(), program, enrolment_id, today=identity.today(), now=identity.now()
    )
    sums = Sums([part])
    titles = titles_of(*sums.programs)
    return render_template(
        "designer/rehearsal_person.html", page=found, person=part.people[0], version=part.version,
        moves=move_lines(program, sums, titles, Among()), titles=titles, marks=MARKS,
        plans=[_plans(one, part) for one in rehearsing.plans_of(part, 0)], words=STATUSES,
    )  # fmt: skip


def totals_by(program: str, sums: Sums, labels: Labels) -> list[Row]:
    """Return the totals by version and by group, of those that have learners."""
    wanted = [Among(version=part.version) for part in sums.parts]
    wanted += [Among(group=key) for key in labels.groups]
    return [
        Row(labels(one), url_for("designer.rehearsal", program=program, **_args(one)), totals)
        for one in wanted
        if (totals := sums.totals(one)).learners
    ]


def move_lines(program: str, sums: Sums, titles: Titles, among: Among) -> list[MoveLine]:
    """Return what moves in words, losses first."""
    offers = _offers(*sums.programs)
    return [_line(program, one, titles, among, offers) for one in sums.moves(among)]


def _offers(*programs: Program) -> dict[tuple[str, str], str]:
    """Return what a new version (the first) no longer offers or offers again, in words."""
    gone, *before = [{("competency", one.id) for one in each.competencies if one.archived} for each in programs] or [
        set()
    ]
    again = set().union(*before) - gone
    return dict.fromkeys(gone, _("no longer offered")) | dict.fromkeys(again, _("offered again"))


def _line(program: str, one: MoveSum, titles: Titles, among: Among, offers: Mapping[tuple[str, str], str]) -> MoveLine:
    asked: dict[str, Any] = {"kind": one.kind, "key": one.key, "before": one.before, "after": one.after}
    url = url_for("designer.rehearsal_people", program=program, **asked, **_args(among))
    before, after = _word(one.kind, one.before), _word(one.kind, one.after)
    return MoveLine(one, titles(one.kind, one.key), before, after, url, offers.get((one.kind, one.key), ""))


def _word(kind: str, state: str | None) -> str:
    if state is None:
        return _("not there")
    return str((STATES if kind == "competency" else STATUSES).get(state, state))


def _heading(what: str, move: MoveKey | None, titles: Titles) -> str:
    if move is None:
        return _("Who would %(what)s", what=EFFECTS[what])
    kind, key, before, after = move
    title = titles(kind, key).text
    if what in ("longer", "shorter"):
        return _("%(title)s: who would %(what)s", title=title, what=EFFECTS[what])
    return _(
        "%(title)s: from %(before)s to %(after)s", title=title, before=_word(kind, before), after=_word(kind, after)
    )


def _plans(one: Plans, part: Part) -> dict[str, Any]:
    """Return one learner's plans to a credential before and after, with the hours between them."""
    sides = []
    for plan, compiled in ((one.before, part.rehearsal.old), (one.after, part.rehearsal.new)):
        steps = [(key, compiled.competencies[key].effort_hours) for key in (plan.plan or ())] if plan else []
        sides.append((plan, steps))
    return {"credential": one.credential, "sides": sides}


def _among() -> Among:
    """Return the learners that the address asks for."""
    version, group = request.args.get("version", type=int), request.args.get("group") or None
    if group not in (None, NO_GROUP):
        try:
            group = str(UUID(group))
        except ValueError:
            raise NotFound("There is no such group.") from None
    return Among(version, group)


def _args(among: Among) -> dict[str, Any]:
    return {name: value for name, value in (("version", among.version), ("group", among.group)) if value is not None}


def _people_url(program: str, among: Among) -> Any:
    return lambda **asked: url_for("designer.rehearsal_people", program=program, **asked, **_args(among))
