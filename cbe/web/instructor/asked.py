"""What of the queue an address asks for: read from it, and written back into links and forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from flask import url_for

from cbe.domain.evidence import ROUTES, SETTINGS
from cbe.services.queue import View

__all__ = ["queue_url", "read_view", "view_of", "view_query"]

ORDERS = ("oldest", "due", "effect")
LONGEST = 200


def read_view(args: Mapping[str, str]) -> View:
    """Return what an address asks for; what it has no meaning for is left out."""
    setting, route, order, page = (args.get(name, "") for name in ("setting", "route", "order", "page"))
    return View(
        program=args.get("program", "")[:LONGEST],
        section=args.get("section", "")[:LONGEST],
        competency=args.get("competency", "")[:LONGEST],
        search=args.get("q", "").strip()[:LONGEST],
        learner=_id(args.get("learner", "")),
        group=_id(args.get("group", "")),
        setting=setting if setting in SETTINGS else "",
        route=route if route in ROUTES else "",
        mine=args.get("mine") == "1",
        order=order if order in ORDERS else "oldest",
        page=min(int(page), 10_000) if page.isdecimal() and page.isascii() and len(page) < 6 and int(page) else 1,
    )


def view_of(query: str) -> View:
    """Return what a form that was opened from the queue carries of it."""
    return read_view(dict(parse_qsl(query[:2_000])))


def view_args(view: View, **changes: Any) -> dict[str, Any]:
    """Return the part of an address that asks for this view, with changes; what is as usual is left out."""
    values: dict[str, Any] = {
        "program": view.program,
        "section": view.section,
        "competency": view.competency,
        "q": view.search,
        "learner": view.learner,
        "group": view.group,
        "setting": view.setting,
        "route": view.route,
        "mine": "1" if view.mine else None,
        "order": view.order if view.order != "oldest" else None,
        "page": view.page if view.page > 1 else None,
        **changes,
    }
    return {name: value for name, value in values.items() if value}


def view_query(view: View) -> str:
    """Return a view as forms carry it along."""
    return urlencode(view_args(view, page=None))


def queue_url(view: View, **changes: Any) -> str:
    """Return the address of the queue as a view shows it."""
    return url_for("instructor.queue", **view_args(view, **changes))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
