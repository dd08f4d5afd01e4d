"""One edit of a draft: a prerequisite more and one less, through the real service and its commit, and in the domain alone.

The domain's answer (does it close a circle, and which draft comes of it) is compared with compiling all prerequisites anew
with networkx.
"""

from __future__ import annotations

import gzip
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import flask_migrate
import networkx as nx

from bench import Row, timed
from cbe.application import create_app
from cbe.domain.draft import Draft, Operation, circle_closed_by, set_fields
from cbe.domain.errors import Invalid
from cbe.domain.policy import SYSTEM
from cbe.services import drafts
from cbe.services.publishing import import_program
from cbe.store.database import db

BAR = 3
"""How much longer an edit may take with six thousand competencies than with sixty."""
BAR_DOMAIN = 20
PROGRAMS = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "programs"

Edge = tuple[str, str]
"""What shall be needed, and by which competency."""


def run(rounds: int, quick: bool) -> list[Row]:
    """Measure 60 competencies, RPI's 1,256 and Metamath's 6,174."""
    found = {len(document["competencies"]): document for document in _documents(quick)}
    edges = {size: _edges(document, 30 if quick else 40 * rounds) for size, document in found.items()}
    trips = {size: _round_trip(document, edges[size]) for size, document in found.items()}
    smallest, largest = min(trips), max(trips)
    rows = [
        Row(
            f"edit V={size:,}, with its commit", median(seconds) * 1e3, "ms",
            detail=f"{len(seconds)} edits, the slowest {max(seconds) * 1e3:.0f} ms; a circle is refused",
        )
        for size, seconds in trips.items()
    ]  # fmt: skip
    ratio = median(trips[largest]) / median(trips[smallest])
    rows.append(Row(f"edit V={largest:,} : V={smallest:,}", ratio, "×", f"≤ {BAR}×", quick or ratio <= BAR))
    return [*rows, *(_in_domain(document, edges[size], largest) for size, document in found.items())]


def _documents(quick: bool) -> Iterator[dict[str, Any]]:
    yield _made_up(60)
    rpi, metamath = PROGRAMS / "rpi.json", PROGRAMS / "metamath.json.gz"
    yield json.loads(rpi.read_bytes()) if rpi.exists() else _made_up(1_256)
    if not quick:
        yield json.loads(gzip.decompress(metamath.read_bytes())) if metamath.exists() else _made_up(6_174)


def _made_up(size: int) -> dict[str, Any]:
    draw = random.Random(size)
    competencies = [
        {"id": f"c{n}", "title": f"Competency {n}", "effort_hours": 4,
         **({"prerequisites": [[f"c{draw.randrange(max(0, n - 40), n)}"], [f"c{draw.randrange(n)}"]]} if n > 9 else {})}
        for n in range(size)
    ]  # fmt: skip
    head = {"id": f"made-up-{size}", "title": "Made up", "language": "en"}
    return {"format": "cbe-program/1", "program": head, "competencies": competencies, "credentials": []}


def _edges(document: dict[str, Any], count: int) -> list[Edge]:
    """Return edges that are not there yet, either way round: about half of them would go in a circle."""
    draw, ids = random.Random(count), [one["id"] for one in document["competencies"]]
    known = {
        (m, one["id"]) for one in document["competencies"] for group in one.get("prerequisites", ()) for m in group
    }
    found: list[Edge] = []
    while len(found) < count:
        edge = draw.choice(ids), draw.choice(ids)
        if edge not in known:
            found.append(edge)
    return found


def _round_trip(document: dict[str, Any], edges: list[Edge]) -> list[float]:
    """Return the seconds of each edit with its commit."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/edge.sqlite"
        app = create_app({"CBE_INSTANCE": folder, "CBE_DATABASE_URL": url, "CBE_DEMO": "0", "CBE_ENV": "development"})
        with app.app_context():
            flask_migrate.upgrade()
            key = document["program"]["id"]
            import_program(SYSTEM, json.dumps(document).encode(), publish=True, now=datetime.now(UTC))
            seen = drafts.get_editing(SYSTEM, key).seen
            seconds = []
            for edge in edges:
                for make in (_adding(edge), _taking_out(edge)):
                    took, seen = _edit(key, seen, make)
                    seconds.append(took)
            left = drafts.get_editing(SYSTEM, key).draft.document()
            assert left["competencies"] == document["competencies"], "what was added and taken out left a trace"
            db.session.remove()
            db.engine.dispose()
    return seconds


def _edit(key: str, seen: drafts.Seen, make: drafts.Make) -> tuple[float, drafts.Seen]:
    start = time.perf_counter()
    with suppress(Invalid):  # it goes in a circle and is refused, which takes as long
        seen = drafts.edit(SYSTEM, key, seen, make, now=datetime.now(UTC))
    took = time.perf_counter() - start
    db.session.remove()
    return took, seen


def _adding(edge: Edge) -> Callable[[Draft], Operation]:
    needed, competency = edge

    def make(draft: Draft) -> Operation:
        groups = draft.get("competency", competency, "prerequisites") or []
        return set_fields(draft, "competency", competency, {"prerequisites": [*groups, [needed]]})

    return make


def _taking_out(edge: Edge) -> Callable[[Draft], Operation]:
    needed, competency = edge

    def make(draft: Draft) -> Operation:
        groups = [one for one in draft.get("competency", competency, "prerequisites") or [] if one != [needed]]
        return set_fields(draft, "competency", competency, {"prerequisites": groups or None})

    return make


def _in_domain(document: dict[str, Any], edges: list[Edge], largest: int) -> Row:
    """Compare one edge in the domain with networkx over all edges, which must give the same answer."""
    draft, edges = Draft.of_document(document), edges[:40]
    fast, plain = [], []
    for edge in edges:
        seconds, (closes, after) = timed(lambda: _one_more(draft, edge))  # noqa: B023 (called at once)
        fast.append(seconds)
        seconds, is_acyclic = timed(lambda: _compiled(after))  # noqa: B023
        plain.append(seconds)
        assert closes is not is_acyclic, f"the answers differ for {edge}"
    ratio = median(plain) / median(fast)
    size = len(document["competencies"])
    name, bar = f"edge in the domain V={size:,}", f"≥ {BAR_DOMAIN}×" if size == largest else ""
    detail = f"{median(fast) * 1e6:,.0f} µs, networkx {median(plain) * 1e3:.1f} ms, the same answer"
    return Row(name, ratio, "×", bar, not bar or ratio >= BAR_DOMAIN, detail)


def _one_more(draft: Draft, edge: Edge) -> tuple[bool, Draft]:
    needed, competency = edge
    after = draft.after(_adding(edge)(draft))
    return circle_closed_by(after, competency, [needed]) is not None, after


def _compiled(draft: Draft) -> bool:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(draft.competencies)
    for key, fields in draft.competencies.items():
        graph.add_edges_from((member, key) for group in fields.get("prerequisites", ()) for member in group)
    return nx.is_directed_acyclic_graph(graph)
