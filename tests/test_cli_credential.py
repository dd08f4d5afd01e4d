"""``credential verify``: what it prints, and with what it exits."""

import json
from pathlib import Path

import pytest
from flask import Flask

from tests.interop.openbadges.world import bare, changed
from tests.test_cli_people import run


@pytest.mark.parametrize(
    ("document", "code", "said"),
    [
        (bare(), 0, "valid: Web"),
        (changed("name", "Wed", bare()), 1, "not valid: Web"),
        ({"@context": "https://w3id.org/openbadges/v2", "type": "Assertion"}, 3, "could not tell"),
        ({"a": 1}, 1, "not valid"),
    ],
)
def test_the_exit_says_what_was_found(app: Flask, tmp_path: Path, document: dict, code: int, said: str) -> None:
    file = tmp_path / "credential.json"
    file.write_text(json.dumps(document))
    done = run(app, "credential", "verify", str(file))
    assert (done.exit_code, done.stdout.splitlines()[0]) == (code, said)
    found = run(app, "credential", "verify", str(file), "--json")
    rows = json.loads(found.stdout)["checks"]
    assert (found.exit_code, rows[0]["name"]) == (code, "format")
    assert all(row["name"] in done.stdout for row in rows)


def test_a_file_that_is_not_there_is_a_usage_error(app: Flask) -> None:
    assert run(app, "credential", "verify", "/nowhere/at/all.json").exit_code == 2
