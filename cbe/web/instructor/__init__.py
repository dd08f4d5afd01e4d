"""What instructors, coordinators and advisers work with: their groups, the queue, reviewing, what they keep beside it."""

from __future__ import annotations

from flask import Blueprint

instructor = Blueprint("instructor", __name__)

from . import group_pages  # noqa: E402, F401  (its routes register themselves)

__all__ = ["instructor"]
