"""Files of 20 MB made to hurt a reader, each with what must be found in it.

Run as a script it is the `flask` command, which says on standard error at its end what it took.
"""

from __future__ import annotations

import gzip
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import flask.cli

LARGEST_FILE = 20 * 1024 * 1024
HEAD = '{"format":"cbe-program/1","program":{"id":"p","title":"P","language":"en"},"competencies":['
TAIL = '],"credentials":[]}'


def filled(entry: Callable[[int], str], head: str = HEAD, tail: str = TAIL) -> str:
    """Return a program of 20 MB with as many competencies, or other entries, as fit."""
    entries, size, index = [], len(head) + len(tail), 0
    while size + len((last := entry(index)).encode()) < LARGEST_FILE - 10:
        entries.append(last)
        size += len(last.encode()) + 1
        index += 1
    return head + ",".join(entries) + tail


def competency(index: int, rest: str = "") -> str:
    return f'{{"id":"c{index}","title":"T","effort_hours":6{rest}}}'


def deep(levels: int) -> str:
    inner = '{"any":[' * levels + "]}" * levels
    return HEAD + f'],"credentials":[{{"id":"d","title":"D","kind":"badge","requires":{inner}}}]}}'


FILES: dict[str, tuple[Callable[[], str | bytes], int, str]] = {
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
    "nothing but ids": (lambda: filled(lambda i: f'{{"id":"c{i}"}}'), 100_001, "/competencies/0"),
    "five problems in every competency": (
        lambda: filled(lambda i: f'{{"id":"c{i}","title":1,"effort_hours":"6","level":9,"credits":-1,"x":0}}'),
        100_001,
        "/competencies/0/title",
    ),
    "a ring of four in every four": (
        lambda: filled(lambda i: competency(i, f',"prerequisites":[["c{i - i % 4 + (i + 1) % 4}"]]')),
        50_000,
        "/competencies/0/prerequisites/0/0",
    ),
    "credentials that need each other in one ring": (
        lambda: filled(
            lambda i: f'{{"id":"k{i}","title":"T","kind":"badge","requires":{{"credential":"k{(i + 1) % 200_000}"}}}}',
            f'{HEAD}{competency(0)}],"credentials":[',
            "]}",
        ),
        1,
        "/credentials/0/requires/credential",
    ),
    "twenty thousand repeated keys in one competency": (
        lambda: filled(lambda i: "{" + ",".join(f'"k{j}":1,"k{j}":2' for j in range(20_000)) + "}"),
        100_001,
        "/competencies/0/k0",
    ),
    "five thousand empty lists in every competency": (
        lambda: filled(lambda i: competency(i, ',"x":[' + ",".join(["[]"] * 5_000) + "]")),
        1_000,
        "/competencies/0/x",
    ),
    "a deep place and then seven million lists": (
        lambda: HEAD + competency(0, ',"x":' + "[" * 2_000 + "]" * 2_000 + ',"y":[' + "[]," * 6_900_000 + "[]]") + TAIL,
        1,
        "",
    ),
    "a text of 20 MB with an emoji": (
        lambda: HEAD + competency(0, ',"statement":"\N{GRINNING FACE}' + "x" * (LARGEST_FILE - 300) + '"') + TAIL,
        1,
        "",
    ),
    "a key of a megabyte before every repeated key": (
        lambda: filled(lambda i: competency(i, f',"{"k" * 10**6}":[' + ",".join(['{"a":1,"a":2}'] * 20_000) + "]")),
        10,
        "/competencies/0/",
    ),
    "a key of a megabyte before everything that cannot be kept": (
        lambda: filled(
            lambda _: f'{{"{"k" * 10**6}":[' + ",".join(['"\\ud800"'] * 20_000) + "]}",
            f'{HEAD}{competency(0)}],"credentials":[],"source":[',
            "]}",
        ),
        10,
        "/source/0/",
    ),
    "five million numbers in one competency": (
        lambda: HEAD + competency(0, ',"x":[' + "1.5," * 4_900_000 + "1]") + TAIL,
        1,
        "",
    ),
    "keys of no program file": (lambda: filled(lambda i: f'"k{i}":1', "{", "}"), 1, ""),
    "a gzip bomb": (lambda: gzip.compress(bytes(500_000_000), 1), 1, ""),
    "a gzip file of a million empty pieces": (lambda: gzip.compress(b"") * 1_000_000, 1, ""),
    "everything wrong in turn": (
        lambda: filled(
            lambda i: (
                '{"id":5}',
                "[]",
                "null",
                f'{{"id":"c{i}","title":{{"e_":1}},"effort_hours":NaN,"prerequisites":[[],["q"],3],"u":1,"u":2}}',
                competency(i, f',"prerequisites":[["c{i + 6}"]]'),
                competency(i, ',"mastery":{"x":1},"resources":[{"url":"javascript:"}]'),
            )[i % 6]
        ),
        100_001,
        "/competencies/0",
    ),
}


def most_memory_mb() -> float:
    """Return the most memory this program held; the usual figure also counts the parent it was started from."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Run the command and say how many seconds of computing and how much memory it took, start-up and output included."""
    try:
        flask.cli.main()
    finally:
        print(json.dumps({"seconds": time.process_time(), "memory_mb": most_memory_mb()}), file=sys.stderr)


if __name__ == "__main__":
    main()
