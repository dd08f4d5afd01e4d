"""How ids that are any string (programs, competencies, credentials) stand in a URL's path."""

from __future__ import annotations

from urllib.parse import unquote

from werkzeug.routing import BaseConverter

from cbe.services.addresses import as_segment

__all__ = ["KeyConverter"]


class KeyConverter(BaseConverter):
    """One path segment for any string: what a server or proxy might touch (``/``, dots, ``%``) is written ``~2F``.

    >>> KeyConverter.escape("a/b ~"), KeyConverter.unescape("a~2Fb~20~7E")
    ('a~2Fb~20~7E', 'a/b ~')
    """

    regex = "[^/]+"
    weight = 200

    @staticmethod
    def escape(key: str) -> str:
        """Write an id as a path segment."""
        return as_segment(key)

    @staticmethod
    def unescape(text: str) -> str:
        """Read an id back."""
        return unquote(text.replace("~", "%"))

    def to_python(self, value: str) -> str:
        """Read an id out of a URL."""
        return self.unescape(value)

    def to_url(self, value: str) -> str:
        """Write an id into a URL."""
        return self.escape(value)
