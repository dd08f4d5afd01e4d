"""The server of production, two processes with threads on one SQLite file: people sign in and change things at once."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from pathlib import Path
from shutil import copytree
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, build_opener

import pytest

from cbe.config import ROOT
from tests.databases import SETTINGS, demo_settings

PEOPLE, EACH = 6, 5


@pytest.fixture
def address(demo_folder: Path, tmp_path: Path) -> Iterator[str]:
    """Run gunicorn on a copy of the demo and give its address."""
    instance = tmp_path / "instance"
    copytree(demo_folder, instance)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", "2", "--threads", "4",
         "--bind", f"127.0.0.1:{port}", "--log-level", "warning", "app:app"],
        cwd=ROOT, env={**os.environ, **SETTINGS, **demo_settings(instance)},
    )  # fmt: skip
    try:
        _wait_for(f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        assert server.wait(20) == 0


def _wait_for(url: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            _browser().open(url, timeout=5).close()
            return
        except (URLError, OSError):
            time.sleep(0.2)
    raise TimeoutError(url)


def _browser() -> OpenerDirector:
    return build_opener(HTTPCookieProcessor(CookieJar()), ProxyHandler({}))


def _read(browser: OpenerDirector, url: str, data: dict[str, str] | None = None) -> str:
    with browser.open(url, urlencode(data).encode() if data else None, timeout=60) as answer:
        return str(answer.read().decode())


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]


def _come_and_change(address: str) -> list[str]:
    browser = _browser()
    page = _read(browser, f"{address}/sign-in")
    page = _read(
        browser, f"{address}/sign-in", {"email": "learner@demo.example", "password": "demo", "csrf_token": _token(page)}
    )
    seen = []
    for number in range(EACH):
        theme = ("dark", "light")[number % 2]
        page = _read(
            browser, f"{address}/preferences", {"theme": theme, "next": "/settings", "csrf_token": _token(page)}
        )
        seen.append("learner@demo.example" if "learner@demo.example" in page else page[:200])
    return seen


def test_two_processes_serve_people_who_change_things_at_once(address: str) -> None:
    with ThreadPoolExecutor(PEOPLE) as pool:
        seen = list(pool.map(lambda _: _come_and_change(address), range(PEOPLE)))
    assert seen == [["learner@demo.example"] * EACH] * PEOPLE


def test_a_form_without_its_token_is_refused(address: str) -> None:
    with pytest.raises(HTTPError) as error:
        _read(_browser(), f"{address}/sign-in", {"email": "learner@demo.example", "password": "demo"})
    with error.value as answer:
        assert answer.code == 400
