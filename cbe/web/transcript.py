"""The official transcript of one program, to print: what was achieved, on which scale, how and when, with a code to check it.

The code is the link of a share that the learner makes with one press and can revoke; the rows are ``learner_record``'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from cbe.domain.program import Program, Rubric
from cbe.services import sharing
from cbe.services.learner_record import Award, Mastery, get_own_record
from cbe.services.progress import get_own_progress
from cbe.services.sharing import Choice, Share, Wanted

from . import identity
from .share_words import link_of
from .texts import plain

__all__ = ["transcript"]

transcript = Blueprint("transcript", __name__)


@dataclass(frozen=True, slots=True)
class Transcript:
    """What stands on one sheet: a learner's masteries and awards in one program, and the scales that they are on."""

    key: str
    name: str
    organization: str
    program: Program
    masteries: tuple[Mastery, ...]
    awards: tuple[Award, ...]

    @property
    def scales(self) -> list[Rubric]:
        """The rubrics that levels on the sheet belong to, each once."""
        found: list[Rubric] = []
        for one in self.masteries:
            if one.rubric and one.level and one.rubric not in found:  # titles by language cannot be hashed
                found.append(one.rubric)
        return found

    @property
    def choice(self) -> Choice:
        """All that stands on it, as a share shows it."""
        competencies = tuple((one.enrolment_id, one.competency.id) for one in self.masteries)
        return Choice(tuple(one.award_id for one in self.awards), competencies)


@transcript.get("/my-record/transcripts/<key:program>")
def look(program: str) -> str:
    """Show the sheet; with the code of a share that shows it all, if one is open."""
    sheet = _sheet(program)
    share = next(_shares_of(sheet), None)
    link = link_of(share.secret) if share and share.secret else None
    return render_template("my_record/transcript.html", sheet=sheet, share=share, link=link, today=identity.today())


@transcript.post("/my-record/transcripts/<key:program>/code")
def add_code(program: str) -> Response:
    """Share all that stands on the sheet for a year, with the name, so that a printed code leads to it."""
    sheet = _sheet(program)
    wanted = Wanted(
        recipient=_("whoever holds the printed transcript"),
        purpose=_("Official transcript: %(program)s", program=plain(sheet.program.title, sheet.program.language))[:200],
        ends_at=identity.now() + timedelta(days=sharing.MOST_DAYS - 1),
        with_name=True,
        choice=sheet.choice,
    )
    sharing.make_share(identity.actor(), wanted, today=identity.today(), now=identity.now())
    return redirect(url_for("transcript.look", program=program), 303)


def _sheet(program: str) -> Transcript:
    actor, today, now = identity.actor(), identity.today(), identity.now()
    current = get_own_progress(actor, program, today=today, now=now).compiled.program
    record = get_own_record(actor, today=today, now=now)
    masteries = tuple(one for one in record.masteries if one.program_key == program)
    awards = tuple(one for one in record.awards if one.program_key == program)
    return Transcript(program, record.name, record.organization, current, masteries, awards)


def _shares_of(sheet: Transcript) -> Iterator[Share]:
    """Yield the open shares with the name that show all that stands on the sheet."""
    wanted: tuple[set[UUID], set[tuple[UUID, str]]] = (set(sheet.choice.awards), set(sheet.choice.competencies))
    for one in sharing.list_shares(identity.actor(), now=identity.now()):
        shown = (set(one.choice.awards), set(one.choice.competencies))
        if one.state == "open" and one.with_name and wanted[0] <= shown[0] and wanted[1] <= shown[1]:
            yield one
