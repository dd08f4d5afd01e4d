"""An independent implementation in another language says the same of our credentials, good and bad.

It wants node and what ``npm ci`` puts into ``tests/interop/node``; contexts come from the library here, none is copied.
"""

import json
import shutil
import subprocess
from typing import Any

import pytest

from tests.interop.openbadges.world import CASES, NOW, lists
from tests.needs import PROJECT, missing

FOLDER = PROJECT / "tests" / "interop" / "node"
LAX = {"without time zone", "a number as index", "a context of one's own"}
"""What that implementation lets pass; ours doesn't, and the standard neither."""


@pytest.fixture(scope="module")
def judged() -> dict[str, dict[str, Any]]:
    """Ask the other implementation about all documents at once."""
    from openbadgeslib.ob3.clr import bundled_clr_contexts
    from openbadgeslib.ob3.contexts import bundled_contexts

    node = shutil.which("node") or shutil.which("nodejs")
    if node is None:
        missing("node", "there is no node on this machine")
    if not (FOLDER / "node_modules" / "@digitalbazaar").is_dir():
        missing("node", "nothing is installed in tests/interop/node: run npm ci --ignore-scripts there")
    given = {
        "contexts": bundled_contexts() | bundled_clr_contexts(),
        "pages": {address: json.loads(page) for address, page in lists().items()},
        "now": NOW.isoformat().replace("+00:00", "Z"),
        "cases": {name: make() for name, (make, _, _) in CASES.items()},
    }
    done = subprocess.run(
        [node, "verify.js"], cwd=FOLDER, input=json.dumps(given), capture_output=True, text=True, timeout=60, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", CASES)
def test_another_implementation_accepts_the_good_and_refuses_the_bad(name: str, judged: dict[str, Any]) -> None:
    is_good = CASES[name][1] == "valid"
    assert judged[name]["accepted"] == (is_good or name in LAX), judged[name]
