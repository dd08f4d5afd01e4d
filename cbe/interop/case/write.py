"""Programs to CASE packages: the package a program was made from, changed where the program was; or a new one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .complete import completed
from .edit import Edit
from .minting import Mint
from .outline import Outline
from .package import Kept, Precedes, items_of, kept
from .versions import Version, as_version, version_of
from .words import changes, extension, plain

__all__ = ["case_package", "item_uris", "write_case"]


def write_case(document: Mapping[str, Any], *, now: datetime, **how: Any) -> bytes:
    """Return the file of the package that `case_package` makes."""
    package = case_package(document, now=now, **how)
    return (json.dumps(package, ensure_ascii=False, allow_nan=False, indent=2) + "\n").encode()


def case_package(
    document: Mapping[str, Any],
    *,
    now: datetime,
    version: Version | None = None,
    creator: str = "",
    address: str = "",
    complete: bool = False,
) -> dict[str, Any]:
    """Return the CASE package of a sound program file.

    What the program was made from (``source``) comes back equal but for what was changed since; that and what is new says
    it was changed `now`. Without a `version` it is that of the source, 1.1 when there is none. `creator` and `address`
    (such as ``https://cbe.example``) are for what is new: who made it, and where its URIs lead; without, they are URNs.
    A `complete` one has everything that its version asks for, also where the source had not.
    """
    program = document["program"]
    wanted = {key: document[key] for key in ("format", "program", "competencies", "credentials")}
    source = kept(document.get("source"))
    mint = Mint(program["id"], version or (version_of(source.package) if source else "1.1"), address, now)
    source = source or Kept(_new(program, mint, creator), "order")
    package, outline = source.package, Outline(source.package, source.precedes)
    if outline.document() != wanted:
        package = Edit(package, outline, wanted, mint).package()
        package = _with_extensions(package, source.precedes, wanted, mint)
    if complete or source.made_here:
        return completed(as_version(package, mint.version, strict=True), mint)
    return as_version(package, mint.version)


def item_uris(document: Mapping[str, Any], *, now: datetime, address: str = "") -> dict[str, set[str]]:
    """Return by which URIs each competency and section of a sound program file is known as a CASE item, by its id."""
    package = case_package(document, now=now, address=address, complete=True)
    return {
        extension(item).get("id", item["identifier"]): {item["uri"], f"urn:uuid:{item['identifier']}"}
        for item in items_of(package)
    }


def _new(program: Mapping[str, Any], mint: Mint, creator: str) -> dict[str, Any]:
    title = plain(program["title"], program["language"])
    named = mint.node("CFDocuments", program["id"])
    about = {"creator": creator or title, "title": title, "language": program["language"]}
    if mint.version == "1.1":
        about["caseVersion"] = "1.1"
    return {"CFDocument": {**named, **about}, "CFItems": [], "CFAssociations": []}


def _with_extensions(
    package: dict[str, Any], precedes: Precedes, wanted: Mapping[str, Any], mint: Mint
) -> dict[str, Any]:
    """Say in our extension what the package does not yet say as CASE has words for it."""
    outline = Outline(package, precedes)
    competencies = {competency["id"]: competency for competency in wanted["competencies"]}
    items = [
        item
        if i in outline.headings or outline.competency(i) == competencies[outline.ids[i]]
        else mint.extended(
            item, competency=changes(outline.competency(i, by_case_alone=True), competencies[outline.ids[i]]) or None
        )
        for i, item in enumerate(package["CFItems"])
    ]
    document, says = package["CFDocument"], outline.document()
    if says["program"] != wanted["program"]:
        document = mint.extended(document, program=changes(outline.head(by_case_alone=True), wanted["program"]) or None)
    if says["credentials"] != wanted["credentials"]:
        document = mint.extended(document, credentials=wanted["credentials"] or None)
    order = [competency["id"] for competency in wanted["competencies"]]
    if [outline.ids[i] for i in outline.order()] != order:
        document = mint.extended(document, order=order)
    return {**package, "CFDocument": document, "CFItems": items}
