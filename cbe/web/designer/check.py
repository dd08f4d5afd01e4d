"""The check of a draft: what is wrong with it by rule, whom that touches, and what one click mends.

What lint looks for is ``domain.lint``'s, keeping and mending ``services.linting``'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from cbe.domain.errors import NotFound
from cbe.domain.lint import Finding, Rule, Severity
from cbe.services import linting
from cbe.services.drafts import Seen
from cbe.services.linting import LONGEST_CHAIN

from .. import identity
from ..guard import safe_next
from ..texts import Spoken, hours
from . import designer
from .frame import Page, page, save, told_in

__all__: list[str] = []

Kind = TypeVar("Kind", Rule, Severity)
ON_A_PAGE = 50
MOST_CHAIN = 10_000
SEVERITIES = {
    Severity.BLOCKING: ("removed", "impossible", _l("blocking"), _l("Blocking: cannot be published so")),
    Severity.WARNING: ("changed", "warning", _l("warning"), _l("Warnings: probably a mistake")),
    Severity.ADVICE: ("moved", "message", _l("advice"), _l("Advice: could be better")),
}
"""Severity → the colours of its pill, its icon, its word, and the words above their number."""
RULES = {
    Rule.CIRCLE: (_l("Circles"), _l("Nobody who is inside can begin. While there are any, what needs a graph without them is not looked at.")),
    Rule.MICRO_CREDENTIAL: (_l("What a micro-credential must say"), _l("The European approach to micro-credentials wants these of every one of them.")),
    Rule.UNMEETABLE: (_l("Credentials that cannot be met"), _l("Whoever masters everything still would not get them.")),
    Rule.DOUBLE_COUNTING: (_l("Counted twice"), _l("Where each competency counts only once there must be enough of them.")),
    Rule.ASKS_NOTHING: (_l("Credentials that ask for nothing"), _l("They are met by everybody, so they say nothing of anybody.")),
    Rule.AT_LEAST_ALL: (_l("“At least” that means “all”"), _l("Saying “all” says the same and stays true when a member is added.")),
    Rule.NO_CREDENTIAL: (_l("Competencies in no credential"), _l("Learners are never led there.")),
    Rule.REDUNDANT: (_l("Prerequisites to spare"), _l("Others ask for the same already; without them the graph is easier to read.")),
    Rule.OUT_OF_REACH: (_l("Out of reach"), _l("Learners who begin now can never come there.")),
    Rule.BOTTLENECK: (_l("Bottlenecks"), _l("Whoever is stuck here is stuck with much behind it. The largest are listed.")),
    Rule.LONG_CHAIN: (_l("Long chains"), _l("Each waits for the one before, whatever one knows already.")),
    Rule.NO_ASSESSOR: (_l("Too few assessors"), _l("Instructors and coordinators decide, whatever the competency; without enough of them nobody masters it.")),
    Rule.HOURS: (_l("Hours not estimated"), _l("Plans count them as they stand, and what they say of hours is a guess.")),
    Rule.CRITERIA: (_l("Without criteria"), _l("Learners do not see what is looked for, and assessors decide by their own lights.")),
    Rule.RUBRIC: (_l("Without a rubric"), _l("Decisions have no level.")),
    Rule.LEVEL: (_l("Without a level"), _l("Others cannot compare it with a framework such as the EQF.")),
    Rule.SIMILAR_TITLES: (_l("Titles that are alike"), _l("They may be one and the same, or want to be told apart.")),
    Rule.ALIGNMENT: (_l("Alignments"), _l("What they lead to cannot be opened, or is named twice.")),
}  # fmt: skip
"""What each rule is called, and why it matters."""


@dataclass(frozen=True, slots=True)
class Line:
    """A finding in the reader's words: where it is mended, why, whom it touches, and what an unsafe mend would do."""

    finding: Finding
    url: str
    title: Spoken
    why: str
    touches: str
    consequence: str


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one rule that stand on one page, and how many it has in all."""

    rule: Rule
    total: int
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: one rule, one severity, and which chains are long."""

    rule: Rule | None
    severity: Severity | None
    chain: int

    def url(self, program: str, **other: Any) -> str:
        """Return the address of the same, or with other arguments."""
        chain = self.chain if self.chain != LONGEST_CHAIN else None
        asked = {"rule": self.rule, "severity": self.severity, "chain": chain} | other
        return url_for(
            "designer.check", program=program, **{name: one for name, one in asked.items() if one is not None}
        )

    def wants(self, finding: Finding) -> bool:
        """Tell whether a finding is asked for."""
        return self.rule in (None, finding.rule) and self.severity in (None, finding.severity)


@designer.get("/programs/<key:program>/draft/lint")
def check(program: str) -> str:
    """List what is wrong with the draft."""
    asked, number = _asked(), max(1, request.args.get("page", 1, type=int))
    checked = linting.lint_draft(
        identity.actor(), program, longest_chain=asked.chain, today=identity.today(), now=identity.now()
    )
    wanted = [finding for finding in checked.findings if asked.wants(finding)]
    found = page(program, "check")
    return render_template(
        "designer/check.html", page=found, checked=checked, asked=asked, number=number, wanted=len(wanted),
        groups=list(_groups(found, wanted, number)), pages=max(1, -(-len(wanted) // ON_A_PAGE)),
        rules=_counted(checked.findings), words=RULES, severities=SEVERITIES, most_chain=MOST_CHAIN,
        counts=Counter(finding.severity for finding in checked.findings), longest=LONGEST_CHAIN,
        minutes=linting.KEPT_FOR.seconds // 60, at=lambda **other: asked.url(program, **other),
    )  # fmt: skip


@designer.post("/programs/<key:program>/draft/lint/mend")
def mend(program: str) -> Response:
    """Mend one finding."""
    place, is_sure = (request.form.get("rule", ""), request.form.get("place", "")), "sure" in request.form
    make = linting.mend(
        identity.actor(), program, _seen(), place, is_sure=is_sure, today=identity.today(), now=identity.now()
    )
    save(program, make)
    flash(_("Mended. Undo brings it back."))
    return redirect(_back(program), 303)


@designer.post("/programs/<key:program>/draft/lint/mend-all")
def mend_all(program: str) -> Response:
    """Mend all that is safe, as one operation."""
    make, count = linting.mend_all(identity.actor(), program, _seen(), today=identity.today(), now=identity.now())
    save(program, make)
    flash(ngettext("%(count)s finding is mended. Undo brings it back.", "%(count)s findings are mended. Undo brings them all back.", count, count=hours(count)))  # fmt: skip
    return redirect(_back(program), 303)


def _groups(found: Page, wanted: Sequence[Finding], number: int) -> Iterator[Group]:
    totals = Counter(finding.rule for finding in wanted)
    some = wanted[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
    for rule, those in groupby(some, key=lambda finding: finding.rule):
        yield Group(rule, totals[rule], [_line(found, finding) for finding in those])


def _counted(findings: Iterable[Finding]) -> list[tuple[Rule, str, int]]:
    """Return the rules that found something, with their words and how much."""
    counts = Counter(finding.rule for finding in findings)
    return [(rule, str(RULES[rule][0]), counts[rule]) for rule in Rule if counts[rule]]


def _line(found: Page, finding: Finding) -> Line:
    url, title = found.place_of(finding.place)
    unsafe = ""
    if finding.mend is not None and not finding.mend.safe:
        unsafe = ngettext(
            "%(num)d learner, who skipped what usually comes before it, would see it in another state.",
            "%(num)d learners, who skipped what usually comes before it, would see it in another state.",
            finding.learners or 0,
        )
    return Line(finding, url, title or found.title, told_in(found.draft, finding.text), _touches(finding), unsafe)


def _touches(finding: Finding) -> str:
    """Return in words how many learners a finding touches, and in what way."""
    count = finding.learners
    if not count:
        return "" if count is None else _("nobody")
    if finding.rule is Rule.BOTTLENECK:
        return ngettext("%(num)d learner waits here", "%(num)d learners wait here", count)
    if finding.rule is Rule.REDUNDANT:
        return ngettext("%(num)d learner would see a difference", "%(num)d learners would see a difference", count)
    return ngettext("%(num)d learner", "%(num)d learners", count)


def _asked() -> Asked:
    chain = request.args.get("chain", LONGEST_CHAIN, type=int)
    return Asked(
        _member(Rule, request.args.get("rule")),
        _member(Severity, request.args.get("severity")),
        min(max(chain, 1), MOST_CHAIN),
    )


def _member(kind: type[Kind], text: str | None) -> Kind | None:
    """Return what the address or a form names; None where it names nothing."""
    try:
        return kind(text) if text else None
    except ValueError:
        raise NotFound("There is nothing of that name to check.") from None


def _seen() -> Seen:
    return Seen.of(request.form.get("seen", ""))


def _back(program: str) -> str:
    return safe_next(request.form.get("next"), url_for("designer.check", program=program))
