"""A requirement in words: what each of its nodes asks for, and on a day what met it since when.

For one learner's own page of a credential, with links and plans, see ``learner.credential``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from cbe.domain.program import Program
from cbe.domain.requirements import Any_, AtLeast, CompetencyLeaf, CredentialLeaf, Credits, Explanation
from cbe.services.grounds import Met

from .texts import Spoken, in_words

__all__ = ["Reason", "reasons_of", "tree_words"]


@dataclass(frozen=True, slots=True)
class Reason:
    """A node of a requirement on a day: of a tree its words and parts, of a leaf its title and since when it holds."""

    met: bool
    words: str = ""
    parts: tuple[Reason, ...] = ()
    title: Spoken | None = None
    since: date | None = None
    is_credential: bool = False


def reasons_of(why: Met, program: Program) -> Reason:
    """Return a requirement on a day as pages show it."""
    titles = {one.id: one.title for one in program.competencies}
    awards = {one.id: one.title for one in program.credentials}

    def node(explained: Explanation) -> Reason:
        match explained.requirement:
            case CompetencyLeaf(key):
                since = why.mastered.get(key)
                return Reason(explained.met, title=in_words(titles[key], program.language), since=since)
            case CredentialLeaf(key):
                title = in_words(awards[key], program.language)
                return Reason(explained.met, title=title, since=why.held.get(key), is_credential=True)
        return Reason(explained.met, words=tree_words(explained), parts=tuple(node(part) for part in explained.parts))

    return node(why.tree)


def tree_words(explained: Explanation) -> str:
    """Say what a node with members asks for and how much of it is there."""
    requirement = explained.requirement
    match requirement:
        case Any_():
            text = _("at least one of these")
        case AtLeast(count, _parts):
            text = _("at least %(count)s of these (%(have)s so far)", count=count, have=explained.have)
        case Credits(credits, _parts):
            text = _(
                "%(credits)s credits of these (%(have)s so far)", credits=f"{credits:f}", have=f"{explained.have:f}"
            )
        case _:
            text = _("all of these (%(have)s of %(need)s)", have=explained.have, need=explained.need)
    if explained.no_sharing:
        text += " · " + _("each competency counts once")
    return text
