"""What an independent implementation in another language says of documents.

It wants node and what ``npm ci`` puts into ``tests/interop/node``; contexts come from the library here, none is copied.
"""

import json
import shutil
import subprocess
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.needs import PROJECT, missing

FOLDER = PROJECT / "tests" / "interop" / "node"


def judge(cases: Mapping[str, Any], pages: Mapping[str, Any], now: datetime) -> dict[str, dict[str, Any]]:
    """Ask it about all documents at once; ``pages``: what it finds at addresses. Skip or fail where it is not there."""
    from openbadgeslib.ob3.clr import bundled_clr_contexts
    from openbadgeslib.ob3.contexts import bundled_contexts

    node = shutil.which("node") or shutil.which("nodejs")
    if node is None:
        missing("node", "there is no node on this machine")
    if not (FOLDER / "node_modules" / "@digitalbazaar").is_dir():
        missing("node", "nothing is installed in tests/interop/node: run npm ci --ignore-scripts there")
    given = {
        "contexts": bundled_contexts() | bundled_clr_contexts(),
        "pages": dict(pages),
        "now": now.isoformat().replace("+00:00", "Z"),
        "cases": dict(cases),
    }
    done = subprocess.run(
        [node, "verify.js"], cwd=FOLDER, input=json.dumps(given), capture_output=True, text=True, timeout=60, check=True
    )
    return dict(json.loads(done.stdout))
