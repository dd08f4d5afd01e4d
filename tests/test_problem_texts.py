"""What is wrong with a file is told in the reader's language: no text of a reader is put together in English.

The bad files are those of the readers' own tests; what is in the catalogues is translated, which ``test_catalogues`` sees to.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages import Catalog

from cbe.domain.errors import Invalid, Problem, Worded
from cbe.interop.case import read_case
from cbe.interop.prerequisite_text import PrerequisiteTextError, read_prerequisites
from tests.domain import test_program, test_requirements
from tests.interop import test_file_kind, test_program_csv, test_program_file
from tests.interop.case import test_read
from tests.needs import PROJECT
from tests.test_catalogues import extracted  # noqa: F401 - a fixture

FOLDERS = [PROJECT / "cbe" / name for name in ("domain/program", "domain/requirements", "domain/draft", "interop")]
READERS = [PROJECT / "cbe/domain/reading.py", *sorted(path for folder in FOLDERS for path in folder.rglob("*.py"))]


def cases_of(test: Callable[..., None]) -> list[Any]:
    """Return what a test of a reader is run with."""
    [mark] = [mark for mark in test.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    return list(mark.args[1])


def bad_documents() -> Iterator[list[Problem]]:
    for pointer, value in cases_of(test_program.test_each_problem_stands_at_its_place):
        yield test_program.problems_of(test_program.changed({pointer: value}))
    for part, _at in cases_of(test_program.test_what_is_kept_of_a_foreign_file_must_be_keepable):
        yield test_program.problems_of(test_program.WEB | {"source": [part]})
    for document in cases_of(test_program.test_what_is_no_program_at_all_is_said_at_the_whole_file):
        yield test_program.problems_of(document)
    for document, _at in cases_of(test_requirements.test_every_problem_of_a_requirement_has_its_place):
        yield test_requirements.problems_of(document)


def bad_bytes() -> Iterator[list[Problem]]:
    for data in cases_of(test_program_file.test_what_is_not_json_is_said_once_with_line_and_column):
        yield test_program_file.problems_of(data)
    for encoding in ("utf-16", "utf-16-le", "utf-32"):
        yield test_program_file.problems_of(test_program_file.WEB.encode(encoding))
    for damage in (b"[" * 100_000, b"\xff", b'{"a": "\0"}', b"\x1f\x8bjunk", b'{"competencies": [{"a": 1, "a": 2}]}'):
        yield test_program_file.problems_of(damage)
    for data in cases_of(test_read.test_hostile_bytes_are_refused_in_words):
        yield list(read_case(data[0]).refusals)


def bad_tables_and_uploads() -> Iterator[list[Problem]]:
    head = test_program_csv.WEB.splitlines()[0]
    for line, _places in cases_of(test_program_csv.test_every_problem_has_its_line_and_column):
        yield list(test_program_csv.read(f"{head}\n{line}").refusals)
    for data in cases_of(test_program_csv.test_what_is_no_table_is_refused):
        yield list(test_program_csv.read(data).refusals)
    for text, _position in cases_of(test_program_csv.test_prerequisites_that_say_nothing_name_the_character):
        with pytest.raises(PrerequisiteTextError) as unread:
            read_prerequisites(text)
        yield [("", unread.value.text)]
    for name, (content, _words) in test_file_kind.REFUSED.items():
        with pytest.raises(Invalid) as caught:
            test_file_kind.told(content, name)
        yield caught.value.problems


def messages(text: str) -> Iterator[str]:
    """Yield what a catalogue has to know of a text: its message, and those of the words of ours in it."""
    yield text.message if isinstance(text, Worded) else text
    for value in text.values.values() if isinstance(text, Worded) else ():
        if isinstance(value, Worded):
            yield from messages(value)


@pytest.mark.parametrize("make", [bad_documents, bad_bytes, bad_tables_and_uploads])
def test_whatever_is_wrong_with_a_file_is_in_the_catalogues(
    make: Callable[[], Iterable[list[Problem]]],
    extracted: Catalog,  # noqa: F811
) -> None:
    told = {message for problems in make() for _, text in problems for message in messages(text)}
    assert len(told) > 10
    assert not [message for message in told if extracted.get(message) is None]


@pytest.mark.parametrize("path", READERS, ids=lambda path: path.stem)
def test_no_reader_puts_a_problem_together_in_english(path: Path) -> None:
    """A text that is reported goes through ``N_`` or ``Worded``, so that it is extracted."""
    bare = [
        f"{path.name}:{said.lineno}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        for said in _said(node)
        if isinstance(said, ast.JoinedStr) or (isinstance(said, ast.Constant) and said.value)
    ]
    assert not bare


def _said(call: ast.Call) -> Iterator[ast.expr]:
    """Yield the texts of the problems in a call: ``report(at, text)``, ``append((at, text))``, ``Invalid([(at, text)])``."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "report":
        yield call.args[-1]
    if name in ("append", "Invalid"):
        pairs = [
            one for arg in call.args for one in ([arg] if isinstance(arg, ast.Tuple) else getattr(arg, "elts", ()))
        ]
        yield from (one.elts[1] for one in pairs if isinstance(one, ast.Tuple) and len(one.elts) == 2)
