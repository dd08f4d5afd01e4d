"""The shortest way to one credential, step by step: look, and solve only when something is left to choose.

Which credentials are looked at, in what order and with how much time, is ``ranking``'s.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from decimal import Decimal, localcontext

from cbe.domain.graph import DENSE_LIMIT, CompiledProgram, positions
from cbe.domain.requirements import All, Any_, CompetencyLeaf, CredentialLeaf, Credits, Requirement

from .answer import CredentialPlan, Status
from .greedy import choose_greedily
from .reduce import Puzzle, build_puzzle
from .rules import Rules
from .solve import solve_puzzle
from .standing import Standing, build_frame

__all__ = ["Look", "Search", "search_for"]


@dataclass(slots=True)
class Look:
    """What is known of a credential: the answer and its units of hours, or what every plan holds and a bound."""

    id: str
    answer: CredentialPlan | None
    rules: Rules | None = None
    forced: int = 0
    bound: int = 0
    units: int = 0
    puzzle: Puzzle | None = None
    greedy: int | None = None


class Search:
    """Finds the ways of one learner to the credentials named."""

    def __init__(self, standing: Standing, credential_ids: list[str]) -> None:
        self.standing = standing
        self.compiled: CompiledProgram = standing.compiled
        self._shared: Rules | None = None
        named: dict[int, None] = {}
        for key in credential_ids:
            named.update(dict.fromkeys(self.compiled.named_numbers(key)))
        frame = build_frame(standing, named, DENSE_LIMIT)
        if frame is not None:
            self._shared = Rules(frame)

    def rules(self, credential_id: str) -> Rules:
        """Return the rules over a frame that holds the credential: one for all, or its own where that would be too wide."""
        if self._shared is not None:
            return self._shared
        frame = build_frame(self.standing, self.compiled.named_numbers(credential_id))
        assert frame is not None
        return Rules(frame)

    @property
    def is_shared(self) -> bool:
        """Whether one frame serves all; if not, looks are wide and should not be kept."""
        return self._shared is not None

    def look(self, credential_id: str) -> Look:
        """Return the answer when nothing is left to choose, else what every plan holds."""
        look = self.glance(credential_id)
        self.settle(look)
        return look

    def glance(self, credential_id: str) -> Look:
        """Return what every plan holds, with the answer only where there is no plan to make."""
        settled = self._settled(credential_id)
        if settled is not None:
            return Look(credential_id, settled)
        rules = self.rules(credential_id)
        forced = rules.must(credential_id)
        if forced is None:
            return Look(credential_id, CredentialPlan(credential_id, Status.IMPOSSIBLE, None, None, True, None))
        return Look(credential_id, None, rules, forced, rules.frame.hours.total(forced))

    def settle(self, look: Look) -> None:
        """Fill in the answer when what every plan holds is a plan: nothing is left to choose."""
        if look.answer is not None or look.rules is None or _open_groups(look.rules, look.forced):
            return
        if look.rules.holds(look.id, look.forced):
            look.answer = self._answer(look, look.rules, look.forced, None)

    def _settled(self, credential_id: str) -> CredentialPlan | None:
        if credential_id in self.standing.held:
            return CredentialPlan(credential_id, Status.HELD, Decimal(0), (), True, Decimal(0))
        if credential_id in self.standing.withheld:
            return CredentialPlan(credential_id, Status.WITHHELD, None, None, False, None)
        return None

    def sharpen(self, look: Look) -> None:
        """Raise the bound of a look by the cheapest way to meet whatever is open most dearly."""
        assert look.rules is not None
        rules, frame, forced = look.rules, look.rules.frame, look.forced
        needed = _least(rules, rules.compiled.credentials[look.id].requires, forced) or 0
        for _, members in _open_groups(rules, forced):
            needed = max(needed, min(frame.hours.total(frame.must[m] & ~forced) for m in members))
        look.bound = max(look.bound, frame.hours.total(forced) + needed)

    def prepare(self, look: Look) -> None:
        """Find a valid plan at once; when nothing is left to choose after all, the answer."""
        assert look.rules is not None
        look.puzzle = build_puzzle(look.rules, look.id, look.forced)
        if look.puzzle is None:
            look.answer = self._answer(look, look.rules, look.forced, None)
        else:
            look.greedy = choose_greedily(look.puzzle)

    def finish(self, look: Look, deadline: float) -> CredentialPlan:
        """Return the shortest plan, or at the deadline (monotonic seconds) the best with its bound."""
        if look.answer is None and look.puzzle is None and look.rules is not None:
            self.prepare(look)
        if look.answer is not None:
            return look.answer
        assert look.puzzle is not None
        assert look.rules is not None
        if look.greedy is None:
            return self.unfinished(look)
        outcome = solve_puzzle(look.puzzle, look.greedy, deadline)
        bits = look.puzzle.bits(outcome.classes)
        bound = max(look.bound, look.rules.frame.hours.total(look.forced) + outcome.bound_units)
        look.answer = self._answer(look, look.rules, bits, None if outcome.proven else bound)
        return look.answer

    def unfinished(self, look: Look) -> CredentialPlan:
        """Return the answer when time ran out before the solver: the plan at hand or none, and the bound."""
        assert look.rules is not None
        if look.puzzle is not None and look.greedy is not None:
            return self._answer(look, look.rules, look.puzzle.bits(look.greedy), look.bound)
        return CredentialPlan(look.id, self._started(look.id), None, None, False, self._hours(look.bound))

    def unsearched(self, credential_id: str) -> CredentialPlan:
        """Return the answer when there was no time to look at all: no plan and a bound of nothing."""
        late = CredentialPlan(credential_id, self._started(credential_id), None, None, False, Decimal(0))
        return self._settled(credential_id) or late

    def _hours(self, units: int) -> Decimal:
        with localcontext(prec=100):
            return Decimal(units) / Decimal(self.compiled.hour_scale)

    def _started(self, credential_id: str) -> Status:
        return Status.IN_PROGRESS if self.standing.has_begun(credential_id) else Status.OPEN

    def _answer(self, look: Look, rules: Rules, bits: int, bound: int | None) -> CredentialPlan:
        """Return the answer for a valid plan; without a bound it is proven."""
        look.units = rules.frame.hours.total(bits)
        hours = self._hours(look.units)
        if not bits:
            status = Status.CLAIMABLE
        elif not bits & ~rules.frame.ready_bits:
            status = Status.NEXT
        else:
            status = self._started(look.id)
        plan = tuple(self.compiled.ids[number] for number in rules.frame.in_order(bits))
        lower = hours if bound is None else min(hours, self._hours(bound))
        return CredentialPlan(look.id, status, hours, plan, bound is None, lower)


def _open_groups(rules: Rules, bits: int) -> list[tuple[int, tuple[int, ...]]]:
    frame = rules.frame
    return [
        group for place in positions(bits & frame.choice_bits) for group in frame.choices[place] if not group[0] & bits
    ]


def _least(rules: Rules, node: Requirement, forced: int) -> int | None:
    """Return units that any way to make a part hold adds to ``forced`` at least; None when it cannot hold."""
    match node:
        case CompetencyLeaf(key):
            number = rules.compiled.index[key]
            if rules.standing.flags[number]:
                return 0
            if number in rules.standing.lost:
                return None
            return rules.frame.hours.total(rules.frame.must[rules.frame.place[number]] & ~forced)
        case CredentialLeaf(key):
            if key in rules.standing.held:
                return 0
            if key in rules.standing.withheld or rules.must(key) is None:
                return None
            return _least(rules, rules.compiled.credentials[key].requires, forced)
        case Credits():
            return 0
    able = sorted(units for part in node.parts if (units := _least(rules, part, forced)) is not None)
    count = len(node.parts) if isinstance(node, All) else 1 if isinstance(node, Any_) else node.count
    # of the members taken the dearest costs at least as much as the count-th cheapest of all
    return able[count - 1] if len(able) >= count else None


def search_for(standing: Standing, credential_id: str, budget_s: float) -> CredentialPlan:
    """Return the way to one credential within a budget of seconds."""
    deadline = time.monotonic() + budget_s
    search = Search(standing, [credential_id])
    return search.finish(search.look(credential_id), deadline)
