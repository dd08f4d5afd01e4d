"""Run scenarios, print a table, write JSON; exit 1 when a bar is missed.

``python -m bench [scenario…] [--quick] [--rounds 5] [--json FILE]``; scenarios are the modules that have ``run``.
"""

from __future__ import annotations

import argparse
import json
import os
import pkgutil
import platform
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

import bench
from bench import Row, timed

HEAD = ("scenario", "figure", "", "bar", "", "detail")


def scenarios() -> dict[str, Any]:
    """Return the modules of this package that can be run, by their names as typed: unlock-list, not unlock_list."""
    found = {}
    for info in pkgutil.iter_modules(bench.__path__):
        if info.name != "__main__":
            module = import_module(f"bench.{info.name}")
            if hasattr(module, "run"):
                found[info.name.replace("_", "-")] = module
    return found


def main(arguments: list[str]) -> int:
    """Run what is asked for and return the exit code."""
    known = scenarios()
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure cbe against plain answers.")
    parser.add_argument("scenario", nargs="*", help=f"one of {', '.join(known)}; all of them by default")
    parser.add_argument("--quick", action="store_true", help="small sizes: a check that it runs, not a measurement")
    parser.add_argument("--rounds", type=int, default=5, help="paired rounds of each measurement")
    parser.add_argument("--json", metavar="FILE", help="also write the figures there")
    parser.add_argument("--doc", metavar="FILE", help="also write them there as a page, as docs/benchmarks.md is")
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.scenario if name not in known]
    if unknown:
        parser.error(f"no scenario {', '.join(unknown)}; there are {', '.join(known)}")
    results: dict[str, list[Row]] = {}
    for name in asked.scenario or known:
        seconds, rows = timed(lambda: known[name].run(asked.rounds, asked.quick))  # noqa: B023 (called at once)
        results[name] = rows
        print(f"\n{name} ({seconds:.0f} s)")
        show(rows)
    if asked.json:
        with open(asked.json, "w", encoding="utf-8") as file:
            json.dump(document(results), file, indent=2, ensure_ascii=False)
            file.write("\n")
    if asked.doc:
        Path(asked.doc).write_text(as_page(results), encoding="utf-8")
    missed = [row.name for rows in results.values() for row in rows if not row.passed]
    print(f"\n{len(missed)} bars missed: {'; '.join(missed)}" if missed else "\nevery bar met")
    return 1 if missed else 0


def document(results: dict[str, list[Row]]) -> dict[str, Any]:
    """Return the figures with the machine they were taken on."""
    machine = {"python": platform.python_version(), "system": platform.platform(), "cores": os.cpu_count()}
    return {"machine": machine, "scenarios": {name: [asdict(row) for row in rows] for name, rows in results.items()}}


def as_page(results: dict[str, list[Row]]) -> str:
    """Return the figures as a page in Markdown."""
    machine = document({})["machine"]
    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench ARGS='--doc docs/benchmarks.md'`. Every fast answer was checked against a plain one (networkx, the",
        "uncut program, the full solve) in the same run; figures are medians of paired rounds, and ratios say more than times.",
        "",
        f"Machine: {machine['cores']} cores, {machine['system']}, Python {machine['python']}.",
    ]
    for name, rows in results.items():
        lines += ["", f"## {name}", "", "| scenario | figure | bar | met | detail |", "|---|---|---|---|---|"]
        for row in rows:
            met = "yes" if row.passed else "**no**"
            lines.append(f"| {row.name} | {row.figure:,.4g} {row.unit} | {row.bar or '–'} | {met} | {row.detail} |")
    return "\n".join(lines) + "\n"


def show(rows: list[Row]) -> None:
    """Print rows as a table."""
    table = [(r.name, f"{r.figure:,.4g}", r.unit, r.bar, "ok" if r.passed else "MISSED", r.detail) for r in rows]
    widths = [max(len(line[i]) for line in [HEAD, *table]) for i in range(len(HEAD))]
    for line in [HEAD, *table]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
