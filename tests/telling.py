"""Tell people of the cast something, as the services do; for tests of notices and of their mails."""

from datetime import datetime
from typing import Any
from uuid import UUID

FACTS: dict[str, dict[str, Any]] = {
    "waiting": {"evidence": UUID(int=7)},
    "message": {"evidence": UUID(int=7)},
    "decided": {"evidence": UUID(int=7), "competency": "html"},
    "returned": {"evidence": None, "competency": "html"},
    "taken-back": {"competency": "html"},
    "award": {"credential": "web-badge"},
    "award-changed": {"credential": "web-badge", "award": UUID(int=8)},
    "award-flagged": {"credential": "web-badge", "award": UUID(int=8)},
    "expiring": {"competency": "html", "on": "2027-01-22", "days": 60},
    "handed-over": {"count": 3},
    "quarantine": {},
    "quarantine-decided": {"evidence": UUID(int=7)},
    "erasure-asked": {"on": "2027-01-22"},
    "hold-set": {},
    "hold-ended": {},
    "disclosed": {},
    "correction-answered": {},
    "correction-asked": {"enrolment": UUID(int=9)},
    "approval-asked": {},
    "approval-decided": {},
    "move-asked": {},
    "moved": {},
    "moved-back": {},
}
"""Every kind of notice with the facts its senders give, beside the program."""


def tell(account_id: UUID, kind: str = "award", *, key: str | None = None, now: datetime) -> None:
    """Tell one person something, in a change of its own; inside the application."""
    from cbe.domain.policy import SYSTEM
    from cbe.services import notices
    from cbe.services.transaction import transaction

    with transaction(SYSTEM, now) as tx:
        notices.tell(tx, [account_id], kind, key=key or f"{kind} {now}", program="web", **FACTS[kind])
        tx.record("test:tell")
