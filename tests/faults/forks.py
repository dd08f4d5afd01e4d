"""A server and a worker that can be killed at any moment and are there again within milliseconds.

The application is built once; every `server` or `worker` read from standard input forks a child that runs it, and its
process id is printed. The listening socket stays open, so what asks while nobody serves waits for the next child.
"""

import os
import signal
import socket
import sys
import time
from datetime import UTC, datetime, timedelta

from flask import Flask
from werkzeug.serving import make_server

from tests.cast import PASSWORD
from tests.faults.client import TOKEN

LATER = timedelta(minutes=11)
"""The worker lives so far ahead that what can be undone has settled."""


def main() -> None:
    """Fork what is asked for until standard input ends."""
    from cbe.application import create_app

    app = create_app()
    warm(app, *sys.argv[2:])
    listening = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=128)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the killed are not waited for
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            {"server": serve, "worker": work}[line.strip()](app, listening)
        print(child, flush=True)


def warm(app: Flask, email: str, path: str) -> None:
    """Do once what every child would do first, so that they live for more than their first request."""
    from cbe.store.database import db

    browser = app.test_client()
    token = TOKEN.search(browser.get("/sign-in").text)[1]
    browser.post("/sign-in", data={"email": email, "password": PASSWORD, "csrf_token": token})
    token = TOKEN.search(browser.get(path).text)[1]
    assert browser.post(path, data={"csrf_token": token, "version": "1"}).status_code == 422, (
        "nothing was judged, so nothing is recorded"
    )
    sweep_all(app)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def serve(app: Flask, listening: socket.socket) -> None:
    """Answer requests until killed."""
    make_server("127.0.0.1", 0, app, threaded=True, fd=listening.fileno()).serve_forever()


def work(app: Flask, _: socket.socket) -> None:
    """Sweep again and again until killed."""
    while True:
        sweep_all(app)
        time.sleep(0.01)


def sweep_all(app: Flask) -> None:
    """Run every sweep once, ahead of time."""
    from cbe import jobs

    for do, _when in jobs.SWEEPS.values():
        with app.app_context():
            do(datetime.now(UTC) + LATER)


if __name__ == "__main__":
    main()
