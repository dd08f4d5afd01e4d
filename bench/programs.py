"""Programs made up for measuring, from fixed seeds: wide graphs, structured and adversarial choices."""

from __future__ import annotations

import random
from decimal import Decimal

from cbe.domain.program import Competency, Credential, Program
from cbe.domain.requirements import All, AtLeast, CompetencyLeaf, Requirement

__all__ = ["adversarial", "learner_of", "structured", "wide"]


def _competency(number: int, hours: int, groups: list[tuple[int, ...]]) -> Competency:
    prerequisites = tuple(tuple(f"c{m}" for m in dict.fromkeys(group)) for group in groups)
    return Competency(
        f"c{number}", f"Competency {number}", Decimal(hours), credits=Decimal(1), prerequisites=prerequisites
    )


def _leaf(number: int) -> CompetencyLeaf:
    return CompetencyLeaf(f"c{number}")


def _program(competencies: list[Competency], requirements: list[Requirement]) -> Program:
    credentials = tuple(
        Credential(f"d{i}", f"Credential {i}", "badge", requires, credits=Decimal(i % 7))
        for i, requires in enumerate(requirements)
    )
    return Program("bench", "Bench", "en", tuple(competencies), credentials)


def wide(size: int, credentials: int, seed: int, any_of: float = 0.1) -> Program:
    """Return a program of some two prerequisite groups each, near one another, and credentials over a neighbourhood."""
    draw = random.Random(seed)
    competencies = []
    for i in range(size):
        near = range(max(0, i - 300), i)
        groups = []
        if i > size // 20:
            for _ in range(draw.choice((1, 2, 3))):
                groups.append(tuple(draw.sample(near, 3 if draw.random() < any_of else 1)))
        competencies.append(_competency(i, draw.randrange(1, 60), groups))
    requirements: list[Requirement] = []
    for _ in range(credentials):
        centre = draw.randrange(size)
        near = range(max(0, centre - 200), min(size, centre + 200))
        chosen = [_leaf(n) for n in draw.sample(near, min(11, len(near)))]
        requirements.append(All((*chosen[:3], AtLeast(3, tuple(chosen[3:])))))
    return _program(competencies, requirements)


def structured(size: int, groups: int, seed: int) -> Program:
    """Return a program as colleges write them: layers, two prerequisites each, some any-of groups, electives."""
    draw = random.Random(seed)
    with_choice = set(draw.sample(range(size // 5, size), min(groups, size - size // 5)))
    competencies = []
    for i in range(size):
        before = range(max(0, i - max(5, size // 4)), i)
        own = [tuple(draw.sample(before, 1)) for _ in range(2)] if i >= size // 5 else []
        if i in with_choice:
            own.append(tuple(draw.sample(before, min(3, len(before)))))
        competencies.append(_competency(i, draw.randrange(1, 60), own))
    core = [_leaf(n) for n in draw.sample(range(size * 3 // 4, size), max(1, size // 40))]
    electives = [_leaf(n) for n in draw.sample(range(size // 2, size), min(8, size // 4))]
    return _program(competencies, [All((*core, AtLeast(3, tuple(electives))))])


def adversarial(size: int, seed: int) -> Program:
    """Return a program whose any-of groups overlap as much as they can: covering problems stacked in two layers."""
    draw = random.Random(seed)
    pool = max(5, min(size // 3, 48))
    layer = pool
    competencies = [_competency(i, draw.randrange(10, 40), []) for i in range(pool)]
    for i in range(pool, pool + layer):
        groups = [tuple(draw.sample(range(pool), min(4, pool))) for _ in range(2)]
        competencies.append(_competency(i, draw.randrange(10, 40), groups))
    tops: list[int] = []
    for i in range(pool + layer, size):
        # a top of its own chain: what makes the program large is not what makes it hard
        if len(tops) < pool:
            groups = [tuple(draw.sample(range(pool, pool + layer), min(4, layer)))]
            tops.append(i)
        else:
            groups = [(draw.randrange(pool + layer, i),)]
        competencies.append(_competency(i, draw.randrange(10, 40), groups))
    return _program(competencies, [All(tuple(_leaf(n) for n in tops))])


def learner_of(program: Program, share: float, seed: int) -> set[str]:
    """Return mastered competencies: the first part in order, with some recognised further up."""
    draw = random.Random(seed)
    ids = [c.id for c in program.competencies]
    first = ids[: int(len(ids) * share)]
    return {*first, *draw.sample(ids, len(ids) // 100)}
