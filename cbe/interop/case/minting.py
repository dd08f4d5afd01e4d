"""Identifiers, addresses and dates of what is new or changed in a package.

The same program gives the same identifiers each time: they are made of its ids, none is drawn.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from cbe.domain.reading import Problems

from .versions import Version
from .words import short_title, with_extension

__all__ = ["Mint"]

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_OURS = uuid5(NAMESPACE_URL, "urn:cbe-program:1")


class Mint:
    """Makes what is new in the package of one program."""

    def __init__(self, program: str, version: Version, address: str, now: datetime | None) -> None:
        self.program, self.version, self.address = program, version, address.rstrip("/")
        self.changed = {} if now is None else {"lastChangeDateTime": now.isoformat(timespec="seconds")}

    def node(self, kind: str, *names: str | int) -> dict[str, Any]:
        """Return identifier, address and date of a new object; the only name of one may be a UUID already."""
        first = str(names[0])
        is_uuid = len(names) == 1 and _UUID.fullmatch(first) is not None
        identifier = first if is_uuid else str(uuid5(_OURS, json.dumps([self.program, kind, *names])))
        return {"identifier": identifier, "uri": self.uri(kind, identifier), **self.changed}

    def association(
        self, kind: str, origin: Mapping[str, Any], destination: Mapping[str, Any], *names: str | int
    ) -> dict[str, Any]:
        """Return a new association between two objects, or links to some; names tell apart what else is equal."""
        named = self.node("CFAssociations", kind, origin["identifier"], destination["identifier"], *names)
        ends = {"originNodeURI": self._link(origin), "destinationNodeURI": self._link(destination)}
        return {**named, "associationType": kind, **ends}

    def extended(self, node: Mapping[str, Any], **says: Any) -> dict[str, Any]:
        """Return an object changed now in what our extension says of it."""
        return with_extension({**node, **self.changed}, **says)

    def uri(self, kind: str, identifier: str) -> str:
        """Return where an object is found; without an address what names it for ever."""
        if self.address:
            return f"{self.address}/ims/case/v{self.version.replace('.', 'p')}/{kind}/{quote(identifier, safe='')}"
        if _UUID.fullmatch(identifier):
            return f"urn:uuid:{identifier}"
        return identifier if Problems().uri(identifier, "", "") else f"urn:cbe:{quote(identifier, safe='')}"

    def _link(self, node: Mapping[str, Any]) -> dict[str, str]:
        title = node.get("title") or short_title(node.get("fullStatement")) or node["identifier"]
        uri = node.get("uri")
        identifier = node["identifier"]
        return {
            "title": title,
            "identifier": identifier,
            "uri": uri if isinstance(uri, str) else self.uri("CFItems", identifier),
        }
