"""Credentials from elsewhere: how many a learner keeps, and whether one of them is theirs as far as that can be told.

Whether it is true is ``verification``'s; which competencies it answers, ``services.outside``'s.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from .errors import Worded
from .verification import Check

__all__ = ["MOST_KEPT", "Identity", "whose"]

MOST_KEPT = 50
"""Credentials from elsewhere that one learner keeps."""


@dataclass(frozen=True, slots=True)
class Identity:
    """How a credential names who it was issued to: ``email``, ``name`` or ``other``, in the clear or hashed with a salt."""

    kind: str
    value: str
    is_hashed: bool = False
    salt: str = ""


def whose(identities: Sequence[Identity], subject_id: str, name: str, email: str) -> Check:
    """Say in a row whether a credential was issued to somebody of this name and address, and how that is known.

    ``passed``: it names them. ``failed``: it names somebody else. ``unknown``: it names nobody, or by something that is
    not known here; then only they themselves say that it is theirs.

    >>> whose([Identity("name", "Ada  Byron")], "", "ada byron", "").result
    'passed'
    >>> whose([Identity("name", "Ada Byron")], "", "Grace Hopper", "").result
    'failed'
    >>> whose([], "did:key:z6Mk", "Ada Byron", "").message
    'It was issued to did:key:z6Mk. That this is the learner is their own statement.'
    """
    if any(one.kind == "email" and _is(one, _spellings(email)) for one in identities):
        return _row("passed", Worded("The e-mail address in it is the learner's."))
    if any(one.kind == "name" and _is(one, [name, _folded(name)]) for one in identities):
        return _row("passed", Worded("The name in it is the learner's."))
    if any(one.kind in ("email", "name") for one in identities):
        return _row("failed", Worded("It names somebody else: neither name nor e-mail address in it is the learner's."))
    if identities or subject_id.startswith("did:"):
        named = subject_id or identities[0].value
        return _row(
            "unknown",
            Worded(
                "It was issued to %(subject)s. That this is the learner is their own statement.", subject=named[:200]
            ),
        )
    return _row("unknown", Worded("It names nobody. That it was issued to the learner is their own statement."))


def _row(result: str, message: Worded) -> Check:
    return Check("whose", result, message, decides=False)


def _spellings(email: str) -> list[str]:
    return [email, email.casefold()] if email else []


def _is(one: Identity, texts: Sequence[str]) -> bool:
    if not one.is_hashed:
        return _folded(one.value) in {_folded(text) for text in texts if text}
    digests = {hashlib.sha256((text + one.salt).encode()).hexdigest() for text in texts if text}
    return one.value.removeprefix("sha256$").lower() in digests


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
