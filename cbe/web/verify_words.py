"""What verifying found in words, icons and colours, for every page that shows it (``templates/verify/_found.html``)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from cbe.domain.verification import Check, Verified

from .texts import KIND_WORDS, day, told

__all__ = ["FOUND"]

RESULTS = {
    "passed": (_l("holds"), "mastered", "data-state=mastered"),
    "failed": (_l("does not hold"), "impossible", "data-status=impossible"),
    "unknown": (_l("could not be checked"), "warning", "data-state=in_review"),
    "not_applicable": (_l("does not apply"), "same", "data-state=locked"),
}
"""How a row came out: its word, its icon, and the attribute that gives its colours."""
VERDICTS = {
    "valid": (_l("This credential is valid."), _l("valid"), "passed"),
    "not_valid": (_l("This credential is not valid."), _l("not valid"), "failed"),
    "unknown": (_l("Whether this credential is valid could not be told."), _l("could not tell"), "unknown"),
}
RECORD_VERDICTS = {
    "valid": _l("This record and every credential in it are valid."),
    "not_valid": _l("This record is not valid, or a credential in it is not."),
    "unknown": _l("Whether this record and all in it are valid could not be told."),
}
NAMES = {
    "format": _l("What it is"),
    "form": _l("Read as it was signed"),
    "issuer": _l("Issuer"),
    "signature": _l("Unchanged"),
    "dates": _l("Dates"),
    "status": _l("Status"),
    "revocation": _l("Revocation"),
    "suspension": _l("Suspension"),
    "list_size": _l("Size of the status list"),
    "members": _l("Credentials in it"),
    "whose": _l("Whose it is"),
    "endorsements": _l("Endorsements"),
}
KINDS = {
    "Badge": _l("Badge"),
    "MicroCredential": _l("Micro-credential"),
    "Certificate": _l("Certificate"),
    "Diploma": _l("Diploma"),
    "Degree": _l("Degree"),
}


def _verdict(found: Verified) -> tuple[str, str, str]:
    """Return the sentence, the word of the mark beside it, and the result that gives the mark its look."""
    sentence, word, result = VERDICTS[found.verdict]
    return str(RECORD_VERDICTS[found.verdict] if found.members else sentence), str(word), result


def _name_of(check: Check) -> str:
    return str(NAMES.get(check.name, check.name))


def _said(check: Check) -> str:
    return told(check.message)


def _day_of(text: str) -> str:
    """Return a moment of a credential as the reader writes days; as it stands where it is none."""
    try:
        return day(datetime.fromisoformat(text))
    except ValueError:
        return text


def _kind_of(kind: str) -> str:
    return str(KINDS.get(kind, kind))


def _value_of(value: str) -> str:
    """Return a value of a result; our own words for how something was shown are in the reader's language."""
    return str(KIND_WORDS.get(value, value))


WHOSE = {"passed": _l("the learner's"), "failed": _l("somebody else's"), "unknown": _l("own statement")}
"""Whose a credential from elsewhere is, in a word."""
FOUND: Mapping[str, Any] = {
    "results": RESULTS,
    "verdicts": VERDICTS,
    "whose": WHOSE,
    "verdict": _verdict,
    "name_of": _name_of,
    "said": _said,
    "day_of": _day_of,
    "kind_of": _kind_of,
    "value_of": _value_of,
}
"""What the macros of ``verify/_found.html`` go by; every template knows it."""
