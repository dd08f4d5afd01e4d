"""Styles, scripts and plotly under names that carry their digest, compressed once and cached for ever.

Everything is copied to ``instance/assets``; WhiteNoise serves it from there. Plotly comes out of its wheel and only when
the first chart page asks: compressing its 4.8 MB takes some seconds.
"""

from __future__ import annotations

import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import brotli
from flask import Flask
from whitenoise import WhiteNoise

__all__ = ["Assets"]

DIGESTED = re.compile(r"^.+\.[0-9a-f]{12}\.\w+$")
YEAR_S = 31_536_000
SPACE = re.compile(r"\s*([{};,])\s*|(?<=:)\s+|/\*.*?\*/\s*", re.DOTALL)
INDENT = re.compile(r"^\s*//.*\n|^\s+", re.MULTILINE)


class DigestedFiles(WhiteNoise):
    """Files whose name changes with their content: who has one never asks again, so nothing to ask with is sent."""

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> Any:
        """Return the file without the headers of a question whether it changed."""
        file = super().get_static_file(path, url, stat_cache=stat_cache)
        file.alternatives = [
            (accepted, variant, [header for header in headers if header[0] not in ("ETag", "Last-Modified")])
            for accepted, variant, headers in file.alternatives
        ]
        return file


class Assets:
    """The files pages load; ``url`` gives each its address."""

    def __init__(self, app: Flask, source: Path, folder: Path) -> None:
        self.source, self.folder = source, folder
        self.names: dict[str, str] = {}
        self.lock = Lock()
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(source.iterdir()):
            if path.is_file():
                self._publish(path.name, _lean(path.name, path.read_bytes()), quality=11)
        self.server = DigestedFiles(
            app.wsgi_app,
            root=folder,
            prefix="static/",
            max_age=YEAR_S,
            immutable_file_test=DIGESTED.pattern,
            allow_all_origins=False,
            add_headers_function=_say_type,
        )
        app.wsgi_app = self.server  # type: ignore[method-assign]

    def url(self, name: str) -> str:
        """Return the address of a file in ``static/``."""
        return f"/static/{self.names[name]}"

    def plotly_url(self) -> str:
        """Return the address of plotly's script, publishing it when this is the first time."""
        with self.lock:
            if "plotly.js" not in self.names:
                import plotly

                script = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
                self._publish("plotly.js", script.read_bytes(), quality=9)
                name = self.names["plotly.js"]
                self.server.add_file_to_dictionary(f"/static/{name}", str(self.folder / name))
        return self.url("plotly.js")

    def _publish(self, name: str, content: bytes, *, quality: int) -> None:
        stem, ending = name.rsplit(".", 1)
        public = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
        target = self.folder / public
        compressed = target.with_name(target.name + ".br")
        if not compressed.exists():
            _write_whole(target, content)
            _write_whole(compressed, _compressed(content, quality))
        self.names[name] = public


@lru_cache(maxsize=32)  # whoever makes many applications in one process, as the tests do, compresses once
def _compressed(content: bytes, quality: int) -> bytes:
    return brotli.compress(content, quality=quality)


def _say_type(headers: Any, *_: str) -> None:
    """Let no browser guess what a file is; the other headers of pages mean nothing for it."""
    headers["X-Content-Type-Options"] = "nosniff"


def _lean(name: str, content: bytes) -> bytes:
    """Leave out what only its writers read of a hand-written sheet or script: comments and indents.

    >>> _lean("a.css", b"/* red */\\n@layer a {\\n  a :is(b), p { color: red; margin: 0 }\\n}\\n")
    b'@layer a{a :is(b),p{color:red;margin:0}}'
    """
    text = content.decode("utf-8")
    if name.endswith(".css"):
        text = SPACE.sub(lambda found: found[1] or "", text)
    elif name.endswith(".js"):
        text = INDENT.sub("", text)
    return text.encode("utf-8")


def _write_whole(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)
