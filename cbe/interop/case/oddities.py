"""What is odd about a package that is read all the same, and what becomes of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cbe.domain.errors import N_, Worded
from cbe.interop.imported import Remark, remark

from .outline import ASSUMED_LANGUAGE, Outline
from .package import DOCUMENT
from .versions import association_type_is_standard, unknown_keys, version_of
from .words import HTML, MARKDOWN, is_text, short_title, title_of

__all__ = ["remarks_on"]

MOST_NAMES = 10
LOOKED_AT = 20_000
"""Characters of a statement that are looked through for markup."""


def remarks_on(package: Mapping[str, Any], outline: Outline) -> list[Remark]:
    """Return everything odd, each kind once with its count and its first places."""
    return [*_about_document(outline), *_about_items(outline), *_about_associations(outline), *_about_rest(package)]


def _about_document(outline: Outline) -> Iterator[Remark]:
    if not is_text(outline.top.get("title")):
        yield Remark(N_("The framework has no title: its identifier stands for it."), 1, ("/CFDocument",))
    if outline.language() is None:
        text = Worded("Nothing says which language this is in: “%(language)s” is taken.", language=ASSUMED_LANGUAGE)
        yield Remark(text, 1, ("/CFDocument",))
    if not outline.items:
        yield Remark(N_("The framework has no items: the program has no competencies yet."), 1, ("/CFItems",))


def _about_items(outline: Outline) -> Iterator[Remark]:
    def where(holds: Callable[[int], bool], part: str = "") -> Iterator[str]:
        return (f"/CFItems/{i}{part}" for i in range(len(outline.items)) if i not in outline.headings and holds(i))

    def statement(i: int) -> str:
        return str(outline.items[i].get("fullStatement", ""))[:LOOKED_AT]

    def shortened(i: int) -> bool:
        title, _ = title_of(outline.items[i])
        return title.endswith("…") and title == short_title(statement(i))

    text = N_("Competencies whose hours are not estimated; 1 hour stands for each: %(count)s")
    yield from remark(text, where(lambda i: not outline.competency(i).get("effort_is_estimated", True)))
    text = N_("Items without a statement; their code or identifier is the title: %(count)s")
    yield from remark(text, where(lambda i: not is_text(statement(i))))
    text = N_("Items whose title is the beginning of their statement: %(count)s")
    yield from remark(text, where(shortened))
    text = N_("Statements with HTML in them, which is kept: %(count)s")
    yield from remark(text, where(lambda i: HTML.search(statement(i)) is not None, "/fullStatement"))
    text = N_("Statements that look like Markdown, which is kept: %(count)s")
    yield from remark(text, where(lambda i: MARKDOWN.search(statement(i)) is not None, "/fullStatement"))
    text = N_("Items in no tree; their competencies stand in no section: %(count)s")
    yield from remark(text, where(lambda i: not outline.parents[i]))
    text = N_("Items with several parents; the first is the section, the others are kept: %(count)s")
    yield from remark(text, where(lambda i: len({parent for _, parent in outline.parents[i]}) > 1))
    text = N_("Items that stand in themselves through others; one parent of each circle is only kept: %(count)s")
    yield from remark(text, (f"/CFItems/{i}" for i in outline.cut))


def _about_associations(outline: Outline) -> Iterator[Remark]:
    associations, ends = outline.associations, outline.ends
    aligned = {n for alignments in outline.alignments for numbers, _ in alignments for n in numbers}

    def where(holds: Callable[[int, Mapping[str, Any]], bool]) -> Iterator[str]:
        return (f"/CFAssociations/{n}" for n, association in enumerate(associations) if holds(n, association))

    text = N_("Associations with items of other frameworks, shown as alignments: %(count)s")
    yield from remark(text, (f"/CFAssociations/{n}" for n in sorted(aligned)))
    text = N_("Associations that begin or end outside of the package and are only kept: %(count)s")
    yield from remark(text, where(lambda n, _: None in ends[n] and n not in aligned))
    text = N_("Associations of the document itself that are only kept: %(count)s")
    yield from remark(text, where(lambda n, a: ends[n][0] == DOCUMENT and ends[n][1] is not None))
    text = N_("Associations without an identifier: %(count)s")
    yield from remark(text, where(lambda _, a: not is_text(a.get("identifier"))))
    seen: set[str] = set()
    text = N_("Associations that stand here before, equal in all; each is kept: %(count)s")
    yield from remark(text, where(lambda _, a: _stands_already(a, seen)))
    strange = Counter(str(a.get("associationType")) for a in associations if not association_type_is_standard(a))
    text = N_("Associations of a type that CASE does not know, which are kept (%(types)s): %(count)s")
    yield from remark(text, where(lambda _, a: not association_type_is_standard(a)), types=_named(strange))
    precede = sorted(n for befores in outline.before for n, _ in befores)
    text = (
        N_("“precedes” makes prerequisites, each a group of its own: %(count)s")
        if outline.precedes == "prerequisite"
        else N_("“precedes” gives the order only, no prerequisites: %(count)s")
    )
    yield from remark(text, (f"/CFAssociations/{n}" for n in precede if not outline.is_grouped(n)))


def _about_rest(package: Mapping[str, Any]) -> Iterator[Remark]:
    strange = list(unknown_keys(package))
    names = _named(Counter(key for _, key in strange))
    text = N_("Keys that CASE %(version)s does not know, which are kept (%(names)s): %(count)s")
    yield from remark(text, (at for at, _ in strange), version=version_of(package), names=names)
    rubrics = package.get("CFRubrics")
    if isinstance(rubrics, list):
        text = N_("Rubrics, which are kept and not yet used: %(count)s")
        yield from remark(text, (f"/CFRubrics/{i}" for i in range(len(rubrics))))


def _stands_already(association: Mapping[str, Any], seen: set[str]) -> bool:
    said = json.dumps(association, sort_keys=True)
    if said in seen:
        return True
    seen.add(said)
    return False


def _named(counts: Mapping[str, int]) -> str:
    names = sorted(counts, key=lambda name: (-counts[name], name))
    return ", ".join(names[:MOST_NAMES]) + ("…" if len(names) > MOST_NAMES else "")
