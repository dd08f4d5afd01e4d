"""Every credential in the order in which it can be unlocked, within one budget for the whole list.

Cheap ones first, then fair shares of what time is left; for a short list only what can still be on it is solved.
"""

from __future__ import annotations

import heapq
import time

from cbe.domain.graph import CompiledProgram

from .answer import CredentialPlan, Status
from .shortest import Look, Search
from .standing import Standing

__all__ = ["rank", "rank_first"]

Key = tuple[int, int, int, object, int]

LAST = {Status.IMPOSSIBLE: 2, Status.WITHHELD: 3, Status.HELD: 4}


class _Order:
    """The order of the list: group, hours in units, more credits, file order."""

    def __init__(self, compiled: CompiledProgram) -> None:
        self.compiled = compiled

    def key(self, look: Look) -> Key:
        """Return the key of an answer."""
        plan = look.answer
        assert plan is not None
        group = LAST.get(plan.status, 0 if plan.status is Status.CLAIMABLE else 1)
        return self._key(look.id, group, int(group == 1 and plan.plan is None), look.units if group == 1 else 0)

    def bound(self, look: Look) -> Key:
        """Return a key that is not after that of the answer to come."""
        return self._key(look.id, 1 if look.forced else 0, 0, look.bound)

    def _key(self, credential_id: str, group: int, late: int, units: int) -> Key:
        worth = self.compiled.credentials[credential_id].credits
        return group, late, units, -worth, self.compiled.credential_index[credential_id]


def rank(standing: Standing, budget_s: float) -> list[CredentialPlan]:
    """Return every credential, each solved within its share of the budget."""
    deadline = time.monotonic() + budget_s
    keys = list(standing.compiled.credentials)
    search = Search(standing, keys)
    looks = _together(search, keys, deadline) if search.is_shared else _one_by_one(search, keys, deadline)
    looks.sort(key=_Order(standing.compiled).key)
    return [look.answer for look in looks if look.answer is not None]


def _together(search: Search, keys: list[str], deadline: float) -> list[Look]:
    """Look at all, then a first plan for all, then solve, the smallest puzzles first: what they spare is the others'."""
    looks = [search.glance(key) for key in keys]
    for look in sorted(looks, key=lambda look: look.bound):
        # what forces nothing may be claimable, which is told whatever the time
        if not look.forced or time.monotonic() < deadline:
            search.settle(look)
    unsettled = sorted((look for look in looks if look.answer is None), key=lambda look: look.bound)
    for look in unsettled:
        if time.monotonic() < deadline:
            search.prepare(look)
            search.sharpen(look)
    unsettled.sort(key=lambda look: len(look.puzzle.brings) if look.puzzle else 0)
    for position, look in enumerate(unsettled):
        now = time.monotonic()
        if now < deadline:
            look.answer = search.finish(look, now + (deadline - now) / (len(unsettled) - position))
        elif look.answer is None:
            look.answer = search.unfinished(look)
    return looks


def _one_by_one(search: Search, keys: list[str], deadline: float) -> list[Look]:
    """Look, solve and forget each in turn: for programs so wide that the looks don't fit in memory together."""
    answered: list[Look] = []
    for position, key in enumerate(keys):
        now = time.monotonic()
        if now >= deadline:
            answered.append(Look(key, search.unsearched(key)))
            continue
        look = search.look(key)
        answer = search.finish(look, now + (deadline - now) / (len(keys) - position))
        answered.append(Look(key, answer, units=look.units))
    return answered


def rank_first(standing: Standing, budget_s: float, limit: int) -> list[CredentialPlan]:
    """Return the first of the list: by bound, and solved only until that many are settled."""
    deadline = time.monotonic() + budget_s
    keys = list(standing.compiled.credentials)
    search = Search(standing, keys)
    if not search.is_shared:
        return rank(standing, budget_s)[:limit]
    order = _Order(standing.compiled)
    # how far each is: 0 a first bound, 1 a sharper one, 2 the answer
    heap: list[tuple[Key, int, Look]] = []
    for key in keys:
        look = search.glance(key)
        heap.append((order.key(look), 2, look) if look.answer else (order.bound(look), 0, look))
    heapq.heapify(heap)
    plans: list[CredentialPlan] = []
    while heap and len(plans) < limit:
        _, stage, look = heapq.heappop(heap)
        if stage == 2:
            assert look.answer is not None
            plans.append(look.answer)
        elif stage == 0:
            search.settle(look)
            if look.answer is None:
                search.sharpen(look)
            heapq.heappush(heap, (order.key(look), 2, look) if look.answer else (order.bound(look), 1, look))
        else:
            now = time.monotonic()
            share = now + (deadline - now) / (limit - len(plans))
            look.answer = search.finish(look, share) if now < deadline else search.unfinished(look)
            heapq.heappush(heap, (order.key(look), 2, look))
    return plans
