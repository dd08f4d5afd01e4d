"""Every page a person of the demo can reach by links, one address for each kind of page."""

from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

MOST_LOOKED_AT = 60
DOWNLOADS = (".json", ".csv", "/export")
PAGES = "a[href]:not([download]):not([type])"
"""Links to pages; what is no page says so."""


def reachable(page: Page, routes: MapAdapter, look_at: Callable[[Page], None], start: str = "/home") -> dict[str, str]:
    """Follow links from `start`, look at one page of each kind, and return endpoint → the address at which that was."""
    found: dict[str, str] = {}
    waiting, seen = [start], {start}
    while waiting and len(seen) < MOST_LOOKED_AT:
        path = waiting.pop(0)
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        here = urlsplit(page.url).path
        kind_here = endpoint_of(routes, here) or here
        if found.setdefault(kind_here, path) == path:
            look_at(page)
        for link in page.eval_on_selector_all(PAGES, "links => links.map(link => link.getAttribute('href'))"):
            parts = urlsplit(link)
            kind = endpoint_of(routes, parts.path)
            if parts.netloc or kind is None or parts.path.endswith(DOWNLOADS) or kind in found or parts.path in seen:
                continue
            found[kind] = link
            seen.add(parts.path)
            waiting.append(link)
    return found


def endpoint_of(routes: MapAdapter, path: str) -> str | None:
    """Return the name of the route that answers a GET of `path`, if any."""
    try:
        return str(routes.match(path, method="GET")[0])
    except HTTPException:
        return None
