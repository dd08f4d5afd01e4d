"""Lint finds what is wrong with a program, says where and why, and mends what is safe to mend."""

from __future__ import annotations

import time
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings

from cbe.domain.cohort import LearnerFacts
from cbe.domain.graph import compile_program
from cbe.domain.lint import Necessity, People, Rule, Severity, apply_mend, lint, similar_titles
from cbe.domain.program import (
    Alignment,
    Competency,
    Credential,
    MasteryRule,
    Program,
    Quality,
    leaf_credits,
    parse_program,
)
from cbe.domain.requirements import All, Any_, CompetencyLeaf, CredentialLeaf, is_met
from tests.domain.strategies import document_of, programs

HTML, CSS, JS = (CompetencyLeaf(key) for key in ("html", "css", "js"))
COMPETENCIES = tuple(
    Competency(key, key.upper(), Decimal(4), criteria="Shows it", level=4) for key in ("html", "css", "js")
)


def program_of(*credentials, competencies=COMPETENCIES, **more):
    return Program("web", "Web", "en", tuple(competencies), credentials, **more)


def badge(requires, key="badge", **more):
    return Credential(key, "A badge", more.pop("kind", "badge"), requires, **more)


def found(program, rule, **more):
    return [finding for finding in lint(program, **more) if finding.rule is rule]


def only(program, rule, **more):
    (finding,) = found(program, rule, **more)
    return finding


def test_a_competency_that_no_credential_asks_for_is_named():
    finding = only(program_of(badge(All((HTML, CSS)))), Rule.NO_CREDENTIAL)
    assert (finding.place, finding.competency) == ("/competencies/2", "js")


def test_double_counting_that_makes_a_rule_unmeetable_is_found_at_its_place():
    apart = All((HTML, Any_((HTML,))), no_sharing=True)
    program = program_of(badge(Any_((apart, CSS))), badge(All((JS, apart)), key="never"))
    places = [finding.place for finding in found(program, Rule.DOUBLE_COUNTING)]
    assert places == ["/credentials/0/requires/any/0", "/credentials/1/requires/all/1"]
    finding = only(program, Rule.UNMEETABLE)
    assert (finding.credential, finding.place) == ("never", "/credentials/1/requires")


def test_what_stands_on_an_unmeetable_credential_is_unmeetable_too():
    first = badge(All((HTML, HTML), no_sharing=True), key="first")
    program = program_of(first, badge(CredentialLeaf("first"), key="second"))
    assert [finding.credential for finding in found(program, Rule.UNMEETABLE)] == ["first", "second"]


@settings(deadline=None, max_examples=60)
@given(programs())
def test_at_least_that_asks_for_all_is_mended_without_a_difference(program):
    worth = leaf_credits(program)
    for finding in found(program, Rule.AT_LEAST_ALL):
        mended = parse_program(apply_mend(document_of(program), finding.mend))
        assert mended != program
        ids = [c.id for c in program.competencies]
        for before, after in zip(program.credentials, mended.credentials, strict=True):
            for mastered in (set(ids[:n]) for n in range(len(ids) + 1)):
                assert is_met(before.requires, mastered, set(), worth) == is_met(after.requires, mastered, set(), worth)


def test_a_credential_that_all_enrolled_meet_asks_nothing_of_them():
    program = program_of(badge(All((HTML, CSS, JS))), badge(HTML, key="easy"))
    learners = [LearnerFacts("a", frozenset({"html"})), LearnerFacts("b", frozenset(), held=frozenset({"easy"}))]
    finding = only(program, Rule.ASKS_NOTHING, people=People(learners))
    assert (finding.credential, finding.learners) == ("easy", 2)
    assert not found(program, Rule.ASKS_NOTHING, people=People([*learners, LearnerFacts("c", frozenset())]))


@settings(deadline=None, max_examples=60)
@given(programs())
def test_necessary_is_what_a_credential_cannot_be_met_without(program):
    compiled, worth = compile_program(program), leaf_credits(program)
    necessity = Necessity(compiled)
    for key in compiled.credentials:
        expected = [c for c in compiled.ids if not could_be_met(compiled, key, c, worth)]
        assert list(necessity.necessary(key)) == expected


def could_be_met(compiled, key, without, worth):
    mastered = set()
    for name in compiled.order:
        one = compiled.competencies[name]
        if name != without and not one.archived and all(any(m in mastered for m in g) for g in one.prerequisites):
            mastered.add(name)
    reached = set()
    for credential in compiled.credentials.values():  # those drawn name earlier ones only
        if is_met(credential.requires, mastered, reached, worth):
            reached.add(credential.id)
    return key in reached


def test_a_bottleneck_says_what_is_behind_it_and_who_waits_there():
    made = [replace(COMPETENCIES[0]), *(replace(c, prerequisites=(("html",),)) for c in COMPETENCIES[1:])]
    program = program_of(badge(Any_((CSS, JS))), competencies=made)
    learners = [LearnerFacts("a", frozenset()), LearnerFacts("b", frozenset({"html"}))]
    finding = only(program, Rule.BOTTLENECK, people=People(learners))
    assert (finding.competency, finding.learners) == ("html", 1)
    assert str(finding.text) == "Every way to badge goes through it, and 2 competencies lie behind it."


def test_a_chain_longer_than_the_setting_is_told_whole():
    made = [COMPETENCIES[0], replace(COMPETENCIES[1], prerequisites=(("html",),))]
    assert only(program_of(competencies=made), Rule.LONG_CHAIN, longest_chain=1).others == ("html", "css")
    assert not found(program_of(competencies=made), Rule.LONG_CHAIN, longest_chain=2)


def test_what_competencies_do_not_say_is_told():
    bare = Competency("x", "X", Decimal(1), effort_is_estimated=False)
    program = program_of(badge(All((HTML, CompetencyLeaf("x")))), competencies=[*COMPETENCIES, bare])
    told = lint(program, people=People())
    rules = {finding.rule for finding in told if finding.competency == "x"}
    assert rules == {Rule.HOURS, Rule.CRITERIA, Rule.LEVEL}
    assert only(program, Rule.RUBRIC).others == ("html", "css", "js", "x")


def assessor_findings(program, assessors):
    found = lint(program, people=People((), assessors))
    return [(one.place, one.others) for one in found if one.rule is Rule.NO_ASSESSOR]


def test_that_nobody_decides_is_one_finding_of_the_program():
    made = [*COMPETENCIES[:2], replace(COMPETENCIES[2], archived=True)]
    assert assessor_findings(program_of(competencies=made), 0) == [("/program", ("html", "css"))]
    assert assessor_findings(program_of(competencies=made), 1) == []
    assert assessor_findings(program_of(competencies=made), None) == []


def test_rules_of_mastery_that_want_more_assessors_than_there_are_are_told_where_they_stand():
    own = replace(COMPETENCIES[0], mastery=MasteryRule(assessors=3))
    program = program_of(competencies=[own, *COMPETENCIES[1:]], mastery=MasteryRule(assessors=2))
    assert assessor_findings(program, 1) == [("/competencies/0/mastery", ()), ("/program/mastery", ("css", "js"))]
    assert assessor_findings(program, 2) == [("/competencies/0/mastery", ())]
    assert assessor_findings(program, 3) == []


def test_a_micro_credential_is_blocked_until_it_says_what_it_must():
    guessed = replace(COMPETENCIES[0], effort_is_estimated=False)
    bare = program_of(badge(HTML, kind="micro-credential"), competencies=[guessed], quality=Quality(country="NO"))
    blocking = [finding for finding in lint(bare) if finding.severity is Severity.BLOCKING]
    at = "/credentials/0"
    elements = [f"{at}/quality/{name}" for name in ("assessment", "participation", "quality_assurance")]
    assert [finding.place for finding in blocking] == [*elements, f"{at}/level", f"{at}/requires"]
    quality = Quality(assessment="Portfolio", participation="Online", quality_assurance="Peer review")
    whole = program_of(badge(HTML, kind="micro-credential", level=5, quality=quality), quality=Quality(country="NO"))
    assert not [finding for finding in lint(whole) if finding.severity is Severity.BLOCKING]


def test_circles_are_told_and_the_texts_are_still_looked_at():
    made = [
        replace(c, prerequisites=((other,),), criteria=None)
        for c, other in zip(COMPETENCIES, ("css", "html", "html"), strict=True)
    ]
    stacked = [badge(CredentialLeaf("two"), key="one"), badge(CredentialLeaf("one"), key="two")]
    told = lint(program_of(*stacked, competencies=made))
    circles = [(f.place, f.others) for f in told if f.rule is Rule.CIRCLE]
    assert circles == [("/competencies/0/prerequisites", ("html", "css")), ("/credentials/0/requires", ())]
    assert sum(finding.rule is Rule.CRITERIA for finding in told) == 3


def test_alignments_that_lead_nowhere_or_twice_to_the_same_are_told():
    esco = Alignment("https://esco.example/skill/1", type="exactMatchOf")
    made = replace(COMPETENCIES[0], alignments=(esco, Alignment("urn:x:1"), esco))
    program = program_of(badge(HTML), competencies=[made])
    told = found(program, Rule.ALIGNMENT)
    assert [finding.place for finding in told] == ["/competencies/0/alignments/1/uri", "/competencies/0/alignments/2"]
    assert told[1].mend.safe


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Responsive layout", "Responsive layouts", True),
        ("Responsive layout", {"en": "responsive  LAYOUT"}, True),
        ("Responsive layout", {"de": "Responsive layout"}, False),
        ("Algebra 1", "Algebra 2", False),
        ("Calculus II", "Calculus III", False),
        ("CSS", "CSR", False),
        ("Safe use of scalpels", "Accounting basics", False),
    ],
)
def test_titles_are_alike_in_one_language_but_for_a_few_letters(one, other, alike):
    assert similar_titles([("a", one), ("b", other)], "en") == ([("a", "b")] if alike else [])


def test_thousands_of_long_titles_are_compared_in_seconds():
    titles = [
        (str(i), f"Explain how the {i * 7919 % 6007} parts of a system work together in practice") for i in range(6_000)
    ]
    start = time.process_time()
    assert not similar_titles(titles, "en")
    assert time.process_time() - start < 10
