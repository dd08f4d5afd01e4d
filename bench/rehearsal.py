"""Rehearsing an edit: who would see another state or standing, against recomputing each learner with plain networkx.

The fast side is handed the same facts about people as the plain one and makes its rows of them anew in every round. Where
everything is edited at once nothing can be passed over, and there is no bar.
"""

from __future__ import annotations

import pickle
import random
from dataclasses import replace

from bench import Row, paired, timed
from bench.plain import PlainProgram
from bench.programs import learner_of, wide
from cbe.domain.cohort import LearnerFacts
from cbe.domain.graph import compile_program
from cbe.domain.program import Competency, Credential, Program
from cbe.domain.rehearsal import Rehearsal, rehearse
from cbe.domain.requirements import All, CredentialLeaf

BAR = 500
BAR_SIZE = 1_000
"""Competencies; with fewer the plain way is quick itself, and reading who mastered what takes most of the time."""
EDITED = 5
"""Competencies of which a usual edit changes the prerequisites."""

Moves = set[tuple[int, str, str | None, str | None]]


def run(rounds: int, quick: bool) -> list[Row]:
    """Measure 100, 1,000 and 10,000 learners on some 100 and 1,000 competencies."""
    rows = []
    for size in (100,) if quick else (100, 1_000):
        program = _stacked(wide(size, max(10, size // 50), seed=size))
        for count in (100, 1_000) if quick else (100, 1_000, 10_000):
            learners = _learners(program, count)
            times = rounds if count * size <= 1_000_000 else 1
            rows += _one(times, program, _edited(program, EDITED), learners, barred=size == BAR_SIZE)
        rows += _one(min(rounds, 3), program, _edited(program, size), _learners(program, 1_000), barred=False)
    return rows


def _one(rounds: int, old: Program, new: Program, learners: list[LearnerFacts], *, barred: bool) -> list[Row]:
    before, after = compile_program(old), compile_program(new)
    plain = PlainProgram(before), PlainProgram(after)
    changed = sum(c.prerequisites != d.prerequisites for c, d in zip(old.competencies, new.competencies, strict=False))
    name = f"V={len(before.ids):,}, {len(learners):,} learners, {changed} competencies edited"

    def fast() -> Rehearsal:
        return rehearse(before, after, learners)

    expected: list[Moves] = []
    quick_s, plain_s, ratio = paired(
        rounds, fast, lambda: expected.append(_by_networkx(*plain, learners)), repeat=max(1, 2_000 // len(learners))
    )
    found = fast()
    assert _moves(found) == expected[0], "the answers differ"
    hours_s, _ = timed(lambda: [found.hours(key) for key in found.longer_or_shorter])
    detail = f"networkx {plain_s:.2f} s, {len(expected[0]):,} differences, the same"
    bar = f"≥ {BAR}×" if barred else ""
    again_s, _ = timed(lambda: rehearse(before, after, found.before))
    return [
        Row(f"rehearsal {name}", quick_s * 1e3, "ms", detail=f"{again_s * 1e3:.2f} ms with the rows kept"),
        Row(f"against networkx {name}", ratio, "×", bar, not barred or ratio >= BAR, detail),
        Row(f"bounds of hours {name}", hours_s, "s", detail=f"{len(found.longer_or_shorter)} credentials touched"),
    ]


def _stacked(program: Program) -> Program:
    """Return the program with a diploma on top of its first credentials."""
    first = tuple(CredentialLeaf(credential.id) for credential in program.credentials[:3])
    return replace(program, credentials=(*program.credentials, Credential("top", "Top", "diploma", All(first))))


def _learners(program: Program, count: int) -> list[LearnerFacts]:
    draw = random.Random(count)
    ids = [c.id for c in program.competencies]
    keys = [c.id for c in program.credentials]
    found = []
    for number in range(count):
        mastered = frozenset(learner_of(program, draw.random() * 0.9, seed=number))
        marks = (frozenset(draw.sample(ids, draw.choice((0, 0, 1, 2)))) - mastered for _ in range(3))
        in_review, returned, expired = marks
        held = frozenset(draw.sample(keys, draw.choice((0, 0, 1))))
        withheld = frozenset(draw.sample(keys, int(draw.random() < 0.02))) - held
        found.append(LearnerFacts(str(number), mastered, in_review, returned, expired, held, withheld))
    return found


def _edited(program: Program, times: int) -> Program:
    """Return the program with other prerequisites of so many competencies, one more, one less, and another rule."""
    draw = random.Random(times)
    competencies = list(program.competencies)
    for place in sorted(draw.sample(range(1, len(competencies)), min(times, len(competencies) - 1))):
        near = [c.id for c in competencies[max(0, place - 20) : place]]
        other = (draw.choice(near),)
        kept = competencies[place].prerequisites[1:]
        competencies[place] = replace(competencies[place], prerequisites=(other, *kept))
    competencies.append(
        Competency("more", "More", competencies[0].effort_hours, prerequisites=((competencies[-1].id,),))
    )
    first = program.credentials[0]
    assert isinstance(first.requires, All)
    easier = replace(first, requires=All(first.requires.parts[1:]))
    edited = replace(program, competencies=tuple(competencies), credentials=(easier, *program.credentials[1:]))
    made: Program = pickle.loads(pickle.dumps(edited))  # values of its own, as a program has that is read from its file
    return made


def _by_networkx(old: PlainProgram, new: PlainProgram, learners: list[LearnerFacts]) -> Moves:
    found: Moves = set()
    for number, one in enumerate(learners):
        before, after = old.stands(one), new.stands(one)
        for key in before.keys() | after.keys():
            was, now = before.get(key), after.get(key)
            if was != now:
                found.add((number, key, was, now))
    return found


def _moves(rehearsal: Rehearsal) -> Moves:
    found: Moves = set()
    for number in range(len(rehearsal.before.learners)):
        states, claims = rehearsal.of(number)
        found |= {(number, f"competency {m.competency}", m.before, m.after) for m in states}
        found |= {(number, f"credential {m.credential}", m.before, m.after) for m in claims}
    return found
