"""What commands share: the document on standard output, problems in one shape, tables, progress on a terminal.

Standard output holds the document only, in UTF-8 whatever the locale; everything else goes to standard error.
"""

from __future__ import annotations

import functools
import json
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import click
from flask.cli import with_appcontext

from cbe.domain.errors import CbeError, Invalid, Problem
from cbe.services.transaction import DatabaseFailure

__all__ = [
    "command",
    "end_with_problems",
    "existing_file",
    "now",
    "opened",
    "progress_bar",
    "read",
    "write",
    "write_json",
    "write_json_object",
    "write_table",
]

PIECES_AT_ONCE, LONG = 200, 2_000
"""A broken file may have very many or very long problems; they are written a part at a time, so that memory stays small."""

_encode = json.JSONEncoder(ensure_ascii=False).encode
existing_file = click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True, path_type=Path)


def command(group: click.Group | None, name: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a function a command with ``--json``, of a group or by itself.

    It runs in the application; its problems end it with 1, in one shape for all.
    """

    def register(function: Callable[..., Any]) -> click.Command:
        @functools.wraps(function)
        def run(as_json: bool, **arguments: Any) -> None:
            try:
                function(as_json=as_json, **arguments)
            except CbeError as error:
                end_with_problems(error.problems if isinstance(error, Invalid) else [("", str(error))], as_json)
            except BrokenPipeError:  # whoever reads has enough; click ends quietly
                raise
            except (OSError, DatabaseFailure) as error:
                end_with_problems([("", _in_words(error))], as_json)

        with_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, problems too.")(run)
        if group is None:
            return click.command(name)(with_appcontext(with_json))
        return group.command(name)(with_json)

    return register


def now() -> datetime:
    """Return the moment at which this command acts."""
    return datetime.now(UTC)


def read(path: Path) -> bytes:
    """Return the bytes of a file, or of standard input for ``-``."""
    return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Give the bytes of a file, or of standard input for ``-``, to read no more of them than is wanted."""
    if str(path) == "-":
        yield sys.stdin.buffer
    else:
        with path.open("rb") as stream:
            yield stream


def write(text: str) -> None:
    """Write to standard output; a text that is no Unicode keeps its half character as JSON would escape it."""
    stream = sys.stdout.buffer
    stream.write(text.encode("utf-8", "backslashreplace"))
    stream.flush()


def write_json(document: Any) -> None:
    """Write one JSON document."""
    write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def write_json_object(members: Iterable[tuple[str, Any]]) -> None:
    """Write one JSON object, each member as soon as it is there: what large programs have to say fills some megabytes."""
    before = "{\n"
    for name, value in members:
        write(before + json.dumps({name: value}, ensure_ascii=False, indent=2)[2:-2])
        before = ",\n"
    write("{}\n" if before == "{\n" else "\n}\n")


def write_table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table for people, columns as wide as their widest cell."""
    cells = [list(header), *([str(cell) for cell in row] for row in rows)]
    widths = [max(_width(row[column]) for row in cells) for column in range(len(header))]
    lines = (
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)) for row in cells
    )
    write("".join(f"{line.rstrip()}\n" for line in lines))


def progress_bar(length: int, label: str) -> Any:
    """Return a progress bar on standard error, shown on a terminal only; ``update(n)`` moves it on by n."""
    return click.progressbar(length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty())


def _width(text: str) -> int:
    return sum(0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF") for char in text)


def end_with_problems(problems: list[Problem], as_json: bool, code: int = 1) -> None:
    """Write problems in the shape that all commands have, and end with a code."""
    if as_json:
        pieces = _as_json(problems)
        while some := "".join(islice(pieces, PIECES_AT_ONCE)):
            write(some)
    else:
        for at, text in problems:
            click.echo(f"{at}: {text}" if at else text, err=True)
        if len(problems) > 1:
            click.echo(f"{len(problems)} problems", err=True)
    raise SystemExit(code)


def _as_json(problems: list[Problem]) -> Iterator[str]:
    yield '{"ok": false, "problems": ['
    for number, (at, text) in enumerate(problems):
        yield ",\n" if number else "\n"
        if len(at) + len(text) < LONG:
            yield _encode({"at": at, "message": text})
        else:  # a circle is shown whole, and a file may hold one of a hundred thousand
            yield '{"at": "'
            yield from _escaped(at)
            yield '", "message": "'
            yield from _escaped(text)
            yield '"}'
    yield "\n]}\n"


def _escaped(text: str) -> Iterator[str]:
    for start in range(0, len(text), LONG):
        yield _encode(text[start : start + LONG])[1:-1]


def _in_words(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    first = str(error).splitlines()[0]
    if isinstance(error, DatabaseFailure):
        return f"the database refused: {first}. Is it up to date? `flask --app app db upgrade` brings it there."
    return first
