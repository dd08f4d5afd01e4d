"""One package brought to what a program says where CASE has words for it; all that the program leaves alone stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from .minting import Mint
from .outline import Alignment, Outline
from .package import DOCUMENT
from .words import ALIGNED, TYPES, is_text, plain, statement_of, with_extension

__all__ = ["Edit"]

Node = dict[str, Any]


class Edit:
    """A package, what it says as a program, and the program it shall say."""

    def __init__(self, package: Node, outline: Outline, wanted: Mapping[str, Any], mint: Mint) -> None:
        self._package, self._outline, self._mint = package, outline, mint
        self._program = wanted["program"]
        self._competencies: dict[str, Node] = {each["id"]: each for each in wanted["competencies"]}
        self._sections: dict[str, Node] = {each["id"]: each for each in self._program.get("sections", ())}
        self._place = {name: i for i, name in enumerate(outline.ids)}
        self._taken = set(filter(is_text, (node.get("identifier") for node in (*outline.items, *outline.associations))))
        self._gone: set[int] = set()
        self._changed: dict[int, Node] = {}
        self._added: list[Node] = []
        self._siblings: Counter[str | None] = Counter()

    def package(self) -> Node:
        """Return the package with document, items and associations as they shall be."""
        names = dict.fromkeys((*self._sections, *self._competencies))
        items = {name: self._item(i) for name, i in self._place.items() if name in names}
        items |= {name: self._new_item(name) for name in names if name not in items}
        self._document = self._new_document()
        for name, item in items.items():
            self._move(name, item, items)
            if name in self._competencies:
                self._require(name, item, items)
                self._align(name, item)
        return {
            **self._package,
            "CFDocument": self._document,
            "CFItems": [*items.values()],
            "CFAssociations": self._associations(items),
        }

    def _plain(self, text: Any) -> str | None:
        return plain(text, self._program["language"])

    def _new_document(self) -> Node:
        top, says = self._outline.top, self._outline.head()
        differ = [key for key in ("title", "language", "description") if says.get(key) != self._program.get(key)]
        if not differ:
            return {**top}
        return _with(top, {key: self._plain(self._program.get(key)) for key in differ} | self._mint.changed)

    def _texts(self, name: str) -> tuple[str | None, ...]:
        """Return title, statement and code that an item shall have."""
        found = self._competencies.get(name) or {"title": self._sections[name]["title"]}
        return tuple(self._plain(found.get(key)) for key in ("title", "statement", "code"))

    def _item(self, place: int) -> Node:
        """Return an item of the source with the texts that were changed."""
        item, name = self._outline.items[place], self._outline.ids[place]
        says, wanted = self._outline.competency(place), self._competencies.get(name)
        texts: dict[str, str | None] = {}
        title, statement, code = self._texts(name)
        if wanted is None:
            renamed = says["title"] != title
        else:
            renamed = any(says.get(key) != wanted.get(key) for key in ("title", "statement"))
            texts |= {"humanCodingScheme": code} if says.get("code") != code else {}
        if renamed:
            texts |= statement_of(str(title), statement)
        if texts:
            item = _with(item, texts | self._mint.changed)
        was_heading = place in self._outline.headings
        return item if was_heading == (wanted is None) else self._mint.extended(item, heading=wanted is None or None)

    def _new_item(self, name: str) -> Node:
        title, statement, code = self._texts(name)
        texts = statement_of(str(title), statement) | {"humanCodingScheme": code}
        item = self._mint.node("CFItems", name)
        if item["identifier"] in self._taken:
            item = self._mint.node("CFItems", name, "new")
        item |= {key: text for key, text in texts.items() if text is not None}
        other = None if item["identifier"] == name else name
        return with_extension(item, id=other, heading=True if name not in self._competencies else None)

    def _move(self, name: str, item: Node, items: Mapping[str, Node]) -> None:
        """Put an item under the section it shall stand in."""
        section = (
            self._sections[name].get("parent") if name in self._sections else self._competencies[name].get("section")
        )
        place = self._place.get(name)
        if place is not None:
            parent = self._outline.parent(place)
            if section == (None if parent is None else self._outline.ids[parent]):
                return
            chosen = self._outline.chosen[place]
            if chosen is not None:
                self._gone.add(chosen[0])
            target = DOCUMENT if section is None else self._place.get(section)
            if any(n not in self._gone and parent == target for n, parent in self._outline.parents[place]):
                return
        under = self._document if section is None else items[section]
        child = self._new("isChildOf", item, under)
        if not self._outline.items:
            self._siblings[section] += 1
            child["sequenceNumber"] = self._siblings[section]
        self._added.append(child)

    def _require(self, name: str, item: Node, items: Mapping[str, Node]) -> None:
        """Write prerequisites as `precedes`, each with the number of its group; what only gives an order stays."""
        place, groups = self._place.get(name), self._competencies[name].get("prerequisites", [])
        if groups == self._says(place).get("prerequisites", []):
            return
        befores = [] if place is None else self._outline.before[place]
        unused: dict[str, list[int]] = {}
        for n, before in befores:
            unused.setdefault(self._outline.ids[before], []).append(n)
        for number, group in enumerate(groups):
            for member in group:
                if unused.get(member):
                    n = unused[member].pop(0)
                    self._changed[n] = self._mint.extended(self._outline.associations[n], group=number)
                else:
                    new = self._new("precedes", items[member], item, number)
                    self._added.append(with_extension(new, group=number))
        left = (n for numbers in unused.values() for n in numbers)
        self._gone |= {n for n in left if self._outline.precedes == "prerequisite" or self._outline.is_grouped(n)}

    def _align(self, name: str, item: Node) -> None:
        place, wanted = self._place.get(name), self._competencies[name].get("alignments", [])
        if wanted == self._says(place).get("alignments", []):
            return
        known = [] if place is None else [*self._outline.alignments[place]]
        for number, alignment in enumerate(wanted):
            same = next((each for each in known if each[1] == alignment), None)
            if same is not None:
                known.remove(same)
            elif alignment not in wanted[:number]:
                self._added.append(self._new_alignment(item, alignment))
        self._gone |= {n for numbers, _ in known for n in numbers}

    def _new_alignment(self, item: Node, alignment: Alignment) -> Node:
        kind = alignment.get("type")
        known = kind if kind in TYPES[self._mint.version] and kind in ALIGNED else "isRelatedTo"
        uri = alignment["uri"]
        title = self._plain(alignment.get("title")) or uri
        new = self._new(known, item, {"title": title, "identifier": uri, "uri": uri}, kind or "", title)
        return new if kind == known else with_extension(new, type=kind or "")

    def _new(self, kind: str, origin: Node, destination: Node, *names: str | int) -> Node:
        """Return a new association with an identifier that no other has."""
        new = self._mint.association(kind, origin, destination, *names)
        if new["identifier"] in self._taken:
            return self._new(kind, origin, destination, *names, "new")
        self._taken.add(new["identifier"])
        return new

    def _says(self, place: int | None) -> Node:
        return {} if place is None else self._outline.competency(place)

    def _associations(self, items: Mapping[str, Node]) -> list[Node]:
        """Return the associations: those of items that are gone have gone with them."""
        removed = {i for name, i in self._place.items() if name not in items}
        found = [
            self._changed.get(n, association)
            for n, association in enumerate(self._outline.associations)
            if n not in self._gone and removed.isdisjoint(self._outline.ends[n])
        ]
        return found + self._added


def _with(node: Mapping[str, Any], changed: Mapping[str, str | None]) -> Node:
    """Return an object with some texts changed; None takes one out."""
    return {key: value for key, value in {**node, **changed}.items() if key not in changed or value is not None}
