"""Evidence that waits in the demo's queue, and the item behind the decision that returned something to learner@.

Put straight into the tables, as ``services.evidence`` leaves it: it was handed in on days before the demo came in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from uuid import UUID, uuid4

from cbe.domain.evidence import due_on
from cbe.domain.progress import ready_ids
from cbe.store import records
from cbe.store.enrolments import EnrolmentRow
from cbe.store.evidence import EvidenceCompetencyRow, EvidenceRow, EvidenceVersionRow
from cbe.store.records import CitedRow

from ..decisions import mastered_on
from ..programs import compiled_version
from ..transaction import Transaction

__all__ = ["put_waiting"]

DAY = timedelta(days=1)
TEXTS = {
    "plain-language": "I rewrote our two-page note on late deliveries so that a new colleague can follow it: **one page**, the decision "
    "first, no sentence over twenty words. My supervisor read it aloud once and asked nothing.",
    "tickets": "Ten requests of last week, as I filed them: who asked, what for, by when, and what I answered. Two I sent back because "
    "nobody could say what would be done with the figures.",
    "data-protection": "I went through the sign-up sheet of the spring course.\n\n- four columns nobody uses are gone\n- dates of birth "
    "became age bands\n- the sheet is in the closed folder, and I noted who may open it and why",
    "sheet-validation": "The booking sheet now takes only rooms from the list and dates that are not past. I tried to break it with "
    "twelve wrong rows; the list of what happened is on the second sheet.",
    "regex": "Patterns for postcodes, phone numbers and invoice references with the three test lists. One valid input it wrongly "
    "refuses: numbers with an extension, as I could not tell them from two numbers in a row.",
    "py-notebooks": "The notebook on the bike counters runs from top to bottom on a fresh machine. I restarted it three times; the "
    "figures stay the same, and the first cell says which files it wants.",
    "describe-data": "Waiting times at the front desk: median 6 minutes, half between 4 and 11. I show the mean too and say why I would "
    "not use it here: three people waited over an hour.",
    "sql-joins": "Three queries that join visits, people and rooms. I counted rows before and after each join; the second one doubled "
    "eleven rows, and I say why and how I mended it.",
    "sql-modify": "I moved 214 addresses to the new spelling in one transaction, with a copy of the table before, and counted what "
    "changed. The statement that would undo it is in the file as well.",
    "deidentify": "The survey without names: I took out direct identifiers, grouped ages and districts, and checked that no row stands "
    "alone in its group of age, district and job.",
    "py-functions": "The cleaning steps as four functions, each with what it takes and gives back. The old script was one long page; "
    "it gives the same file byte for byte.",
    "sheet-formulas": "The price list with one formula per column, filled down. I changed the rate in its one cell and all totals "
    "followed; the check column finds no difference to last year's sheet.",
    "cloud-basics": "I set up a small machine and a storage folder for the course, wrote down what it costs in a month, and shut both "
    "down again. Screenshots of the bill are on the page behind the link.",
    "scheduling": "The nightly copy runs at two, writes what it did into a log, and tells me when the file is older than a day. I "
    "stopped it once on purpose to see whether I am told.",
    "files-folders": "My folders before and after, with the rule for names that I follow now. I found a file from March in nine "
    "seconds; before it took me four minutes.",
    "percent-rates": "Complaints per thousand deliveries for six months, with what percentage points mean in my own words. The drop in "
    "May is three points, not three per cent.",
}  # fmt: skip
"""What is handed in for a competency."""
OWN, RETURNED = "describe-data", "sheet-pivot"
RETURNED_TEXT = "The sales sheet as a pivot table: regions down, months across, totals at the end. I checked two of the totals by hand."


@dataclass(frozen=True, slots=True)
class Piece:
    """Who handed something in, how many days ago, and how."""

    address: str
    ago: int
    setting: str
    count: int = 1
    route: str = "program"
    link: str = ""


PIECES = (
    Piece("clara.hoffmann", 14, "workplace"),
    Piece("erik.johansson", 13, "placement"),
    Piece("yusuf.almasri", 12, "classroom", link="https://example.org/notebooks/bike-counters"),
    Piece("samuel.mensah", 9, "community", route="recognition"),
    Piece("oliver.bennett", 8, "classroom"),
    Piece("leila.haddadi", 7, "workplace"),
    Piece("priya.nair", 6, "workplace", count=2),
    Piece("diego.ramirez", 5, "online"),
    Piece("fatima.zahra", 4, "simulation"),
    Piece("zeynep.yilmaz", 3, "workplace"),
    Piece("clara.hoffmann", 2, "workplace"),
    Piece("lukas.novak", 1, "classroom"),
    Piece("isabel.santos", 0, "placement", link="https://example.org/placement/notes"),
)


def put_waiting(tx: Transaction, enrolments: Mapping[str, EnrolmentRow]) -> None:
    """Hand in what waits in the data program, its learners given by their addresses, as part of the caller's change."""
    used: list[tuple[str, str]] = []
    for piece in PIECES:
        row = enrolments[piece.address]
        competencies = _ready(tx, row, used, piece)
        used += [(piece.address, key) for key in competencies]
        if competencies:
            text = "\n\n".join(TEXTS[key] for key in competencies)
            _put(tx, row, competencies, text, piece, tx.now - piece.ago * DAY - timedelta(hours=2))
    own = enrolments["learner"]
    _put(tx, own, [OWN], TEXTS[OWN], Piece("learner", 3, "workplace"), tx.now - 3 * DAY)
    _returned(tx, own)


def _ready(tx: Transaction, row: EnrolmentRow, used: list[tuple[str, str]], piece: Piece) -> list[str]:
    """Choose what the learner may hand in now, what fewest others hand in first."""
    compiled = compiled_version(row.version_id)
    ready = [key for key in ready_ids(compiled, mastered_on(row, tx.now.date())) if key in TEXTS]
    free = [key for key in ready if (piece.address, key) not in used]
    taken = [key for _, key in used]
    return sorted(free, key=lambda key: (taken.count(key), list(TEXTS).index(key)))[: piece.count]


def _returned(tx: Transaction, row: EnrolmentRow) -> None:
    """Put the item behind the decision that returned something, so that it can be handed in again."""
    decision = next(one for one in records.list_decisions(row.id, [RETURNED]) if one.outcome == "not_yet")
    handed_in = tx.now - (tx.now.date() - decision.activity_on).days * DAY
    key = _put(tx, row, [RETURNED], RETURNED_TEXT, Piece("learner", 0, "workplace"), handed_in, decision.id)
    tx.enter(CitedRow(decision_id=decision.id, evidence_id=key, version=1))


def _put(
    tx: Transaction,
    row: EnrolmentRow,
    competencies: list[str],
    text: str,
    piece: Piece,
    at: datetime,
    decision_id: UUID | None = None,
) -> UUID:
    key, salt = uuid4(), token_hex(16)
    tx.add(
        EvidenceRow(
            id=key,
            enrolment_id=row.id,
            status="decided" if decision_id else "submitted",
            version=1,
            created_at=at - DAY,
            submitted_at=at,
            due_on=due_on(at.date(), [], is_again=False),
            decided_at=tx.now if decision_id else None,
        )
    )
    tx.add(
        EvidenceVersionRow(
            evidence_id=key,
            version=1,
            text=text,
            links=json.dumps([[piece.link, ""]] if piece.link else []),
            setting=piece.setting,
            learning_type="informal" if piece.route == "recognition" else "non-formal",
            route=piece.route,
            activity_from=at.date() - 2 * DAY,
            is_own_work=True,
            saved_at=at,
            submitted_at=at,
            salt=salt,
        )
    )
    tx.add(*(EvidenceCompetencyRow(evidence_id=key, competency=one, decision_id=decision_id) for one in competencies))
    digest = hashlib.sha256((salt + text).encode()).hexdigest()
    tx.record(
        "evidence:submit", evidence=key, version=1, enrolment=row.id, competencies=sorted(competencies), digest=digest
    )
    return key
