"""Flips bits of signed credentials and verifies what comes out: none may be accepted.

    python -m tests.interop.openbadges.flipped_bits [credentials] [workers]

Every bit of a hundred small credentials takes hours of one core; it prints n and what was accepted.
"""

import json
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from cbe.interop.openbadges.reading import Unreadable
from tests.interop.openbadges.world import found_in, good, web


def flipped(data: bytes, place: int) -> bytes:
    """Return the bytes with one bit flipped."""
    at, bit = divmod(place, 8)
    return data[:at] + bytes((data[at] ^ (1 << bit),)) + data[at + 1 :]


def accepted_flips(data: bytes, places: Iterable[int], at: Any) -> list[int]:
    """Return the places whose flipped bit made something that is still called valid."""
    accepted = []
    for place in places:
        try:
            if found_in(flipped(data, place), at).verdict == "valid":
                accepted.append(place)
        except Unreadable:
            continue
    return accepted


def _whole(number: int) -> tuple[int, list[int]]:
    data = json.dumps(good(number=number), ensure_ascii=False, separators=(",", ":")).encode()
    places = range(len(data) * 8)
    return len(places), accepted_flips(data, places, web())


def main() -> None:
    """Flip every bit of as many credentials as asked for."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    tried, accepted = 0, 0
    with ProcessPoolExecutor(workers) as pool:
        for number, (bits, found) in enumerate(pool.map(_whole, range(1, count + 1)), 1):
            tried, accepted = tried + bits, accepted + len(found)
            print(f"{number} credentials, {tried:,} bits, {accepted} accepted {found[:5] or ''}", flush=True)
    raise SystemExit(1 if accepted else 0)


if __name__ == "__main__":
    main()
