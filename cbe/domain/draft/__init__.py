"""A draft as designers edit it: parts with fields, and operations that can all be undone.

What a sound program is says ``program``; what should be better says ``lint``. A draft may be wrong on the way, so it is a
document in parts and not a ``Program``. How designers' changes are put together is ``operations``'s.
"""

from .checking import new_problems, part_problems
from .operations import (
    Clash,
    add_part,
    add_parts,
    insisted,
    inverse,
    move_part,
    operation_between,
    remove_part,
    replayed,
    set_fields,
    unused_id,
)
from .values import KINDS, Change, Draft, Operation, circle_closed_by

__all__ = [
    "KINDS",
    "Change",
    "Clash",
    "Draft",
    "Operation",
    "add_part",
    "add_parts",
    "circle_closed_by",
    "insisted",
    "inverse",
    "move_part",
    "new_problems",
    "operation_between",
    "part_problems",
    "remove_part",
    "replayed",
    "set_fields",
    "unused_id",
]
