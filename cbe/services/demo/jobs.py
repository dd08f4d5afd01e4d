"""The job profiles of the demo: what its designer lets everybody read."""

from __future__ import annotations

from uuid import UUID, uuid4

from cbe.domain.job_profile import Item, JobProfile, Need
from cbe.store.job_profiles import ProfileRow

from ..job_profiles import put_within
from ..transaction import Transaction
from .cast import DATA

__all__ = ["put_jobs"]

ANALYST = JobProfile(
    "Junior data analyst",
    (
        Item("Asks a database", competencies=((DATA, "sql-select"), (DATA, "sql-joins"))),
        Item("Sums up data by groups", competencies=((DATA, "sql-aggregate"),)),
        Item("Chooses the chart that fits", competencies=((DATA, "chart-choice"),)),
        Item("Builds a dashboard", competencies=((DATA, "dashboard-build"),)),
        Item("Writes plainly", Need.NICE, competencies=((DATA, "plain-language"),)),
        Item("Charts that everybody can read", Need.NICE, competencies=((DATA, "chart-access"),)),
        Item("A driving licence", Need.NICE),
    ),
    "What three employers of the region wrote in their advertisements this spring.",
)


def put_jobs(tx: Transaction, account_id: UUID) -> None:
    """Put them in, kept by this account and shared."""
    put_within(tx, ProfileRow(id=uuid4(), account_id=account_id, is_shared=True), ANALYST)
