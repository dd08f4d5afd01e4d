"""The sample an external verifier may read, named learner by learner."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cbe.services import enrolments, samples

from .. import identity
from . import registrar
from .group_pages import ticked


@registrar.get("/programs/<key:program>/verifiers/<uuid:account_id>")
def sample(program: str, account_id: UUID) -> str:
    """Show a verifier's sample, and learners to add."""
    actor = identity.actor()
    found = samples.get_sample(actor, program, account_id)
    learners = enrolments.list_enrolled(actor, program, search=request.args.get("q", "").strip())
    inside = {one.enrolment_id for one in found.learners}
    others = [one for one in learners.learners if one.enrolment_id not in inside and one.status != "applied"]
    return render_template("registrar/sample.html", sample=found, others=others, learners=learners)


@registrar.post("/programs/<key:program>/verifiers/<uuid:account_id>")
def add_to_sample(program: str, account_id: UUID) -> Response:
    """Add the ticked learners."""
    samples.add_to_sample(identity.actor(), program, account_id, ticked("learner"), now=identity.now())
    return redirect(url_for("registrar.sample", program=program, account_id=account_id), 303)


@registrar.post("/programs/<key:program>/verifiers/<uuid:account_id>/learners/<uuid:enrolment_id>/remove")
def remove_from_sample(program: str, account_id: UUID, enrolment_id: UUID) -> Response:
    """Take a learner out of the sample."""
    samples.remove_from_sample(identity.actor(), program, account_id, enrolment_id, now=identity.now())
    return redirect(url_for("registrar.sample", program=program, account_id=account_id), 303)
