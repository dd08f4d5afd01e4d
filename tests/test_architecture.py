"""The law of docs/architecture.md, read off the syntax tree: arrows only point down, and files stay small."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.needs import PROJECT

# floor → the parts of cbe it may import, and the libraries it may import (None: any that is not FORBIDDEN to it)
STANDARD = set(sys.stdlib_module_names)
FLOORS: dict[str, tuple[set[str], set[str] | None]] = {
    "domain": ({"domain"}, {"numpy", "networkx", "highspy", "rapidfuzz"}),
    "store": ({"store", "domain"}, None),
    "interop": ({"interop", "domain"}, None),
    "services": ({"services", "domain", "store", "interop"}, None),
    "web": ({"web", "services", "domain"}, None),
    "cli": ({"cli", "jobs", "services", "domain"}, None),  # `jobs run` is a command
    "jobs": ({"jobs", "services", "domain"}, None),
}
WEB_LIBRARIES = {"flask_babel", "flask_limiter", "flask_login", "flask_wtf", "werkzeug", "wtforms", "jinja2"}
DATABASE_LIBRARIES = {"alembic", "flask_migrate", "flask_sqlalchemy", "psycopg", "sqlalchemy", "sqlite3"}
FORBIDDEN: dict[str, set[str]] = {
    "domain": {"random", "secrets", "os", "socket", "sqlite3", "subprocess", "urllib.request"},
    "store": {"flask.request", "flask.session", "flask.g", *WEB_LIBRARIES},
    "interop": {"flask", "socket", "http", "urllib.request", "smtplib", *WEB_LIBRARIES, *DATABASE_LIBRARIES},
    "services": {"flask", *WEB_LIBRARIES, *DATABASE_LIBRARIES},
    "web": DATABASE_LIBRARIES,
    "cli": DATABASE_LIBRARIES - {"flask_migrate"},
    "jobs": DATABASE_LIBRARIES,
}
MODULES = sorted(path for path in (PROJECT / "cbe").rglob("*.py") if "migrations" not in path.parts)
TESTS = sorted((PROJECT / "tests").rglob("*.py"))
TEMPLATES = sorted((PROJECT / "templates").rglob("*.html"))
LINES = 400


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and absolute dotted name of everything a module imports, also inside its functions."""
    package = path.relative_to(PROJECT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            stem = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{stem}.{name.name}") for name in node.names)


def complaint(floor: str, name: str) -> str | None:
    """Say what is wrong with `floor` importing `name` and how to mend it, or nothing."""
    ours, libraries = FLOORS[floor]
    first, _, rest = name.partition(".")
    if first == "cbe":
        part = rest.partition(".")[0]
        if part in ours or part == "__version__":
            return None
        return f"{floor} may import {', '.join(sorted(ours))} of cbe only; move the code down, or hand the value in"
    if any(name == bad or name.startswith(f"{bad}.") for bad in FORBIDDEN[floor]):
        return f"{floor} never imports {first}; see the table in docs/architecture.md for the floor that does"
    if libraries is not None and first not in libraries | STANDARD:
        return f"{floor} is pure: the standard library, {', '.join(sorted(libraries))} and nothing else"
    return None


def test_arrows_only_point_down() -> None:
    broken = []
    for path in MODULES:
        relative = path.relative_to(PROJECT)
        floor = relative.parts[1].removesuffix(".py")
        for line, name in imports(path) if floor in FLOORS else ():
            if why := complaint(floor, name):
                broken.append(f"{relative}:{line} imports {name}: {why}")
    assert not broken, "\n".join(broken)


def test_nothing_but_the_wiring_is_left_outside_the_floors() -> None:
    outside = {path.relative_to(PROJECT / "cbe").parts[0].removesuffix(".py") for path in MODULES} - FLOORS.keys()
    unknown = outside - {"__init__", "application", "config", "translations"}
    assert not unknown, (
        f"cbe/{unknown} belongs to no floor: put it on one, or add it to FLOORS and docs/architecture.md"
    )


def test_the_domain_takes_time_and_chance_as_arguments() -> None:
    asked = re.compile(r"\b(datetime\.now|datetime\.utcnow|date\.today|time\.time|uuid4|os\.environ)\b")
    found = [
        f"{path.relative_to(PROJECT)}:{number} {line.strip()}"
        for path in MODULES
        if path.is_relative_to(PROJECT / "cbe" / "domain")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if asked.search(line)
    ]
    assert not found, "the domain has no clock but time.monotonic for deadlines; take an argument:\n" + "\n".join(found)


@pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_a_module_says_what_lives_there_and_stays_small(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not source or ast.get_docstring(ast.parse(source)), "say at the top what lives there, and what does not"
    allowed = "# long: because" in "\n".join(source.splitlines()[:30])
    count = source.count("\n")
    assert count <= LINES or allowed, (
        f"{count} lines: split it by topic into a package of the same name, or say near its top why not "
        "(# long: because …)"
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_a_template_has_no_inline_style_or_script(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    inline = re.findall(r"""<[a-z][^>]*\s(?:style|on[a-z]+)\s*=|<style\b|<script(?![^>]*\bsrc=)[^>]*>""", source)
    assert not inline, f"{path.relative_to(PROJECT)}: our content policy blocks {inline}; use a class, or static/cbe.js"
