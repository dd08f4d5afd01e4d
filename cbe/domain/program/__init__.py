"""The program file ``cbe-program/1``: a program, its competencies and its credentials as frozen values.

Here is what a document may say and every problem it can have. Reading bytes (encodings, gzip, duplicate keys) is
``interop.program_file``'s; what follows from the graph of prerequisites is ``graph``'s.
"""

from .parse import CIRCLE, FORMAT, find_problems, parse_program
from .reached import leaf_credits, leaf_hours, reached_credentials
from .values import (
    Alignment,
    Competency,
    Credential,
    Level,
    MasteryRule,
    Program,
    Quality,
    Resource,
    Rubric,
    Section,
    Text,
    notional_hours,
)

__all__ = [
    "Alignment",
    "CIRCLE",
    "Competency",
    "Credential",
    "FORMAT",
    "Level",
    "MasteryRule",
    "Program",
    "Quality",
    "Resource",
    "Rubric",
    "Section",
    "Text",
    "find_problems",
    "notional_hours",
    "leaf_credits",
    "leaf_hours",
    "parse_program",
    "reached_credentials",
]
