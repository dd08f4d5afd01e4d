"""What instructors, coordinators and advisers work with: their groups, the queue, reviewing, what they keep beside it."""

from __future__ import annotations

from flask import Blueprint

instructor = Blueprint("instructor", __name__)

from . import decision_pages, group_pages, observing_pages, own_pages, queue_pages, review_pages, roster_pages  # noqa: E402, F401  (their routes register themselves)

__all__ = ["instructor"]
