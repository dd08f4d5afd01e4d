"""Who may do what to whom: one table of rules as data, default deny.

A rule names the *relations* in which an actor must stand to the subject; one is enough. What relations there are and
when each holds is written once, in ``relations``. Facts that need looking up (does this instructor have that learner in
a group?) are found by the services and come in as the subject's ``ties``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from .errors import Forbidden, NotFound

__all__ = ["NEVER_ON_ONESELF", "RULES", "SYSTEM", "Actor", "Subject", "may", "may_somewhere", "relations", "require"]

PROGRAM_ROLES = ("instructor", "coordinator", "designer", "adviser", "registrar", "data_protection", "verifier")


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who does something: an account with its roles, the system itself, or nobody known (a stranger).

    ``roles``: program id → roles held there today. ``enrolments``: program id → status of the enrolment there.
    ``request_key``: the idempotency key of the request at hand.
    """

    account_id: UUID | None = None
    is_admin: bool = False
    is_system: bool = False
    roles: Mapping[UUID, frozenset[str]] = field(default_factory=dict)
    enrolments: Mapping[UUID, str] = field(default_factory=dict)
    request_key: str | None = None

    @property
    def name(self) -> str:
        """Return what the audit trail calls this actor: an account id or a word."""
        return "system" if self.is_system else str(self.account_id or "anonymous")


SYSTEM = Actor(is_system=True)
"""The command line and the jobs."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What something is done to: an account, a program, or a learner's record in a program (both).

    ``ties``: relations that were looked up, out of ``group_instructor``, ``group_adviser``, ``sample_verifier``.
    """

    program_id: UUID | None = None
    account_id: UUID | None = None
    ties: frozenset[str] = frozenset()


STAFF = frozenset(PROGRAM_ROLES)
MEMBERS = STAFF | {"learner", "admin", "system"}

RULES: Mapping[str, frozenset[str]] = {
    "public:read": frozenset({"anyone"}),
    "account:edit": frozenset({"self"}),
    "account:create": frozenset({"system", "admin", "registrar"}),
    "people:manage": frozenset({"system", "admin"}),
    "installation:read": frozenset({"system", "admin"}),
    "installation:keep": frozenset({"system"}),
    "program:list": frozenset({"signed_in", "system"}),
    "program:join": frozenset({"signed_in"}),
    "program:read": MEMBERS,
    "program:import": frozenset({"system", "admin", "designer"}),
    "program:create": frozenset({"system", "admin"}),
    "program:export": frozenset({"system", "admin", "designer"}),
    "program:edit": frozenset({"system", "admin", "designer"}),
    "program:publish": frozenset({"system", "admin", "designer"}),
    "program:move": frozenset({"system", "admin", "designer"}),
    "program:rehearse": frozenset({"system", "designer"}),
    "program:set": frozenset({"system", "admin", "designer"}),
    "program:health": frozenset({"admin", "designer", "registrar"}),
    "role:grant": frozenset({"system", "admin", "registrar"}),
    "role:grant-any": frozenset({"system", "admin"}),
    "enrolment:list": frozenset({"system", "admin", "registrar"}),
    "enrolment:manage": frozenset({"system", "admin", "registrar"}),
    "enrolment:edit": frozenset({"learner_self"}),
    "enrolment:leave": frozenset({"self"}),
    "group:manage": frozenset({"system", "admin", "registrar"}),
    "group:read": frozenset({"group_instructor", "group_adviser", "registrar"}),
    "sample:read": frozenset({"verifier"}),
    "record:read": frozenset(
        {"self", "group_instructor", "coordinator", "group_adviser", "sample_verifier", "registrar", "system"}
    ),
    "record:export": frozenset({"self"}),
    "share:make": frozenset({"self"}),
    "assessor:be-named": frozenset({"self"}),
    "mastery:import": frozenset({"system", "registrar"}),
    "program:equate": frozenset({"registrar"}),
    "award:give": frozenset({"system", "registrar"}),
    "award:change": frozenset({"registrar"}),
    "evidence:hand-in": frozenset({"learner_self"}),
    "evidence:read": frozenset({"self", "group_instructor", "coordinator"}),
    "evidence:assess": frozenset({"group_instructor", "coordinator"}),
    "evidence:report": frozenset({"self", "group_instructor", "coordinator", "data_protection"}),
    "evidence:quarantine": frozenset({"data_protection"}),
    "queue:read": frozenset({"instructor", "coordinator"}),
    "queue:coordinate": frozenset({"coordinator"}),
    "roster:read": frozenset({"instructor", "adviser", "coordinator", "registrar"}),
    "decision:take-back": frozenset({"group_instructor", "coordinator", "registrar"}),
    "decision:list-own": frozenset({"self"}),
    "phrase:keep": frozenset({"self"}),
    "away:set": frozenset({"self"}),
    "decision:enter": frozenset({"registrar"}),
    "record:keep": frozenset({"system"}),
    "issuer:edit": frozenset({"system", "admin"}),
    "credential:keep": frozenset({"self"}),
    "app:register": frozenset({"anyone"}),
    "app:keep": frozenset({"self"}),
    "notice:read": frozenset({"self"}),
    "privacy:read": frozenset({"data_protection", "registrar", "coordinator"}),
    "archive:take": frozenset({"self"}),
    "erasure:ask": frozenset({"self"}),
    "erasure:carry-out": frozenset({"data_protection", "system"}),
    "hold:set": frozenset({"data_protection"}),
    "disclosure:log": frozenset({"data_protection", "registrar"}),
    "correction:ask": frozenset({"self"}),
    "correction:answer": frozenset({"registrar", "coordinator"}),
    "retention:set": frozenset({"admin", "data_protection"}),
    "outside:keep": frozenset({"self"}),
    "issuer:trust": frozenset({"registrar"}),
    "profile:read": frozenset({"signed_in"}),
    "profile:keep": frozenset({"self"}),
    "profile:share": frozenset({"admin", "designer", "registrar"}),
}
"""Action → the relations that allow it. What is not here is refused."""

NEVER_ON_ONESELF = frozenset(
    {"award:give", "award:change", "decision:enter", "decision:take-back", "evidence:assess", "evidence:quarantine"}
    | {"erasure:carry-out", "hold:set", "disclosure:log", "correction:answer"}
)
"""What nobody does to their own record, whatever else they are."""


def relations(actor: Actor, subject: Subject) -> frozenset[str]:
    """Return every relation in which the actor stands to the subject.

    >>> sorted(relations(SYSTEM, Subject()))
    ['anyone', 'system']
    """
    found = {"anyone"}
    if actor.is_system:
        found.add("system")
    if actor.account_id is None:
        return frozenset(found)
    found.add("signed_in")
    if actor.is_admin:
        found.add("admin")
    if subject.account_id == actor.account_id:
        found.add("self")
    if subject.program_id is not None:
        found |= actor.roles.get(subject.program_id, frozenset())
        if actor.enrolments.get(subject.program_id) in ("active", "leave", "completed"):
            found.add("learner")
            if "self" in found:
                found.add("learner_self")
    return frozenset(found | subject.ties)


def may(actor: Actor, action: str, subject: Subject | None = None) -> bool:
    """Tell whether the actor may do this to the subject.

    >>> may(SYSTEM, "program:import"), may(Actor(), "program:import"), may(SYSTEM, "no:such")
    (True, False, False)
    """
    found = relations(actor, subject or Subject())
    if action in NEVER_ON_ONESELF and "self" in found:
        return False
    return bool(RULES.get(action, frozenset()) & found)


def may_somewhere(actor: Actor, action: str) -> bool:
    """Tell whether the actor may do this in any of the programs they have a role in.

    >>> may_somewhere(Actor(account_id=UUID(int=1), roles={UUID(int=2): frozenset({"instructor"})}), "queue:read")
    True
    """
    return any(may(actor, action, Subject(program_id)) for program_id in actor.roles)


def require(actor: Actor, action: str, subject: Subject | None = None) -> None:
    """Raise unless the actor may: ``NotFound`` for those who have nothing to do with the subject, else ``Forbidden``."""
    if may(actor, action, subject):
        return
    near = relations(actor, subject or Subject()) - {"anyone", "signed_in"}
    if subject is not None and subject.account_id not in (None, actor.account_id):
        near -= {"learner"}
    if subject is not None and (subject.program_id or subject.account_id) and not near:
        raise NotFound("There is nothing here, or nothing that you may see.")
    raise Forbidden("You may not do this. Ask the registrar or an administrator for the role that may.")
