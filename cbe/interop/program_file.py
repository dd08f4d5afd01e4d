"""Program files as bytes: `cbe-program/1` documents in JSON files.

What a document may say is ``cbe.domain.program``'s; where both find problems they are reported together.
"""

from __future__ import annotations

import json
from itertools import chain
from typing import Any, BinaryIO

from cbe.domain.errors import N_, Invalid, Problem
from cbe.domain.program import Program, find_problems, parse_program

from .json_file import LARGEST_FILE, open_json, problems_of_keys, read_json
from .large_json import whole

__all__ = ["LARGEST_FILE", "load_program", "read_program_document", "write_program_document"]

_LARGE = frozenset({"competencies", "credentials", "source"})


def load_program(source: bytes | BinaryIO, *, with_circles: bool = False) -> tuple[dict[str, Any], Program]:
    """Return the document in a program file and the program it says.

    From a stream no more is taken than may be, and the bytes are in memory once. ``with_circles``: as ``parse_program``
    takes them. Raises Invalid with the problems of
    bytes and of content together, in document order.
    """
    problems: list[Problem] = []
    opened = open_json(source, _LARGE, problems)
    found = find_problems(opened, chain(problems, problems_of_keys(opened)), with_circles=with_circles)
    if found:
        raise Invalid(found)
    document: dict[str, Any] = whole(opened)
    return document, parse_program(document, with_circles=with_circles)


def read_program_document(source: bytes | BinaryIO) -> dict[str, Any]:
    """Return the document in the bytes of a program file without asking what it says.

    Packed with gzip or plain, with or without a BOM. Raises Invalid when the bytes are not UTF-8, not JSON, not an
    object, hold NUL, repeat a key, or are over ``LARGEST_FILE``.
    """
    return read_json(source, _LARGE, N_("program file"))


def write_program_document(document: dict[str, Any]) -> str:
    """Return the text of a program file: the document as it is, its keys in order, no defaults added.

    >>> print(write_program_document({"format": "cbe-program/1", "program": {"title": {"ar": "ويب"}}}), end="")
    {
      "format": "cbe-program/1",
      "program": {
        "title": {
          "ar": "ويب"
        }
      }
    }
    """
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2) + "\n"
