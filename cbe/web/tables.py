"""Tables that people send in: looked at first, then carried out, with the text kept for mending in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from cbe.domain.errors import Invalid
from cbe.services.people_import import TableReport

from .people_words import TableForm
from .texts import told

__all__ = ["table_page"]

MOST_KEPT = 1_500_000
"""Characters of a table that the page gives back for mending; a larger one is chosen again."""


def table_page(
    read: Callable[[bytes, bool], TableReport],
    *,
    title: str,
    columns: Sequence[tuple[str, str]],
    example: str,
    back: tuple[str, str],
) -> str | Response | tuple[str, int]:
    """Show the form of a table, look it through, or carry it out and go ``back`` (label, address).

    ``read``: bytes and whether to look only → what it does; raises ``Invalid``.
    """
    form = TableForm()
    report, problems = None, []
    if request.method == "POST":
        only_look = request.form.get("do") != "import"
        data = _sent(form)
        try:
            report = read(data, only_look)
        except Invalid as error:
            problems = [_told(at, text) for at, text in error.problems]
        else:
            if not only_look:
                flash(ngettext("The table is in: %(num)s line.", "The table is in: %(num)s lines.", report.lines))
                return redirect(back[1], 303)
    page = render_template(
        "people/table.html",
        form=form, report=report, problems=problems, title=title, columns=columns, example=example, back=back,
    )  # fmt: skip
    return page, 422 if problems else 200


def _sent(form: TableForm) -> bytes:
    upload = form.file.data
    data: bytes = upload.read() if upload else (form.table.data or "").encode()
    text = data.decode("utf-8-sig", errors="replace") if upload else form.table.data or ""
    form.table.data = text if len(text) <= MOST_KEPT else ""
    return data


def _told(at: str, text: str) -> tuple[str, str]:
    parts = at.strip("/").split("/")
    if parts[0] != "lines":
        return "", told(text)
    where = _("Line %(number)s", number=parts[1])
    return (_(", ").join((where, parts[2])) if len(parts) > 2 else where), told(text)
