"""What is shipped agrees with itself: pins with imports, settings with the README, commands with the Makefile."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest

from tests.needs import PROJECT

RUNNING, TESTING = PROJECT / "requirements.txt", PROJECT / "requirements-dev.txt"
BUCKET, SHEETS = PROJECT / "requirements-s3.txt", PROJECT / "requirements-pdf.txt"
PRODUCT = [PROJECT / "app.py", *sorted((PROJECT / "cbe").rglob("*.py"))]
DRAWN_IN_BY_NAME = {
    "email-validator",  # the Email validator of WTForms wants it
    "gunicorn",  # the server in production is started by its command
    "psycopg",  # SQLAlchemy finds it by the address of the database
    "psycopg-binary",  # psycopg finds it by itself
    "tzdata",  # zoneinfo finds it where the system has no time zones
}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(path: Path) -> dict[str, str]:
    """Read the pins of a file, name to version, and refuse a line that is not an exact pin."""
    lines = [line.split("#")[0].split(";")[0].strip() for line in path.read_text(encoding="utf-8").splitlines()]
    found = {}
    for line in filter(None, lines):
        if line.startswith("-r"):
            continue
        name, version = re.fullmatch(r"([A-Za-z0-9_.-]+)==([A-Za-z0-9.]+)", line).groups()
        found[normal(name)] = version
    return found


def imported(paths: list[Path]) -> set[str]:
    """Return the first names of everything the modules import."""
    names = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return names


def direct(path: Path) -> set[str]:
    """Return the pins above the line that says what these need in turn."""
    head = path.read_text(encoding="utf-8").split("# --- what these need in turn")[0]
    return {normal(name) for name in re.findall(r"^([A-Za-z0-9_.-]+)==", head, re.MULTILINE)}


def test_what_is_installed_is_what_is_pinned() -> None:
    wrong = {
        name: (version, distribution(name).version)
        for name, version in (pins(RUNNING) | pins(BUCKET) | pins(SHEETS) | pins(TESTING)).items()
        if name != "backports-zstd" and distribution(name).version != version
    }
    assert not wrong, f"pinned and installed differ: {wrong}; run make test, or change the pin"


def test_every_import_of_the_product_is_a_direct_pin() -> None:
    owners = packages_distributions()
    wanted = {normal(owner) for name in imported(PRODUCT) for owner in owners.get(name, [])}
    pinned = direct(RUNNING) | direct(BUCKET) | direct(SHEETS)
    assert wanted <= pinned, f"pin in requirements.txt, with why: {wanted - pinned}"


def test_nothing_is_pinned_for_running_that_nothing_uses() -> None:
    owners = packages_distributions()
    used = {normal(owner) for name in imported(PRODUCT) for owner in owners.get(name, [])}
    idle = direct(RUNNING) - used - DRAWN_IN_BY_NAME
    assert not idle, f"nothing imports {idle}: take them out of requirements.txt"


def test_the_project_needs_the_python_that_the_makefile_looks_for() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == ">=3.11"
    assert "sys.version_info < (3, 11)" in (PROJECT / "Makefile").read_text(encoding="utf-8")


def test_every_setting_stands_in_the_readme() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in PRODUCT)
    settings = set(re.findall(r'"(CBE_[A-Z_]+)"', source)) - {"CBE_PRODUCTION"}
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    missing = {name for name in settings if f"`{name}`" not in readme}
    assert settings
    assert not missing, f"README.md has no line on {sorted(missing)}"


def test_make_prints_its_own_help() -> None:
    done = subprocess.run(["make"], cwd=PROJECT, capture_output=True, text=True, check=True)
    for target in ("run", "test", "check", "bench"):
        assert re.search(rf"^  {target} +\S", done.stdout, re.MULTILINE), done.stdout


def test_nothing_in_the_repository_names_another_place() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("not a git clone")
    places = re.compile(rb"/(wor[k]|roo[t]|User[s])/")
    named = [
        name
        for name in filter(None, tracked.stdout.split("\0"))
        if (PROJECT / name).is_file() and places.search((PROJECT / name).read_bytes())
    ]
    assert not named, f"these files name a path of one machine: {named}"


def test_start_up_loads_nothing_that_only_some_questions_need() -> None:
    code = "import sys, cbe.application; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=PROJECT)
    assert {"networkx", "highspy", "rapidfuzz", "plotly", "alembic", "huey", "openbadgeslib", "pyld", "jwt"}.isdisjoint(
        done.stdout.split()
    )
