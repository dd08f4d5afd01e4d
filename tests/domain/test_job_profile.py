"""The way to what a job asks for is the shortest there is, by trying every way; and what stands for an item is found."""

from decimal import Decimal
from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from cbe.domain.graph import compile_program
from cbe.domain.job_profile import Item, JobProfile, Need, answers, shortest_stack
from cbe.domain.planner import Status
from cbe.domain.program import Competency, Credential, Program
from cbe.domain.requirements import All, Any_, CompetencyLeaf, CredentialLeaf
from tests.domain.planner_programs import learners
from tests.domain.planner_reference import Reference


def named_by(program, credential):
    """Every competency that a credential's requirement names, through the credentials that it is built on."""
    requires = {one.id: one.requires for one in program.credentials}

    def below(node):
        if isinstance(node, CompetencyLeaf):
            return {node.competency}
        if isinstance(node, CredentialLeaf):
            return below(requires[node.credential])
        return set().union(*map(below, node.parts))

    return below(requires[credential])


class Ways(Reference):
    """Every way to have all that is wanted, each with a credential that stands for it where any does."""

    def __init__(self, program, held, withheld, wanted):
        super().__init__(program, held, withheld)
        self.wanted = wanted
        self.naming = {one.id: named_by(program, one.id) for one in program.credentials}

    def brings(self, ids, have):
        named = any(key in names for key in ids for names in self.naming.values())
        if not named:
            return any(key in have for key in ids)
        return any(key in have and key in self.naming[one] and self.reached(one, have) for one in self.naming for key in ids)  # fmt: skip

    def shortest(self, mastered):
        outside = [key for key in self.competencies if key not in mastered]
        costs = []
        for extra in chain.from_iterable(combinations(outside, n) for n in range(len(outside) + 1)):
            have = mastered | set(extra)
            if all(self.is_ready(key, have) for key in extra) and all(self.brings(ids, have) for ids in self.wanted):
                costs.append(sum(map(self.hours, extra)))
        return min(costs, default=None)


@st.composite
def jobs(draw):
    program, mastered, held, withheld = draw(learners(6))
    missing = [one.id for one in program.competencies if one.id not in mastered]
    ids = st.lists(st.sampled_from(missing), min_size=1, max_size=2, unique=True) if missing else st.nothing()
    return program, mastered, held, withheld, draw(st.lists(ids, max_size=3) if missing else st.just([]))


@given(jobs())
def test_no_way_to_what_is_missing_is_shorter(job):
    program, mastered, held, withheld, wanted = job
    found = shortest_stack(compile_program(program), dict(enumerate(wanted)), mastered=mastered, held=held, withheld=withheld, budget_s=5)  # fmt: skip
    if not wanted:
        assert found is None
        return
    ways = Ways(program, held, withheld, wanted)
    shortest = ways.shortest(mastered)
    if shortest is None:
        assert found.plan.status is Status.IMPOSSIBLE
        return
    assert (found.plan.remaining_hours, found.plan.proven_optimal) == (shortest, True)
    have = mastered | set(found.plan.plan)
    assert all(ways.reached(one, have) for one in found.credentials)
    for number, ids in enumerate(wanted):
        named = {one for one in found.credentials for key in ids if key in have and key in ways.naming[one]}
        assert named or number in found.alone


def program_of(**credentials):
    competencies = [Competency(key, key, Decimal(hours)) for key, hours in (("a", 2), ("b", 3), ("c", 4))]
    return compile_program(Program("p", "P", "en", tuple(competencies), tuple(
        Credential(key, key, "badge", requires) for key, requires in credentials.items()
    )))  # fmt: skip


def test_one_credential_is_named_where_it_stands_for_everything():
    a, b = CompetencyLeaf("a"), CompetencyLeaf("b")
    program = program_of(small=a, other=b, large=All((CredentialLeaf("small"), b)))
    found = shortest_stack(program, {0: ["a"], 1: ["b"]}, mastered=set())
    assert (found.credentials, found.plan.remaining_hours, found.alone) == (("large",), Decimal(5), ())


def test_what_no_credential_names_is_brought_alone_and_what_nothing_brings_is_left_out():
    found = shortest_stack(program_of(one=CompetencyLeaf("a")), {0: ["a"], 4: ["c"], 5: []}, mastered=set())
    assert (found.covered, found.credentials, found.alone) == ((0, 4), ("one",), (4,))


def test_a_credential_that_was_met_by_another_choice_does_not_stand_for_what_was_not_learned():
    program = program_of(one=Any_((CompetencyLeaf("a"), CompetencyLeaf("b"))))
    found = shortest_stack(program, {0: ["b"]}, mastered={"a"})
    assert (found.credentials, found.plan.plan) == (("one",), ("b",))


def test_a_competency_stands_for_an_item_by_name_by_address_and_by_the_identifier_at_its_end():
    addresses = {"html": ["https://Example.org/skills/2.A.1/"], "css": [], "sql": ["https://example.org/skills/2.A.1"]}
    items = (
        Item("by address", uris=("http://example.org/skills/2.A.1",)),
        Item("by its end", Need.NICE, uris=("2.A.1",)),
        Item("by name", competencies=(("web", "css"), ("other", "html"))),
        Item("by none"),
    )
    assert answers(JobProfile("Clerk", items), "web", addresses) == [("html", "sql"), ("html", "sql"), ("css",), ()]
