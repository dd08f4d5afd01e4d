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

from cbe.domain.errors import N_, NotFound
from cbe.domain.program import Program, Rubric
from cbe.services import sharing
from cbe.services.learner_record import Award, Mastery, get_own_record
from cbe.services.progress import get_own_progress
from cbe.services.sharing import Choice, Share, Wanted
from cbe.services.sheets import Sheet, Table, can_set, sheet_pdf

from . import identity
from .award_words import AWARD_STATES
from .share_words import HOW, code_svg, link_of
from .texts import KINDS, day, hours, level_word, plain

__all__ = ["transcript"]

transcript = Blueprint("transcript", __name__)

HOW_SAID = N_(
    "Assessed here: judged against published criteria by an assessor of the program. Recognized: prior learning, judged here by what was shown. Transferred: taken from another record, by its registrar. By exception: a waiver or substitution, entered with authority and reason."
)


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
    return render_template(
        "my_record/transcript.html",
        HOW_SAID=HOW_SAID,
        sheet=sheet,
        share=share,
        link=link,
        today=identity.today(),
        can_set=can_set(identity.locale()),
    )


@transcript.get("/my-record/transcripts/<key:program>/transcript.pdf")
def pdf(program: str) -> Response:
    """Give the sheet as PDF, where it can be set in the reader's language."""
    if not can_set(identity.locale()):
        raise NotFound("PDF is not made here in this language. Print the page instead.")
    sheet = _sheet(program)
    share = next(_shares_of(sheet), None)
    answer = Response(sheet_pdf(_in_words(sheet, share)), content_type="application/pdf")
    answer.headers["Content-Disposition"] = 'attachment; filename="transcript.pdf"'
    return answer


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


def _in_words(sheet: Transcript, share: Share | None) -> Sheet:
    language = sheet.program.language
    title, link = plain(sheet.program.title, language), link_of(share.secret) if share and share.secret else ""
    credentials = tuple(
        (plain(one.credential.title, language), str(KINDS[one.credential.kind]), str(AWARD_STATES[one.state]), day(one.awarded_on), hours(one.credential.credits or None), hours(one.number))
        for one in sheet.awards
    )  # fmt: skip
    competencies = tuple(
        (plain(one.competency.title, language), level_word(one.rubric, one.level, language) if one.level else _("met"), str(HOW[one.kind]), day(one.mastered_on), day(one.expires_on), hours(one.competency.credits or None), hours(one.number))
        for one in sheet.masteries
    )  # fmt: skip
    heads = (_("Credential"), _("Kind"), _("Today"), _("Awarded on"), _("Credits"), _("Version"))
    others = (
        _("Competency"),
        _("Level reached"),
        _("How"),
        _("Mastered on"),
        _("Valid until"),
        _("Credits"),
        _("Version"),
    )
    tables = [Table(_("Credentials"), heads, credentials), Table(_("Competencies"), others, competencies)]
    scales = [(_("Scale, lowest first"), " · ".join(plain(one.title, language) for one in scale.levels)) for scale in sheet.scales]  # fmt: skip
    schemes = [(_("Credits"), sheet.program.credit_scheme), (_("Level"), sheet.program.level_framework)]
    return Sheet(
        language=identity.locale(), title=_("Transcript"), tables=[one for one in tables if one.rows],
        subtitle=" · ".join((sheet.name, title, sheet.organization, day(identity.today()))), key_title=_("How to read it"),
        key=[*scales, *((name, text) for name, text in schemes if text), (_("How"), _(HOW_SAID))],
        to_check=_("To check it"), link=link, qr=code_svg(link) if link else "",
    )  # fmt: skip


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
