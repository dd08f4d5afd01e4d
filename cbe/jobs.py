"""The worker: sweeps over what the database says is still to do, by the clock and soon after somebody wakes it.

A sweep may run anywhere and twice; a wake-up that is lost costs a minute. What a sweep does is the services'.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, current_app
from flask.cli import AppGroup

from cbe.services import (
    checkpoints,
    erasing,
    expiry_notices,
    files,
    housekeeping,
    importing,
    mail,
    moving,
    notice_mails,
    plans,
    retention,
    settling,
)
from cbe.services.issuing import records as signed_records
from cbe.services.issuing import sweeping
from cbe.services.issuing.facts import Words
from cbe.services.notice_mails import ComposeNews

if TYPE_CHECKING:  # huey brings psycopg with it, and most commands neither ask for work nor do it
    from huey import SqliteHuey
    from huey.api import TaskWrapper

__all__ = ["SWEEPS", "register", "run", "run_sweep", "wake"]

SWEEPS: dict[str, tuple[Callable[[datetime], int], dict[str, str]]] = {
    "send_mail": (mail.send_waiting, {"minute": "*"}),
    "settle": (settling.settle, {"minute": "*"}),
    "mail_notices": (
        lambda now: notice_mails.gather(compose=current_app.extensions["cbe-news"], now=now),
        {"minute": "*"},
    ),
    "import_programs": (importing.carry_on, {"minute": "*"}),
    "move_learners": (moving.carry_on, {"minute": "*"}),
    "sign_credentials": (
        lambda now: sweeping.sign_waiting(current_app.extensions["cbe-credential-words"], now=now),
        {"minute": "*"},
    ),
    "sign_records": (signed_records.sign_records, {"minute": "*"}),
    "forget_records": (signed_records.forget_records, {"minute": "27", "hour": "4"}),
    "prove_plans": (lambda now: plans.prove_plans(now=now, limit=5), {"minute": "*"}),
    "warn_of_expiry": (lambda now: expiry_notices.warn_of_expiry(now=now), {"minute": "7", "hour": "*/6"}),
    "sign_checkpoint": (lambda now: checkpoints.sign_checkpoint(now=now), {"minute": "*"}),
    "forget_uploads": (lambda now: files.forget_uploads(now=now), {"minute": "23"}),
    "finish_destroying": (lambda now: files.finish_destroying(now=now), {"minute": "43"}),
    "remove_orphans": (lambda now: files.remove_orphans(now=now), {"minute": "37", "hour": "3"}),
    "erase": (lambda now: erasing.erase_due(now=now), {"minute": "*"}),
    "keep_to_schedule": (lambda now: retention.apply(now=now), {"minute": "47", "hour": "2"}),
    "forget_expired": (lambda now: housekeeping.forget_expired(now=now), {"minute": "17", "hour": "3"}),
}
"""Name of a sweep → what it does, and at which minutes (UTC) it runs by itself."""
MOST_WAITING = 20
END_WITHIN_S = 5
log = logging.getLogger(__name__)


def register(app: Flask, *, compose_news: ComposeNews, credential_words: Words) -> None:
    """Put ``jobs run`` into ``flask --app app``, and wake the worker after a request that wrote mail down or began a move.

    ``compose_news`` makes the words of the mails that a sweep writes, ``credential_words`` those of credentials.
    """
    app.extensions["cbe-news"] = compose_news
    app.extensions["cbe-credential-words"] = credential_words

    @app.after_request
    def wake_for_work(response: Response) -> Response:
        if mail.take_queued():
            wake(app, "send_mail")
        if moving.take_begun():
            wake(app, "move_learners")
        if importing.take_begun():
            wake(app, "import_programs")
        if signed_records.take_begun():
            wake(app, "sign_records")
        return response

    group = AppGroup("jobs", help="The job worker.")

    @group.command("run")
    def run_() -> None:
        """Run the job worker in the foreground until it is told to end."""
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
        logging.getLogger("huey").setLevel(logging.WARNING)
        run(app)

    app.cli.add_command(group)


def run(app: Flask) -> None:
    """Run the worker until SIGTERM, on which it lets the sweep at hand come to its end for a few seconds."""
    from huey import crontab

    queue, _ = _queue(app)
    for name, (_, when) in SWEEPS.items():
        queue.periodic_task(crontab(**when), name=f"{name}_by_the_clock")(_sweeping(app, name))
    queue.create_consumer(
        workers=1, initial_delay=0.2, max_delay=2.0, graceful_signal="TERM", shutdown_timeout=END_WITHIN_S
    ).run()


def run_sweep(app: Flask, name: str) -> int:
    """Run one sweep in the application, now, and return how many things it did."""
    with app.app_context():
        done = SWEEPS[name][0](datetime.now(UTC))
    if mail.take_queued():
        wake(app, "send_mail")
    if done:
        log.info("%s: %d", name, done)
    return done


def wake(app: Flask, sweep: str) -> None:
    """Ask the worker to run a sweep soon; harmless when there is no worker."""
    queue, tasks = _queue(app)
    # A worker that is away for long finds a few wake-ups as good as thousands.
    if queue.pending_count() < MOST_WAITING:
        tasks[sweep]()


def _queue(app: Flask) -> tuple[SqliteHuey, dict[str, TaskWrapper]]:
    """Return the application's queue, a SQLite file in its instance folder, and the task of every sweep."""
    found: tuple[SqliteHuey, dict[str, TaskWrapper]] | None = app.extensions.get("cbe-jobs")
    if found is None:
        from huey import SqliteHuey

        path = Path(app.instance_path) / "jobs.sqlite"
        queue = SqliteHuey("cbe", filename=str(path), results=False, timeout=5)
        tasks = {name: queue.task(name=name)(_sweeping(app, name)) for name in SWEEPS}
        found = app.extensions["cbe-jobs"] = queue, tasks
    return found


def _sweeping(app: Flask, name: str) -> Callable[[], int]:
    def sweep() -> int:
        return run_sweep(app, name)

    return sweep
