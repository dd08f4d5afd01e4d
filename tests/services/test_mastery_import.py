"""Earlier records come in as transfers: all of them or none, and once."""

from datetime import date, datetime
from typing import Any

import pytest

from cbe.domain.errors import Forbidden, Invalid, NotFound
from cbe.domain.policy import SYSTEM
from cbe.services.mastery_import import import_mastery
from tests.cast import Cast, Person

HEADER = "learner,competency,date,source\n"


def lines(*rows: str) -> bytes:
    return (HEADER + "".join(f"{row}\n" for row in rows)).encode()


@pytest.fixture(autouse=True)
def inside(cast: Cast, context: None) -> None:
    """Be inside the application with everybody on stage."""


def stands(person: Person) -> dict[str, date | None]:
    from cbe.store.deriving import standing_of

    assert person.enrolment_id
    found = standing_of([person.enrolment_id]).get(person.enrolment_id, {})
    return {key: row.mastered_on for key, row in found.items()}


def bring(data: bytes, now: datetime, **options: Any) -> Any:
    return import_mastery(SYSTEM, "web", data, **{"dry_run": False, "now": now} | options)


def test_a_line_becomes_a_transfer_with_its_source_and_mastery(learner: Person, now: datetime) -> None:
    from cbe.store.quarantine import decision_texts
    from cbe.store.records import list_decisions

    report = bring(lines(f"{learner.email},html,2025-05-02,City College"), now)
    assert (report.rows, report.added, report.known, report.learners) == (1, 1, 0, 1)
    (decision,) = list_decisions(learner.enrolment_id)
    assert (decision.kind, decision.outcome, decision.decided_on) == ("transfer", "met", date(2025, 5, 2))
    assert decision_texts([decision.id])[decision.id].authority == "City College"
    assert stands(learner) == {"html": date(2025, 5, 2)}


def test_the_same_file_again_adds_nothing(learner: Person, now: datetime) -> None:
    from cbe.store.records import list_decisions

    data = lines(
        f"{learner.email},html,2025-05-02,City College", f"{learner.email.upper()},html,2025-05-02,City College"
    )
    assert bring(data, now).added == 1
    assert bring(data, now).added == 0
    assert len(list_decisions(learner.enrolment_id)) == 1


def test_another_source_is_another_record(learner: Person, now: datetime) -> None:
    bring(lines(f"{learner.email},html,2025-05-02,City College"), now)
    assert bring(lines(f"{learner.email},html,2025-05-02,Employer"), now).added == 1


def test_every_problem_is_told_with_its_line_and_nothing_comes_in(
    learner: Person, stranger: Person, now: datetime
) -> None:
    data = lines(
        f"{learner.email},html,2025-05-02,City College",
        f"{stranger.email},fortran,2025-05-02,City College",
        f"{learner.email},cobol,02.05.2025,",
        f"{learner.email},css,2031-01-01,City College",
        f"{learner.email},css,2025-01-01,City College,more",
    )
    with pytest.raises(Invalid) as caught:
        bring(data, now)
    assert [at for at, _ in caught.value.problems] == [
        "/lines/3/competency",
        "/lines/3/learner",
        "/lines/4/competency",
        "/lines/4/date",
        "/lines/4/source",
        "/lines/5/date",
        "/lines/6",
    ]
    assert stands(learner) == {}


def test_a_dry_run_says_the_same_and_changes_nothing(learner: Person, now: datetime) -> None:
    report = bring(lines(f"{learner.email},html,2025-05-02,City College"), now, dry_run=True)
    assert (report.added, report.dry_run) == (1, True)
    assert stands(learner) == {}


@pytest.mark.parametrize("data", [b"", b"learner,competency\n", b"\xff\xfel", b"learner,competency,date,source,x\n"])
def test_what_is_no_such_table_is_refused(data: bytes, now: datetime) -> None:
    with pytest.raises(Invalid):
        bring(data, now)


def test_only_registrars_bring_records_in(
    instructor: Person, registrar: Person, stranger: Person, now: datetime
) -> None:
    with pytest.raises(Forbidden):
        import_mastery(instructor.actor, "web", lines(), dry_run=True, now=now)
    with pytest.raises(NotFound):
        import_mastery(stranger.actor, "web", lines(), dry_run=True, now=now)
    assert import_mastery(registrar.actor, "web", lines(), dry_run=True, now=now).rows == 0


def test_progress_is_told_to_the_end(learner: Person, now: datetime) -> None:
    told: list[tuple[int, int]] = []
    rows = [f"{learner.email},html,2025-{1 + day // 28:02}-{1 + day % 28:02},Book" for day in range(300)]
    bring(lines(*rows, *(row.replace("Book", "Card") for row in rows)), now, progress=lambda *at: told.append(at))
    assert told == [(500, 600), (600, 600)]


def test_ten_thousand_lines_come_in_at_once(learner: Person, now: datetime) -> None:
    rows = [f"{learner.email},{key},2025-05-02,Book {n}" for n in range(2500) for key in ("html", "css", "js", "sql")]
    assert bring(lines(*rows), now).added == 10_000
