"""CASE 1.0 and 1.1: which keys and types each knows, and a package of one as a package of the other.

1.1 refuses keys it does not know (those go into ``extensions``), nulls, and single texts where it wants lists; 1.0 refuses
types and parts that came with 1.1. Turning a package round loses what the other version has no place for, so a package is
given out in its own version unless another is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from .words import TYPES, extension, with_extension

__all__ = ["Version", "as_version", "association_type_is_standard", "unknown_keys", "version_of"]

Version = Literal["1.0", "1.1"]

OTHERS = "case-1.0"
"""Under this name in ``extensions`` stands what 1.1 does not know."""

_NAMED = ("identifier", "uri", "lastChangeDateTime")
_STATUS = ("statusStartDate", "statusEndDate")
_ABOUT = ("subject", "subjectURI", "language", "licenseURI", "notes", *_STATUS)
_DEFINED = ("title", "description", "hierarchyCode", *_NAMED)
_KEYS: dict[str, tuple[str, ...]] = {
    "CFDocument": (
        "frameworkType", "caseVersion", "creator", "title", "officialSourceURL", "publisher", "description", "version",
        "adoptionStatus", *_NAMED, *_ABOUT,
    ),
    "CFItems": (
        "fullStatement", "alternativeLabel", "CFItemType", "humanCodingScheme", "listEnumeration",
        "abbreviatedStatement", "conceptKeywords", "conceptKeywordsURI", "educationLevel", "CFItemTypeURI", *_NAMED,
        *_ABOUT,
    ),
    "CFAssociations": (
        "associationType", "sequenceNumber", "originNodeURI", "destinationNodeURI", "CFAssociationGroupingURI", "notes",
        *_NAMED,
    ),
    "CFConcepts": ("keywords", *_DEFINED),
    "CFSubjects": _DEFINED,
    "CFLicenses": ("title", "description", "licenseText", *_NAMED),
    "CFItemTypes": ("typeCode", *_DEFINED),
    "CFAssociationGroupings": ("title", "description", *_NAMED),
    "CFRubrics": ("title", "description", "CFRubricCriteria", *_NAMED),
    "CFRubricCriteria": (
        "category", "description", "CFItemURI", "weight", "position", "rubricId", "CFRubricCriterionLevels", *_NAMED,
    ),
    "CFRubricCriterionLevels": (
        "description", "quality", "score", "feedback", "position", "rubricCriterionId", *_NAMED,
    ),
}  # fmt: skip
"""The keys of 1.1 of each object, ``extensions`` apart."""
_TOP = ("CFDocument", "CFItems", "CFAssociations", "CFDefinitions", "CFRubrics")
_ONLY_1_0 = {"CFDocument": ("CFPackageURI",), "CFItems": ("CFDocumentURI",), "CFAssociations": ("CFDocumentURI",)}
_LISTS = ("subject", "educationLevel", "conceptKeywords")
_LINKS = ("licenseURI", "CFItemTypeURI", "conceptKeywordsURI", "CFAssociationGroupingURI", "CFItemURI")
_FREE = re.compile(r"ext:[A-Za-z0-9.|_-]+")
_NOT_FREE = re.compile(r"[^A-Za-z0-9._-]+")


def version_of(package: Mapping[str, Any]) -> Version:
    """Return the version of CASE a package is of: 1.0 had no word for it."""
    return "1.1" if package["CFDocument"].get("caseVersion") == "1.1" else "1.0"


def association_type_is_standard(association: Mapping[str, Any]) -> bool:
    """Return whether CASE knows the type of an association."""
    kind = association.get("associationType")
    return kind in TYPES["1.1"] or (isinstance(kind, str) and _FREE.fullmatch(kind) is not None)


def unknown_keys(package: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the place and the name of every key of document, items and associations that the version does not know."""
    is_old = version_of(package) == "1.0"
    for part in ("CFDocument", "CFItems", "CFAssociations"):
        known = {*_KEYS[part], "extensions", *(_ONLY_1_0[part] if is_old else ())}
        value = package.get(part) or []
        nodes = [("", value)] if isinstance(value, dict) else [(f"/{i}", node) for i, node in enumerate(value)]
        yield from ((f"/{part}{at}/{key}", key) for at, node in nodes for key in node if key not in known)


def as_version(package: dict[str, Any], version: Version, *, strict: bool = False) -> dict[str, Any]:
    """Return a package as one of that version; untouched when it is, unless it shall be strict about what it holds."""
    if version == version_of(package) and not strict:
        return package
    if version == "1.1":
        return _to_1_1(package)
    return _to_1_0(_to_1_1(package) if strict else package)


def _to_1_1(package: Mapping[str, Any]) -> dict[str, Any]:
    document = {**_strict(package["CFDocument"], "CFDocument"), "caseVersion": "1.1"}
    strange = {key: value for key, value in package.items() if key not in (*_TOP, "extensions")}
    theirs = package.get("extensions")
    extensions = {**(theirs if isinstance(theirs, dict) else {}), **({OTHERS: strange} if strange else {})}
    definitions = package.get("CFDefinitions")
    found: dict[str, Any] = {"CFDocument": document}
    for key in ("CFItems", "CFAssociations", "CFRubrics"):
        if isinstance(package.get(key), list):
            found[key] = [_strict(node, key) for node in package[key]]
    if isinstance(definitions, dict):
        found["CFDefinitions"] = {
            key: [_strict(node, key) for node in value if isinstance(node, dict)]
            for key, value in definitions.items()
            if key in _KEYS and isinstance(value, list)
        }
    return found | ({"extensions": extensions} if extensions else {})


def _strict(node: Any, key: str) -> Any:
    """Return an object of one of the lists with nothing that 1.1 refuses."""
    if not isinstance(node, dict):
        return node
    found: dict[str, Any] = {}
    strange: dict[str, Any] = {}
    for name, value in node.items():
        if name in _ONLY_1_0.get(key, ()) or value is None:
            continue
        if name not in _KEYS[key] or (name in _LINKS and not _is_link(value)):
            strange[name] = value
        elif name in _LISTS and isinstance(value, str):
            found[name] = [value]
        elif name in _STATUS and isinstance(value, str):
            found[name] = value[:10]
        elif name == "sequenceNumber" and isinstance(value, str) and value.isdecimal() and len(value) < 20:
            found[name] = int(value)
        elif name in _KEYS and isinstance(value, list):
            found[name] = [_strict(part, name) for part in value]
        else:
            found[name] = value
    if key == "CFItemTypes":
        found.setdefault("description", "")
    if key == "CFAssociations" and not association_type_is_standard(node):
        found["associationType"] = f"ext:{_NOT_FREE.sub('-', str(node.get('associationType'))) or '-'}"
    extensions = strange.pop("extensions", None)
    extensions = {**extensions} if isinstance(extensions, dict) else {}
    if strange:
        extensions[OTHERS] = strange
    return found | ({"extensions": extensions} if extensions else {})


def _is_link(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(key), str) for key in ("title", "identifier", "uri"))


def _to_1_0(package: Mapping[str, Any]) -> dict[str, Any]:
    found = {key: value for key, value in package.items() if key in _TOP}
    found["CFDocument"] = {key: value for key, value in package["CFDocument"].items() if key != "caseVersion"}
    if "CFAssociations" in found:
        found["CFAssociations"] = [_as_old(association) for association in found["CFAssociations"]]
    if isinstance(found.get("CFDefinitions"), dict):
        found["CFDefinitions"] = {
            key: _without_extensions(value) for key, value in found["CFDefinitions"].items() if key != "extensions"
        }
    if "CFRubrics" in found:
        found["CFRubrics"] = _without_extensions(found["CFRubrics"])
    return found


def _as_old(association: Mapping[str, Any]) -> dict[str, Any]:
    """Return an association without what came with 1.1: a newer type becomes the plainest, its name is kept beside it."""
    found = {**association}
    for name in ("originNodeURI", "destinationNodeURI"):
        if isinstance(found.get(name), dict):
            found[name] = {key: value for key, value in found[name].items() if key != "targetType"}
    kind = found.get("associationType")
    if kind in TYPES["1.0"]:
        return found
    named = extension(found).get("type", str(kind))
    return with_extension(found | {"associationType": "isRelatedTo"}, type=named)


def _without_extensions(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_extensions(each) for key, each in value.items() if key != "extensions"}
    return [_without_extensions(each) for each in value] if isinstance(value, list) else value
