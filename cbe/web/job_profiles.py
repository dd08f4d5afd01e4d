"""Job profiles: the list, writing one by hand or from a table, and one beside the reader's own record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from cbe.domain.errors import Invalid
from cbe.domain.job_profile import MOST_ITEMS, Item, JobProfile, Need
from cbe.services import job_matching
from cbe.services import job_profiles as service

from . import identity
from .texts import plain, told

__all__ = ["job_profiles"]

job_profiles = Blueprint("job_profiles", __name__)

Page = str | Response | tuple[str, int]
EMPTY_ROWS = 3
NEEDS = {Need.MUST: _l("must"), Need.NICE: _l("nice to have")}
STATES = {
    "have": (_l("you can show this"), "mastered"),
    "not_current": (_l("no longer current"), "expired"),
    "missing": (_l("missing"), "unmet"),
    "not_taught": (_l("not taught here"), "locked"),
}
"""How something asked for stands: its word, and its icon and colour by a state of a competency."""


@dataclass
class Typed:
    """A profile as it stands in the form: what is not kept yet, and what is wrong with it by the name of its field."""

    profile: JobProfile
    errors: dict[str, list[str]] = field(default_factory=dict)
    words: str = ""
    found: Sequence[job_matching.Found] = ()
    said: str = ""


@job_profiles.get("/job-profiles")
def listing() -> str:
    """List one's own profiles and those for everybody."""
    actor = identity.actor()
    return render_template("job_profiles/listing.html", lines=service.list_profiles(actor), most=service.MOST_KEPT)


@job_profiles.route("/job-profiles/new", methods=["GET", "POST"])
def add() -> Page:
    """Write a profile."""
    if request.method == "GET":
        return _form(Typed(JobProfile("", ())), None)
    return _written(None)


@job_profiles.get("/job-profiles/<uuid:profile_id>")
def look(profile_id: UUID) -> str:
    """Show a profile beside one's own record."""
    actor, with_nice = identity.actor(), request.args.get("nice") == "yes"
    found = job_matching.compare(actor, profile_id, with_nice=with_nice, today=identity.today(), now=identity.now())
    return render_template(
        "job_profiles/look.html", found=found, NEEDS=NEEDS, states=STATES, with_nice=with_nice,
        learns=bool(actor.enrolments), may_share=service.may_share(actor),
    )  # fmt: skip


@job_profiles.route("/job-profiles/<uuid:profile_id>/edit", methods=["GET", "POST"])
def edit(profile_id: UUID) -> Page:
    """Write one's own profile anew."""
    if request.method == "GET":
        return _form(Typed(service.get_own(identity.actor(), profile_id).profile), profile_id)
    return _written(profile_id)


@job_profiles.post("/job-profiles/<uuid:profile_id>/remove")
def remove(profile_id: UUID) -> Response:
    """Keep a profile no longer."""
    service.remove_profile(identity.actor(), profile_id, now=identity.now())
    flash(_("The profile is gone."))
    return redirect(url_for("job_profiles.listing"), 303)


@job_profiles.post("/job-profiles/<uuid:profile_id>/share")
def share(profile_id: UUID) -> Response:
    """Let everybody read it, or nobody else."""
    is_shared = request.form.get("shared") == "yes"
    service.share_profile(identity.actor(), profile_id, is_shared, now=identity.now())
    flash(_("Everybody can read it now, and hold what is shared with them against it.") if is_shared else _("Only you see it now."))  # fmt: skip
    return redirect(url_for("job_profiles.look", profile_id=profile_id), 303)


def _written(profile_id: UUID | None) -> Page:
    """Do what the form asks: find competencies, take some in, read a table, or keep the profile."""
    actor, typed, do = identity.actor(), _typed(), request.form.get("do", "save")
    if profile_id is not None:
        service.get_own(actor, profile_id)
    if do == "find":
        typed.found = job_matching.find_competencies(actor, typed.words)
        typed.said = ngettext("%(num)d competency found.", "%(num)d competencies found.", len(typed.found))
    elif do == "add":
        _take_in(typed)
    elif do == "table":
        _read_table(typed)
    else:
        try:
            kept = service.keep_profile(actor, typed.profile, profile_id=profile_id, now=identity.now())
        except Invalid as error:
            for at, text in error.problems:
                typed.errors.setdefault(at.strip("/").replace("/", "."), []).append(told(text))
            return _form(typed, profile_id), 422
        flash(_("The profile is kept."))
        return redirect(url_for("job_profiles.look", profile_id=kept), 303)
    return (_form(typed, profile_id), 422) if typed.errors else _form(typed, profile_id)


def _form(typed: Typed, profile_id: UUID | None) -> str:
    titles = job_matching.titles_of(identity.actor(), typed.profile)
    rows = [*typed.profile.items, *[Item("")] * max(0, min(EMPTY_ROWS, MOST_ITEMS - len(typed.profile.items)))]
    return render_template(
        "job_profiles/edit.html", typed=typed, rows=rows, profile_id=profile_id, titles=titles, NEEDS=NEEDS,
        most=MOST_ITEMS, limits=service,
    )  # fmt: skip


def _typed() -> Typed:
    """Read the form; rows without a title, an address and a competency are left out."""
    form = request.form
    items = []
    for number in range(min(len(form), MOST_ITEMS + EMPTY_ROWS)):
        title, uris = form.get(f"items.{number}.title"), form.get(f"items.{number}.uris", "").split()
        pairs = _pairs(form.getlist(f"items.{number}.competency"))
        if title is not None and (title.strip() or uris or pairs):
            need = Need.NICE if form.get(f"items.{number}.need") == Need.NICE else Need.MUST
            items.append(Item(title.strip(), need, tuple(uris), pairs))
    profile = JobProfile(form.get("title", "").strip(), tuple(items), form.get("description", "").strip())
    return Typed(profile, words=form.get("find", "").strip())


def _pairs(values: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return pairs of program and competency; what is no such pair is left out."""
    found = []
    for value in values:
        try:
            program, competency = json.loads(value)
        except (ValueError, TypeError, RecursionError):
            continue
        if isinstance(program, str) and isinstance(competency, str):
            found.append((program[:200], competency[:200]))
    return tuple(found)


def _take_in(typed: Typed) -> None:
    """Add the chosen competencies, those that are not there yet."""
    there = {pair for item in typed.profile.items for pair in item.competencies}
    chosen = [pair for pair in _pairs(request.form.getlist("take")) if pair not in there]
    titles = job_matching.titles_of(identity.actor(), JobProfile("", (Item("", competencies=tuple(chosen)),)))
    new = [
        Item(plain(titles[pair].title, titles[pair].language)[:200], competencies=(pair,))
        for pair in chosen
        if pair in titles
    ]
    _add(typed, new)


def _read_table(typed: Typed) -> None:
    sent = request.files.get("table")
    try:
        _add(typed, service.read_items(sent.stream.read(service.MOST_BYTES + 1) if sent else b""))
    except Invalid as error:
        typed.errors["table"] = [": ".join(filter(None, (at, told(text)))) for at, text in error.problems]


def _add(typed: Typed, new: Sequence[Item]) -> None:
    old = typed.profile
    typed.profile = JobProfile(old.title, (*old.items, *(one for one in new if one not in old.items)), old.description)
    added = len(typed.profile.items) - len(old.items)
    typed.said = ngettext("%(num)d added below; not kept yet.", "%(num)d added below; not kept yet.", added)
