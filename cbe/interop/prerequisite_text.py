"""Prerequisites in one line of text, as they stand in a cell of a table: ``html & (js | php)``.

``&`` or ``;`` stands between groups of which all are needed, ``|`` between those of which one is enough; more groups than
one go into brackets. A name with one of these signs in it stands in quotes, a quote in it twice: ``"R&D"``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cbe.domain.errors import N_, Worded

__all__ = ["PrerequisiteTextError", "name_text", "names_in", "read_prerequisites", "write_prerequisites"]

_TOKEN = re.compile(r'\s*(?:(?P<sign>[&|();])|"(?P<quoted>(?:[^"]|"")*)"|(?P<name>[^&|();"]+))')
_NEEDS_QUOTES = re.compile(r'[&|();">]')
AND, OR = "&", "|"


class PrerequisiteTextError(ValueError):
    """The text says nothing; ``text`` says why and where."""

    def __init__(self, message: str, position: int) -> None:
        self.text = Worded(message, position=position)
        super().__init__(self.text)


def read_prerequisites(text: str) -> list[list[str]]:
    """Return the groups a text names; raises PrerequisiteTextError.

    >>> read_prerequisites('html & (js | "R&D")'), read_prerequisites("js | php"), read_prerequisites("a; b")
    ([['html'], ['js', 'R&D']], [['js', 'php']], [['a'], ['b']])
    """
    tokens = _tokens(text)
    groups: list[list[str]] = []
    bare: int | None = None
    at = 0
    while tokens[at][0]:
        if groups and not _is(tokens[at], AND):
            raise PrerequisiteTextError(N_("“&” or “|” is missing before character %(position)s."), tokens[at][2])
        at += 1 if groups else 0
        in_brackets = _is(tokens[at], "(")
        position = tokens[at][2]
        group, at = _group(tokens, at + 1 if in_brackets else at)
        if in_brackets and not _is(tokens[at], ")"):
            raise PrerequisiteTextError(N_("A bracket is not closed before character %(position)s."), tokens[at][2])
        at += 1 if in_brackets else 0
        bare = position if len(group) > 1 and not in_brackets else bare
        groups.append(group)
    if bare is not None and len(groups) > 1:
        text = N_("Put brackets round those of which one is enough, from character %(position)s: a & (b | c).")
        raise PrerequisiteTextError(text, bare)
    return groups


def write_prerequisites(groups: Sequence[Sequence[str]]) -> str:
    """Return the text for some groups.

    >>> write_prerequisites([["html"], ["js", "R&D"]]), write_prerequisites([["js", "php"]])
    ('html & (js | "R&D")', 'js | php')
    """
    texts = [f" {OR} ".join(map(name_text, group)) for group in groups]
    if len(groups) > 1:
        texts = [f"({text})" if len(group) > 1 else text for text, group in zip(texts, groups, strict=True)]
    return f" {AND} ".join(texts)


def name_text(name: str) -> str:
    """Return a name as it stands among signs: in quotes where it holds one.

    >>> name_text("R&D"), name_text("html")
    ('"R&D"', 'html')
    """
    return '"' + name.replace('"', '""') + '"' if _NEEDS_QUOTES.search(name) else name


def names_in(text: str, sign: str) -> list[str]:
    """Return names between which one sign stands, such as the way to a section; empty ones are left out.

    >>> names_in('Web > "R > D" > Forms', ">")
    ['Web', 'R > D', 'Forms']
    """
    parts = re.findall(rf'"((?:[^"]|"")*)"|([^{sign}"]+)', text)
    names = (quoted.replace('""', '"') or plain.strip() for quoted, plain in parts)
    return [name for name in names if name]


def _tokens(text: str) -> list[tuple[str, str, int]]:
    """Return kind, text and position (from 1) of every token; the last is the end, which has no kind."""
    tokens: list[tuple[str, str, int]] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        found = _TOKEN.match(text, position, end)
        if found is None:
            raise PrerequisiteTextError(N_("A quote is not closed after character %(position)s."), position + 1)
        kind = str(found.lastgroup)
        said = found[kind]
        meant = {"sign": AND if said == ";" else said, "quoted": said.replace('""', '"'), "name": said.strip()}[kind]
        tokens.append(("sign" if kind == "sign" else "name", meant, found.end() - len(found[0].lstrip()) + 1))
        position = found.end()
    return [*tokens, ("", "", end + 1)]


def _group(tokens: Sequence[tuple[str, str, int]], at: int) -> tuple[list[str], int]:
    """Return the names of a group and where it ends."""
    names: list[str] = []
    while True:
        kind, name, position = tokens[at]
        if kind != "name" or not name:
            raise PrerequisiteTextError(N_("A competency is missing before character %(position)s."), position)
        names.append(name)
        at += 1
        if not _is(tokens[at], OR):
            return names, at
        at += 1


def _is(token: tuple[str, str, int], sign: str) -> bool:
    return token[0] == "sign" and token[1] == sign
