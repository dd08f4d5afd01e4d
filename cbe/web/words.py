"""The words pages use for states, statuses and kinds, in the reader's language.

Here are tables only; the templates get them as globals (``app.jinja_env.globals.update(words.GLOBALS)``). Sentences are
written where they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

__all__ = ["GLOBALS", "KIND_WORDS", "STATE_WORDS", "STATUS_WORDS"]

STATE_WORDS: Mapping[str, Any] = {
    "mastered": _("mastered"),
    "in_review": _("in review"),
    "returned": _("returned"),
    "expired": _("expired"),
    "ready": _("ready"),
    "locked": _("locked"),
}

STATUS_WORDS: Mapping[str, Any] = {
    "held": _("held"),
    "withheld": _("withheld"),
    "claimable": _("claimable"),
    "impossible": _("impossible"),
    "next": _("next"),
    "in_progress": _("in progress"),
    "open": _("open"),
}

KIND_WORDS: Mapping[str, Any] = {
    "badge": _("Badge"),
    "micro-credential": _("Micro-credential"),
    "certificate": _("Certificate"),
    "diploma": _("Diploma"),
    "degree": _("Degree"),
}

GLOBALS: Mapping[str, Mapping[str, Any]] = {
    "STATE_WORDS": STATE_WORDS,
    "STATUS_WORDS": STATUS_WORDS,
    "KIND_WORDS": KIND_WORDS,
}
