"""Programs from files and to files: sending one in, looking at what it would do, putting it in, and taking one away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from cbe.domain.errors import Invalid
from cbe.services import importing
from cbe.services.exchange import BREAK_S, Asked, export_as, guess_format

from . import identity
from .forms import OnceForm, show_problems
from .texts import told

__all__ = ["exchange"]

exchange = Blueprint("exchange", __name__)

FORMATS = [
    SelectChoice("", _l("As its content says")),
    SelectChoice("cbe", _l("Program file of cbe (JSON)")),
    SelectChoice("case", _l("CASE package (JSON)")),
    SelectChoice("csv", _l("Table (CSV)")),
]
ENDINGS = {"cbe": ("json", "application/json"), "case": ("case.json", "application/json"), "csv": ("csv", "text/csv"),
           "edges": ("prerequisites.csv", "text/csv"), "graphml": ("graphml", "application/xml")}  # fmt: skip


class ImportForm(OnceForm):
    """A file, and how to read it."""

    file = FileField(_l("File"), description=_l("At most 20 MB; may be packed with gzip. Of a CASE package at most 100,000 items and associations, of a table 100,000 lines."))  # fmt: skip
    format = SelectField(_l("Format"), choices=FORMATS)
    precedes = RadioField(
        _l("What “precedes” of a CASE package means"),
        choices=[SelectChoice("order", _l("only an order")), SelectChoice("prerequisite", _l("a prerequisite"))],
        default="order",
    )
    key = StringField(
        _l("Id of the program"), description=_l("For a table only. Of a program that is there, its draft changes.")
    )
    title = StringField(_l("Title of the program"), description=_l("For a table only."))
    language = StringField(_l("Language"), description=_l("For a table only, as en or ar."), default="en")
    edges = FileField(
        _l("Second table: prerequisites"), description=_l("For a table only, and only when they are apart.")
    )


NOTHING: dict[str, Any] = {
    "key": None,
    "difference": None,
    "leave_out": [],
    "refusals": 0,
    "proven": False,
    "changed": True,
}
"""What an import tells where it has nothing to tell."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something that is told of a file: where, and what."""

    places: list[str]
    text: str


@exchange.route("/programs/import", methods=["GET", "POST"])
def send() -> str | Response | tuple[str, int]:
    """Take a file in."""
    actor, form = identity.actor(), ImportForm()
    own = importing.list_imports(actor)
    if request.method == "GET":
        return render_template("exchange/send.html", form=form, own=own)
    sent = form.file.data
    data = sent.stream.read(importing.MOST_BYTES + 1) if sent else b""
    name = sent.filename or "" if sent else ""
    try:
        import_id = importing.send(actor, name, data, _asked(form, name, data), now=identity.now())
    except Invalid as error:
        show_problems(form, error)
        return render_template("exchange/send.html", form=form, own=own), 422
    return redirect(url_for("exchange.look", import_id=import_id), 303)


@exchange.get("/programs/import/<uuid:import_id>")
def look(import_id: UUID) -> str:
    """Show how far an import is, and what it would do or did."""
    found = importing.get_import(identity.actor(), import_id)
    odd = [Line(places, told(text)) for text, places in found.found["odd"]]
    refused = [Line([at] if at else [], told(text)) for at, text in found.found["refused"]]
    missing = [told(text) for _at, text in found.found["missing"]]
    told_of = {"odd": odd, "refused": refused, "missing": missing}
    return render_template(
        "exchange/look.html", one=found, found={**NOTHING, **found.found}, seconds=BREAK_S, **told_of
    )


@exchange.post("/programs/import/<uuid:import_id>")
def bring_in(import_id: UUID) -> Response:
    """Put what was read into the draft."""
    circles = request.form.get("circles", "")
    importing.bring_in(identity.actor(), import_id, circles=circles, now=identity.now())
    flash(_("It is being brought in."))
    return redirect(url_for("exchange.look", import_id=import_id), 303)


@exchange.get("/programs/<key:program>/export")
def take_away(program: str) -> Response:
    """Give the newest version, or the draft while none is published, in one of the formats."""
    form = request.args.get("format", "cbe")
    data = export_as(identity.actor(), program, form, now=identity.now())
    ending, kind = ENDINGS[form]
    answer = Response(data, mimetype=kind)
    answer.headers.set("Content-Disposition", "attachment", filename=f"program.{ending}")
    return answer


def _asked(form: ImportForm, name: str, data: bytes) -> Asked:
    edges = form.edges.data
    return Asked(
        form.format.data or guess_format(name, data),
        "prerequisite" if form.precedes.data == "prerequisite" else "order",
        (form.key.data or "").strip(),
        (form.title.data or "").strip(),
        (form.language.data or "").strip() or "en",
        edges.stream.read(importing.MOST_BYTES + 1) if edges else None,
    )
