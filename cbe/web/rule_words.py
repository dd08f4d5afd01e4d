"""Rules of a program as sentences: what a credential asks for, and what comes before a competency.

How much of a rule one learner has met is ``requirement_words``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape

from cbe.domain.program import Program
from cbe.domain.requirements import All, Any_, AtLeast, CompetencyLeaf, CredentialLeaf, Credits, Requirement, parts_of

from .texts import Spoken, hours, in_words

__all__ = ["Titles", "prerequisites_sentence", "rule_sentence", "titles_of"]

Titles = Callable[[str, str], Spoken]
"""Gives the title of a part by its kind (``section``, ``competency`` or ``credential``) and its id."""


def titles_of(*programs: Program) -> Titles:
    """Return the titles of what is in these versions, of the first that has it; its id for what none has."""
    known: dict[tuple[str, str], Spoken] = {}
    for program in programs:
        lists: Sequence[tuple[str, Iterable[object]]] = (
            ("section", program.sections), ("competency", program.competencies), ("credential", program.credentials),
        )  # fmt: skip
        for kind, items in lists:
            for one in items:
                known.setdefault((kind, one.id), in_words(one.title, program.language))  # type: ignore[attr-defined]
    return lambda kind, key: known.get((kind, key)) or in_words(key, "en")


def rule_sentence(requirement: Requirement, titles: Titles) -> Markup:
    """Return what a credential asks for as one sentence.

    Every title keeps its own direction; members of members stand in brackets.
    """
    match requirement:
        case CompetencyLeaf(key):
            return _title(titles("competency", key))
        case CredentialLeaf(key):
            return escape(_("the credential %(title)s")) % {"title": _title(titles("credential", key))}
    members = [rule_sentence(part, titles) for part in parts_of(requirement)]
    match requirement:
        case All() if len(members) == 1:
            text = members[0]
        case All():
            text = escape(_("all of [%(members)s]")) % {"members": _joined(members)}
        case Any_():
            text = escape(_("at least one of [%(members)s]")) % {"members": _joined(members)}
        case AtLeast(count, _parts):
            words = ngettext("at least %(num)d of [%%(members)s]", "at least %(num)d of [%%(members)s]", count)
            text = escape(words) % {"members": _joined(members)}
        case Credits(credits, _parts):
            text = escape(_("%(credits)s credits out of [%(members)s]")) % {
                "credits": hours(credits), "members": _joined(members),
            }  # fmt: skip
    if getattr(requirement, "no_sharing", False):
        text = escape(_("%(rule)s, each competency counted once")) % {"rule": text}
    return text


def prerequisites_sentence(groups: Iterable[Sequence[str]], titles: Titles) -> Markup:
    """Return what must be mastered before a competency as one sentence; of several in a group one is enough."""
    parts = []
    for group in groups:
        members = _joined([_title(titles("competency", key)) for key in group])
        parts.append(members if len(group) == 1 else escape(_("one of [%(members)s]")) % {"members": members})
    return _joined(parts) if parts else escape(_("nothing"))


def _title(title: Spoken) -> Markup:
    return Markup("<bdi>{}</bdi>").format(title)


def _joined(members: Iterable[Markup]) -> Markup:
    return escape(_(", ")).join(members)
