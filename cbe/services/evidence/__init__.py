"""Evidence as learners hand it in and as those who may read it see it.

Reading is in ``items``, writing and handing in in ``handing_in``, the talk about an item in ``talk``. Files and quarantine
are ``services.files``'s, deciding ``services.review``'s and ``services.sign_off``'s.
"""

from .handing_in import (
    NOT_NOW,
    discard,
    edit,
    hand_in_again,
    open_draft,
    save_draft,
    submit,
    withdraw,
)
from .items import (
    Item,
    ItemCompetency,
    ItemLine,
    Judged,
    Message,
    Queue,
    Taken,
    Version,
    export_items,
    get_item,
    list_items,
    place_in_queue,
    subject_of,
)
from .stale import StaleDraft
from .talk import say

__all__ = [
    "NOT_NOW",
    "Item",
    "ItemCompetency",
    "ItemLine",
    "Judged",
    "Message",
    "Queue",
    "StaleDraft",
    "Taken",
    "Version",
    "discard",
    "edit",
    "export_items",
    "get_item",
    "hand_in_again",
    "list_items",
    "open_draft",
    "place_in_queue",
    "save_draft",
    "say",
    "submit",
    "subject_of",
    "withdraw",
]
