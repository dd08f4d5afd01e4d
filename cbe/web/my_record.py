"""One's own record over all programs: the page, what an employer would see of it, and files to take away.

Everything of one program, with texts and talk, is given by ``learner.own_data``.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template
from flask_babel import gettext as _

from cbe.services.learner_record import Award, Evidence, Mastery, Record, get_own_record
from cbe.services.outside import list_own
from cbe.services.sharing import Choice, Wanted
from cbe.services.sharing import preview as preview_share

from . import identity
from .learner.own_data import download, safe_cell
from .share_words import judged_by
from .texts import plain

__all__ = ["my_record"]

my_record = Blueprint("my_record", __name__)

COLUMNS = (
    "program", "kind", "id", "title", "level", "how", "on", "last_shown_on", "expires_on", "state", "judged_by", "version",
)  # fmt: skip


@my_record.get("/my-record")
def look() -> str:
    """Show everything of oneself."""
    return render_template("my_record/look.html", record=_record(), elsewhere=list_own(identity.actor()))


@my_record.get("/my-record/preview")
def preview() -> str:
    """Show what an employer would see if all of it were shared, files left out."""
    record = _record()
    choice = Choice(
        tuple(one.award_id for one in record.awards),
        tuple((one.enrolment_id, one.competency.id) for one in record.masteries),
        tuple((one.evidence_id, one.version) for one in record.evidence if one.is_there),
    )
    wanted = Wanted(_("an employer"), _("whatever you will name"), choice=choice)
    shared = preview_share(identity.actor(), wanted, today=identity.today(), now=identity.now())
    return render_template("my_record/preview.html", shared=shared)


@my_record.get("/my-record.json")
def record_json() -> Response:
    """Give the record as values for programs."""
    record = _record()
    document = {
        "format": "cbe-my-record/1",
        "made_at": identity.now().isoformat(),
        "name": record.name,
        "organization": record.organization,
        "competencies": [_mastery(one, record.organization) for one in record.masteries],
        "credentials": [_award(one) for one in record.awards],
        "evidence": [_evidence(one) for one in record.evidence],
    }
    return download(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "application/json", "my-record.json")


@my_record.get("/my-record.csv")
def record_csv() -> Response:
    """Give competencies and credentials as a table for a spreadsheet."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for row in _rows(_record()):
        writer.writerow([safe_cell(row[name]) for name in COLUMNS])
    return download("\ufeff" + file.getvalue(), "text/csv; charset=utf-8", "my-record.csv")


def _record() -> Record:
    return get_own_record(identity.actor(), today=identity.today(), now=identity.now())


def _mastery(one: Mastery, organization: str) -> dict[str, Any]:
    return {
        "program": one.program_key,
        "competency": one.competency.id,
        "title": plain(one.competency.title, one.program.language),
        "level": one.level,
        "kind": one.kind,
        "mastered_on": one.mastered_on.isoformat(),
        "last_shown_on": one.shown_on.isoformat(),
        "expires_on": _day(one.expires_on),
        "is_current": one.is_current,
        "judged_by": [{"role": judge.role, "name": judge.name} for judge in one.judges],
        "organization": organization,
        "version": one.number,
    }


def _award(one: Award) -> dict[str, Any]:
    return {
        "program": one.program_key,
        "credential": one.credential.id,
        "title": plain(one.credential.title, one.program.language),
        "kind": one.credential.kind,
        "awarded_on": one.awarded_on.isoformat(),
        "expires_on": _day(one.expires_on),
        "state": str(one.state),
        "state_since": _day(one.since),
        "competencies": [competency.id for competency in one.competencies],
        "version": one.number,
        "is_signed": one.signed_id is not None,
    }


def _evidence(one: Evidence) -> dict[str, Any]:
    return {
        "program": one.program_key,
        "evidence": str(one.evidence_id),
        "version": one.version,
        "state": one.state,
        "handed_in_at": one.submitted_at.isoformat(),
        "text": one.text,
        "links": [{"url": address, "title": title} for address, title in one.links],
        "files": [file.name for file in one.files if file.state == "ok"],
        "met": [competency.id for competency in one.met],
    }


def _rows(record: Record) -> Iterator[dict[str, Any]]:
    for one in record.masteries:
        yield {
            "program": one.program_key, "kind": "competency", "id": one.competency.id,
            "title": plain(one.competency.title, one.program.language), "level": one.level, "how": one.kind,
            "on": one.mastered_on, "last_shown_on": one.shown_on, "expires_on": one.expires_on,
            "state": "current" if one.is_current else "expired", "version": one.number,
            "judged_by": judged_by(one.judges),
        }  # fmt: skip
    for award in record.awards:
        yield {
            "program": award.program_key, "kind": award.credential.kind, "id": award.credential.id,
            "title": plain(award.credential.title, award.program.language), "level": None, "how": None,
            "on": award.awarded_on, "last_shown_on": None, "expires_on": award.expires_on, "state": str(award.state),
            "version": award.number, "judged_by": None,
        }  # fmt: skip


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
