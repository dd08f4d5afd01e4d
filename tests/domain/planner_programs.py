"""Small random programs with every kind of requirement, for hypothesis."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from cbe.domain.program import Competency, Credential, Program
from cbe.domain.requirements import All, Any_, AtLeast, CompetencyLeaf, CredentialLeaf, Credits


@st.composite
def requirements(draw, names, credentials, depth=2):
    kinds = ["competency", "competency"] + (["credential"] if credentials else [])
    if depth:
        kinds += ["all", "any", "at_least", "credits"]
    kind = draw(st.sampled_from(kinds))
    if kind == "competency":
        return CompetencyLeaf(draw(st.sampled_from(names)))
    if kind == "credential":
        return CredentialLeaf(draw(st.sampled_from(credentials)))
    parts = tuple(draw(st.lists(requirements(names, credentials, depth - 1), min_size=1, max_size=4)))
    apart = draw(st.booleans())
    if kind == "all":
        return All(parts, apart)
    if kind == "any":
        return Any_(parts)
    if kind == "at_least":
        return AtLeast(draw(st.integers(1, len(parts))), parts, apart)
    return Credits(Decimal(draw(st.integers(1, 8))) / 2, parts, apart)


@st.composite
def programs(draw, most=8):
    names = [f"c{i}" for i in range(draw(st.integers(2, most)))]
    competencies = []
    for i, name in enumerate(names):
        groups = (
            draw(st.lists(st.lists(st.sampled_from(names[:i]), min_size=1, max_size=3, unique=True), max_size=2))
            if i
            else []
        )
        hours = draw(st.sampled_from([Decimal(1), Decimal(2), Decimal("2.5"), Decimal(3), Decimal(7)]))
        again = draw(st.sampled_from([None, Decimal(0), Decimal("0.3"), Decimal(1), Decimal(9)]))
        worth = draw(st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(1), Decimal(2)]))
        needs, archived = tuple(map(tuple, groups)), draw(st.sampled_from([False] * 5 + [True]))
        competencies.append(
            Competency(name, name, hours, credits=worth, renewal_hours=again, prerequisites=needs, archived=archived)
        )
    order = draw(st.permutations(competencies))
    credentials: list[Credential] = []
    for i in range(draw(st.integers(1, 4))):
        requires = draw(requirements(names, [c.id for c in credentials]))
        worth = draw(st.sampled_from([Decimal(0), Decimal(1), Decimal(3)]))
        credentials.append(Credential(f"d{i}", f"d{i}", "badge", requires, credits=worth))
    return Program("p", "p", "en", tuple(order), tuple(credentials))


@st.composite
def learners(draw, most=8):
    program = draw(programs(most))
    mastered = draw(st.sets(st.sampled_from([c.id for c in program.competencies])))
    keys = [c.id for c in program.credentials]
    held = draw(st.sets(st.sampled_from(keys), max_size=1))
    withheld = draw(st.sets(st.sampled_from(keys), max_size=1))
    return program, mastered, held, withheld - held


@st.composite
def renewers(draw, most=8):
    """A learner some of whose mastery expired: none of it is mastered."""
    program, mastered, held, withheld = draw(learners(most))
    outside = [c.id for c in program.competencies if c.id not in mastered]
    expired = draw(st.sets(st.sampled_from(outside))) if outside else set()
    return program, mastered, held, withheld, expired
