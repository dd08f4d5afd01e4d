"""``flask --app app program …``: checking and planning without a database, bringing programs in and giving them out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from cbe.domain.errors import Invalid
from cbe.domain.graph import CompiledProgram
from cbe.domain.lint import Finding, Severity
from cbe.domain.policy import SYSTEM
from cbe.domain.program import Text
from cbe.services import exchange, linting, planning, programs, publishing

from .output import (
    command,
    end_with_problems,
    existing_file,
    now,
    opened,
    progress_bar,
    write,
    write_json,
    write_json_object,
    write_table,
)

__all__ = ["program"]

LARGEST = 21 << 20
"""Bytes that are read of a file; what is larger is refused by whoever reads it."""
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


@command(program, "lint")
@click.argument("file", type=existing_file)
@click.option(
    "--longest-chain",
    type=click.IntRange(min=1),
    default=linting.LONGEST_CHAIN,
    show_default=True,
    help="Competencies that may need one another in a row.",
)
def lint(file: Path, longest_chain: int, *, as_json: bool) -> None:
    """Say what is wrong with a program FILE though it is sound, circles too; no database.

    Ends with 0 where nothing but advice was found, with 1 where something was that is blocking or a warning, with 2 where
    the file is no program.
    """
    try:
        with opened(file) as stream:
            findings = linting.lint_file(stream, longest_chain=longest_chain)
    except Invalid as error:
        end_with_problems(error.problems, as_json, code=2)
        return
    serious = sum(one.severity is not Severity.ADVICE for one in findings)
    if as_json:
        write_json({"ok": not serious, "findings": [_finding_facts(one) for one in findings]})
    else:
        write("".join(f"{one.severity}\t{one.rule}\t{one.place}\t{_plain(one.text)}\n" for one in findings))
        click.echo(f"{len(findings)} findings, {serious} of them serious", err=True)
    if serious:
        raise click.exceptions.Exit(1)


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
@click.option("--format", "form", type=click.Choice(exchange.READS), help="By its content, unless you say.")
@click.option(
    "--precedes",
    type=click.Choice(["order", "prerequisite"]),
    default="order",
    show_default=True,
    help="What 'precedes' of a CASE package becomes.",
)
@click.option("--edges", type=existing_file, help="A second table: prerequisites, one a line.")
@click.option("--id", "key", help="The program's id, for a table; the file's name unless you say.")
@click.option("--title", help="The program's title, for a table.")
@click.option("--language", default="en", show_default=True, help="The language of a table.")
@click.option("--without-circles", is_flag=True, help="Leave the fewest prerequisites out that break all circles.")
@click.option("--with-circles", is_flag=True, help="Bring circles into the draft as they are, to be mended there.")
@click.option("--publish", is_flag=True, help="Publish it as the next version instead of putting it into the draft.")
@click.option("--preview", is_flag=True, help="Say what it would do, and change nothing.")
def import_(
    file: Path, form: str | None, edges: Path | None, key: str | None, publish: bool, preview: bool, *,
    as_json: bool, **how: Any,
) -> None:  # fmt: skip
    """Bring a FILE in as the draft of a program; the same content twice makes no second version."""
    if how["with_circles"] and how["without_circles"]:
        raise click.UsageError("Say either --with-circles or --without-circles.")
    with opened(file) as stream:
        data = stream.read(LARGEST + 1)
    how |= {"format": form or exchange.guess_format(file.name, data), "key": key or file.name.split(".")[0]}
    asked = exchange.Asked(edges=edges.read_bytes() if edges else None, **{**how, "title": how["title"] or ""})
    if preview:
        _write_preview(exchange.preview_file(SYSTEM, data, asked), as_json)
        return
    _write_imported(exchange.bring_in_file(SYSTEM, data, asked, publish=publish, now=now()), as_json)


def _write_imported(done: publishing.Imported, as_json: bool) -> None:
    if as_json:
        write_json({"ok": True, "program": done.key, "version": done.version, "changed": done.changed})
    elif done.version is None:
        write(f"{done.key}: the draft {'was written' if done.changed else 'has this content already'}\n")
    elif done.changed:
        write(f"{done.key}: version {done.version} was published\n")
    else:
        write(f"{done.key}: version {done.version} has this content already; nothing was published\n")


def _write_preview(found: exchange.Preview, as_json: bool) -> None:
    """Write what an import would do; ends with 1 where it is refused."""
    facts = _preview_facts(found)
    if as_json:
        write_json(facts)
    else:
        for name in ("program", "new", "competencies", "credentials", "sections"):
            if name in facts:
                write(f"{name}\t{facts[name]}\n")
        for name, count in facts.get("difference", {}).items():
            write(f"{name}\t{count}\n")
        for one in facts["odd"]:
            write(f"odd\t{one['text']}\t{', '.join(one['places'])}\n")
        for one in facts["missing"]:
            write(f"not to be published\t{one['at']}\t{one['problem']}\n")
        for one in facts["refused"]:
            write(f"refused\t{one['at']}\t{one['problem']}\n")
        for one in facts.get("leave_out", []):
            write(f"leave out\t{one['needed']} -> {one['by']}\n")
    if facts["refused"]:
        raise click.exceptions.Exit(1)


def _preview_facts(found: exchange.Preview) -> dict[str, Any]:
    facts: dict[str, Any] = {"ok": found.found.program is not None}
    if found.program is not None:
        facts |= {"program": found.program.id, "new": found.is_new, "competencies": len(found.program.competencies)}
        facts |= {"credentials": len(found.program.credentials), "sections": len(found.program.sections)}
    if found.difference is not None:
        facts["difference"] = {
            f"{kind} {name}": len(getattr(getattr(found.difference, kind), name))
            for kind in ("sections", "competencies", "credentials")
            for name in ("added", "removed", "changed", "moved")
        }
    facts["odd"] = [{"text": one.text, "count": one.count, "places": one.places} for one in found.found.remarks]
    facts["missing"] = [{"at": at, "problem": str(text)} for at, text in found.missing]
    facts["refused"] = [{"at": at, "problem": text} for at, text in found.found.refusals]
    if found.breaking is not None:
        edges, proven = found.breaking
        facts |= {"leave_out": [{"needed": a, "by": b} for a, b in edges], "proven_fewest": proven}
    return facts


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
@click.option("--format", "form", type=click.Choice(exchange.WRITES), default="cbe", show_default=True)
def export(key: str, version: int | None, form: str, *, as_json: bool) -> None:  # noqa: ARG001 (a file is what it is)
    """Print program ID as a file: as it was imported, a CASE package, a table (edges: that of prerequisites), GraphML."""
    write(exchange.export_as(SYSTEM, key, form, version=version, now=now()).decode())


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


def _finding_facts(one: Finding) -> dict[str, Any]:
    mend = [asdict(change) for change in one.mend.changes] if one.mend else None
    for change in mend or ():
        if change["op"] == "remove":
            del change["value"]
    return {
        "rule": one.rule,
        "severity": one.severity,
        "at": one.place,
        "message": str(one.text),
        "competency": one.competency,
        "credential": one.credential,
        "others": one.others,
        "mend": mend,
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
