"""What the learner's pages say about a credential or the next step, as values the templates show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape

from cbe.domain.advice import Advice, expected_date
from cbe.domain.planner import CredentialPlan, Status, steps

from ..texts import Spoken, day
from ..texts import hours as hours_text
from .view import Step, View

__all__ = ["Card", "NextStep", "cards", "next_steps"]


@dataclass(frozen=True, slots=True)
class Card:
    """A credential card: ring, hours, status and the exact next step."""

    id: str
    title: Spoken
    url: str
    kind: str
    status: Status
    hours: Decimal | None
    done: int
    total: int | None
    next_step: str | Markup
    is_goal: bool


@dataclass(frozen=True, slots=True)
class NextStep:
    """A ready competency with why it is worth doing next."""

    step: Step
    why: str


def cards(view: View, plans: list[CredentialPlan]) -> list[Card]:
    """Return the cards of these credentials in the order given."""
    return [card(view, plan) for plan in plans]


def card(view: View, plan: CredentialPlan) -> Card:
    """Return the card of one credential."""
    done, total = steps(view.progress.compiled, view.progress.mastered, plan)
    return Card(
        id=plan.id,
        title=view.credential_title(plan.id),
        url=view.url("credential", credential=plan.id),
        kind=view.progress.compiled.credentials[plan.id].kind,
        status=plan.status,
        hours=plan.remaining_hours,
        done=done,
        total=total,
        next_step=next_step(view, plan),
        is_goal=plan.id in view.progress.learner.goals,
    )


def next_step(view: View, plan: CredentialPlan) -> str | Markup:
    """Say what to do next for a credential, in a few words."""
    match plan.status:
        case Status.HELD:
            return _("Awarded to you.") if view.is_own else _("Awarded.")
        case Status.WITHHELD:
            return _("Withheld until a person decides.")
        case Status.IMPOSSIBLE:
            return _("Its requirement cannot be met.")
        case Status.CLAIMABLE:
            return claim_words(view, plan.id)
    if not plan.plan:
        return _("No way was found in time; open it to search on.")
    return Markup(escape(_("Next: %(competency)s"))) % {"competency": view.competency_title(plan.plan[0])}  # noqa: S704 - escaped


def claim_words(view: View, credential: str) -> str:
    """Say who awards a credential whose requirement is met."""
    if view.progress.compiled.credentials[credential].is_automatic:
        return _("Everything is met: it can be awarded.")
    return _("Everything is met: a registrar confirms it.")


def next_steps(view: View) -> list[NextStep]:
    """Return what is worth doing next, each with why."""
    return [NextStep(view.step(advice.competency), why(view, advice)) for advice in view.progress.next_up]


def why(view: View, advice: Advice) -> str:
    """Say why a competency is worth doing: the last step to a credential, or what it counts towards and opens."""
    reasons = []
    goals = [key for key in advice.towards_goals if key not in advice.last_step_to]
    if advice.last_step_to:
        reasons.append(_("the last step to %(credential)s", credential=view.credential_title(advice.last_step_to[0])))
    if goals:
        reasons.append(_("on the way to your goal %(credential)s", credential=view.credential_title(goals[0])))
    if advice.credentials:
        reasons.append(
            ngettext("counts towards %(num)d credential", "counts towards %(num)d credentials", advice.credentials)
        )
    if advice.opens:
        reasons.append(ngettext("opens %(num)d", "opens %(num)d", advice.opens))
    return _(", ").join(reasons) or _("ready for you")


def pace_words(view: View, hours: Decimal | None, *, pace_is_shown: bool = False) -> str:
    """Say around when so many hours are done at the learner's pace; nothing without a pace."""
    pace = view.progress.learner.hours_per_week
    when: date | None = expected_date(view.today, hours, pace)
    if when is None or not hours:
        return ""
    if pace_is_shown:
        return _("around %(date)s", date=day(when))
    return _("at %(pace)s h a week: around %(date)s", pace=hours_text(pace), date=day(when))
