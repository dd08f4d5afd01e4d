"""The people of one program, for its registrars: who learns, who works there, groups, samples of verifiers."""

from __future__ import annotations

from flask import Blueprint

registrar = Blueprint("registrar", __name__)

from . import group_pages, people_pages, sample_pages  # noqa: E402, F401  (their routes register themselves)

__all__ = ["registrar"]
