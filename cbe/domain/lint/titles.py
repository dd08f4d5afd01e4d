"""Titles that say nearly the same: in one language, but for a few letters.

"Algebra 1" and "Algebra 2" differ on purpose, so titles whose numbers differ are never alike. Bounded: titles are
compared in order of their length with those of nearly the same length, until the work allowed is done.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from cbe.domain.program import Text

__all__ = ["similar_titles"]

ALIKE = 90.0
"""Of a hundred: how much of two titles must be the same; one letter in ten may differ."""

SHORTEST = 6
"""Letters below which titles are compared whole: "CSS" and "CSR" are two things."""

LONGEST = 200
MOST_WORK = 6_000_000_000
"""Letters times letters compared: some seconds at most, for files of tens of thousands of long titles."""

STEP = 256
_NUMBERS = re.compile(r"\d+|\b[ivxlcdm]+\b|\b[a-z]\b")


def similar_titles(titles: Iterable[tuple[str, Text]], language: str) -> list[tuple[str, ...]]:
    """Return groups of ids whose titles are alike in one language, in the order given; each id at most in one group.

    >>> similar_titles([("a", "Linear equations"), ("b", {"en": "Linear  equation"}), ("c", "Algebra 1"), ("d", "Algebra 2")], "en")
    [('a', 'b')]
    """
    order: list[str] = []
    by_language: dict[str, dict[str, list[int]]] = {}
    for number, (key, title) in enumerate(titles):
        order.append(key)
        for tag, text in {language: title}.items() if isinstance(title, str) else title.items():
            by_language.setdefault(tag, {}).setdefault(_plain(text), []).append(number)
    root = list(range(len(order)))
    for numbers_of in by_language.values():
        for numbers in numbers_of.values():
            for one, other in pairwise(numbers):
                _join(root, one, other)
        for one_text, other_text in _alike(list(numbers_of)):
            _join(root, numbers_of[one_text][0], numbers_of[other_text][0])
    groups: dict[int, list[str]] = {}
    for number, key in enumerate(order):
        groups.setdefault(_top(root, number), []).append(key)
    return [tuple(keys) for keys in groups.values() if len(keys) > 1]


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())[:LONGEST]


def _alike(texts: list[str]) -> list[tuple[str, str]]:
    """Return pairs of different texts that are alike."""
    from rapidfuzz import fuzz, process  # only who looks for titles that are alike needs its memory

    texts = sorted((text for text in texts if len(text) >= SHORTEST), key=lambda text: (len(text), text))
    lengths = np.array([len(text) for text in texts], np.int64)
    found: list[tuple[str, str]] = []
    work = 0
    for start in range(0, len(texts), STEP):
        some = texts[start : start + STEP]
        # the share of letters in common is at most twice the shorter of the sum of both
        longest = lengths[start + len(some) - 1] * (200 - ALIKE) / ALIKE
        others = texts[start : int(np.searchsorted(lengths, longest, "right"))]
        work += int(lengths[start : start + len(some)].sum() * lengths[start : start + len(others)].sum())
        if work > MOST_WORK:
            break
        scores = process.cdist(some, others, scorer=fuzz.ratio, score_cutoff=ALIKE, dtype=np.uint8, workers=1)
        for i, j in np.argwhere(np.triu(scores, 1)):
            if _numbers(some[i]) == _numbers(others[j]):
                found.append((some[i], others[j]))
    return found


def _numbers(text: str) -> list[str]:
    """Return what counts in a title: digits, Roman numerals, single letters."""
    return _NUMBERS.findall(text)


def _top(root: list[int], number: int) -> int:
    while root[number] != number:
        root[number] = root[root[number]]
        number = root[number]
    return number


def _join(root: list[int], one: int, other: int) -> None:
    first, second = sorted((_top(root, one), _top(root, other)))
    root[second] = first
