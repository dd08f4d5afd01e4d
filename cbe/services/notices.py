"""What people are told: written down in the change it tells of, shown behind the bell, gathered into mails afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterable
from uuid import UUID, uuid4

from cbe.store import notices
from cbe.store.notices import NoticeRow

from .transaction import Transaction

__all__ = ["tell"]


def tell(tx: Transaction, account_ids: Iterable[UUID], kind: str, *, key: str, **facts: object) -> None:
    """Tell people something as part of the caller's change; who was told under this key already is told nothing.

    ``facts``: ids and codes that the words and the address are made of; no names, no outcomes, no texts.
    """
    wanted = set(account_ids)
    tx.add(
        *(
            NoticeRow(
                id=uuid4(),
                account_id=account_id,
                key=key,
                kind=kind,
                facts=json.dumps(facts, default=str),
                created_at=tx.now,
            )
            for account_id in sorted(wanted - notices.told(wanted, key))
        )
    )
