"""One learner: compiling a program and the ready set, against networkx asked each time. Sets are handed over as rows."""

from __future__ import annotations

from bench import Row, paired, timed
from bench.plain import ready_by_networkx
from bench.programs import learner_of, wide
from cbe.domain.graph import CompiledProgram, compile_program
from cbe.domain.progress import State, states

BAR = 100
BAR_SIZE = 14_000


def run(rounds: int, quick: bool) -> list[Row]:
    """Measure compiling, the ready set and all states from 100 to 100,000 competencies."""
    rows = []
    for size in (100, 1_000) if quick else (100, 1_000, BAR_SIZE, 100_000):
        program = wide(size, 10, seed=size)
        seconds, compiled = timed(lambda: compile_program(program))  # noqa: B023 (called at once)
        rows.append(Row(f"compile V={size:,}", seconds * 1e3, "ms"))
        rows += _ready(rounds, size, compiled, learner_of(program, 0.4, seed=1))
    return rows


def _ready(rounds: int, size: int, compiled: CompiledProgram, mastered: set[str]) -> list[Row]:
    mask = compiled.mask(mastered)
    plain = ready_by_networkx(compiled.graph, mastered)
    fast = {compiled.ids[i] for i in compiled.ready_mask(mask).nonzero()[0]}
    found = states(compiled, mastered)
    assert fast == plain == {key for key, state in found.items() if state is State.READY}, "the answers differ"
    quick_s, plain_s, ratio = paired(
        rounds, lambda: compiled.ready_mask(mask), lambda: ready_by_networkx(compiled.graph, mastered), repeat=20
    )
    barred = size == BAR_SIZE
    detail = f"networkx {plain_s * 1e3:.1f} ms, {len(plain):,} ready, the same"
    all_s, _, all_ratio = paired(
        rounds, lambda: states(compiled, mastered), lambda: ready_by_networkx(compiled.graph, mastered)
    )
    return [
        Row(f"ready set V={size:,}", quick_s * 1e6, "µs"),
        Row(
            f"ready set V={size:,} against networkx",
            ratio,
            "×",
            f"≥ {BAR}×" if barred else "",
            not barred or ratio >= BAR,
            detail,
        ),
        Row(
            f"all states as words V={size:,}", all_s * 1e3, "ms", detail=f"{all_ratio:.1f}× networkx's ready set alone"
        ),
    ]
