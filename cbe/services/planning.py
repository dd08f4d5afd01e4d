"""Plans for learners that are given in a file, without a database: what the command line prints.

Learners who are enrolled are ``progress``'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from cbe.domain.errors import Invalid
from cbe.domain.graph import CompiledProgram
from cbe.domain.planner import leverage, plan_credential, unlock_list
from cbe.domain.progress import State, states
from cbe.interop.learners_file import LearnerFacts, load_learners

from .publishing import check_program

__all__ = ["LearnerFacts", "load_planning", "plan_learner"]

SHOWN = (State.MASTERED, State.READY, State.LOCKED)


def load_planning(
    program: bytes | BinaryIO, learners: bytes | BinaryIO, credential: str | None = None
) -> tuple[CompiledProgram, dict[str, LearnerFacts]]:
    """Read a program file and a learners file that belongs to it; raises ``Invalid`` with all problems of a file.

    Places are in the program file when it has problems, else in the learners file. An unknown credential is a problem
    of the whole.
    """
    compiled = check_program(program)
    unknown = credential is not None and credential not in compiled.credentials
    problems = [("", f"there is no credential {credential!r} in this program")] if unknown else []
    try:
        facts = load_learners(learners, compiled)
    except Invalid as error:
        raise Invalid([*problems, *error.problems]) from None
    if problems:
        raise Invalid(problems)
    return compiled, facts


def plan_learner(
    compiled: CompiledProgram, facts: LearnerFacts, *, credential: str | None = None, budget_s: float
) -> dict[str, Any]:
    """Return one learner's states, credentials in unlock order (or the one asked for) and leverage, as JSON values.

    What expired is ready or locked like any other here, and costs its renewal hours.
    """
    found, has = states(compiled, facts.mastered), (facts.held, facts.withheld)
    if credential is None:
        plans = unlock_list(compiled, facts.mastered, *has, expired=facts.expired, budget_s=budget_s)
    else:
        plans = [plan_credential(compiled, facts.mastered, credential, *has, expired=facts.expired, budget_s=budget_s)]
    return {
        "states": {state.value: list(_in(found, state)) for state in SHOWN},
        "credentials": [plan.to_json() for plan in plans],
        "leverage": [one.to_json() for one in leverage(compiled, facts.mastered, plans, facts.expired)],
    }


def _in(found: dict[str, State], wanted: State) -> Iterator[str]:
    return (key for key, state in found.items() if state is wanted)
