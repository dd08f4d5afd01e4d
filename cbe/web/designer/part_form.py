"""The form of a competency, a section or the program itself: what it shows of the draft, and what it says.

What is typed as values is ``typed``'s, rubrics and rules of mastery ``rubric_form``'s; the routes are ``competencies``'s
and ``sections``'s. What is wrong with a value is said here in words for people, before the domain says it in its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request

from cbe.domain.draft import Draft, Fields, languages_of
from cbe.domain.errors import N_, Invalid, Problem
from cbe.domain.reading import child

from ..texts import language_name
from .frame import FIELDS, Page, told_in
from .rubric_form import mastery_of, rubric_of, typed_mastery, typed_rubric
from .typed import Reading, Typed, plain_number, typed_list, typed_text, with_empty_rows

__all__ = ["PartForm"]

RESOURCE = ("title", "url")
ALIGNMENT = ("uri", "title", "type")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
LANGUAGE_WRONG = N_("Write a language tag such as en, ar or pt-BR.")


@dataclass(frozen=True, slots=True)
class Spec:
    """What a kind of part is asked for: texts in several languages, words, numbers, and lists with the keys of a row."""

    texts: tuple[str, ...]
    words: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    has_rubric: bool = False


SPECS = {
    "competency": Spec(
        ("title", "statement", "criteria"), ("code", "section", "gate"),
        ("effort_hours", "credits", "level", "validity_months", "renewal_hours"),
        {"resources": RESOURCE, "alignments": ALIGNMENT}, has_rubric=True,
    ),
    "section": Spec(("title",), ("parent",)),
    "program": Spec(
        ("title", "description"), ("language", "gate", "credit_scheme", "level_framework"), has_rubric=True
    ),
}  # fmt: skip
NUMBERS: dict[str, tuple[Callable[[float], bool], str]] = {
    "effort_hours": (lambda n: n > 0, N_("Hours are more than 0, such as 6 or 1.5.")),
    "level": (lambda n: n in range(1, 9), N_("A level is a whole number from 1 to 8.")),
    "validity_months": (lambda n: n >= 1 and n == int(n), N_("Months are a whole number of at least 1.")),
}
ROWS: dict[str, tuple[re.Pattern[str], str]] = {
    "url": (re.compile(r"(?i)https?://[^\s/]\S*"), N_("Write a web address that begins with https:// or http://.")),
    "uri": (re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+"), N_("Write an address such as https://example.org/x.")),
}


@dataclass
class PartForm:
    """The form of a part as it stands in the draft, or as it was typed with what is wrong with it."""

    page: Page
    kind: str
    key: str
    typed: Typed
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of_draft(cls, page: Page, kind: str, key: str) -> PartForm:
        """Return the form of a part as it stands in the draft."""
        fields, spec = page.draft.parts[kind][key], SPECS[kind]
        typed = Typed((name, plain_number(fields.get(name))) for name in (*spec.words, *spec.numbers))
        for name in spec.texts:
            typed.update(typed_text(name, fields.get(name), page.language))
        for name in spec.lists:
            typed.update(typed_list(name, fields.get(name), page.language))
        if spec.has_rubric:
            typed.update([*typed_rubric(fields.get("rubric"), page.language), *typed_mastery(fields.get("mastery"))])
        if fields.get("archived") is True:
            typed["archived"] = "yes"
        if fields.get("effort_is_estimated") is False:
            typed["not_estimated"] = "yes"
        return cls(page, kind, key, typed).with_rows()

    @classmethod
    def of_request(cls, page: Page, kind: str, key: str) -> PartForm:
        """Return the form as it was sent."""
        return cls(page, kind, key, Typed(request.form)).with_rows()

    def with_rows(self) -> PartForm:
        """Give every list an empty row to write into."""
        for name, keys in SPECS[self.kind].lists.items():
            self.typed = with_empty_rows(self.typed, name, keys)
        return self

    @property
    def at(self) -> str:
        """The place of the part in the draft."""
        return child(child("", self.kind), self.key)

    @property
    def languages(self) -> list[tuple[str, str]]:
        """The languages in which the form asks for its texts, with what the reader calls them."""
        asked = [*request.args.getlist("language"), *self.typed.getlist("add_language")]
        sent = [name.split(".")[-1] for name in self.typed if name.split(".")[0] in SPECS[self.kind].texts]
        tags = [tag for tag in (*sent, *asked) if LANGUAGE.fullmatch(tag)]
        return [(tag, language_name(tag)) for tag in dict.fromkeys([*languages_of(self.page.draft), *tags])]

    def value(self, name: str) -> str:
        """Return what stands in a field."""
        return self.typed.get(name, "")

    def rows(self, name: str) -> range:
        """Return the numbers of the rows of a list."""
        return range(int(self.typed.get(f"{name}.rows", "1")))

    def lacks(self, name: str, tag: str) -> bool:
        """Tell whether a text is there, but not in this language."""
        tags = [one for one, _name in self.languages if self.value(f"{name}.{one}").strip()]
        return bool(tags) and tag not in tags

    def errors(self, name: str) -> list[str]:
        """Return what is wrong with a field."""
        return [told_in(self.page.draft, text) for at, text in self.problems if self.spot(at) == name]

    @property
    def summary(self) -> list[tuple[str, str, str]]:
        """What was refused: label, field, and why."""
        return [
            (str(FIELDS.get(self.spot(at).split(".")[0], "")), self.spot(at), told_in(self.page.draft, text))
            for at, text in self.problems
        ]

    def spot(self, at: str) -> str:
        """Return the field of the form that a place is about; nothing for none of its own."""
        own = f"{self.at.rstrip('/')}/"
        if not at.startswith(own):
            return ""
        name, _dot, rest = at.removeprefix(own).strip("/").replace("/", ".").partition(".")
        if name in SPECS[self.kind].texts:
            return f"{name}.{rest or self.page.language}"
        return f"{name}.{rest}" if rest and (name in SPECS[self.kind].lists or name in ("rubric", "mastery")) else name

    def fields(self, draft: Draft) -> dict[str, Any]:
        """Return the fields that the form says of the part in a draft; raises ``Invalid`` for what says nothing."""
        spec, old = SPECS[self.kind], draft.parts[self.kind].get(self.key, {})
        reading = Reading(self.typed, self.at.rstrip("/"), str(draft.head.get("language", "en")))
        found: dict[str, Any] = {name: reading.text(name, old.get(name)) for name in spec.texts}
        found |= {name: _kept(old.get(name), reading.string(name)) for name in spec.words}
        found |= {name: self._number(reading, name, old.get(name)) for name in spec.numbers}
        found |= {name: self._list(reading, name, old.get(name)) for name in spec.lists}
        if spec.has_rubric:
            found["rubric"] = rubric_of(reading, old.get("rubric"))
            found["mastery"] = mastery_of(reading, old.get("mastery"))
        self._check(reading, found, old)
        if reading.problems:
            raise Invalid(reading.problems)
        return found

    def _number(self, reading: Reading, name: str, before: Any) -> int | float | None:
        if before is not None and self.value(name) == plain_number(before):
            return before
        number = reading.number(name)
        is_right, wrong = NUMBERS.get(name, (None, ""))
        if number is not None and is_right and not is_right(number):
            reading.problems.append((f"{reading.at}/{name}", wrong))
        return number

    def _list(self, reading: Reading, name: str, before: Any) -> list[dict[str, Any]] | None:
        keys = SPECS[self.kind].lists[name]
        found = reading.rows(name, before, keys)
        for number, row in enumerate(found or ()):
            for key in keys:
                pattern, wrong = ROWS.get(key, (None, ""))
                if pattern and not pattern.fullmatch(str(row.get(key, ""))):
                    reading.problems.append((f"{reading.at}/{name}/{number}/{key}", wrong))
            if name == "resources" and "title" not in row:
                reading.problems.append((f"{reading.at}/{name}/{number}/title", N_("Write a title.")))
        return found

    def _check(self, reading: Reading, found: dict[str, Any], old: Fields) -> None:
        """Check what must be there, and what is one of some words."""
        if found["title"] is None:
            reading.problems.insert(0, (f"{reading.at}/title", N_("Write a title.")))
        if self.kind == "competency":
            found["effort_is_estimated"] = (
                False if self.value("not_estimated") else old.get("effort_is_estimated") or None
            )
            found["archived"] = True if self.value("archived") else False if old.get("archived") is False else None
            if found["effort_hours"] is None and not any(at.endswith("/effort_hours") for at, _ in reading.problems):
                reading.problems.append((f"{reading.at}/effort_hours", NUMBERS["effort_hours"][1]))
        if self.kind == "program" and not LANGUAGE.fullmatch(found["language"] or ""):
            reading.problems.append((f"{reading.at}/language", LANGUAGE_WRONG))
        added = self.typed.get("add_language", "").strip()
        if added and not LANGUAGE.fullmatch(added):
            reading.problems.append((f"{reading.at}/add_language", LANGUAGE_WRONG))


def _kept(before: Any, said: str | None) -> Any:
    """Return what stands there already where the same was typed."""
    return before if isinstance(before, str) and before.strip() == said else said
