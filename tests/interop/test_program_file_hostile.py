"""Files made to hurt a reader: every problem, in under 5 seconds of computing and under 200 MB of memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.interop.hostile_files import FILES

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_read_in_bounded_time_and_memory(name, tmp_path):
    make, least, first = FILES[name]
    file = tmp_path / "hostile.json"
    file.write_text(make(), encoding="utf-8")
    run = [sys.executable, "-m", "tests.interop.hostile_files", str(file)]
    result = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    found = json.loads(result.stdout)
    assert found["count"] >= least
    assert found["first"][0].startswith(first)
    assert found["memory_mb"] < 200
    assert found["seconds"] < 5
