"""One sign-off: what it changes, looked at alone, against deriving the learner anew and against networkx asked twice.

One competency becomes mastered. Its standing, what it opens and which credentials become claimable must be the same all
three ways.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from uuid import NAMESPACE_OID, UUID, uuid5

from bench import Row, paired
from bench.plain import ready_by_networkx
from bench.programs import learner_of, wide
from cbe.domain.effects import effect_of
from cbe.domain.graph import CompiledProgram, compile_program
from cbe.domain.mastery import Decision, Standing, standing_in, standings
from cbe.domain.program import leaf_credits
from cbe.domain.progress import State, states
from cbe.domain.requirements import is_met

BARS = {1_000: 20, 14_000: 100}
"""Competencies → how many times quicker than deriving the learner anew it has to be."""
TODAY = date(2026, 11, 23)
DECISIONS = 3
"""Decisions on each competency that is mastered."""
CREDENTIALS = 40

Told = tuple[Standing, frozenset[str], frozenset[str]]
"""The standing in the competency, what it opens, and what becomes claimable."""


def run(rounds: int, quick: bool) -> list[Row]:
    """Measure a sign-off in programs of 60 to 14,000 competencies."""
    rows = []
    for size in (60, 1_000) if quick else (60, 1_000, 14_000):
        rows += _sign_off(rounds, size, compile_program(wide(size, CREDENTIALS, seed=size)))
    return rows


def _sign_off(rounds: int, size: int, compiled: CompiledProgram) -> list[Row]:
    before = frozenset(learner_of(compiled.program, 0.4, seed=1))
    signed = _most_opening(compiled, before)
    decisions = [one for key in sorted(before | {signed}) for one in _decisions(key)]
    on_it = [one for one in decisions if one.competency == signed]
    alone = partial(_alone, compiled, before, signed, on_it)
    anew = partial(_anew, compiled, before, signed, decisions)
    plain = partial(_by_networkx, compiled, before, signed, decisions)
    answers = {alone(), anew(), plain()}
    assert len(answers) == 1, "the answers differ"
    _, opens, claimable = answers.pop()
    fast_s, anew_s, ratio = paired(rounds, alone, anew, repeat=20)
    _, plain_s, plain_ratio = paired(rounds, alone, plain, repeat=20)
    bar = BARS.get(size)
    same = f"opens {len(opens)}, {len(claimable)} claimable, {len(decisions):,} decisions, the same"
    return [
        Row(f"what one sign-off changes V={size:,}", fast_s * 1e6, "µs"),
        Row(
            f"against deriving the learner anew V={size:,}",
            ratio,
            "×",
            f"≥ {bar}×" if bar else "",
            bar is None or ratio >= bar,
            f"anew {anew_s * 1e3:.1f} ms; {same}",
        ),
        Row(f"against networkx V={size:,}", plain_ratio, "×", detail=f"networkx {plain_s * 1e3:.1f} ms"),
    ]


def _most_opening(compiled: CompiledProgram, mastered: frozenset[str]) -> str:
    ready = [key for key, state in states(compiled, mastered).items() if state is State.READY]
    return max(ready, key=lambda key: len(effect_of(compiled, mastered, mastered | {key}).opens))


def _decisions(key: str) -> list[Decision]:
    days = [TODAY - timedelta(days=30 * ago) for ago in range(DECISIONS)]
    return [
        Decision(
            uuid5(NAMESPACE_OID, f"{key} {day}"), key, "assessment", "met" if turn == 0 else "not_yet", None, UUID(int=1),
            day, day, datetime.combine(day, datetime.min.time(), UTC),
        )
        for turn, day in enumerate(days)
    ]  # fmt: skip


def _alone(compiled: CompiledProgram, before: frozenset[str], signed: str, on_it: list[Decision]) -> Told:
    standing = standing_in(compiled.program, compiled.competencies[signed], on_it, (), on=TODAY)
    effect = effect_of(compiled, before, before | {signed})
    return standing, frozenset(effect.opens), frozenset(effect.claimable)


def _anew(compiled: CompiledProgram, before: frozenset[str], signed: str, decisions: list[Decision]) -> Told:
    found = standings(compiled.program, decisions, (), on=TODAY)
    after = {key for key, one in found.items() if one.mastered_on}
    were, are = states(compiled, before), states(compiled, after)
    opens = frozenset(key for key in are if are[key] is State.READY and were[key] is State.LOCKED)
    return found[signed], opens, _claimable(compiled, before, after)


def _by_networkx(compiled: CompiledProgram, before: frozenset[str], signed: str, decisions: list[Decision]) -> Told:
    found = standings(compiled.program, decisions, (), on=TODAY)
    after = {key for key, one in found.items() if one.mastered_on}
    opens = ready_by_networkx(compiled.graph, after) - ready_by_networkx(compiled.graph, before)
    return found[signed], frozenset(opens), _claimable(compiled, before, after)


def _claimable(compiled: CompiledProgram, before: Iterable[str], after: Iterable[str]) -> frozenset[str]:
    worth = leaf_credits(compiled.program)
    met = [
        {key for key, one in compiled.credentials.items() if is_met(one.requires, set(mastered), frozenset(), worth)}
        for mastered in (before, after)
    ]
    return frozenset(met[1] - met[0])
