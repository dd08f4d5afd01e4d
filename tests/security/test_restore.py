"""What a restored copy does not bring back."""

from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from cbe.domain.policy import SYSTEM
from cbe.services import accounts
from cbe.services.backup import make_backup, restore_backup
from tests.cast import PASSWORD, Person


@pytest.mark.both_databases
def test_a_sign_in_that_was_ended_since_stays_ended(
    app: Flask, context: None, learner: Person, tmp_path: Path, now: datetime
) -> None:
    token = accounts.sign_in(learner.email, PASSWORD, now=now)
    make_backup(SYSTEM, tmp_path / "copy", now=now)
    accounts.sign_out_everywhere(learner.actor, now=now)
    restore_backup(SYSTEM, tmp_path / "copy", replace=True, now=now)
    assert accounts.load_session(token, now=now) is None
    assert accounts.sign_in(learner.email, PASSWORD, now=now)
