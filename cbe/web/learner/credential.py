"""One credential for one learner: the requirement in words, the plan, what if, and two credentials side by side."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from flask import request
from flask_babel import gettext as _

from cbe.domain import policy
from cbe.domain.planner import CredentialPlan, Status, why_impossible
from cbe.domain.program import leaf_credits, leaf_hours
from cbe.domain.requirements import CompetencyLeaf, CredentialLeaf, Explanation, explain_requirement
from cbe.services.award_views import AwardDetail, AwardEntry, list_awards_of
from cbe.services.due import due_since
from cbe.services.issuing.credentials import signed_for
from cbe.services.progress import what_if

from .. import identity
from ..award_words import given_words
from ..requirement_words import tree_words
from ..texts import Spoken, day, hours
from .cards import card, claim_words, pace_words
from .map import draw, part_of
from .view import View, load, page, show

__all__ = ["compare", "credential_page"]


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the requirement as the tree macro wants it."""

    met: bool
    words: str = ""
    parts: tuple[Node, ...] = ()
    id: str = ""
    text: Spoken | None = None
    url: str = ""
    state: str = ""
    status: str = ""
    hours: Decimal | None = None


@page("/credentials/<key:credential>", "credential")
def credential_page(program: str, credential: str, enrolment_id: UUID | None = None) -> str:
    """Show one credential; ``assume`` in the address names competencies as if mastered."""
    view = load(program, enrolment_id)
    progress = view.progress
    found = progress.compiled.get_credential(credential)
    assumed = _assumed(view)
    plan = progress.plan_of[credential]
    awards = _awards(view, credential) if view.at is None else []
    shown = what_if(progress, credential, assumed) if assumed else plan
    stacked = progress.compiled.parts(credential)
    stacks_on = [key for key in progress.compiled.credentials if credential in progress.compiled.parts(key)]
    return show(
        "credential",
        view,
        credential=found,
        title=view.credential_title(credential),
        card=card(view, plan),
        plan=plan,
        shown=shown,
        steps=view.steps(shown.plan or ()),
        assumed=assumed,
        assumed_titles=[view.competency_title(key) for key in assumed],
        assumable=view.steps(_assumable(view, credential, plan)),
        saved=_saved(plan, shown) if assumed else None,
        tree=_tree(view, credential),
        proof=_proof(shown),
        pace=pace_words(view, shown.remaining_hours),
        claim=_claim(view, credential) if plan.status is Status.CLAIMABLE else "",
        may_confer=not found.is_automatic
        and view.at is None
        and policy.may(identity.actor(), "award:give", view.subject),
        awards=awards,
        signed=signed_for([one.award_id for one, _given, _last in awards]) if awards and view.is_own else {},
        why_not=_why_not(view, credential) if plan.status is Status.IMPOSSIBLE else "",
        made_of=[card(view, progress.plan_of[key]) for key in stacked],
        leads_to=[card(view, progress.plan_of[key]) for key in stacks_on],
        drawing=draw(view, tuple(part_of(progress, credential))),
        others=[plan.id for plan in progress.shown_plans if plan.id != credential],
    )


@page("/compare", "compare")
def compare(program: str, enrolment_id: UUID | None = None) -> str:
    """Put two credentials side by side: shared steps, and the extra hours of each."""
    view = load(program, enrolment_id)
    progress = view.progress
    pair = [key for key in (request.args.get("a"), request.args.get("b")) if key in progress.compiled.credentials]
    sides = [progress.plan_of[key] for key in pair if key]
    shared = set(sides[0].plan or ()) & set(sides[1].plan or ()) if len(sides) == 2 else set()
    return show(
        "compare",
        view,
        asked=[request.args.get("a", ""), request.args.get("b", "")],
        sides=[
            (
                card(view, side),
                view.steps(key for key in side.plan or () if key not in shared),
                _hours_of(view, (side.plan or ()), shared),
            )
            for side in sides
        ],
        shared=view.steps(key for key in progress.compiled.order if key in shared),
        shared_hours=_hours_of(view, tuple(shared), set()),
        choices=[(plan.id, view.credential_title(plan.id).text) for plan in progress.shown_plans],
    )


def _claim(view: View, credential: str) -> str:
    """Say who awards a credential whose requirement is met, and since when it waits for them."""
    progress, words = view.progress, claim_words(view, credential)
    if view.at is not None:
        return words
    since = due_since(progress, progress.learner.enrolment_id, credential, identity.now())
    if since is None:
        return words + " " + _("That is once its newest decisions cannot be undone any more.")
    if progress.compiled.credentials[credential].is_automatic:
        return words
    return words + " " + _("It is on the registrar’s list since %(day)s.", day=day(since))


def _awards(view: View, credential: str) -> list[tuple[AwardDetail, str, AwardEntry | None]]:
    """Return the awards of a credential, newest first: how each was given, and what befell it last."""
    found = list_awards_of(
        identity.actor(), view.progress.learner.enrolment_id, credential, today=identity.today(), now=identity.now()
    )
    return [
        (one, given_words(one), next((entry for entry in reversed(one.history) if entry.what == one.state), None))
        for one in found
    ]


def _assumed(view: View) -> list[str]:
    """The competencies named in the address as if mastered, those that are not."""
    progress = view.progress
    asked = set(request.args.getlist("assume"))
    return [key for key in progress.compiled.ids if key in asked and key not in progress.mastered]


def _hours_of(view: View, keys: tuple[str, ...], without: set[str]) -> Decimal:
    return sum((view.hours(key) for key in keys if key not in without), Decimal(0))


def _assumable(view: View, credential: str, plan: CredentialPlan) -> list[str]:
    """What one may tick in *what if*: the plan's steps and what the requirement names, not yet mastered."""
    compiled = view.progress.compiled
    named = [compiled.ids[number] for number in compiled.named_numbers(credential)]
    keys = dict.fromkeys([*(plan.plan or ()), *named])
    return [key for key in compiled.ids if key in keys and key not in view.progress.mastered]


def _saved(plan: CredentialPlan, shown: CredentialPlan) -> Decimal | None:
    if plan.remaining_hours is None or shown.remaining_hours is None:
        return None
    return plan.remaining_hours - shown.remaining_hours


def _proof(plan: CredentialPlan) -> str:
    """Say how sure it is that the plan is the shortest."""
    if plan.plan is None:
        return ""
    if plan.proven_optimal:
        return _("Proven: no other way has fewer hours.")
    return _(
        "The shortest found so far; no way has fewer than %(hours)s h. The search goes on in the background.",
        hours=hours(plan.lower_bound_hours),
    )


def _why_not(view: View, credential: str) -> str:
    progress = view.progress
    reason = why_impossible(progress.compiled, progress.mastered, credential, progress.held, progress.withheld)
    if reason is None:
        return ""
    values = dict(reason.values)
    if "competency_ids" in values:
        values["competencies"] = _(", ").join(view.competency_title(key).text for key in values["competency_ids"])
    if "credential_ids" in values:
        values["credentials"] = _(", ").join(view.credential_title(key).text for key in values["credential_ids"])
    if "credential" in values:
        values["credential"] = view.credential_title(values["credential"]).text
    return _(reason.message) % values


def _tree(view: View, credential: str) -> Node:
    progress = view.progress
    compiled = progress.compiled
    requirement = compiled.credentials[credential].requires
    explained = explain_requirement(
        requirement,
        progress.mastered,
        progress.held,
        credits_of=leaf_credits(compiled.program),
        hours_of=leaf_hours(compiled.program, progress.mastered, progress.held, progress.withheld, progress.expired),
    )
    return _node(view, explained)


def _node(view: View, explained: Explanation) -> Node:
    requirement = explained.requirement
    match requirement:
        case CompetencyLeaf(key):
            step = view.step(key)
            return Node(explained.met, id=key, text=step.title, url=step.url, state=str(step.state))
        case CredentialLeaf(key):
            plan = view.progress.plan_of[key]
            url = view.url("credential", credential=key)
            return Node(
                explained.met, id=key, text=view.credential_title(key), url=url, status=str(plan.status),
                hours=plan.remaining_hours,
            )  # fmt: skip
    parts = tuple(_node(view, part) for part in explained.parts)
    return Node(explained.met, words=tree_words(explained), parts=parts)
