"""What tests of pages may ask for beside the cast: many more learners, and a draft that was changed."""

from uuid import uuid4

import pytest

from cbe.domain.draft import set_fields
from cbe.services import drafts
from cbe.store.database import begin_write, db
from cbe.store.enrolments import EnrolmentRow, StatusRow
from cbe.store.people import AccountRow, PersonRow


@pytest.fixture
def enrol_many(app, cast, now):
    """Give a function that enrols so many more learners and returns their enrolments' ids."""

    def enrol_many(count):
        keys = [uuid4() for _ in range(count)]
        with app.app_context():
            begin_write()
            for number, key in enumerate(keys):
                account = uuid4()
                db.session.add(AccountRow(id=account, status="active", created_at=now))
                db.session.add(PersonRow(account_id=account, name=f"Extra {number:03}"))
                db.session.flush()
                db.session.add(
                    EnrolmentRow(
                        id=key, account_id=account, program_id=cast.program_id, version_id=cast.version_id,
                        status="active", created_at=now,
                    )
                )  # fmt: skip
                db.session.flush()
                db.session.add(
                    StatusRow(id=uuid4(), enrolment_id=key, status="active", since=now.date(), recorded_at=now)
                )
            db.session.commit()
        return keys

    return enrol_many


@pytest.fixture
def change(app, cast, now):
    """Give a function that changes fields of a part of the draft."""
    actor = cast.people["designer"].actor

    def change(part, key, **fields):
        with app.app_context():
            seen = drafts.get_editing(actor, "web").seen
            drafts.edit(actor, "web", seen, lambda draft: set_fields(draft, part, key, fields), now=now)

    return change
