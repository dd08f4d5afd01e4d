"""What stands around a plan: scope, steps done and to do, what a ready competency counts for, why there is no way.

Finding plans is the other modules'.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from cbe.domain.errors import N_
from cbe.domain.graph import CompiledProgram, bits_of
from cbe.domain.requirements import CompetencyLeaf, CredentialLeaf, Requirement

from .answer import CredentialPlan, Leverage, Status
from .rules import Rules
from .shortest import Search
from .standing import Standing

__all__ = ["Obstacle", "leverage", "scope", "steps", "why_impossible"]

MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a credential cannot be reached: an English message and its values, for a door to translate."""

    message: str
    values: Mapping[str, Any]

    def __str__(self) -> str:
        return self.message % self.values


def scope(compiled: CompiledProgram, credential_id: str) -> frozenset[str]:
    """Return every competency the credential names, through stacked credentials, with all prerequisites of every group."""
    return frozenset(compiled.ids_of(compiled.scope_bits(credential_id)))


def steps(compiled: CompiledProgram, mastered: Set[str], plan: CredentialPlan) -> tuple[int, int | None]:
    """Return the steps done and all steps of the credential's own shortest way, for "8 of 12".

    Done are the mastered competencies that the requirement names (through stacked credentials) or the plan holds, and
    the mastered prerequisites behind these, through every group; all are these and what the plan still asks for. So each
    step of the plan mastered moves one from *to do* to *done*, the total stays, and it is n of n exactly when nothing is
    left. The total is None when there is no plan to count.
    """
    named = set(compiled.named_numbers(plan.id))
    left = [compiled.index[key] for key in plan.plan or ()]
    known = bits_of(compiled.index[key] for key in mastered if key in compiled.index)
    # what nobody mastered and the plan passes by leads nowhere: only mastered leaves and steps are leant on
    leant_on = compiled.behind([n for n in named if known >> n & 1] + left) & known
    done = leant_on.bit_count()
    return done, None if plan.plan is None else done + len(left)


def leverage(
    compiled: CompiledProgram,
    mastered: Set[str],
    plans: Iterable[CredentialPlan],
    expired: Set[str] = frozenset(),
) -> list[Leverage]:
    """Return for every ready competency, in file order, how many plans need it and how many others it makes ready.

    ``plans`` is the unlock list; held credentials and those without a plan count nowhere.
    """
    mask = compiled.mask(mastered)
    ready = compiled.ready_mask(mask)
    times: dict[str, int] = {}
    for plan in plans:
        if plan.status is not Status.HELD:
            for key in plan.plan or ():
                times[key] = times.get(key, 0) + 1
    flags = mask.tolist()
    found = []
    for number in ready.nonzero()[0].tolist():
        opens = 0
        for target in compiled.dependents[number]:
            if not flags[target] and not ready[target] and target not in compiled.archived:
                unmet = (group for group in compiled.groups[target] if not any(flags[m] for m in group))
                opens += all(number in group for group in unmet)
        key = compiled.ids[number]
        found.append(Leverage(key, times.get(key, 0), compiled.hours(key, expired), opens))
    return found


def why_impossible(
    compiled: CompiledProgram,
    mastered: Set[str],
    credential_id: str,
    held: Set[str] = frozenset(),
    withheld: Set[str] = frozenset(),
) -> Obstacle | None:
    """Return why no set of competencies can lead to the credential, None when one can (or it is held or withheld).

    Withheld credentials that stand in the way are named, or competencies that are no longer offered; else competencies that
    may count only once are too few.
    """
    compiled.get_credential(credential_id)
    standing = Standing(compiled, mastered, held, withheld)
    if credential_id in standing.held or credential_id in standing.withheld:
        return None
    rules = Search(standing, [credential_id]).rules(credential_id)
    if rules.must(credential_id) is not None:
        return None
    blocked = list(dict.fromkeys(_withheld(rules, compiled.credentials[credential_id].requires)))
    if blocked:
        message = N_("It rests on %(credentials)s, withheld until a person decides.")
        return Obstacle(message, {"credentials": ", ".join(blocked), "credential_ids": blocked})
    gone = list(dict.fromkeys(_archived(rules, credential_id)))
    if gone:
        message = N_("It rests on what is no longer offered: %(competencies)s.")
        return Obstacle(message, {"competencies": ", ".join(gone[:MOST_NAMED]), "competency_ids": gone[:MOST_NAMED]})
    crowded = next((key for key in compiled.reach(credential_id) if _is_crowded(rules, key)), None)
    if crowded is not None:
        message = N_("Each competency may count only once in %(credential)s, and there are too few for all its parts.")
        return Obstacle(message, {"credential": crowded})
    return Obstacle("All its competencies together do not reach what it asks for.", {})


def _withheld(rules: Rules, node: Requirement) -> Iterable[str]:
    """Yield the withheld credentials that keep a part from holding."""
    if isinstance(node, CompetencyLeaf) or rules.can_hold(node):
        return
    if isinstance(node, CredentialLeaf):
        if node.credential in rules.standing.withheld:
            yield node.credential
        else:
            yield from _withheld(rules, rules.compiled.credentials[node.credential].requires)
        return
    for part in node.parts:
        yield from _withheld(rules, part)


def _archived(rules: Rules, credential_id: str) -> Iterable[str]:
    """Yield the competencies that are no longer offered and that the credential could be reached with."""
    compiled, lost = rules.compiled, rules.standing.lost
    named = [number for number in compiled.named_numbers(credential_id) if number in lost]
    behind = compiled.behind(named) & bits_of(lost & compiled.archived)
    yield from compiled.ids_of(behind)


def _is_crowded(rules: Rules, credential_id: str) -> bool:
    """Return whether a credential could be reached if only its competencies could be shared."""
    requirement = rules.compiled.credentials[credential_id].requires
    return (
        credential_id in rules.compiled.contested and rules.must(credential_id) is None and rules.can_hold(requirement)
    )
