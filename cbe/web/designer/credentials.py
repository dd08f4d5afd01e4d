"""The credentials of a draft: the list in which they are put in order, and the form of one with its rule.

The rule itself as a form is ``rule_form``'s, what it means ``services.rule_checks``'s.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from cbe.domain.draft import Draft, Operation, add_part, move_part, remove_part, set_fields, unused_id
from cbe.domain.errors import Invalid, NotFound

from ..guard import wants_json
from ..limits import page_number
from ..rule_words import rule_sentence
from ..texts import Spoken
from . import designer
from .credential_form import CredentialForm, fields_of, quality_of
from .frame import Page, page, save, title_of
from .rule_form import group_of, sentence_tree
from .saving import refused_quietly, saved

PAGE = 50
MOST_IN_SENTENCE = 40
"""A rule that names more has no sentence in the list; its form has it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A credential of the list: what it is, and its rule as a sentence where that is not too long."""

    key: str
    title: Spoken
    kind: str
    credits: object
    level: object
    rule: Markup | None


@designer.get("/programs/<key:program>/draft/credentials")
def credentials(program: str) -> str:
    """Show the credentials in their order."""
    found = page(program, "credentials")
    order = found.draft.order["credential"]
    pages = max(1, -(-len(order) // PAGE))
    number = min(page_number(), pages)
    lines = [_line(found.draft, key) for key in order[(number - 1) * PAGE : number * PAGE]]

    def turned(to: int) -> str:
        return url_for("designer.credentials", program=program, page=to)

    return render_template(
        "designer/credentials.html", page=found, lines=lines, number=number, pages=pages, pages_url=turned
    )


def _line(draft: Draft, key: str) -> Line:
    fields = draft.credentials[key]
    rule = sentence_tree(group_of(fields.get("requires")))
    sentence = None
    if rule is not None and str(fields.get("requires")).count("'competency'") <= MOST_IN_SENTENCE:
        sentence = rule_sentence(rule, lambda kind, one: title_of(draft, kind, one))
    return Line(
        key, title_of(draft, "credential", key), str(fields.get("kind", "")), fields.get("credits"),
        fields.get("level"), sentence,
    )  # fmt: skip


@designer.get("/programs/<key:program>/draft/credentials/<key:credential>")
def credential(program: str, credential: str) -> str:
    """Show the form of a credential."""
    found = _page_of(program, credential)
    return CredentialForm.of_draft(found, credential).shown()


@designer.post("/programs/<key:program>/draft/credentials/<key:credential>")
def save_credential(program: str, credential: str) -> Response | tuple[str | Response, int] | str:
    """Save a credential, or do in the form what a button of its rule says."""
    found = _page_of(program, credential)
    form = CredentialForm.of_request(found, credential)
    if request.form.get("do", "save" if wants_json() else "") != "save":
        return form.acted(request.form.get("do", ""), request.form.getlist("pick"))

    def make(draft: Draft) -> Operation:
        return set_fields(draft, "credential", credential, fields_of(form, draft, credential))

    try:
        answer = saved(program, make)
    except Invalid as error:
        return refused_quietly(found, error) or form.refused(error)
    if answer:
        return answer
    flash(_("Saved."))
    return redirect(url_for("designer.credential", program=program, credential=credential), 303)


@designer.get("/programs/<key:program>/draft/new-credential")
def new_credential(program: str) -> str:
    """Show the form of a credential that is not there yet."""
    return CredentialForm.of_draft(page(program, "credentials"), None).shown()


@designer.post("/programs/<key:program>/draft/new-credential")
def add_credential(program: str) -> Response | tuple[str, int] | str:
    """Add a credential, or do in the form what a button of its rule says."""
    form = CredentialForm.of_request(page(program, "credentials"), None)
    if request.form.get("do") != "save":
        return form.acted(request.form.get("do", ""), request.form.getlist("pick"))
    made: list[str] = []

    def make(draft: Draft) -> Operation:
        key = form.new_key(draft)
        made.append(key)
        return add_part(draft, "credential", {"id": key, **fields_of(form, draft, key)})

    try:
        save(program, make)
    except Invalid as error:
        return form.refused(error, made)
    flash(_("Saved."))
    return redirect(url_for("designer.credential", program=program, credential=made[0]), 303)


@designer.post("/programs/<key:program>/draft/credentials/<key:credential>/move")
def move_credential(program: str, credential: str) -> Response:
    """Put a credential one place up or down."""

    def make(draft: Draft) -> Operation:
        _require(draft, credential)
        order = draft.order["credential"]
        place = order.index(credential)
        if request.form.get("to") == "up":
            return move_part(draft, "credential", credential, before=order[place - 1]) if place else ()
        if place == len(order) - 1:
            return ()
        after = order[place + 2] if place + 2 < len(order) else None
        return move_part(draft, "credential", credential, before=after)

    save(program, make)
    return _to_list(program)


@designer.post("/programs/<key:program>/draft/credentials/<key:credential>/duplicate")
def duplicate_credential(program: str, credential: str) -> Response:
    """Add a credential with all that another says, right after it."""
    made: list[str] = []

    def make(draft: Draft) -> Operation:
        _require(draft, credential)
        fields = {name: value for name, value in draft.credentials[credential].items() if name != "#place"}
        made.append(unused_id(draft, "credential", credential))
        return add_part(draft, "credential", {**fields, "id": made[0]}, after=credential)

    save(program, make)
    flash(_("Duplicated. This is the second one: give it a title of its own."))
    return redirect(url_for("designer.credential", program=program, credential=made[0]), 303)


@designer.post("/programs/<key:program>/draft/credentials/<key:credential>/remove")
def remove_credential(program: str, credential: str) -> Response:
    """Take a credential out of the draft; published versions and what was awarded keep it."""

    def make(draft: Draft) -> Operation:
        _require(draft, credential)
        return remove_part(draft, "credential", credential)

    save(program, make)
    flash(_("Taken out of the draft. “Undo” brings it back."))
    return _to_list(program)


@designer.get("/programs/<key:program>/draft/quality")
def quality(program: str) -> str:
    """Show what the program states for all its micro-credentials."""
    return CredentialForm.of_program(page(program, "credentials")).shown()


@designer.post("/programs/<key:program>/draft/quality")
def save_quality(program: str) -> Response | tuple[str, int]:
    """Save what the program states for all its micro-credentials."""
    form = CredentialForm.of_request(page(program, "credentials"), None, is_program=True)

    def make(draft: Draft) -> Operation:
        return set_fields(draft, "program", "", {"quality": quality_of(form, draft.head.get("quality"))})

    try:
        save(program, make)
    except Invalid as error:
        return form.refused(error)
    flash(_("Saved."))
    return _to_list(program)


def _page_of(program: str, credential: str) -> Page:
    found = page(program, "credentials")
    _require(found.draft, credential)
    return found


def _require(draft: Draft, credential: str) -> None:
    if credential not in draft.credentials:
        raise NotFound("There is no credential %(id)s in this draft.", id=credential)


def _to_list(program: str) -> Response:
    return redirect(url_for("designer.credentials", program=program), 303)
