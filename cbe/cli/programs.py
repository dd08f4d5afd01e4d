"""``flask --app app program …``: checking and planning without a database, bringing programs in and giving them out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from cbe.domain.graph import CompiledProgram
from cbe.domain.policy import SYSTEM
from cbe.domain.program import Text
from cbe.services import planning, programs, publishing

from .output import command, existing_file, now, opened, progress_bar, write, write_json, write_json_object, write_table

__all__ = ["program"]

program = AppGroup("program", help="Check, plan, import, list and export programs.")


@command(program, "check")
@click.argument("file", type=existing_file)
def check(file: Path, *, as_json: bool) -> None:
    """Say how large a program FILE (.json, .json.gz) is, or everything that is wrong with it; no database."""
    with opened(file) as stream:
        facts = _facts(publishing.check_program(stream))
    if as_json:
        write_json({"ok": True, **facts})
    else:
        write_table(["program", facts.pop("program")], [[key.replace("_", " "), facts[key]] for key in facts])


@command(program, "plan")
@click.argument("file", type=existing_file)
@click.option(
    "--learners",
    type=existing_file,
    required=True,
    help="JSON: what each learner has: lists mastered, expired, held, withheld.",
)
@click.option("--credential", help="Plan this credential only.")
@click.option("--budget-ms", type=click.IntRange(min=0), default=500, show_default=True, help="For one learner.")
def plan(file: Path, learners: Path, credential: str | None, budget_ms: int, *, as_json: bool) -> None:
    """Print states, the shortest way to every credential and leverage of learners in a file; no database."""
    with opened(file) as program_file, opened(learners) as learners_file:
        compiled, facts = planning.load_planning(program_file, learners_file, credential)
    answers = (
        (name, planning.plan_learner(compiled, has, credential=credential, budget_s=budget_ms / 1000))
        for name, has in facts.items()
    )
    with progress_bar(len(facts), "planning") as bar:
        told = _telling(answers, bar)
        if as_json:
            write_json_object(told)
            return
        found = list(told)
    for name, answer in found:
        _write_plans(name, answer)


@command(program, "import")
@click.argument("file", type=existing_file)
@click.option("--publish", is_flag=True, help="Publish it as the next version instead of putting it into the draft.")
def import_(file: Path, publish: bool, *, as_json: bool) -> None:
    """Bring a program FILE in as the draft; the same content twice makes no second version."""
    with opened(file) as stream:
        done = publishing.import_program(SYSTEM, stream, publish=publish, now=now())
    if as_json:
        write_json({"ok": True, "program": done.key, "version": done.version, "changed": done.changed})
    elif done.version is None:
        write(f"{done.key}: the draft {'was written' if done.changed else 'has this content already'}\n")
    elif done.changed:
        write(f"{done.key}: version {done.version} was published\n")
    else:
        write(f"{done.key}: version {done.version} has this content already; nothing was published\n")


@command(program, "list")
def list_(*, as_json: bool) -> None:
    """Print a line for each program, its id first."""
    found = programs.list_programs(SYSTEM)
    rows = [
        {
            "id": one.key,
            "title": one.title,
            "version": one.version,
            "draft": one.has_draft,
            "open": one.is_open,
            "learners": one.learners,
        }
        for one in found
    ]
    if as_json:
        write_json({"ok": True, "programs": rows})
        return
    for one in found:
        version = "not published" if one.version is None else f"version {one.version}"
        marks = [mark for mark, has in (("draft", one.has_draft), ("open", one.is_open)) if has]
        write("\t".join([one.key, version, f"{sum(one.learners.values())} learners", *marks, _plain(one.title)]) + "\n")


@command(program, "export")
@click.argument("key", metavar="ID")
@click.option("--version", type=click.IntRange(min=1), help="This version; the newest published, else the draft.")
def export(key: str, version: int | None, *, as_json: bool) -> None:  # noqa: ARG001 (the document is JSON either way)
    """Print the document of program ID, equal to what was imported."""
    write(publishing.export_program(SYSTEM, key, version=version))


def _facts(compiled: CompiledProgram) -> dict[str, Any]:
    groups = [group for competency in compiled.competencies.values() for group in competency.prerequisites]
    return {
        "program": compiled.program.id,
        "competencies": len(compiled.competencies),
        "prerequisites": compiled.graph.number_of_edges(),
        "longest_chain": len(compiled.longest_chain),
        "any_of_groups": sum(len(set(group)) > 1 for group in groups),
        "credentials": len(compiled.credentials),
        "sections": len(compiled.program.sections),
    }


def _telling(answers: Iterable[tuple[str, Any]], bar: Any) -> Iterator[tuple[str, Any]]:
    for answer in answers:
        bar.update(1)
        yield answer


def _write_plans(name: str, answer: dict[str, Any]) -> None:
    counts = ", ".join(f"{len(ids)} {state}" for state, ids in answer["states"].items())
    write(f"{name}: {counts}\n")
    rows = [
        [
            f"  {one['id']}",
            one["status"].replace("_", " "),
            "–" if one["remaining_hours"] is None else f"{one['remaining_hours']} h",
            _proof(one),
            " → ".join(one["plan"] or []),
        ]
        for one in answer["credentials"]
    ]
    if rows:
        write_table(["  credential", "status", "hours left", "", "plan"], rows)
    write("\n")


def _proof(one: dict[str, Any]) -> str:
    if not one["plan"]:
        return ""
    return "shortest" if one["proven_optimal"] else f"at least {one['lower_bound_hours']} h"


def _plain(title: Text) -> str:
    text = title if isinstance(title, str) else next(iter(title.values()))
    return " ".join(text.split())
