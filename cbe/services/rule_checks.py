"""What the rule of one credential of a draft means: whether it can be met, its least hours, and who would hold it today.

Only the part of the draft on which the credential stands is looked at, so that what is wrong elsewhere is in nobody's
way. The whole draft is ``lint``'s and ``rehearsing``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from cbe.domain import policy
from cbe.domain.cohort import Cohort, CredentialRows
from cbe.domain.draft import Draft, add_parts, part_problems, set_fields
from cbe.domain.errors import Invalid, Problem
from cbe.domain.graph import CompiledProgram, compile_program, positions
from cbe.domain.lint import Finding
from cbe.domain.lint.rules import credential_findings, micro_credential_findings
from cbe.domain.planner import CredentialPlan, Status, plan_credential
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import parse_program
from cbe.domain.requirements import CompetencyLeaf, leaves, parse_requirement
from cbe.store import groups

from .programs import get_program
from .rehearsing import facts_under

__all__ = ["MOST_NAMES", "PLAN_BUDGET_S", "RuleCheck", "check_rule"]

PLAN_BUDGET_S = 0.5
HEAD = ("id", "title", "language", "mastery", "rubric", "quality")
MOST_NAMES = 100
"""So many of those who would hold a credential are named."""


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """What was found: what is wrong (then nothing else is known), or the plan from nothing and who would hold it today.

    ``names``: of those among them whose records the reader may see.
    """

    problems: tuple[Problem, ...] = ()
    findings: tuple[Finding, ...] = ()
    plan: CredentialPlan | None = None
    holders: int = 0
    learners: int = 0
    names: tuple[str, ...] = ()


def check_rule(
    actor: Actor, key: str, draft: Draft, credential: str, fields: Mapping[str, Any], *, today: date, now: datetime
) -> RuleCheck:
    """Look at a credential as it would be with these fields; the queries do not grow with the learners."""
    program = get_program(actor, key, "program:edit")
    known = credential in draft.credentials
    made = set_fields(draft, "credential", credential, fields) if known else add_parts(draft, "credential", [fields])
    draft = draft.after(made)
    at = f"/credential/{credential}/requires"
    problems = [one for one in part_problems(draft, "credential", credential) if one[0].startswith(at)]
    if problems:
        return RuleCheck(tuple(problems))
    try:
        compiled = compile_program(parse_program(_part_of(draft, credential)))
    except Invalid as error:
        return RuleCheck(tuple(error.problems))
    plan = plan_credential(compiled, frozenset(), credential, budget_s=PLAN_BUDGET_S)
    findings = (
        *credential_findings(compiled, [credential] if plan.status is Status.IMPOSSIBLE else [], None),
        *micro_credential_findings(compiled),
    )
    holders, learners, names = _who_would_hold(actor, program.id, compiled, credential, today, now)
    own = tuple(one for one in findings if one.credential == credential)
    return RuleCheck((), own, plan, holders, learners, names)


def _who_would_hold(
    actor: Actor, program_id: UUID, compiled: CompiledProgram, credential: str, today: date, now: datetime
) -> tuple[int, int, tuple[str, ...]]:
    """Return how many would hold it, of how many, and the names of those whose records the actor may see."""
    people = facts_under(program_id, compiled, today, now)
    cohort = Cohort([facts for _, facts in people])
    rows = CredentialRows(compiled, cohort.mastered, cohort.held, cohort.withheld, cohort.everyone)
    found = list(positions(rows.reached(credential)))
    names: list[str] = []
    if found and actor.account_id is not None and policy.may(actor, "roster:read", Subject(program_id)):
        roles = actor.roles.get(program_id, ())
        seen = {one.enrolment_id for one in groups.list_roster_paces(actor.account_id, program_id, roles, today)}
        names = [people[number][0].name for number in found if people[number][0].enrolment_id in seen]
    return len(found), len(people), tuple(names[:MOST_NAMES])


def _part_of(draft: Draft, credential: str) -> dict[str, Any]:
    """Return the program that a credential stands on: what its rule names, through one another, and all behind that."""
    credentials, competencies = _named_by(draft, credential)
    behind = _with_what_is_needed(draft, competencies) & draft.competencies.keys()
    return {
        "format": "cbe-program/1",
        "program": {name: value for name, value in draft.head.items() if name in HEAD},
        "competencies": [_plain(draft, "competency", key) for key in _in_order(draft, "competency", behind)],
        "credentials": [_plain(draft, "credential", key) for key in _in_order(draft, "credential", credentials)],
    }


def _named_by(draft: Draft, credential: str) -> tuple[set[str], set[str]]:
    """Return a credential with all it stands on, and the competencies their rules name."""
    competencies: set[str] = set()
    credentials, waiting = {credential}, [credential]
    while waiting:
        for leaf in leaves(parse_requirement(draft.get("credential", waiting.pop(), "requires"))):
            if isinstance(leaf, CompetencyLeaf):
                competencies.add(leaf.competency)
            elif leaf.credential not in credentials and leaf.credential in draft.credentials:
                credentials.add(leaf.credential)
                waiting.append(leaf.credential)
    return credentials, competencies


def _with_what_is_needed(draft: Draft, competencies: Iterable[str]) -> set[str]:
    found = set(competencies)
    waiting = list(found)
    while waiting:
        groups_of = draft.get("competency", waiting.pop(), "prerequisites") or ()
        for member in (one for group in groups_of for one in group):
            if member not in found:
                found.add(member)
                waiting.append(member)
    return found


def _in_order(draft: Draft, kind: str, keys: Iterable[str]) -> list[str]:
    return sorted(keys, key=lambda key: draft.place(kind, key))


def _plain(draft: Draft, kind: str, key: str) -> dict[str, Any]:
    return {name: value for name, value in draft.parts[kind][key].items() if name not in ("section", "#place")}
