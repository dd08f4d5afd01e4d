"""A program as its designers see it: how it stands, and its draft in several views of the same.

What all views of a draft share (tabs, saving, undoing) is ``frame``'s, what was not saved ``clashes``'s.
"""

from __future__ import annotations

from flask import Blueprint

designer = Blueprint("designer", __name__)

from . import (  # noqa: E402  (their routes register themselves)
    check,  # noqa: F401
    circles,  # noqa: F401
    clashes,  # noqa: F401
    competencies,  # noqa: F401
    credentials,  # noqa: F401
    frame,  # noqa: F401
    history,  # noqa: F401
    moves,  # noqa: F401
    outline,  # noqa: F401
    outline_changes,  # noqa: F401
    picture,  # noqa: F401
    publishing,  # noqa: F401
    rehearsal,  # noqa: F401
    sections,  # noqa: F401
    settings,  # noqa: F401
    table,  # noqa: F401
    versions,  # noqa: F401
)

__all__ = ["designer"]
