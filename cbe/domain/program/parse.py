"""Reading a program document: every part by its shape, then what parts say about each other.

Large lists may be sequences that decode their items as they are asked for (``interop.program_file`` hands such in), so
lists are walked, never copied, and nothing but ids and edges is kept of a document until it is known to be sound.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from cbe.domain.document_order import in_document_order
from cbe.domain.errors import N_, Invalid, Problem, Worded
from cbe.domain.reading import (
    MOST_PROBLEMS,
    Problems,
    TooManyProblems,
    is_list,
    quoted,
    shown,
)
from cbe.domain.requirements import CompetencyLeaf, Credits, Leaf, leaves
from cbe.domain.requirements.parse import Checks, read_requirement

from .circles import shortest_circles
from .ids import Edges, Ids, ids_in, places_of, shown_circle, where_named, where_needed
from .shapes import COMPETENCY, CREDENTIAL, PROGRAM, TOP, already_the_id, report_repeated_ids
from .values import Competency, Credential, MasteryRule, Program, Quality, Section

__all__ = ["CIRCLE", "FORMAT", "find_problems", "parse_program"]

FORMAT = "cbe-program/1"

CIRCLE = N_("prerequisites go in a circle, each needed by the next: %(circle)s; take one out")
"""How a circle of prerequisites is told; readers of other formats know one by it."""
CREDENTIAL_CIRCLE = N_("credentials name each other in a circle, each needed by the next: %(circle)s; take one out")
MOST_NAMED = 1_000
"""So many problems name the parts of a circle one by one."""
DANGLING = {
    "competency": N_("there is no competency with the id %(id)s"),
    "credential": N_("there is no credential with the id %(id)s"),
    "section": N_("there is no section with the id %(id)s"),
}


def parse_program(document: Any, *, with_circles: bool = False) -> Program:
    """Return the program a `cbe-program/1` document says; raises Invalid with all its problems in document order.

    ``with_circles``: prerequisites, and credentials, may go in circles; nothing can be compiled of that, but linted.
    What it keeps of a foreign file under `source` is looked through and left in the document.

    Numbers become Decimal as they are written; where a whole number is asked for 3.0 is 3. Over
    ``reading.MOST_PROBLEMS`` problems reading stops, and the last of them says so.

    >>> parse_program({"format": "cbe-program/1", "program": {"id": "web", "title": "Web"}, "competencies": []})
    Traceback (most recent call last):
    cbe.domain.errors.Invalid: the whole file: has no "credentials", which a program file must have; \
/program: has no "language", which a program must have
    """
    reading = _Reading(document, with_circles)
    problems = reading.problems_in_order()
    if problems:
        raise Invalid(problems)
    return reading.program()


def find_problems(document: Any, besides: Iterable[Problem] = (), *, with_circles: bool = False) -> list[Problem]:
    """Return all problems of a document and those found in its bytes, together in document order."""
    return _Reading(document, with_circles).problems_in_order(besides)


class _RequirementChecks(Checks):
    """What the program knows of the ids in the requirement of one credential."""

    def __init__(self, reading: _Reading, credential: int) -> None:
        self.reading = reading
        self.credential = credential

    def leaf(self, leaf: Leaf, at: str) -> None:
        if isinstance(leaf, CompetencyLeaf):
            if self.reading.competencies.find(leaf.competency) is None:
                self.reading.report_dangling(at, leaf.competency, "competency")
            return
        needed = self.reading.credentials.find(leaf.credential)
        if needed is None:
            self.reading.report_dangling(at, leaf.credential, "credential")
        else:
            self.reading.requirements.add(needed, self.credential)

    def credits(self, requirement: Credits, at: str) -> None:
        total = Decimal(0)
        for leaf in leaves(requirement):
            worth = self.reading.credits_of(leaf)
            if worth is None:
                return
            total += worth
        if requirement.credits > total:
            text = N_("asks for %(credits)s credits, its members have only %(there)s")
            self.reading.problems.report(at, Worded(text, credits=requirement.credits, there=total))


class _Reading:
    """One reading of one document: first everything that is wrong, then, when nothing is, the values."""

    def __init__(self, document: Any, with_circles: bool) -> None:
        self.document, self.with_circles = document, with_circles
        self.problems = Problems()
        top = document if isinstance(document, dict) else {}
        self.competencies, self.credentials = Ids(top.get("competencies")), Ids(top.get("credentials"))
        self.top: Mapping[str, Any] = top
        self.head: dict[str, Any] = {}
        self.sections: dict[str, int] = {}
        self.prerequisites, self.requirements = Edges(), Edges()
        self.unread_prerequisites, self.unread_requirements = array("i"), array("i")

    def problems_in_order(self, besides: Iterable[Problem] = ()) -> list[Problem]:
        """Return every problem, also those already known; where there are too many the last says so."""
        cut: list[Problem] = []
        try:
            for at, text in besides:
                self.problems.report(at, text)
            self._check()
        except TooManyProblems:
            text = N_("there are more problems than the %(count)s listed here; mend these and check again")
            cut.append(("", Worded(text, count=len(self.problems.found))))
        if self.problems.found:
            # the ids of half a million competencies are a third of all memory, and no longer asked for
            self.competencies = self.credentials = Ids()
            self.prerequisites = self.requirements = Edges()
        return in_document_order(self.problems.found, self.document) + cut

    def program(self) -> Program:
        """Return the program of a document without problems."""
        head = {key: value for key, value in self.head.items() if value is not None}
        head.setdefault("mastery", MasteryRule())
        head.setdefault("quality", Quality())
        return Program(
            competencies=tuple([self._made_competency(i, item) for i, item in enumerate(self.top["competencies"])]),
            credentials=tuple([self._made_credential(i, item) for i, item in enumerate(self.top["credentials"])]),
            **head,
        )

    def _made_competency(self, index: int, item: Any) -> Competency:
        values = self._competency(index, item)
        values["prerequisites"] = tuple([tuple(group) for group in item.get("prerequisites", ())])
        return Competency(**values)

    def _made_credential(self, index: int, item: Any) -> Credential:
        requirement = read_requirement(self.problems, item["requires"], f"/credentials/{index}/requires")
        return Credential(**self._credential(index, item) | {"requires": requirement})

    def _check(self) -> None:
        self.problems.object(self.document, "", TOP)
        if "format" in self.top and self.top["format"] != FORMAT:
            self.problems.report("/format", Worded('must be "%(format)s"', format=FORMAT))
        if "program" in self.top:
            self._check_head(self.top["program"])
        for key, ids, read in (
            ("competencies", self.competencies, self._competency),
            ("credentials", self.credentials, self._credential),
        ):
            if key in self.top:
                for i, item in enumerate(self.problems.items(self.top[key], "", key, Worded("objects"))):
                    first = ids.add(i, item)
                    name = read(i, item).get("id")
                    if name is not None and first != i:
                        self.problems.report(f"/{key}/{i}/id", already_the_id(name, f"/{key}/{first}"))
        if "source" in self.top:
            self._check_source(self.top["source"])
        self._check_references()
        if not self.with_circles:
            self._check_circles()

    def _check_source(self, value: Any) -> None:
        """See that what is kept of a foreign file can be; what it says is for the reader of that format."""
        for i, part in enumerate(
            self.problems.items(value, "", "source", Worded("objects, kept of the file this was made from"))
        ):
            if isinstance(part, dict):
                self.problems.anything(part, "/source", i)
            else:
                self.problems.report(f"/source/{i}", N_("must be an object: {…}"))

    def _check_references(self) -> None:
        """Read what names ids of its own list, which a first walk need not have met yet."""
        for i in self.unread_prerequisites:
            self._prerequisites(self.competencies.items[i]["prerequisites"], i, f"/competencies/{i}")
        for i in self.unread_requirements:
            value, at = self.credentials.items[i]["requires"], f"/credentials/{i}/requires"
            read_requirement(self.problems, value, at, _RequirementChecks(self, i))

    def _check_head(self, value: Any) -> None:
        self.head = self.problems.object(value, "/program", PROGRAM) or {}
        sections = value.get("sections") if isinstance(value, dict) else None
        report_repeated_ids(self.problems, sections, "/program/sections")
        self.sections = places_of(sections)
        parents = Edges()
        for i, section in enumerate(self.head.get("sections", ())):
            if isinstance(section, Section) and section.parent is not None:
                if section.parent in self.sections:
                    parents.add(i, self.sections[section.parent])
                else:
                    self.report_dangling(f"/program/sections/{i}/parent", section.parent, "section")
        names = ids_in(sections)
        for circle in shortest_circles(len(names), parents.sources, parents.targets):
            text = N_("sections stand in each other in a circle: %(circle)s; take one parent out")
            at = f"/program/sections/{circle[-1]}/parent"
            self.problems.report(at, shown_circle(text, "section", circle, names))
        if self.head.get("mastery") is not None:
            self._check_mastery(self.head, "/program/mastery/level")

    def _competency(self, index: int, item: Any) -> dict[str, Any]:
        at = f"/competencies/{index}"
        values = self.problems.object(item, at, COMPETENCY) or {}
        section = values.get("section")
        if section is not None and section not in self.sections:
            self.report_dangling(f"{at}/section", section, "section")
        if values.get("mastery") is not None:
            self._check_mastery(values, f"{at}/mastery/level")
        elif values.get("rubric") is not None:
            self._check_mastery(values, f"{at}/rubric/levels")
        if "prerequisites" in values and not self._all_known(values["prerequisites"], index):
            self.unread_prerequisites.append(index)
        return values

    def _all_known(self, groups: Any, index: int) -> bool:
        """Take in sound prerequisites that all stand before their competency; leave all others for later."""
        targets: list[int] = []
        if not is_list(groups):
            return False
        for group in groups:
            places = self.competencies.find_all(group) if is_list(group) else None
            if not places or len(set(places)) != len(places):
                return False
            targets += places
        for target in targets:
            self.prerequisites.add(target, index)
        return True

    def _check_mastery(self, values: Mapping[str, Any], at: str) -> None:
        """Report a level that mastery asks for when the rubric that counts here does not have it."""
        rule = values.get("mastery") or self.head.get("mastery")
        level = rule.level if rule is not None else None
        if level is None:
            return
        own = values if "rubric" in values else self.head
        rubric = own.get("rubric")
        if rubric is None and "rubric" in own:
            return
        names = [step.id for step in rubric.levels] if rubric is not None else []
        if level not in names:
            text = (
                N_("mastery asks for the level %(level)s, but its rubric has %(levels)s")
                if names
                else N_("mastery asks for the level %(level)s, but there is no rubric here")
            )
            self.problems.report(at, Worded(text, level=quoted(level), levels=", ".join(map(shown, names))))

    def _prerequisites(self, value: Any, index: int, at: str) -> None:
        at = f"{at}/prerequisites"
        if is_list(value):
            for place, group in enumerate(value):
                self._group(group, index, at, place)
        else:
            self.problems.report(at, N_('must be a list of groups, such as [["html"], ["js", "php"]]'))

    def _group(self, value: Any, index: int, at: str, place: int) -> None:
        if not is_list(value) or not value:
            text = N_("must be a list of competency ids, of which one is enough; it must not be empty")
            self.problems.report(f"{at}/{place}", text)
            return
        known: set[str] = set()
        for i, member in enumerate(value):
            target = self.competencies.find(member) if isinstance(member, str) else None
            if target is None or member in known:
                self._report_member(member, f"{at}/{place}", i, known)
            else:
                known.add(member)
                self.prerequisites.add(target, index)

    def _report_member(self, member: Any, at: str, place: int, known: set[str]) -> None:
        name = self.problems.identifier(member, at, place)
        if name in known:
            text = Worded("%(id)s stands in this group already; once is enough", id=quoted(name))
            self.problems.report(f"{at}/{place}", text)
        elif name is not None:
            self.report_dangling(f"{at}/{place}", name, "competency")

    def _credential(self, index: int, item: Any) -> dict[str, Any]:
        at = f"/credentials/{index}"
        values = self.problems.object(item, at, CREDENTIAL) or {}
        if "requires" in values:
            self.unread_requirements.append(index)
        return values

    def credits_of(self, leaf: Leaf) -> Decimal | None:
        """Return the credits of what a leaf names; None when they are not sound."""
        if isinstance(leaf, CompetencyLeaf):
            return self.competencies.credits_of(leaf.competency)
        return self.credentials.credits_of(leaf.credential)

    def report_dangling(self, at: str, name: str, what: str) -> None:
        """Report a name that nothing in the file has."""
        self.problems.report(at, Worded(DANGLING[what], id=quoted(name)))

    def _check_circles(self) -> None:
        for ids, edges, key in (
            (self.competencies, self.prerequisites, "prerequisites"),
            (self.credentials, self.requirements, "requires"),
        ):
            if not edges.sources:
                continue
            names, most = ids.give_names(), MOST_PROBLEMS + 1 - len(self.problems.found)
            for circle in shortest_circles(len(names), edges.sources, edges.targets, most):
                value, last = ids.items[circle[0]][key], names[circle[-1]].decode("utf-8", "surrogatepass")
                if key == "prerequisites":
                    at = f"/competencies/{circle[0]}/prerequisites{where_needed(value, last)}"
                    text, kind = CIRCLE, "competency"
                else:
                    at = f"/credentials/{circle[0]}/requires{where_named(value, last)}"
                    text, kind = CREDENTIAL_CIRCLE, "credential"
                is_named = len(self.problems.found) < MOST_NAMED
                self.problems.report(at, shown_circle(text, kind, circle, names, is_named=is_named))
