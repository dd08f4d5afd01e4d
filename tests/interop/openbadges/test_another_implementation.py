"""An independent implementation in another language says the same of credentials, good and bad."""

import json
from typing import Any

import pytest

from tests.interop.openbadges.elsewhere import judge
from tests.interop.openbadges.world import CASES, NOW, lists

LAX = {"without time zone", "a number as index", "a context of one's own"}
"""What that implementation lets pass; ours doesn't, and the standard neither."""


@pytest.fixture(scope="module")
def judged() -> dict[str, dict[str, Any]]:
    """Ask the other implementation about all documents at once."""
    pages = {address: json.loads(page) for address, page in lists().items()}
    return judge({name: make() for name, (make, _, _) in CASES.items()}, pages, NOW)


@pytest.mark.parametrize("name", CASES)
def test_another_implementation_accepts_the_good_and_refuses_the_bad(name: str, judged: dict[str, Any]) -> None:
    is_good = CASES[name][1] == "valid"
    assert judged[name]["accepted"] == (is_good or name in LAX), judged[name]
