"""The published programs that say they are public, as CASE documents, packages, items and associations; read only.

Packages are made of a version, which never changes, and kept. How they look is ``interop.case``'s.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from cbe.domain.errors import NotFound
from cbe.domain.policy import Actor
from cbe.interop.case import case_package
from cbe.store import programs
from cbe.store.database import installation

from .programs import get_program
from .transaction import transaction

__all__ = ["VERSIONS", "association", "document", "documents", "item", "item_associations", "package", "set_public"]

VERSIONS = {"v1p0": "1.0", "v1p1": "1.1"}
"""What stands in the address, and the version of CASE that it is."""
MOST_KEPT = 8
Package = Mapping[str, Any]


def set_public(actor: Actor, key: str, is_public: bool, *, now: datetime) -> None:
    """Let anybody read what is published of a program as a CASE framework, or nobody."""
    get_program(actor, key, "program:set")
    with transaction(actor, now) as tx:
        row = get_program(actor, key, "program:set")
        row.is_public = is_public
        tx.record("program:set-public", program=row.id, public=is_public)


def documents(case: str) -> list[dict[str, Any]]:
    """List the documents of all public programs, by program id."""
    return [_document(one, case) for one in _packages(case)]


def document(case: str, identifier: str) -> dict[str, Any]:
    """Return one document; ``NotFound`` when no public program has it."""
    return _document(package(case, identifier), case)


def package(case: str, identifier: str) -> Package:
    """Return the whole package of a document."""
    found = next((one for one in _packages(case) if one["CFDocument"]["identifier"] == identifier), None)
    return found or _nothing()


def item(case: str, identifier: str) -> dict[str, Any]:
    """Return one item, with a link to its document."""
    for one in _packages(case):
        for found in one["CFItems"]:
            if found["identifier"] == identifier:
                return {**found, "CFDocumentURI": _link(one["CFDocument"])}
    return dict(_nothing())


def item_associations(case: str, identifier: str) -> dict[str, Any]:
    """Return an item with all associations that begin or end at it."""
    found = item(case, identifier)
    ends = ("originNodeURI", "destinationNodeURI")
    return {
        "CFItem": found,
        "CFAssociations": [
            one
            for each in _packages(case)
            for one in each.get("CFAssociations", ())
            if any(one.get(end, {}).get("identifier") == identifier for end in ends)
        ],
    }


def association(case: str, identifier: str) -> dict[str, Any]:
    """Return one association, with a link to its document."""
    for each in _packages(case):
        for one in each.get("CFAssociations", ()):
            if one.get("identifier") == identifier:
                return {**one, "CFDocumentURI": _link(each["CFDocument"])}
    return dict(_nothing())


def _packages(case: str) -> Iterator[Package]:
    """Yield the packages of the newest versions of public programs."""
    public = [row for row in programs.list_programs() if row.is_public]
    newest: dict[UUID, UUID] = {}
    for version in programs.list_versions([row.id for row in public]):
        newest.setdefault(version.program_id, version.id)
    for row in public:
        if row.id in newest:
            yield _package(newest[row.id], VERSIONS[case], installation().base_url)


@lru_cache(MOST_KEPT)
def _package(version_id: UUID, case: Any, address: str) -> Package:
    row = programs.get_versions([version_id])[version_id]
    text = programs.version_document(version_id)
    assert text is not None
    return case_package(json.loads(text), now=row.published_at, version=case, address=address, complete=True)


def _document(found: Package, case: str) -> dict[str, Any]:
    own = dict(found["CFDocument"])
    where = f"{installation().base_url}/ims/case/{case}/CFPackages/{own['identifier']}"
    return {**own, "CFPackageURI": {"title": own["title"], "identifier": own["identifier"], "uri": where}}


def _link(node: Mapping[str, Any]) -> dict[str, Any]:
    return {key: node[key] for key in ("title", "identifier", "uri")}


def _nothing() -> Package:
    raise NotFound("No public framework has this identifier.")
