"""CASE 1.0 and 1.1 (1EdTech Competencies and Academic Standards Exchange) packages, to programs and back.

A package says more than a program does. So all of it is kept in the program's document, under ``source``, and giving it
out again changes there what was changed in the program and nothing else; what a package cannot say stands in its
``extensions``, under ``cbe-program/1``. Where packages come from and go to is the services'.
"""

from .package import Precedes
from .read import read_case, read_case_package
from .table import is_case_table, read_case_table
from .write import case_package, item_uris, write_case

__all__ = [
    "Precedes",
    "case_package",
    "is_case_table",
    "item_uris",
    "read_case",
    "read_case_package",
    "read_case_table",
    "write_case",
]
