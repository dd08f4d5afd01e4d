"""The words of CASE, and how a statement of any length becomes a title and goes back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeGuard

__all__ = [
    "ALIGNED",
    "HTML",
    "KEY",
    "MARKDOWN",
    "TYPES",
    "changes",
    "extension",
    "is_text",
    "merged",
    "plain",
    "short_title",
    "statement_of",
    "title_of",
    "with_extension",
]

KEY = "cbe-program/1"
"""Under this name in ``extensions`` stands what a program says and CASE has no word for."""

TYPES: dict[str, tuple[str, ...]] = {
    "1.0": (
        "isChildOf", "isPeerOf", "isPartOf", "exactMatchOf", "precedes", "isRelatedTo", "replacedBy", "exemplar",
        "hasSkillLevel",
    ),
}  # fmt: skip
"""The types of association in each version; 1.1 also takes free words after ``ext:``."""
TYPES["1.1"] = (*TYPES["1.0"], "isTranslationOf")

ALIGNED = ("exactMatchOf", "isRelatedTo", "isPeerOf", "isPartOf", "replacedBy", "isTranslationOf")
"""What says that an item means the same as, or has to do with, one of another framework."""

LONGEST_TITLE = 100
LOOKED_AT = 1_000
HTML = re.compile(r"</?[A-Za-z][^<>]{0,200}>|&(?:[A-Za-z]{2,10}|#\d{1,6});")
MARKDOWN = re.compile(
    r"\*[^*\s][^*\n]{0,200}\*|(?<!\w)_[^_\s][^_\n]{0,200}_(?!\w)|\$[^$\n]{1,200}\$|\]\([^()\s]{1,200}\)|`[^`\n]{1,200}`"
    r"|^(?:#{1,6} |[*-] |\|)",
    re.MULTILINE,
)
_INLINE = re.compile(r"</?(?:sub|sup|b|i|u|em|strong|span|a)\b[^<>]{0,200}>", re.IGNORECASE)


def is_text(value: Any) -> TypeGuard[str]:
    """Return whether a value is a text that says something."""
    return isinstance(value, str) and bool(value) and not value.isspace()


def short_title(statement: Any) -> str:
    """Return the beginning of a statement in one line without HTML, at most 100 characters; empty when it says nothing.

    >>> short_title("<p>Know that H<sub>2</sub>O<br>is water</p>")
    'Know that H2O is water'
    """
    if not is_text(statement):
        return ""
    import html  # two thousand names of characters, for frameworks only

    text = HTML.sub(
        lambda mark: html.unescape(mark[0]) if mark[0][0] == "&" else " ", _INLINE.sub("", statement[:LOOKED_AT])
    )
    text = " ".join(text.split())
    if len(text) <= LONGEST_TITLE and len(statement) <= LOOKED_AT:
        return text
    return (
        text[: LONGEST_TITLE - 1].rpartition(" ")[0].rstrip(" ,;:") + "…"
        if " " in text[:LONGEST_TITLE]
        else text[: LONGEST_TITLE - 1] + "…"
    )


def title_of(item: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return the title of an item and its statement, where that says more than the title."""
    full, short = item.get("fullStatement"), item.get("abbreviatedStatement")
    title = short if is_text(short) else short_title(full)
    if not title:
        code = item.get("humanCodingScheme")
        title = code if is_text(code) else str(item.get("identifier"))
    return title, full if is_text(full) and full != title else None


def statement_of(title: str, statement: str | None) -> dict[str, str | None]:
    """Return the full and the abbreviated statement of an item, None for one it shall not have; undoes `title_of`."""
    full = statement or title
    return {"fullStatement": full, "abbreviatedStatement": title if short_title(full) != title else None}


def plain(text: Any, language: str) -> str | None:
    """Return a text for people in one language, in any where it is not in that one."""
    if isinstance(text, Mapping):
        return str(text.get(language) or next(iter(text.values())))
    return None if text is None else str(text)


def merged(base: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object with some keys changed; those that are None are left out."""
    return {key: value for key, value in {**base, **changed}.items() if value is not None}


def changes(base: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `merged` needs to make one object of another.

    >>> changes({"a": 1, "b": 2}, {"a": 1, "c": 3})
    {'c': 3, 'b': None}
    """
    missing = object()
    differ = {key: value for key, value in wanted.items() if base.get(key, missing) != value}
    return differ | dict.fromkeys(key for key in base if key not in wanted)


def extension(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an object of a package says in our extension."""
    extensions = node.get("extensions")
    ours = extensions.get(KEY) if isinstance(extensions, dict) else None
    return ours if isinstance(ours, dict) else {}


def with_extension(node: Mapping[str, Any], **changed: Any) -> dict[str, Any]:
    """Return an object of a package with some keys of our extension changed; None takes one out."""
    ours = merged(extension(node), changed)
    others = node.get("extensions")
    extensions = {key: value for key, value in others.items() if key != KEY} if isinstance(others, dict) else {}
    if ours:
        extensions[KEY] = ours
    rest = {key: value for key, value in node.items() if key != "extensions"}
    return rest | {"extensions": extensions} if extensions else rest
