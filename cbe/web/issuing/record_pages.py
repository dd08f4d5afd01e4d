"""One's record over all programs as signed documents (CLR 2.0): chosen, asked for, and taken away when it is signed."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from cbe.domain.errors import Invalid
from cbe.services.issuing import records

from .. import identity
from ..texts import told
from .answers import as_json, issuing


@issuing.get("/my/record")
def record() -> str:
    """Show what can go into a record, and the records that were asked for."""
    return _shown([])


@issuing.post("/my/record")
def ask_record() -> AnyResponse | tuple[str, int]:
    """Ask for a record of what was chosen."""
    chosen = [key for text in request.form.getlist("credential") if (key := _as_id(text))]
    try:
        records.ask_record(identity.actor(), chosen, is_named="named" in request.form, now=identity.now())
    except Invalid as error:
        return _shown([told(text) for _at, text in error.problems]), 422
    flash(_("The record is being signed. It stands below as soon as it is ready."))
    return redirect(url_for("issuing.record"), 303)


@issuing.get("/my/record/<uuid:record_id>/<int:part>.json")
def record_file(record_id: UUID, part: int) -> Response:
    """Give one signed document of a record."""
    answer = as_json(records.get_document(identity.actor(), record_id, part), "application/vc")
    answer.headers["Content-Disposition"] = f'attachment; filename="record-{part}.json"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _shown(problems: list[str]) -> str:
    actor = identity.actor()
    return render_template(
        "issuing/record.html", choices=records.list_choices(actor, now=identity.now()), made=records.list_records(actor),
        problems=problems, days=records.KEPT_DAYS, most=records.MOST_KEPT, chosen=request.form.getlist("credential"),
    )  # fmt: skip


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
