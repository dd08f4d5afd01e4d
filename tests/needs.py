"""What a test needs of the machine it runs on. A missing thing is a skip, or a failure where CBE_REQUIRE names it."""

import os
from pathlib import Path
from typing import NoReturn

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PROGRAMS = PROJECT.parent / "shared" / "data" / "programs"


def missing(part: str, reason: str) -> NoReturn:
    """Skip the test because `part` is not on this machine; fail it when CBE_REQUIRE (comma separated) names `part`."""
    if part in {name.strip() for name in os.environ.get("CBE_REQUIRE", "").split(",")}:
        pytest.fail(f"CBE_REQUIRE names {part}, but {reason}", pytrace=False)
    pytest.skip(f"{part}: {reason}")


def real_program(name: str) -> Path:
    """Return the path of one of the real programs (`metacademy.json`, `rpi.json`, `metamath.json.gz`), or skip."""
    path = PROGRAMS / name
    if not path.exists():
        missing("programs", f"{name} is not in ../shared/data/programs")
    return path


def case_file(name: str) -> Path:
    """Return the path of one of the CASE packages, tables and schemas of the real data, or skip."""
    path = PROGRAMS.parent / "case" / name
    if not path.exists():
        missing("programs", f"{name} is not in ../shared/data/case")
    return path
