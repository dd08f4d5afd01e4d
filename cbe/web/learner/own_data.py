"""The learner's own record to take away: on paper, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from uuid import UUID

from flask import Response, url_for

from cbe.services.award_views import AwardDetail, list_awards_of
from cbe.services.evidence import Item, Version, export_items
from cbe.services.files import File, list_files
from cbe.services.progress import HistoryEntry, list_history

from .. import identity
from ..texts import plain
from .cards import cards
from .outline import sections
from .view import View, learner, load, page, show

__all__ = ["download", "print_view", "safe_cell"]

COLUMNS = (
    "competency", "code", "title", "state", "mastered_on", "expires_on", "effort_hours", "credits", "level",
    "kind",
)  # fmt: skip
RISKY = ("=", "+", "-", "@", "\t", "\r")


@page("/print", "print_view")
def print_view(program: str, enrolment_id: UUID | None = None) -> str:
    """Show the record as one plain page for paper."""
    view = load(program, enrolment_id)
    progress = view.progress
    return show(
        "print",
        view,
        cards=cards(view, progress.shown_plans),
        sections=sections(view, view.offered),
        today=view.today,
    )


@learner.get("/my-data.json")
def my_data_json(program: str) -> Response:
    """Give everything the record holds of oneself in one program."""
    view = load(program, None)
    text = json.dumps(_document(view), ensure_ascii=False, indent=1)
    return download(text + "\n", "application/json", "my-data.json")


@learner.get("/my-data.csv")
def my_data_csv(program: str) -> Response:
    """Give the state of every competency as a table for a spreadsheet."""
    view = load(program, None)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for row in _rows(view):
        writer.writerow([safe_cell(row[name]) for name in COLUMNS])
    return download("\ufeff" + file.getvalue(), "text/csv; charset=utf-8", "my-data.csv")


def _document(view: View) -> dict[str, Any]:
    learner_, person = view.progress.learner, identity.signed_in()
    awards = list_awards_of(identity.actor(), learner_.enrolment_id, today=identity.today(), now=identity.now())
    return {
        "format": "cbe-my-data/1",
        "made_at": identity.now().isoformat(),
        "name": learner_.name,
        "email": person.email if person else None,
        "program": {"id": learner_.program_key, "title": view.title.text},
        "status": learner_.status,
        "hours_per_week": _number(learner_.hours_per_week),
        "goals": [
            {"credential": key, "target_date": day.isoformat() if day else None} for key, day in learner_.goals.items()
        ],
        "competencies": _rows(view),
        "credentials": [plan.to_json() for plan in view.progress.plans],
        "awards": [_award(one) for one in awards],
        "decisions": [_decision(entry) for entry in list_history(view.progress)],
        "evidence": _evidence(learner_.program_key),
    }


def _rows(view: View) -> list[dict[str, Any]]:
    rows = []
    for competency in view.progress.compiled.program.competencies:
        standing = view.progress.standing.get(competency.id)
        rows.append(
            {
                "competency": competency.id,
                "code": competency.code,
                "title": plain(competency.title, view.language),
                "state": str(view.progress.states[competency.id]),
                "mastered_on": _day(standing.mastered_on) if standing else None,
                "expires_on": _day(standing.expires_on) if standing else None,
                "effort_hours": _number(competency.effort_hours),
                "credits": _number(competency.credits),
                "level": competency.level,
                "kind": standing.kind if standing else None,
            }
        )
    return rows


def _award(one: AwardDetail) -> dict[str, Any]:
    return {
        "credential": one.credential.id,
        "awarded_on": one.awarded_on.isoformat(),
        "expires_on": _day(one.expires_on),
        "conferred_by": one.by,
        "state": str(one.state),
        "history": [
            {"what": entry.what, "on": entry.on.isoformat(), "by": entry.by, "reason": entry.reason}
            for entry in one.history
        ],
    }


def _decision(entry: HistoryEntry) -> dict[str, Any]:
    return {
        "competency": entry.competency,
        "kind": entry.kind,
        "outcome": entry.outcome,
        "level": entry.level,
        "activity_on": entry.activity_on.isoformat(),
        "decided_on": entry.decided_on.isoformat(),
        "assessor": entry.assessor,
        "feedback": entry.feedback,
        "authority": entry.authority,
        "reason": entry.reason,
        "taken_back": entry.taken_back,
    }


def _evidence(program: str) -> list[dict[str, Any]]:
    items = export_items(identity.actor(), program, now=identity.now())
    files = list_files([item.id for item in items])
    return [_item(item, files[item.id]) for item in items]


def _item(item: Item, files: list[File]) -> dict[str, Any]:
    return {
        "status": item.status,
        "due_on": _day(item.due_on),
        "competencies": [one.competency for one in item.competencies],
        "versions": [_version(one) for one in item.versions],
        "files": [_file(one) for one in files],
        "messages": [{"author": one.author, "at": one.at.isoformat(), "text": one.text} for one in item.messages],
        "is_closed": item.is_closed,
    }


def _file(file: File) -> dict[str, Any]:
    return {
        "name": file.name,
        "size": file.size,
        "media_type": file.media_type,
        "state": file.state,
        "url": url_for("files.download", file_id=file.id, _external=True),
        "in_versions_from": file.added_in,
        "left_out_since": file.removed_in,
    }


def _version(version: Version) -> dict[str, Any]:
    return {
        "version": version.version,
        "submitted_at": version.submitted_at.isoformat() if version.submitted_at else None,
        "text": version.text,
        "links": [{"url": address, "title": title} for address, title in version.links],
        "setting": version.setting,
        "learning_type": version.learning_type,
        "route": version.route,
        "activity_from": _day(version.activity_from),
        "activity_until": _day(version.activity_until),
        "is_own_work": version.is_own_work,
    }


def safe_cell(value: Any) -> Any:
    """Keep a spreadsheet from reading a text as a formula."""
    return "'" + value if isinstance(value, str) and value.startswith(RISKY) else value


def _number(value: Any) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None


def download(text: str, mimetype: str, name: str) -> Response:
    """Give a text as a file to keep."""
    response = Response(text, content_type=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
