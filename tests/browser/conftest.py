"""What a browser test may ask for: a server with the demo, pages of every kind, and axe. Chromium is in chromium.py."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_server
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from tests.browser.chromium import Witness, assert_accessible, chromium
from tests.databases import built_app, demo_settings

HERE = Path(__file__).parent


@dataclass(frozen=True)
class LiveServer:
    """The real application, served on this machine with the demo in it."""

    url: str
    app: Flask


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder as one that wants a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Run one Chromium per worker."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def live_server(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Serve the demo to all tests that only look."""
    with served(demo_folder, tmp_path_factory.mktemp("live") / "instance") as server:
        yield server


@pytest.fixture
def own_server(demo_folder: Path, tmp_path: Path) -> Iterator[LiveServer]:
    """Serve a copy of the demo to one test that changes something."""
    with served(demo_folder, tmp_path / "instance") as server:
        yield server


@contextmanager
def served(demo: Path, instance: Path) -> Iterator[LiveServer]:
    """Serve a copy of the demo on a free port, tokens and headers and compression as in life."""
    shutil.copytree(demo, instance)
    with create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        with built_app({**demo_settings(instance), "CBE_BASE_URL": url}) as app:
            server = make_server("127.0.0.1", port, app, threaded=True, fd=listening.fileno())
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
            thread.start()
            try:
                yield LiveServer(url, app)
            finally:
                server.shutdown()
                server.server_close()
                thread.join()


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Give a function that opens a page of the demo; at the end, fail if any page left the machine or complained.

    `open_page("/…", sign_in="learner", scripts=False, locale="ar", color_scheme="dark", forced_colors="active",
    viewport={"width": 320, "height": 640}, server=own_server)`; further options are playwright's for a context. Every
    call is a browser of its own: no cookie and no cache is shared.
    """
    witness = Witness()
    contexts = []

    def open_page(path: str = "/", *, sign_in: str | None = None, scripts: bool = True, **options: Any) -> Page:
        server = options.pop("server", None) or request.getfixturevalue("live_server")
        options = {"locale": "en-GB", "timezone_id": "UTC", "reduced_motion": "reduce", **options}
        context = browser.new_context(base_url=server.url, java_script_enabled=scripts, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        witness.watch(context)
        page = context.new_page()
        if sign_in:
            fill_in_sign_in(page, f"{sign_in}@demo.example")
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not witness.strangers, f"these requests left the machine: {witness.strangers}"
    assert not witness.complaints, f"the browser complained: {witness.complaints}"


def fill_in_sign_in(page: Page, email: str, password: str = "demo") -> None:
    """Sign in as a person does."""
    page.goto("/sign-in")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """Open the home of the demo's learner."""
    return open_page("/", sign_in="learner")


@pytest.fixture(name="assert_accessible")
def give_assert_accessible() -> Callable[..., None]:
    """Give what asks axe about a page."""
    return assert_accessible
