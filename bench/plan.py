"""The way to one credential: how many are proven within a cap and how wide the gap is where they are not.

Every plan is walked by the definition; where the whole integer program (nothing cut) is proven too, hours must agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import mean, median

from bench import Row, timed
from bench.plain import assert_valid, plain_plan
from bench.programs import adversarial, structured
from cbe.domain.graph import compile_program
from cbe.domain.planner import CredentialPlan, plan_credential
from cbe.domain.program import Program

CAPS = (0.05, 3.0)
PLAIN_SECONDS = 5.0
STRUCTURED = (20, 60, 200, 500, 2_000)
ADVERSARIAL = (20, 60, 120, 200, 2_000)


@dataclass(frozen=True, slots=True)
class Family:
    """Programs of one kind and size."""

    name: str
    size: int
    programs: list[Program]


def run(rounds: int, quick: bool) -> list[Row]:
    """Measure structured and adversarial programs at both caps; ``rounds`` is not used: each seed is a round."""
    del rounds
    seeds = range(3 if quick else 20)
    rows: list[Row] = []
    shares: dict[tuple[str, float], list[bool]] = {}
    for family in _families(seeds, quick):
        best: list[CredentialPlan] = []
        for cap in CAPS:
            seconds, plans = _solve(family, cap)
            proven = [plan.proven_optimal for plan in plans]
            shares.setdefault((family.name, cap), []).extend(proven)
            rows.append(_row(family, cap, seconds, plans, proven))
            best = plans
        rows.append(_checked(family, best))
    for (name, cap), proven in shares.items():
        if cap == max(CAPS):
            bar = 1.0 if name == "structured" else 0.9
            text = "all" if name == "structured" else "≥ 90 %"
            rows.append(
                Row(f"{name}, all sizes, proven in {cap:g} s", 100 * mean(proven), "%", text, mean(proven) >= bar)
            )
    return rows


def _families(seeds: range, quick: bool) -> list[Family]:
    sizes = [size for size in STRUCTURED if not quick or size <= 200]
    found = [Family("structured", s, [structured(s, min(50, s // 4), seed) for seed in seeds]) for s in sizes]
    hard = [size for size in ADVERSARIAL if not quick or size <= 60]
    return found + [Family("adversarial", s, [adversarial(s, seed) for seed in seeds]) for s in hard]


def _solve(family: Family, cap: float) -> tuple[list[float], list[CredentialPlan]]:
    times, plans = [], []
    for program in family.programs:
        compiled = compile_program(program)
        seconds, plan = timed(lambda: plan_credential(compiled, set(), "d0", budget_s=cap))  # noqa: B023 (called at once)
        assert plan.plan is not None, "no plan"
        assert plan.lower_bound_hours is not None, "no bound"
        assert_valid(program, set(), "d0", plan.plan)
        times.append(seconds)
        plans.append(plan)
    return times, plans


def _row(family: Family, cap: float, seconds: list[float], plans: list[CredentialPlan], proven: list[bool]) -> Row:
    share = 100 * mean(proven)
    gaps = [_gap(plan) for plan in plans]
    barred = cap == min(CAPS) and (family.name, family.size) == ("structured", 200)
    return Row(
        f"{family.name} {family.size:,}, cap {cap:g} s: proven",
        share,
        "%",
        "≥ 95 %" if barred else "a valid plan and a bound",
        not barred or share >= 95,
        f"median {median(seconds) * 1e3:.0f} ms, longest {max(seconds) * 1e3:.0f} ms, "
        f"mean gap {mean(gaps):.1f} %, widest {max(gaps):.1f} %",
    )


def _gap(plan: CredentialPlan) -> float:
    assert plan.remaining_hours is not None
    assert plan.lower_bound_hours is not None
    return float(100 * (plan.remaining_hours - plan.lower_bound_hours) / plan.remaining_hours)


def _checked(family: Family, plans: list[CredentialPlan]) -> Row:
    """Compare with the whole program solved: equal hours where both are proven, bounds that hold everywhere."""
    agreed, times = 0, []
    # the hard ones take minutes uncut: a few of them
    several = list(zip(family.programs, plans, strict=True))[: None if family.name == "structured" else 3]
    for program, plan in several:
        seconds, plain = timed(lambda: plain_plan(program, set(), "d0", PLAIN_SECONDS))  # noqa: B023 (called at once)
        times.append(seconds)
        assert plain is not None
        if plain.proven and plan.proven_optimal:
            assert plain.hours == plan.remaining_hours, "the hours differ"
            agreed += 1
        assert plan.lower_bound_hours is not None
        assert not plain.proven or plan.lower_bound_hours <= plain.hours, "the bound is too high"
    detail = f"uncut: median {median(times) * 1e3:.0f} ms; bounds hold for all"
    return Row(
        f"{family.name} {family.size:,}: equal to the uncut program", agreed, f"of {len(several)}", detail=detail
    )
