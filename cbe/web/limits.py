"""What a request may carry: so much, no NUL, and a page that is a number. What forms and tables make of the rest is theirs."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, cast

from flask import Request, current_app, request

from cbe.services.files import PIECE

from . import identity

__all__ = ["MOST_BODY", "MOST_FORM", "BoundedRequest", "holds_nul", "page_number"]

MOST_BODY = 20 * 1024 * 1024
"""Bytes of a request with files."""
MOST_FORM = 1024 * 1024
"""Bytes of a form without: it is read as a whole, and 20 MB of ``a&a&a`` would take gigabytes."""


class BoundedRequest(Request):
    """A request that is refused with 413 when it is larger than its kind may be."""

    @property
    def max_content_length(self) -> int | None:
        """Return how many bytes this request may have; evidence may have many, of those who are signed in."""
        if self.mimetype == "application/x-www-form-urlencoded":
            return MOST_FORM
        if self.endpoint == "files.add" and identity.signed_in():
            return int(current_app.config["MOST_UPLOAD"])
        return PIECE if self.endpoint == "files.take_piece" else super().max_content_length

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        Request.max_content_length.fset(self, value)  # type: ignore[attr-defined]

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """Let files come down beside where they will be kept, under no name: temporary folders may be memory."""
        file = SpooledTemporaryFile(max_size=1 << 16, dir=current_app.instance_path)  # noqa: SIM115 (closed below)
        self._came_down = [*getattr(self, "_came_down", ()), file]
        return cast(IO[bytes], file)

    def close(self) -> None:
        """Close the files, also those of a request that was refused half-way."""
        for file in getattr(self, "_came_down", ()):
            file.close()
        super().close()


def holds_nul() -> bool:
    """Tell whether a text of the request holds a NUL, which no text has and PostgreSQL keeps in none."""
    return any("\0" in text for text in _texts())


def page_number() -> int:
    """Return the page of a list that the address asks for, from 1; anything strange is the first."""
    text = request.args.get("page", "")
    return max(1, min(int(text[:9]), 1_000_000)) if text.isascii() and text.isdigit() else 1


def _texts() -> Iterator[str]:
    yield from (value for value in (request.view_args or {}).values() if isinstance(value, str))
    for values in (*request.args.listvalues(), *request.form.listvalues()):
        yield from values
