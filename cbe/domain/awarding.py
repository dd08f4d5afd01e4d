"""What an award is on a day, what may befall it then, and since when a credential is due.

How requirements are met is ``requirements``'s; who may give and take away is ``policy``'s.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from .requirements import All, CompetencyLeaf, CredentialLeaf, CreditsOf, Leaf, Requirement, is_met

__all__ = ["MOVES", "AwardState", "always_needed", "award_state", "met_since"]


class AwardState(StrEnum):
    """What an award is worth on a day."""

    GOOD = "good"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"


MOVES: Mapping[AwardState, tuple[str, ...]] = {
    AwardState.GOOD: ("suspended", "revoked"),
    AwardState.SUSPENDED: ("reinstated", "revoked"),
    AwardState.EXPIRED: ("revoked",),
    AwardState.REVOKED: (),
}
"""What may befall an award in each state. A revoked one stays so; the credential may be given again."""


def always_needed(requirement: Requirement) -> frozenset[Leaf]:
    """Return leaves without which a requirement cannot be met: who lacks one need not be looked at any further.

    >>> from .requirements import All, Any_, CompetencyLeaf
    >>> html, css, js = map(CompetencyLeaf, ("html", "css", "js"))
    >>> always_needed(All((html, Any_((css, js))))) == {html}
    True
    """
    if isinstance(requirement, CompetencyLeaf | CredentialLeaf):
        return frozenset({requirement})
    if isinstance(requirement, All):
        return frozenset().union(*map(always_needed, requirement.parts))
    return frozenset()


def award_state(newest_event: str | None, expires_on: date | None, on: date) -> AwardState:
    """Return what an award is on a day, from the newest thing that befell it until then (None: nothing).

    >>> award_state("reinstated", date(2027, 1, 1), date(2027, 1, 1))
    <AwardState.EXPIRED: 'expired'>
    """
    if newest_event in ("suspended", "revoked"):
        return AwardState(newest_event)
    return AwardState.EXPIRED if expires_on is not None and expires_on <= on else AwardState.GOOD


def met_since(
    requirement: Requirement,
    mastered_since: Mapping[str, date],
    held_since: Mapping[str, date],
    credits_of: CreditsOf,
) -> date | None:
    """Return the day from which a requirement is met by what is mastered and held now, each since its day; None if not.

    More never un-satisfies a requirement, so the day is found by halving.

    >>> from .requirements import All, CompetencyLeaf
    >>> both = All((CompetencyLeaf("html"), CompetencyLeaf("css")))
    >>> met_since(both, {"html": date(2026, 3, 1), "css": date(2026, 2, 1)}, {}, lambda leaf: 0)
    datetime.date(2026, 3, 1)
    """
    if not is_met(requirement, mastered_since.keys(), held_since.keys(), credits_of):
        return None
    needed = [_since(leaf, mastered_since, held_since) for leaf in always_needed(requirement)]
    days = sorted({*mastered_since.values(), *held_since.values()})
    low, high = bisect_left(days, max(needed, default=date.min)), len(days) - 1
    probe = low  # for most requirements the last of what is needed anyway is the day
    while low < high:
        mastered = {key for key, since in mastered_since.items() if since <= days[probe]}
        held = {key for key, since in held_since.items() if since <= days[probe]}
        if is_met(requirement, mastered, held, credits_of):
            high = probe
        else:
            low = probe + 1
        probe = (low + high) // 2
    return days[low] if days else date.min


def _since(leaf: Leaf, mastered_since: Mapping[str, date], held_since: Mapping[str, date]) -> date:
    return mastered_since[leaf.competency] if isinstance(leaf, CompetencyLeaf) else held_since[leaf.credential]
