"""Short codes for learners and competencies on a sheet that is filled in by hand and typed in later.

A code follows from the id alone, so a printed sheet stays good when the group changes; its last character checks the
others, so that a slip of one character, or of two neighbours, is noticed.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Collection, Iterable
from itertools import islice, pairwise, takewhile

__all__ = ["COMPETENCY", "LEARNER", "Codebook", "codes_of", "is_whole"]

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXY"
"""29 characters that nobody takes for another; a prime, so that every weight below it can be undone."""
LEARNER, COMPETENCY = 4, 2
"""The least characters before the check for a learner among all of a program, and for one of its competencies."""
MOST = 12
READ = str.maketrans({"0": "Q", "1": "7", "I": "7", "L": "7", "O": "Q", "U": "V", "Z": "2"})


def codes_of(ids: Iterable[str], least: int) -> dict[str, str]:
    """Return the code of each id: as short as ``least`` allows, longer for those whose shorter ones are the same.

    >>> codes = codes_of(["html", "css", "js"], COMPETENCY)
    >>> len(set(codes.values())), all(is_whole(code) for code in codes.values())
    (3, True)
    """
    bodies = {key: _body(key) for key in ids}
    lengths = dict.fromkeys(bodies, least)
    while clashing := _clashing({key: bodies[key][: lengths[key]] for key in bodies}):
        for key in clashing:
            lengths[key] += 1
    return {key: _checked(bodies[key][: lengths[key]]) for key in bodies}


def is_whole(code: str) -> bool:
    """Tell whether a code's last character agrees with the others."""
    code = _folded(code)
    return 1 < len(code) <= MOST + 1 and set(code) <= set(ALPHABET) and _checked(code[:-1]) == code


class Codebook:
    """Finds what codes mean among ids; made once for many codes."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._bodies = sorted((_body(key), key) for key in ids)

    def find(self, code: str) -> list[str]:
        """Return the ids that a code may mean: one, or none, or several when it is too short among so many.

        >>> Codebook(["html"]).find(codes_of(["html"], COMPETENCY)["html"])
        ['html']
        """
        if not is_whole(code):
            return []
        body = _folded(code)[:-1]
        start = bisect_left(self._bodies, (body, ""))
        return [key for _, key in takewhile(lambda one: one[0].startswith(body), islice(self._bodies, start, None))]


def _folded(code: str) -> str:
    return code.strip().upper().translate(READ)


def _body(key: str) -> str:
    number, body = int.from_bytes(hashlib.sha256(key.encode()).digest()), ""
    for _ in range(MOST):
        number, digit = divmod(number, len(ALPHABET))
        body += ALPHABET[digit]
    return body


def _checked(body: str) -> str:
    total = sum(weight * ALPHABET.index(character) for weight, character in enumerate(body, 2))
    return body + ALPHABET[-total % len(ALPHABET)]


def _clashing(bodies: dict[str, str]) -> Collection[str]:
    """Return the ids of which one's body begins another's; at full length nothing more can be done."""
    found: set[str] = set()
    ordered = sorted(bodies.items(), key=lambda item: item[1])
    for (first, short), (second, long) in pairwise(ordered):
        if long.startswith(short) and len(short) < MOST:
            found |= {first, second} if len(short) == len(long) else {first}
    return found
