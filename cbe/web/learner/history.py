"""What happened to a learner's record: who did what, in which role, when and why."""

from __future__ import annotations

from uuid import UUID

from flask import request

from cbe.services.corrections import statements_beside
from cbe.services.history import record_history
from cbe.services.programs import known_competencies, known_credentials

from ..history_words import history_lines
from .view import load, page, show

__all__ = ["history"]


@page("/history", "history")
def history(program: str, enrolment_id: UUID | None = None) -> str:
    """Show the history of the record, newest first, fifty a page."""
    view = load(program, enrolment_id)
    found = record_history(view.progress, request.args.get("page", 1, int))
    place = view.progress.learner.program_id, view.progress.version_id
    lines = history_lines(
        found.events,
        view.progress.compiled.program,
        known=known_competencies(*place, {key for one in found.events for key in one.competencies}),
        given=known_credentials(*place, {one.credential for one in found.events if one.credential}),
        competency=lambda key: view.url("competency", competency=key),
        credential=lambda key: view.url("credential", credential=key),
        item=(lambda key: view.url("evidence_item", evidence_id=key)) if view.is_own else None,
    )
    statements = statements_beside(view.progress.learner.enrolment_id, program, is_own=view.is_own)
    return show(
        "history", view, found=found, lines=lines, statements=statements,
        page_url=lambda number: view.url("history", page=number),
    )  # fmt: skip
