"""A draft as designers edit it: parts with fields, and operations that can all be undone.

What a sound program is says ``program``; what should be better says ``lint``. A draft may be wrong on the way, so it is a
document in parts and not a ``Program``. How designers' changes are put together is ``operations``'s.
"""

from .checking import named_in, new_problems, part_problems
from .edges import Edge, around, back_edges, connect, disconnect, edges_among, goes_in_circles, groups_of
from .operations import (
    Clash,
    add_part,
    add_parts,
    conceded,
    insisted,
    inverse,
    move_part,
    operation_between,
    remove_part,
    replayed,
    set_fields,
    unused_id,
)
from .outline import (
    Outline,
    copied,
    indented,
    languages_of,
    outdented,
    outline_of,
    put_into,
    shifted,
    untranslated,
)
from .values import KINDS, Change, Draft, Fields, Operation, circle_closed_by

__all__ = [
    "KINDS",
    "Change",
    "Clash",
    "Draft",
    "Fields",
    "Edge",
    "Operation",
    "Outline",
    "add_part",
    "add_parts",
    "circle_closed_by",
    "conceded",
    "copied",
    "indented",
    "insisted",
    "around",
    "back_edges",
    "connect",
    "disconnect",
    "edges_among",
    "goes_in_circles",
    "groups_of",
    "inverse",
    "languages_of",
    "move_part",
    "named_in",
    "new_problems",
    "operation_between",
    "outdented",
    "outline_of",
    "part_problems",
    "put_into",
    "remove_part",
    "replayed",
    "set_fields",
    "shifted",
    "untranslated",
    "unused_id",
]
