"""A package with everything that its version asks for, for those who take nothing less: the CASE interface.

Real packages lack identifiers, dates and titles of links. What can be said of itself is filled in, nothing that is there is
changed; identifiers that are no UUID stay, since others know them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .minting import Mint
from .package import Nodes, associations_of, items_of
from .words import is_text, title_of

__all__ = ["completed"]


def completed(package: Mapping[str, Any], mint: Mint) -> dict[str, Any]:
    """Return a strict package in which document, items, associations, links and definitions have what they must have."""
    changed = package["CFDocument"].get("lastChangeDateTime")
    dated = {"lastChangeDateTime": changed} if is_text(changed) else mint.changed
    document = _filled(package["CFDocument"], {**_named("CFDocuments", package["CFDocument"], mint), **dated})
    document = _filled(document, {"title": document["identifier"]})
    document = _filled(document, {"creator": document["title"]})
    items = [
        _filled(item, {**_named("CFItems", item, mint), **dated}) | {"fullStatement": item.get("fullStatement", "")}
        for item in items_of(package)
    ]
    found = {**package, "CFDocument": document, "CFItems": items}
    if "CFDefinitions" in package:
        found["CFDefinitions"] = {
            key: [_filled(node, dated) for node in value] for key, value in package["CFDefinitions"].items()
        }
    nodes = Nodes(found)
    found["CFAssociations"] = [
        _filled(_linked(association, nodes, [*items, document], mint), {**_numbered(n, association, mint), **dated})
        for n, association in enumerate(associations_of(package))
    ]
    return found


def _filled(node: Mapping[str, Any], needed: Mapping[str, Any]) -> dict[str, Any]:
    return {**node, **{key: value for key, value in needed.items() if not is_text(node.get(key))}}


def _named(kind: str, node: Mapping[str, Any], mint: Mint) -> dict[str, str]:
    return {"uri": mint.uri(kind, node["identifier"])}


def _numbered(number: int, association: Mapping[str, Any], mint: Mint) -> dict[str, str]:
    identifier = association.get("identifier")
    if not is_text(identifier):
        identifier = mint.node("CFAssociations", "kept", number)["identifier"]
    return {"identifier": identifier, "uri": mint.uri("CFAssociations", identifier)}


def _linked(association: Mapping[str, Any], nodes: Nodes, known: list[dict[str, Any]], mint: Mint) -> dict[str, Any]:
    """Return an association whose links name what they lead to; the document stands at the end of what is known."""
    found = {**association}
    for which, place in zip(("origin", "destination"), nodes.ends(association), strict=True):
        link = association.get(f"{which}NodeURI", association.get(f"{which}NodeIdentifier"))
        link = link if isinstance(link, dict) else {"identifier": link, "uri": link}
        node = {} if place is None else known[place]
        name = next(filter(is_text, (link.get("identifier"), node.get("identifier"), link.get("uri"))), "unknown")
        title = (node.get("title") or title_of(node)[0]) if node else name
        uri = node.get("uri") or mint.uri("CFItems", name)
        found[f"{which}NodeURI"] = _filled(link, {"title": title, "identifier": name, "uri": uri})
    return found
