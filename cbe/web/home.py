"""Where one lands after signing in: one's own learning, or what one's roles give to do today."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from cbe.domain.policy import Actor
from cbe.services import (
    award_views,
    due,
    enrolments,
    groups,
    people,
    program_health,
    programs,
    quarantine,
    queue,
    samples,
)
from cbe.services.enrolments import OpenProgram
from cbe.services.groups import MyGroup
from cbe.services.people import PeoplePage
from cbe.services.program_health import ProgramHealth
from cbe.services.programs import ProgramSummary
from cbe.services.quarantine import Waiting
from cbe.services.samples import Sample

from . import identity

home = Blueprint("home", __name__)


@dataclass(frozen=True, slots=True)
class Panels:
    """What there is to do, by role; None or empty where one does not have it."""

    learning: str | None
    queue: queue.Summary | None
    groups: list[MyGroup] | None
    samples: list[Sample]
    designs: list[ProgramHealth]
    registers: list[ProgramSummary]
    protects: list[Waiting]
    due: dict[str, int]
    flagged: dict[UUID, int]
    everybody: PeoplePage | None
    programs: list[ProgramSummary]
    open: list[OpenProgram]


@home.get("/home")
def start() -> str | Response:
    """Lead a learner to their page; show staff what their roles give to do."""
    actor = identity.actor()
    learning = enrolments.newest_learning(actor)
    works = actor.is_admin or any(actor.roles.values())
    if learning is not None and not works:
        return redirect(url_for("learner.home", program=learning))
    return render_template("home/start.html", panels=_panels(actor, learning), today=identity.today())


@home.get("/learn")
def learn() -> Response:
    """Lead to the program one began to learn in last, or to those one may join."""
    learning = enrolments.newest_learning(identity.actor())
    if learning is None:
        return redirect(url_for("catalogue.listing"))
    return redirect(url_for("learner.home", program=learning))


def _panels(actor: Actor, learning: str | None) -> Panels:
    held = frozenset[str]().union(*actor.roles.values())
    summaries = programs.list_programs(actor)
    registers = [one for one in summaries if "registrar" in actor.roles.get(one.id, ())]
    keys = [one.key for one in registers]
    return Panels(
        learning=learning,
        queue=queue.get_summary(actor, today=identity.today(), now=identity.now()),
        groups=groups.list_my_groups(actor, today=identity.today()) if held & {"instructor", "adviser"} else None,
        samples=samples.list_my_samples(actor, today=identity.today()) if "verifier" in held else [],
        designs=program_health.list_health(actor, "designer") if "designer" in held else [],
        registers=sorted(registers, key=lambda one: (-one.learners.get("applied", 0), one.key)),
        protects=quarantine.list_waiting(actor) if "data_protection" in held else [],
        due=due.count_due(actor, keys, today=identity.today(), now=identity.now()),
        flagged=award_views.count_flags([one.id for one in registers]) if registers else {},
        everybody=people.list_people(actor) if actor.is_admin else None,
        programs=summaries if actor.is_admin else [],
        open=enrolments.list_open_programs(actor) if not held and not actor.is_admin else [],
    )
