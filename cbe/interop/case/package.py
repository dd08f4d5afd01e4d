"""A package as it came: what must be sound before it is read, how it is kept in a program, and what its links mean.

What it says as a program is ``outline``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cbe.domain.errors import N_, Problem, Worded
from cbe.domain.reading import Problems, TooManyProblems, child, quoted

from .words import KEY, extension

__all__ = [
    "DOCUMENT",
    "LARGE",
    "Kept",
    "Nodes",
    "Precedes",
    "associations_of",
    "find_wrong",
    "items_of",
    "keep",
    "kept",
]

Precedes = Literal["order", "prerequisite"]
"""What `precedes` is taken for: frameworks use it for a recommended order as often as for a requirement."""

LARGE = ("CFItems", "CFAssociations", "CFRubrics")
"""The lists of a package of which every entry is kept by itself."""

MOST_PARTS = 100_000
"""Items, associations and rubrics of one package; the largest frameworks have some ten thousand."""

DOCUMENT = -1
"""The place of the document among the items."""

NOT_OURS = N_("This is not what stands here when a program is given out as CASE. Take the extension out.")
_EXTENSIONS: dict[str, dict[str, type]] = {
    "CFDocument": {"program": dict, "credentials": list, "order": list},
    "CFItems": {"id": str, "heading": bool, "competency": dict},
    "CFAssociations": {"group": int, "type": str},
}


def items_of(package: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
    """Return the items of a package."""
    return package.get("CFItems") or ()


def associations_of(package: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
    """Return the associations of a package."""
    return package.get("CFAssociations") or ()


def keep(package: Mapping[str, Any], precedes: Precedes, *, made_here: bool = False) -> list[dict[str, Any]]:
    """Return a package in parts of which none is large, as they stand under ``source`` in a program.

    One that was made here, of a table, has no dates, so that the same table is the same program on any day.
    """
    rest = {key: [] if key in LARGE and isinstance(value, list) else value for key, value in package.items()}
    parts = [{key: part} for key in LARGE for part in _list(package.get(key))]
    head = {"format": "CASE", "precedes": precedes, "package": rest}
    return [head | ({"made_here": True} if made_here else {}), *parts]


@dataclass(frozen=True, slots=True)
class Kept:
    """A package kept in a program, what `precedes` was taken for, and whether it was made here."""

    package: dict[str, Any]
    precedes: Precedes
    made_here: bool = False


def kept(source: Any) -> Kept | None:
    """Return what is kept under ``source``; None when that is no sound package."""
    head, *parts = source if isinstance(source, list) and source else [None]
    if not isinstance(head, dict) or head.get("format") != "CASE" or not isinstance(head.get("package"), dict):
        return None
    package: dict[str, Any] = {
        key: [] if key in LARGE and isinstance(value, list) else value for key, value in head["package"].items()
    }
    for part in parts:
        for key, value in part.items() if isinstance(part, dict) else ():
            if isinstance(package.get(key), list):
                package[key].append(value)
    precedes: Precedes = "prerequisite" if head.get("precedes") == "prerequisite" else "order"
    return None if find_wrong(package) else Kept(package, precedes, head.get("made_here") is True)


def find_wrong(package: Mapping[str, Any]) -> list[Problem]:
    """Return everything for which a package is refused, with its places."""
    if sum(len(_list(package.get(key))) for key in LARGE) > MOST_PARTS:
        text = N_("A package has at most %(most)s items, associations and rubrics together. Split it.")
        return [("", Worded(text, most=MOST_PARTS))]
    problems = Problems()
    try:
        for key, value in package.items():
            problems.anything(value, "", key)
        if not problems.found:
            _Check(problems, package).run()
    except TooManyProblems:
        problems.found.append(("", N_("There are more problems than are listed here. Mend these and check again.")))
    return problems.found


class _Check:
    def __init__(self, problems: Problems, package: Mapping[str, Any]) -> None:
        self.problems, self.package = problems, package

    def run(self) -> None:
        document = self.package.get("CFDocument")
        if isinstance(document, dict):
            self._identifier(document, "/CFDocument")
            self._extension(document, "/CFDocument", "CFDocument")
        elif "CFDocument" in self.package:
            self.problems.report("/CFDocument", N_("This must be an object: {…}."))
        else:
            self.problems.report("", N_("There is no “CFDocument” here, so this is not a CASE package."))
        first: dict[str, int] = {}
        for i, item in self._objects("CFItems"):
            at = f"/CFItems/{i}"
            self._identifier(item, at)
            self._extension(item, at, "CFItems")
            if not isinstance(item.get("fullStatement", ""), str):
                self.problems.report(f"{at}/fullStatement", N_("This must be a text in quotes."))
            name = extension(item).get("id", item.get("identifier"))
            if isinstance(name, str) and first.setdefault(name, i) != i:
                text = Worded(
                    "%(name)s is the identifier of /CFItems/%(first)s already.", name=quoted(name), first=first[name]
                )
                self.problems.report(f"{at}/identifier", text)
        for i, association in self._objects("CFAssociations"):
            self._extension(association, f"/CFAssociations/{i}", "CFAssociations")

    def _objects(self, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
        value = self.package.get(key)
        if value is not None and not isinstance(value, list):
            self.problems.report(child("", key), N_("This must be a list: […]."))
        for i, item in enumerate(_list(value)):
            if isinstance(item, dict):
                yield i, item
            else:
                self.problems.report(f"/{key}/{i}", N_("This must be an object: {…}."))

    def _identifier(self, node: Mapping[str, Any], at: str) -> None:
        if "identifier" in node:
            self.problems.identifier(node["identifier"], at, "identifier")
        else:
            self.problems.report(at, N_("There is no “identifier” here."))

    def _extension(self, node: Mapping[str, Any], at: str, key: str) -> None:
        kinds = _EXTENSIONS[key]
        at = f"{at}/extensions/{child('', KEY)[1:]}"
        for name, value in extension(node).items():
            kind = kinds.get(name)
            sound = kind is not None and isinstance(value, kind) and not (kind is int and isinstance(value, bool))
            if not sound or (name == "order" and not all(isinstance(each, str) for each in value)):
                self.problems.report(child(at, name), NOT_OURS)
            elif name == "id":
                self.problems.identifier(value, at, name)


class Nodes:
    """What the links of a package point at: an item by its place, the document, or nothing in the package."""

    def __init__(self, package: Mapping[str, Any]) -> None:
        self._by_identifier: dict[str, int] = {}
        self._by_uri: dict[str, int] = {}
        for i, node in [(DOCUMENT, package["CFDocument"]), *enumerate(items_of(package))]:
            self._by_identifier.setdefault(node["identifier"], i)
            if isinstance(node.get("uri"), str):
                self._by_uri.setdefault(node["uri"], i)

    def ends(self, association: Mapping[str, Any]) -> tuple[int | None, int | None]:
        """Return where an association begins and where it leads, None for what is not in the package."""
        return self._end(association, "origin"), self._end(association, "destination")

    def _end(self, association: Mapping[str, Any], which: str) -> int | None:
        link = association.get(f"{which}NodeURI", association.get(f"{which}NodeIdentifier"))
        identifier, uri = (link.get("identifier"), link.get("uri")) if isinstance(link, dict) else (link, link)
        found = self._by_identifier.get(identifier) if isinstance(identifier, str) else None
        return self._by_uri.get(uri) if found is None and isinstance(uri, str) else found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
