"""Where one lands after signing in: the page of one's programs that is most useful today."""

from __future__ import annotations

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

home = Blueprint("home", __name__)


@home.get("/home")
def start() -> str | Response:
    """Lead to the learner's page, or show what one's roles give to do."""
    return render_template("home/start.html")
