"""Random edits of a program, such as designers make: values, prerequisites, rules, order, things added and taken out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st

from cbe.domain.graph import named_competencies, named_credentials
from cbe.domain.program import Competency, Credential, Program, Section, leaf_credits
from tests.domain.strategies import numbers, programs, requirements


@st.composite
def whole_programs(draw):
    """A program with sections."""
    program = draw(programs())
    keys = draw(st.lists(st.sampled_from("uvwx"), unique=True))
    sections = tuple(Section(key, key.upper()) for key in keys)
    return replace(program, sections=sections)


@st.composite
def edited(draw, program):
    """The program after some edits; still valid, ids with a prime are new."""
    for edit in draw(st.lists(st.sampled_from([_hours, _groups, _rule, _title, _order, _add, _take_out]), max_size=5)):
        program = edit(draw, program)
    return program


def _hours(draw, program):
    place = draw(st.integers(0, len(program.competencies) - 1))
    one = replace(program.competencies[place], effort_hours=draw(numbers()), credits=draw(numbers(4, 9)))
    return _with(program, place, one)


def _groups(draw, program):
    """Prerequisites may be of anything in whose own prerequisites it does not stand."""
    place = draw(st.integers(0, len(program.competencies) - 1))
    one = program.competencies[place]
    behind = {one.id}
    for _ in program.competencies:
        behind |= {c.id for c in program.competencies for group in c.prerequisites if behind & set(group)}
    before = [c.id for c in program.competencies if c.id not in behind]
    groups: tuple[tuple[str, ...], ...] = ()
    if before:
        group = st.lists(st.sampled_from(before), min_size=1, max_size=3, unique=True).map(tuple)
        groups = tuple(draw(st.lists(group, max_size=3, unique=True)))
    return _with(program, place, replace(one, prerequisites=groups))


def _rule(draw, program):
    if not program.credentials:
        return program
    place = draw(st.integers(0, len(program.credentials) - 1))
    earlier = program.credentials[:place]
    ids = tuple(c.id for c in program.competencies)
    requires = draw(requirements(ids, tuple(c.id for c in earlier), 2, leaf_credits(program)))
    credentials = list(program.credentials)
    credentials[place] = replace(credentials[place], requires=requires)
    return replace(program, credentials=tuple(credentials))


def _title(draw, program):
    texts = st.sampled_from(["Web", {"en": "Web", "ar": "الويب"}])
    sections = tuple(Section(s.id, draw(texts), s.parent) for s in program.sections)
    return replace(program, title=draw(texts), sections=sections)


def _order(draw, program):
    return replace(
        program,
        competencies=tuple(draw(st.permutations(program.competencies))),
        sections=tuple(draw(st.permutations(program.sections))),
    )


def _add(draw, program):
    name = f"{draw(st.sampled_from([c.id for c in program.competencies]))}'"
    if any(c.id == name for c in program.competencies):
        return program
    place = draw(st.integers(0, len(program.competencies)))
    made = Competency(name, name, draw(numbers()), prerequisites=((program.competencies[0].id,),))
    competencies = (*program.competencies[:place], made, *program.competencies[place:])
    credentials = program.credentials
    if all(c.id != name for c in credentials):
        rule = draw(requirements((name,), (), 1, lambda _: Decimal(0)))
        credentials = (*credentials, Credential(name, name, "badge", rule))
    return replace(program, competencies=competencies, credentials=credentials)


def _take_out(draw, program):
    """Take out a competency, the credentials that cannot be without it, and what stands on them."""
    if len(program.competencies) == 1:
        return program
    gone = draw(st.sampled_from([c.id for c in program.competencies]))
    competencies = tuple(
        replace(c, prerequisites=tuple(g for g in (tuple(m for m in g if m != gone) for g in c.prerequisites) if g))
        for c in program.competencies
        if c.id != gone
    )
    lost = {c.id for c in program.credentials if gone in named_competencies(c.requires)}
    for _ in program.credentials:
        lost |= {c.id for c in program.credentials if lost & set(named_credentials(c.requires))}
    credentials = tuple(c for c in program.credentials if c.id not in lost)
    return replace(program, competencies=competencies, credentials=credentials)


def _with(program, place, competency):
    competencies = list(program.competencies)
    competencies[place] = competency
    return replace(program, competencies=tuple(competencies))


def document_ids(program: Program) -> list[list[str]]:
    """Return the ids of a program's lists in their order."""
    return [[item.id for item in items] for items in (program.sections, program.competencies, program.credentials)]
