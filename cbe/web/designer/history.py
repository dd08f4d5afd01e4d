"""Who did what on a draft and when, and what others did since a page was looked at."""

from __future__ import annotations

from flask import Response, jsonify, render_template, request, url_for
from flask_babel import gettext as _

from cbe.services import drafts
from cbe.services.drafts import MOST_UNDONE, Done, Seen

from .. import identity
from . import designer
from .change_words import lines_of, titles_in
from .difference_words import CHANGES
from .frame import Page, page

MOST_TOLD = 3
"""So many people's changes are told at once."""


@designer.get("/programs/<key:program>/draft/history")
def history(program: str) -> str:
    """List what was done, newest first."""
    found = page(program, "history")
    done = drafts.list_done(identity.actor(), program)
    told = [(one, _what(one), *lines_of(found.draft, one.changes)) for one in done]
    return render_template("designer/history.html", page=found, done=told, CHANGES=CHANGES, most=MOST_UNDONE)


@designer.get("/programs/<key:program>/draft/changes.json")
def changes(program: str) -> Response:
    """Say what others did since somebody looked (``seen``), for the script that asks now and then."""
    found = page(program, "")
    text, url = request.args.get("seen", ""), url_for("designer.history", program=program)
    if not text:
        return jsonify(said="", seen=str(found.editing.seen))
    seen = Seen.of(text)
    if seen.draft_id != found.editing.seen.draft_id:
        return jsonify(
            said=_("The draft was published meanwhile. Open it again."),
            url=url_for("designer.outline", program=program),
        )
    others = [one for one in drafts.list_done(identity.actor(), program, seen.revision) if not one.is_own]
    said = " ".join(_told(found, one) for one in others[:MOST_TOLD])
    if len(others) > MOST_TOLD:
        said += " " + _("and %(count)s more", count=len(others) - MOST_TOLD)
    return jsonify(said=said, url=f"{url}#n-{others[0].number}" if others else url)


def _told(found: Page, one: Done) -> str:
    titles, more = titles_in(found.draft, one.changes)
    named = _(", ").join(f"\u2068{title}\u2069" for title in titles)
    if more:
        named = _("%(titles)s and %(count)s more", titles=named, count=more)
    return _("%(name)s changed %(titles)s.", name=_by(one), titles=named)


def _by(one: Done) -> str:
    return f"\u2068{one.by}\u2069" if one.by else _("The command line")


def _what(one: Done) -> str:
    match one.what:
        case "import":
            return _("Imported a file")
        case "undo":
            return _("Undid number %(number)s", number=one.of)
        case "redo":
            return _("Did number %(number)s again", number=one.of)
    return ""
