"""What unlocks next: the provably shortest plan to each credential.

A plan is cut at what is mastered (``standing``), a credential is read as what it forces and what it leaves open
(``rules``), what is left to choose is made small (``reduce``), a plan is made at once (``greedy``) and handed to the
solver (``model``, ``solve``). Which credential gets how much time is ``ranking``'s. States are ``cbe.domain.progress``'s.
"""

from __future__ import annotations

from collections.abc import Set

from cbe.domain.graph import CompiledProgram

from .answer import CredentialPlan, Leverage, Status
from .ranking import rank, rank_first
from .reasons import Obstacle, leverage, scope, steps, why_impossible
from .shortest import search_for
from .standing import Standing

__all__ = [
    "CredentialPlan",
    "Leverage",
    "Obstacle",
    "Status",
    "leverage",
    "plan_credential",
    "scope",
    "steps",
    "unlock_list",
    "why_impossible",
]


def plan_credential(
    compiled: CompiledProgram,
    mastered: Set[str],
    credential_id: str,
    held: Set[str] = frozenset(),
    withheld: Set[str] = frozenset(),
    *,
    expired: Set[str] = frozenset(),
    budget_s: float = 0.5,
) -> CredentialPlan:
    """Return the shortest way to one credential: fewest hours, then fewest competencies, within a budget of seconds.

    What ``expired`` costs its renewal hours. Raises `NotFound` for a credential the program does not have. The budget is the solver's; a first valid plan is made
    even when it is 0.
    """
    compiled.get_credential(credential_id)
    return search_for(Standing(compiled, mastered, held, withheld, expired), credential_id, budget_s)


def unlock_list(
    compiled: CompiledProgram,
    mastered: Set[str],
    held: Set[str] = frozenset(),
    withheld: Set[str] = frozenset(),
    *,
    expired: Set[str] = frozenset(),
    budget_s: float = 0.5,
    limit: int | None = None,
) -> list[CredentialPlan]:
    """Return every credential in unlock order (`limit`: the first so many), within one budget of seconds for all.

    Claimable first, then by remaining hours (without a plan in time last), more credits, file order; then impossible,
    withheld and held. What ``expired`` costs its renewal hours.
    """
    standing = Standing(compiled, mastered, held, withheld, expired)
    return rank(standing, budget_s) if limit is None else rank_first(standing, budget_s, limit)
