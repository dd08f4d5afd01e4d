"""JSON from strangers, up to some 20 MB, with little memory: the entries of its large lists are decoded when asked for.

A file of that size as a tree of dictionaries takes ten to twenty times its bytes. Here one pass checks the grammar and
notes where the entries of the top-level lists begin and end; after it the bytes and two numbers an entry are all that is
kept. What a document may say is not known here.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterator, Sequence
from decimal import Decimal
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, overload

from cbe.domain.errors import N_, Worded

__all__ = [
    "EntriesOnDemand",
    "GrammarError",
    "TooMuchError",
    "open_document",
    "repeated_keys",
    "unstorable_strings",
    "whole",
]

DEEPEST = 120
"""Deeper parts are read as null; nothing that a format of ours allows stands so deep."""

MOST_PARTS = 250_000
"""Brackets, commas and texts in one entry of a large list, or in all besides them; more would not fit in memory."""

LARGEST_PART = 2_000_000
"""Bytes of the same; texts in which one emoji stands take four times as much memory."""

MOST_CUT = 4_000_000
"""Brackets and texts that are walked over in one part that is nested too deep."""

MOST_ENTRIES = 2_000_000
"""Entries of all large lists together; so many fit into a file when hardly any of them says anything."""

_NEXT = re.compile(r"[ \t\n\r]*([,\]])[ \t\n\r]*")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_SPACE = re.compile(r"[ \t\n\r]*")
_MARK = re.compile(r'[\[{]+|[\]}]+|"(?:[^"\\]+|\\.)*"', re.DOTALL)
_STEP = 65_536
_LONGEST_WORD = len("-Infinity") + 1


class GrammarError(ValueError):
    """The text is no JSON; ``position`` counts bytes."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message if isinstance(message, Worded) else Worded.reading(message, message)
        self.position = position


class TooMuchError(GrammarError):
    """One part of the document is larger than is read."""


class RepeatedKeys(dict[str, Any]):
    """An object in which keys stand more than once; the last value counts."""

    __slots__ = ("repeated",)
    repeated: tuple[str, ...]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    marked, seen = RepeatedKeys(found), set[str]()
    marked.repeated = tuple(dict.fromkeys(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
    return marked


def _integer(digits: str) -> int | Decimal:
    """Read a whole number; one of thousands of digits as Decimal, since Python refuses to make an int of it."""
    return int(digits) if len(digits) < 1_000 else Decimal(digits)


_PLAIN = json.JSONDecoder(parse_int=_integer)
_MARKING = json.JSONDecoder(parse_int=_integer, object_pairs_hook=_object)
_QUICK = json.JSONDecoder()


def whole(document: Any) -> Any:
    """Return an opened document with its large lists decoded: all of it in memory."""
    if not isinstance(document, dict):
        return document
    return {key: list(value) if isinstance(value, EntriesOnDemand) else value for key, value in document.items()}


class _Source:
    """Sound JSON bytes and the quickest way to decode a part of them."""

    def __init__(self, text: str) -> None:
        self.is_ascii = text.isascii()
        self.text = text
        self.has_repeated_keys = False
        self.decoder = _QUICK

    def mark_repeated_keys(self) -> None:
        self.has_repeated_keys = True
        self.decoder = _MARKING

    def expect_many_digits(self) -> None:
        self.decoder = _PLAIN if self.decoder is _QUICK else self.decoder

    def utf8(self, start: int, end: int) -> str:
        """Return the characters of some of the bytes."""
        return self.text[start:end].encode("latin-1").decode("utf-8", "replace")

    def part(self, start: int, end: int) -> Any:
        if self.is_ascii:
            return self.decoder.scan_once(self.text, start)[0]  # type: ignore[attr-defined]
        return self.decoder.scan_once(self.utf8(start, end), 0)[0]  # type: ignore[attr-defined]


class EntriesOnDemand(Sequence[Any]):
    """A list in JSON bytes whose entries are decoded each time they are asked for."""

    def __init__(self, source: _Source) -> None:
        self.source = source
        self.starts, self.ends = array("i"), array("i")
        self.cut: dict[int, bytes] = {}
        self.last: tuple[int, Any] = (-1, None)

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        """Return an entry, the one asked for last without decoding it again."""
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if self.last[0] != index:
            self.last = (index, self._entry(index))
        return self.last[1]

    def __iter__(self) -> Iterator[Any]:
        if self.cut:
            return map(self._entry, range(len(self)))
        return map(self.source.part, self.starts, self.ends)

    def _entry(self, index: int) -> Any:
        if index in self.cut:
            return _MARKING.decode(self.cut[index].decode("utf-8", "replace"))
        return self.source.part(self.starts[index], self.ends[index])


def open_document(text: str, large: frozenset[str], *, may_be_cut: bool = True) -> Any:
    """Return the document in UTF-8 bytes; lists under the top-level keys named `large` are decoded on demand.

    The bytes come one to one as the characters of a text (decoded as Latin-1), which is what the scanner of ``json``
    takes; so they are in memory once. Raises GrammarError. In values too deep to decode the parts deeper than ``DEEPEST`` are null, or, unless the
    document may be cut, they are a GrammarError too. Where keys are repeated the last counts.
    """
    return _Pass(text, large, may_be_cut).document()


class _Pass:
    """One walk over the grammar of a document, from value to value of its top level."""

    def __init__(self, text: str, large: frozenset[str], may_be_cut: bool) -> None:
        self.may_be_cut = may_be_cut
        self.source = _Source(text)
        self.text = text
        self.large = large
        self.scanner = json.JSONDecoder(object_pairs_hook=self._look_for_repeats)
        self._move_window(0)
        self.entries = 0
        if not self.source.is_ascii and "\\u" in text:
            # a key may be written once with and once without escapes, which the text here cannot compare
            self.source.mark_repeated_keys()

    def _look_for_repeats(self, pairs: list[tuple[str, Any]]) -> None:
        if len(pairs) > 1 and len(dict(pairs)) != len(pairs):
            self.source.mark_repeated_keys()

    def document(self) -> Any:
        position = self._skip_space(0)
        if self.text[position : position + 1] == "{":
            document, position = self._top(position)
        else:
            document, position = self._value(position)
        position = self._skip_space(position)
        if position != len(self.text):
            raise GrammarError(N_("there is more after the end of the document"), position)
        return document

    def _skip_space(self, position: int) -> int:
        found = _SPACE.match(self.text, position)
        return found.end() if found else position

    def _expect(self, characters: str, position: int) -> int:
        position = self._skip_space(position)
        if position >= len(self.text) or self.text[position] not in characters:
            wanted = characters[0]
            if len(characters) > 1:
                wanted = Worded("%(first)s or %(second)s", first=characters[0], second=characters[1])
            text = (
                N_("%(wanted)s is expected here, but the file ends")
                if position >= len(self.text)
                else N_("%(wanted)s is expected here")
            )
            raise GrammarError(Worded(text, wanted=wanted), position)
        return position

    def _top(self, position: int) -> tuple[dict[str, Any], int]:
        pairs: list[tuple[str, Any]] = []
        kept = parts = 0
        position = self._expect('"}', position + 1)
        while self.text[position] == '"':
            try:
                _, end = scanstring(self.text, position + 1, True)
            except json.JSONDecodeError as error:
                raise GrammarError(error.msg, error.pos) from None
            key = self.source.part(position, end)
            start = self._skip_space(self._expect(":", end) + 1)
            if key in self.large and self.text[start : start + 1] == "[":
                value, position = self._entries(start)
            else:
                value, position = self._value(start)
                kept += position - start
                parts += _parts(self.text[start:position])
            pairs.append((key, value))
            parts += 1
            if kept > LARGEST_PART or parts > MOST_PARTS:
                raise _too_large(start)
            position = self._expect(",}", position)
            if self.text[position] == ",":
                position = self._expect('"', position + 1)
        return _object(pairs), position + 1

    def _entries(self, position: int) -> tuple[EntriesOnDemand, int]:
        entries = EntriesOnDemand(self.source)
        position = self._skip_space(position + 1)
        if self.text[position : position + 1] == "]":
            return entries, position + 1
        while self.entries < MOST_ENTRIES:
            self.entries += 1
            end, cut = self._end(position)
            if cut is not None:
                entries.cut[len(entries)] = cut
            entries.starts.append(position)
            entries.ends.append(end)
            following = _NEXT.match(self.text, end)
            if following is None:
                self._expect(",]", end)
            elif following[1] == "]":
                return entries, following.end(1)
            else:
                position = following.end()
        text = Worded("its lists have over %(most)s entries; leave out some", most=MOST_ENTRIES)
        raise TooMuchError(text, position)

    def _value(self, position: int) -> tuple[Any, int]:
        end, cut = self._end(position)
        if cut is not None:
            return _MARKING.decode(cut.decode("utf-8", "replace")), end
        return self.source.part(position, end), end

    def _end(self, position: int) -> tuple[int, bytes | None]:
        """Return where the value at a position ends, and its bytes without what is too deep, when something is."""
        try:
            return self._scan_in_window(position), None
        except RecursionError:
            if not self.may_be_cut:
                raise GrammarError(N_("lists and objects are nested too deep here"), position) from None
            return self._cut(position)

    def _scan(self, text: str, position: int, offset: int = 0) -> int:
        try:
            return int(self.scanner.scan_once(text, position)[1])  # type: ignore[attr-defined]
        except StopIteration as error:
            raise GrammarError(N_("a value is expected here"), int(error.value) + offset) from None
        except json.JSONDecodeError as error:
            raise GrammarError(error.msg, error.pos + offset) from None
        except ValueError:
            # a whole number of over 4300 digits, which int() refuses
            self.scanner = json.JSONDecoder(object_pairs_hook=self._look_for_repeats, parse_int=len)
            self.source.expect_many_digits()
            return self._scan(text, position, offset)

    def _scan_in_window(self, position: int) -> int:
        """Find the end within what one part may take, so that one endless part never becomes a tree."""
        while True:
            whole = self.window_end == len(self.text)
            try:
                end = self.start + self._scan(self.window, position - self.start, self.start)
            except GrammarError as error:
                torn = error.position + _LONGEST_WORD > self.window_end or error.message.startswith("Unterminated")
                if whole or not torn:
                    raise
            else:
                if whole or end < self.window_end:
                    return end
            if self.start == position:
                raise _too_large(position)
            self._move_window(position)

    def _move_window(self, position: int) -> None:
        end, parts = position, 0
        while end - position <= LARGEST_PART and parts <= MOST_PARTS and end < len(self.text):
            parts += _parts(self.text[end : end + _STEP])
            end += _STEP
        self.start, self.window_end = position, min(end, len(self.text))
        self.window = self.text[self.start : self.window_end]

    def _cut(self, position: int) -> tuple[int, bytes]:
        """Walk over the marks of a value too deep to scan, taking out what is deeper than ``DEEPEST``."""
        depth, kept, start = 0, [], position
        for count, mark in enumerate(_MARK.finditer(self.text, position)):
            if count > MOST_CUT:
                raise _too_large(position)
            length = mark.end() - mark.start()
            if self.text[mark.start()] in "[{":
                if depth <= DEEPEST < depth + length:
                    kept.append(self.text[start : mark.start() + DEEPEST - depth] + "null")
                depth += length
            elif self.text[mark.start()] in "]}":
                if depth - length <= DEEPEST < depth:
                    start = mark.start() + depth - DEEPEST
                depth -= length
                if depth <= 0:
                    end = mark.end() + depth
                    part = "".join(kept) + self.text[start:end]
                    if len(part) > LARGEST_PART or _parts(part) > MOST_PARTS:
                        raise _too_large(position)
                    return end, part.encode("latin-1")
        raise GrammarError(N_("the file ends inside lists or objects that are not closed"), len(self.text))


def _parts(text: str) -> int:
    return text.count("[") + text.count("{") + text.count(",") + text.count('"') // 2


def _too_large(position: int) -> TooMuchError:
    text = N_("one part has over %(parts)s members and texts or %(size)s MB; split it or leave out some")
    return TooMuchError(Worded(text, parts=MOST_PARTS, size=LARGEST_PART // 10**6), position)


def repeated_keys(document: Any) -> Iterator[tuple[str, str]]:
    """Yield the pointer of the object and the key for every key that stands more than once in its object."""
    for way, node in _walk(document, (dict, list)):
        if isinstance(node, RepeatedKeys):
            yield from ((_pointer(way), key) for key in node.repeated)


def unstorable_strings(document: Any) -> Iterator[str]:
    """Yield the pointer of every string or key with a NUL or half a character (a lone surrogate) in it."""
    for way, node in _walk(document, (dict, list, str)):
        if isinstance(node, str) and _UNSTORABLE.search(node):
            yield _pointer(way)
        elif isinstance(node, dict):
            yield from (_pointer([*way, key]) for key in node if _UNSTORABLE.search(key))


def _walk(document: Any, kinds: tuple[type, ...]) -> Iterator[tuple[list[str | int], Any]]:
    """Yield every value of some kinds in document order, with the keys that lead to it in a list that goes on changing.

    No pointer is made on the way: keys may be megabytes long and stand before a hundred thousand values.
    """
    way: list[str | int] = []
    levels: list[Iterator[tuple[str | int, Any]]] = [iter([("", document)])]
    while levels:
        for key, value in levels[-1]:
            if isinstance(value, kinds):
                way.append(key)
                yield way[1:], value
                levels.append(_inside(value))
                break
            if isinstance(value, EntriesOnDemand) and (value.source.has_repeated_keys or value.cut):
                way.append(key)
                levels.append(iter(enumerate(value)))
                break
        else:
            levels.pop()
            if way:
                way.pop()


def _inside(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return iter(value.items())
    return iter(enumerate(value)) if isinstance(value, list) else iter(())


def _pointer(way: list[str | int]) -> str:
    return "".join([f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in way])
