"""The best ten of a thousand credentials, against solving them all: the same answers for a fraction of the time."""

from __future__ import annotations

from statistics import median

from bench import Row, timed
from bench.plain import assert_valid
from bench.programs import learner_of, wide
from cbe.domain.graph import compile_program
from cbe.domain.planner import unlock_list

BEST = 10
AMPLE = 600.0
"""Seconds: so long that what can be proven is, and answers are comparable."""


def run(rounds: int, quick: bool) -> list[Row]:
    """Measure the first ten of the list for several learners; each round is another learner."""
    size, credentials = (1_400, 100) if quick else (14_000, 1_000)
    program = wide(size, credentials, seed=1, any_of=0.03)
    compiled = compile_program(program)
    fast, plain, ratios = [], [], []
    unlock_list(compiled, set(), budget_s=0.0, limit=1)
    for seed in range(rounds):
        mastered = learner_of(program, 0.3 + 0.1 * seed, seed)
        quick_s, best = timed(lambda: unlock_list(compiled, mastered, budget_s=AMPLE, limit=BEST))  # noqa: B023
        whole_s, whole = timed(lambda: unlock_list(compiled, mastered, budget_s=AMPLE))  # noqa: B023
        assert best == whole[:BEST], "the answers differ"
        for plan in best:
            assert plan.plan is not None
            assert_valid(program, mastered, plan.id, plan.plan)
        fast.append(quick_s)
        plain.append(whole_s)
        ratios.append(whole_s / quick_s)
    name = f"first {BEST} of {credentials:,} credentials, V={size:,}"
    detail = f"all of them: {median(plain):.2f} s; the same answers"
    return [
        Row(name, median(fast) * 1e3, "ms", detail="goal 50 ms"),
        Row(f"{name}: against all", median(ratios), "×", "≥ 10×", quick or median(ratios) >= 10, detail),
    ]
