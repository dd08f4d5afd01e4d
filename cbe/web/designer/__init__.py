"""A program as its designers see it: how it stands, and its draft in several views of the same.

What all views of a draft share (tabs, saving, what is refused, what clashes) is ``frame``'s.
"""

from __future__ import annotations

from flask import Blueprint

designer = Blueprint("designer", __name__)

from . import credentials, frame, moves, outline, publishing, rehearsal, settings, versions  # noqa: E402, F401  (their routes register themselves)

__all__ = ["designer"]
