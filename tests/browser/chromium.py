"""Chromium as the browser tests use it: how it starts, what axe asks of a page, and what a page costs on the wire."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from tests.needs import missing

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # Nothing resolves but this machine, so that a forgotten address fails instead of leaving.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 200_000}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the system's Chromium; skip (or fail) with the reason where there is none."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        missing("browser", "no Chromium is installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Witness:
    """What a browser did that no page of ours may do: asked another machine, or complained on its console."""

    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Write down every request and every complaint of the pages of `context`."""
        context.on("request", self._see)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def _see(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob", "about") and address.hostname != "127.0.0.1":
            self.strangers.append(request.url)

    def _hear(self, message: ConsoleMessage) -> None:
        # A page that is meant to be missing says so here as well.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(f"{message.text} at {message.location.get('url')}")


def assert_accessible(page: Page, *, ignore: tuple[str, ...] = ()) -> None:
    """Fail with every rule (WCAG 2.2 A and AA, best practice) that axe finds broken, where, and how to mend it.

    Wants scripts; axe cannot judge the contrast of text inside an SVG.
    """
    page.wait_for_load_state()  # after a click the next document may be there and still be empty
    # Every rule is asked of every element; only what passed need not be told element by element, megabytes a page.
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    lines = [
        f"{rule['id']}: {rule['help']} ({rule['helpUrl']})\n    {node['html'][:200]}\n    {node['failureSummary']}"
        for rule in found
        if rule["id"] not in ignore
        for node in rule["nodes"][:5]
    ]
    assert not lines, f"{page.url} is not accessible:\n" + "\n".join(lines)


def assert_no_sideways_scroll(page: Page) -> None:
    """Fail when the page is wider than its window."""
    page.wait_for_load_state()
    wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide[0] <= wide[1], f"{page.url} is {wide[0]} px wide in a window of {wide[1]} px"


@dataclass
class Wire:
    """What a page cost: the bytes on the wire with their headers, and the addresses asked for."""

    size: int = 0
    requests: list[str] = field(default_factory=list)


def load_cold(page: Page, url: str, *, slow: bool = False) -> Wire:
    """Load `url` with an empty cache, optionally on emulated slow 4G, and say what it cost."""
    wire = Wire()

    def add(event: dict[str, Any]) -> None:
        wire.size += int(event["encodedDataLength"])

    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    if slow:
        session.send("Network.emulateNetworkConditions", SLOW_4G)
    session.on("Network.requestWillBeSent", lambda event: wire.requests.append(event["request"]["url"]))
    session.on("Network.loadingFinished", add)
    page.goto(url, wait_until="networkidle")
    session.detach()
    wire.requests = [url for url in wire.requests if not url.startswith("data:")]
    return wire
