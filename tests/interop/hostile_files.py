"""Files of 20 MB made to hurt a reader, each with what must be found in it; run as a script it reads one and reports."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from cbe.domain.errors import Invalid
from cbe.interop.program_file import LARGEST_FILE, load_program

HEAD = '{"format":"cbe-program/1","program":{"id":"p","title":"P","language":"en"},"competencies":['
TAIL = '],"credentials":[]}'


def filled(entry: Callable[[int], str]) -> str:
    """Return a program of 20 MB with as many competencies as fit."""
    entries, size, index = [], len(HEAD) + len(TAIL), 0
    while size < LARGEST_FILE - 1000:
        entries.append(entry(index))
        size += len(entries[-1].encode()) + 1
        index += 1
    return HEAD + ",".join(entries) + TAIL


def competency(index: int, rest: str = "") -> str:
    return f'{{"id":"c{index}","title":"T","effort_hours":6{rest}}}'


def deep(levels: int) -> str:
    inner = '{"any":[' * levels + "]}" * levels
    return HEAD + f'],"credentials":[{{"id":"d","title":"D","kind":"badge","requires":{inner}}}]}}'


FILES: dict[str, tuple[Callable[[], str], int, str]] = {
    "a wrong number in every competency": (
        lambda: filled(lambda i: f'{{"id":"c{i}","title":"T","statement":"{"x" * 60}","effort_hours":"6"}}'),
        100_000,
        "/competencies/0/effort_hours",
    ),
    "more wrong numbers than are listed": (
        lambda: filled(lambda i: competency(i).replace("6}", '"6"}')),
        100_001,
        "/competencies/0/effort_hours",
    ),
    "one wrong number at the end of very many": (
        lambda: filled(competency)[: -len(TAIL) - 2] + '"6"}' + TAIL,
        1,
        "/competencies/",
    ),
    "one ring of prerequisites": (
        lambda: filled(lambda i: competency(i, f',"prerequisites":[["c{(i + 1) % 200000}"]]')),
        1,
        "/competencies/0/prerequisites/0/0",
    ),
    "a tangle of prerequisites": (
        lambda: filled(lambda i: competency(i, f',"prerequisites":[["c{i * 7919 % 99991}"],["c{i * 31 % 99991}"]]')),
        1,
        "/competencies/0/prerequisites/0/0",
    ),
    "prerequisites that are nowhere": (
        lambda: filled(lambda i: competency(i, f',"prerequisites":[["x{i}","y","{"z" * 150}"]]')),
        100_001,
        "/competencies/0/prerequisites/0/0",
    ),
    "a repeated key in every competency": (
        lambda: filled(lambda i: competency(i, f',"statement":"{"x" * 60}","id":"c{i}"')),
        100_001,
        "/competencies/0/id",
    ),
    "a requirement a million deep": (lambda: deep(1_000_000), 1, "/credentials/0/requires/any/0"),
    "brackets that never close": (lambda: "[" * LARGEST_FILE, 1, ""),
    "seven million empty lists": (lambda: HEAD + ",".join(["[]"] * 6_900_000) + TAIL, 1, ""),
    "seven million empty lists in one competency": (
        lambda: HEAD + competency(0, ',"x":[' + ",".join(["[]"] * 6_900_000) + "]") + TAIL,
        1,
        "",
    ),
    "pictures in every title": (
        lambda: filled(lambda i: f'{{"id":"c{i}","title":"\N{GRINNING FACE} نص {"x" * 100}","effort_hours":"6"}}'),
        90_000,
        "/competencies/0/effort_hours",
    ),
}


def most_memory_mb() -> float:
    """Return the most memory this program held; the usual figure also counts the parent it was started from."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(path: str) -> None:
    """Read a file and print what was found, how long it took and the most memory it took."""
    with open(path, "rb") as file:
        data = file.read()
    started, problems = time.process_time(), []
    try:
        load_program(data)
    except Invalid as error:
        problems = error.problems
    seconds = time.process_time() - started
    found = {
        "seconds": seconds,
        "memory_mb": most_memory_mb(),
        "count": len(problems),
        "first": problems[0] if problems else None,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
