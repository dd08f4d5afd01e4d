"""One competency for one learner: its state and why, what unlocks it, what it unlocks, and the way to it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import flash, redirect, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from cbe.domain.evidence import open_routes
from cbe.domain.judgement import counting_level
from cbe.domain.program import Competency
from cbe.domain.progress import State, StateReason, unlocking_choices
from cbe.services.equivalences import Offer, offers, take_over
from cbe.services.facts import towards_mastery
from cbe.services.progress import list_contacts, list_history
from cbe.services.queue import may_open_decisions

from .. import identity
from ..texts import clock, day, hours, in_words
from .cards import cards
from .map import MOST_NODES, draw
from .view import View, learner, load, page, show

__all__ = ["competency_page", "take_over_mastery"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A short fact about a competency: its name and its value in words."""

    name: str
    value: str


@page("/competencies/<key:competency>", "competency")
def competency_page(program: str, competency: str, enrolment_id: UUID | None = None) -> str:
    """Show one competency."""
    view = load(program, enrolment_id)
    progress = view.progress
    found = progress.compiled.get_competency(competency)
    reason = progress.reason(competency)
    choices = unlocking_choices(progress.compiled, progress.mastered, competency, expired=progress.expired)
    used_by = [plan for plan in progress.shown_plans if plan.plan and competency in plan.plan]
    rubric = found.rubric or progress.compiled.program.rubric
    return show(
        "competency",
        view,
        competency=found,
        title=view.competency_title(competency),
        section=_section(view, found),
        reason=reason,
        why=_why(reason),
        provisional=_provisional(view, competency),
        mark=view.mark(competency),
        hand_in=_hand_in(view, competency),
        towards=_towards(view, found),
        offers=_offers(view, competency),
        groups=[(view.steps(group.members), group.met) for group in reason.groups],
        choices=[view.steps(choice) for choice in choices.choices],
        more=choices.more,
        opens=view.steps(
            progress.compiled.ids[n] for n in progress.compiled.dependents[progress.compiled.index[competency]]
        ),
        way=_way(view, competency),
        cards=cards(view, used_by[:6]),
        rubric=rubric,
        counting=counting_level(progress.compiled.program, found),
        facts=_facts(view, found),
        history=list_history(progress, competency),
        opens_decisions=not view.is_own
        and may_open_decisions(identity.actor(), progress.learner.enrolment_id, identity.today()),
        contacts=list_contacts(progress),
    )


@learner.post("/competencies/<key:competency>/take-over")
def take_over_mastery(program: str, competency: str) -> Response:
    """Let mastery of the same in another program count here."""
    source = request.form.get("program", ""), request.form.get("competency", "")
    take_over(identity.actor(), program, competency, *source, today=identity.today(), now=identity.now())
    flash(_("It counts here now, as a transfer that says where it comes from."))
    return redirect(load(program, None).url("competency", competency=competency), 303)


def _offers(view: View, competency: str) -> list[Offer]:
    """Return what the reader can take over from other programs."""
    progress = view.progress
    if not view.is_own or view.at is not None or progress.learner.status != "active" or competency in progress.mastered:
        return []
    return offers(identity.actor(), progress.learner.program_id, competency, identity.today(), identity.now())


def _why(reason: StateReason) -> str:
    """Say why a competency is in its state, in a sentence."""
    missing = len(reason.missing)
    match reason.state:
        case State.MASTERED:
            return _("It rests on the decisions below.")
        case State.RETURNED:
            return _("The newest decision is “not yet”, and nothing has been handed in since.")
        case State.EXPIRED:
            return _("It was mastered, and its validity is over. It has to be shown again.")
        case State.IN_REVIEW:
            return _("Evidence waits for a decision.")
        case State.READY if not reason.groups:
            return _("It has no prerequisites: you can start.")
        case State.READY:
            return _("Every prerequisite is met: you can start.")
    if reason.archived:
        return _("It is no longer offered. Who mastered it keeps it.")
    return ngettext("%(num)d prerequisite is missing.", "%(num)d prerequisites are missing.", missing)


def _hand_in(view: View, competency: str) -> tuple[str, str] | None:
    """Return label and address for handing in evidence; None for others, and where none is taken now."""
    progress = view.progress
    routes = open_routes(progress.compiled, progress.mastered, competency)
    if not view.is_own or progress.learner.status != "active" or not routes:
        return None
    if "program" in routes:
        return _("Hand in evidence"), view.url("new_evidence", competency=competency)
    return _("Have prior learning recognized"), view.url("new_evidence", competency=competency, route=routes[0])


def _towards(view: View, found: Competency) -> str:
    """Say how far the decisions are where mastery wants several; nothing when it wants one, or is there for good."""
    progress = view.progress
    if view.at is not None or (found.id in progress.mastered and not found.validity_months):
        return ""
    towards = towards_mastery(progress, progress.learner.enrolment_id, found.id, identity.now())
    if towards is None:
        return ""
    wants = []
    if towards.assessors_wanted > 1:
        wants.append(
            _("decisions of %(wanted)s different assessors: %(have)s of %(wanted)s so far",
              wanted=towards.assessors_wanted, have=min(towards.assessors, towards.assessors_wanted))
        )  # fmt: skip
    if towards.days_wanted > 1:
        wants.append(
            _("decisions on %(wanted)s different days: %(have)s of %(wanted)s so far",
              wanted=towards.days_wanted, have=min(towards.days, towards.days_wanted))
        )  # fmt: skip
    text = _("; ").join(wants)
    if found.id in progress.mastered or found.id in progress.expired:
        return _("To renew it, it needs %(wants)s.", wants=text)
    return _("It needs %(wants)s.", wants=text)


def _provisional(view: View, competency: str) -> str:
    """Say until when the newest decision can still be undone; nothing when it stands."""
    if competency not in view.progress.provisional:
        return ""
    settles_at = view.progress.standing[competency].settles_at
    assert settles_at is not None
    return _("Provisional until %(time)s: it can still be undone.", time=clock(settles_at))


def _section(view: View, found: Competency) -> object:
    titles = {section.id: section.title for section in view.progress.compiled.program.sections}
    return in_words(titles[found.section], view.language) if found.section else None


def _facts(view: View, found: Competency) -> list[Fact]:
    program = view.progress.compiled.program
    standing = view.progress.standing.get(found.id)
    facts = []
    if found.code:
        facts.append(Fact(_("Code"), found.code))
    if found.credits:
        facts.append(Fact(_("Credits"), f"{hours(found.credits)} {program.credit_scheme or ''}".strip()))
    if found.level:
        facts.append(Fact(_("Level"), f"{program.level_framework or ''} {found.level}".strip()))
    if found.validity_months:
        months = ngettext("%(num)d month", "%(num)d months", found.validity_months)
        facts.append(Fact(_("Valid for"), months))
    if found.renewal_hours is not None:
        facts.append(Fact(_("To renew it"), _("about %(hours)s notional hours", hours=hours(found.renewal_hours))))
    gate = {
        "strict": _("nothing counts: they come first"),
        "open": _("you may start: they are advice"),
        "recognition": _("only prior learning can be recognized"),
    }
    facts.append(Fact(_("Before its prerequisites"), gate[found.gate or program.gate]))
    if standing and standing.expires_on:
        facts.append(Fact(_("Current until"), day(standing.expires_on)))
    return facts


def _way(view: View, competency: str) -> object:
    """Draw what leads to a competency and is not mastered yet, on what of it is; nothing when it is a root."""
    compiled, mastered = view.progress.compiled, view.progress.mastered
    wanted: dict[str, None] = {competency: None}
    waiting = [competency]
    while waiting and len(wanted) < MOST_NODES:
        for group in compiled.competencies[waiting.pop(0)].prerequisites:
            done = [member for member in group if member in mastered]
            for member in done[:1] or group:
                if member not in wanted and len(wanted) < MOST_NODES:
                    wanted[member] = None
                    if not done:
                        waiting.append(member)
    if len(wanted) == 1:
        return None
    return draw(view, tuple(key for key in compiled.ids if key in wanted))
