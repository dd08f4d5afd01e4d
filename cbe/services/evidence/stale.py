"""The conflict of two windows that write the same draft."""

from __future__ import annotations

from datetime import datetime

from cbe.domain.errors import N_, Conflict
from cbe.domain.evidence import DraftFields

__all__ = ["StaleDraft"]


class StaleDraft(Conflict):
    """Another window changed this draft meanwhile; ``saved`` is what stands there since ``saved_at``. Nothing was overwritten.

    None of both: it was thrown away there. ``is_handed_in``: it was handed in there, and is no draft any more.
    """

    def __init__(
        self, saved: DraftFields | None = None, saved_at: datetime | None = None, *, is_handed_in: bool = False
    ) -> None:
        message = N_("This draft was changed in another window or on another device meanwhile.")
        if saved is None:
            message = N_("This draft was thrown away in another window or on another device.")
        elif is_handed_in:
            message = N_("This was handed in already, from another window or device, as it was saved there.")
        super().__init__(message)
        self.is_handed_in = is_handed_in
        self.saved = saved
        self.saved_at = saved_at
