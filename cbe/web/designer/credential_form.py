"""The form of a credential, or of what a program states for all its micro-credentials: what it shows and what it says.

Its routes are ``credentials``'s, its rule ``rule_form``'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request
from markupsafe import Markup

from cbe.domain.draft import Draft, unused_id
from cbe.domain.errors import N_, Invalid, Problem
from cbe.domain.reading import child
from cbe.services.rule_checks import RuleCheck, check_rule

from .. import identity
from ..rule_words import rule_sentence
from ..texts import Spoken, language_name
from .difference_words import AWARDS, QUALITY
from .frame import FIELDS, Page, told_in
from .rule_form import Group, act, find, group_of, read_tree, rule_of, sentence_tree, spot_of
from .typed import Reading, Typed, languages_of, plain_number, typed_list, typed_text, with_empty_rows

__all__ = ["CredentialForm", "fields_of", "quality_of"]

NUMBERS = ("credits", "level", "validity_months")
CHOICES = ("kind", "award")
STATEMENTS = ("assessment", "participation", "quality_assurance", "identity_check")
TEXTS = ("title", "description", *(f"quality.{name}" for name in STATEMENTS))


@dataclass
class CredentialForm:
    """What the form holds, as it was typed; ``key`` is None for a new credential and for the program itself.

    ``focus`` is the field with which the reader goes on, ``is_changed`` that something typed is not saved yet.
    """

    page: Page
    key: str | None
    typed: Typed
    tree: Group
    is_program: bool = False
    problems: list[Problem] = field(default_factory=list)
    check: RuleCheck | None = None
    focus: str = ""
    is_changed: bool = False

    @classmethod
    def of_draft(cls, page: Page, key: str | None) -> CredentialForm:
        """Return the form of a credential as it stands in the draft; of a new one empty."""
        fields = page.draft.credentials[key] if key is not None else {"kind": "badge"}
        typed = Typed((name, plain_number(fields.get(name))) for name in (*NUMBERS, *CHOICES))
        for name in ("title", "description"):
            typed.update(typed_text(name, fields.get(name), page.language))
        typed.update(_typed_quality(fields.get("quality"), page.language))
        typed.update(typed_list("alignments", fields.get("alignments"), page.language))
        form = cls(page, key, with_empty_rows(typed, "alignments"), group_of(fields.get("requires")))
        return form.checked() if key is not None else form

    @classmethod
    def of_program(cls, page: Page) -> CredentialForm:
        """Return the form of what the program states for all."""
        typed = Typed(_typed_quality(page.draft.head.get("quality"), page.language))
        return cls(page, None, typed, Group(), is_program=True)

    @classmethod
    def of_request(cls, page: Page, key: str | None, *, is_program: bool = False) -> CredentialForm:
        """Return the form as it was sent."""
        typed = with_empty_rows(Typed(request.form), "alignments")
        return cls(page, key, typed, read_tree(typed), is_program, is_changed=True)

    @property
    def own_key(self) -> str:
        """The id of the credential; of one that is not there yet, one under which it can be looked at."""
        return self.key if self.key is not None else unused_id(self.page.draft, "credential", "new")

    @property
    def at(self) -> str:
        """The place in the draft of what the form is about."""
        return "/program/" if self.is_program else child("/credential", self.own_key)

    @property
    def languages(self) -> list[tuple[str, str]]:
        """The languages the form asks for, with what the reader calls them."""
        fields = self.page.draft.credentials.get(self.key or "", {})
        texts = (fields.get("title"), fields.get("description"), *(fields.get("quality") or {}).values())
        return [(tag, language_name(tag)) for tag in languages_of(self.page.draft, self.typed, *texts)]

    def new_key(self, draft: Draft) -> str:
        """Return the id of a new credential: as typed, else made of its title."""
        title = Reading(self.typed, self.at, self.page.language).text("title", None) or ""
        text = title.get(self.page.language, next(iter(title.values()))) if isinstance(title, Mapping) else title
        return self.typed.get("id", "").strip() or unused_id(draft, "credential", text)

    def checked(self) -> CredentialForm:
        """Look at what the rule means as it is typed; nothing else that is wrong with the form is in its way."""
        key = self.own_key
        draft, at = self.page.draft, self.at
        rule, wrong = rule_of(self.tree, draft.get("credential", key, "requires"), f"{at}/requires")
        fields = _fields(draft, key, Reading(self.typed, at, self.page.language)) | {"requires": rule, "id": key}
        fields["title"] = fields["title"] or key
        self.check = (
            RuleCheck(tuple(wrong)) if wrong else check_rule(
                identity.actor(), self.page.program, draft, key, fields, today=identity.today(), now=identity.now()
            )
        )  # fmt: skip
        return self

    def acted(self, do: str, picked: list[str]) -> str:
        """Do what a button of the rule says and show the form again; nothing is saved."""
        verb, _space, path = do.partition(" ")
        here = [one.removeprefix(f"{path} ") for one in picked if one.startswith(f"{path} ")]
        self.focus = act(self.tree, verb, path, here) if path else ""
        return self.checked().shown()

    def refused(self, error: Invalid, made: list[str] | None = None) -> tuple[str, int]:
        """Show the form again with what is wrong beside its fields."""
        own = child("/credential", made[0]) if made else self.at
        self.problems = [
            (at.replace(own, self.at, 1) if at.startswith(own) else at, text) for at, text in error.problems
        ]
        return (self if self.is_program else self.checked()).shown(), 422

    def shown(self) -> str:
        """Return the page."""
        template = "quality" if self.is_program else "credential"
        return render_template(f"designer/{template}.html", page=self.page, form=self, QUALITY=QUALITY, AWARDS=AWARDS)

    def value(self, name: str) -> str:
        """Return what stands in a field."""
        return self.typed.get(name, "")

    def errors(self, name: str) -> list[str]:
        """Return what is wrong with a field."""
        found = [self._told(text) for at, text in self.problems if self._spot(at) == name]
        wrong = self.check.problems if self.check else ()
        return found + [one for at, text in wrong if self._spot(at) == name and (one := self._told(text)) not in found]

    @property
    def summary(self) -> list[tuple[str, str, str]]:
        """What was refused: label, field, and why."""
        return [(self._label(at), self._spot(at), self._told(text)) for at, text in self.problems]

    @property
    def sentence(self) -> Markup | None:
        """The rule as a sentence, as far as it says something."""
        rule = sentence_tree(self.tree)
        return rule_sentence(rule, self.page.title_of) if rule is not None else None

    @property
    def findings(self) -> list[tuple[str, str]]:
        """What may be better, with the field it is about."""
        found = self.check.findings if self.check else ()
        return [(self._spot(self.at + _within(one.place)), self._told(one.text)) for one in found]

    @property
    def unlooked(self) -> list[str]:
        """Why it cannot be looked at, where that stands at no field."""
        wrong = self.check.problems if self.check else ()
        return [self._told(text) for at, text in wrong if not self._spot(at)]

    def found(self, group: Group) -> tuple[list[tuple[str, Spoken]], int]:
        """Return what could be added to a group and how much more there is."""
        return find(self.page.draft, group, self.key or "")

    def stated(self, name: str) -> Spoken | str:
        """Return what the program states for all."""
        found = (self.page.draft.head.get("quality") or {}).get(name)
        return self.page.words(found) if found else ""

    def _told(self, text: str) -> str:
        return told_in(self.page.draft, text)

    def _spot(self, at: str) -> str:
        """Return the field of the form that a place is about; nothing for none."""
        if not at.startswith(f"{self.at}/"):
            return ""
        steps = at.removeprefix(f"{self.at}/").split("/")
        if steps[0] == "requires":
            return spot_of(steps[1:])
        name = ".".join(steps)
        return f"{name}.{self.page.language}" if name in TEXTS else name

    def _label(self, at: str) -> str:
        own = at.removeprefix(f"{self.at}/").split("/")
        return str(QUALITY.get(own[-1]) or FIELDS.get(own[0], "")) if at != self.at else ""


def fields_of(form: CredentialForm, draft: Draft, key: str) -> dict[str, Any]:
    """Return the fields of a credential that a form says; raises ``Invalid`` for what says nothing."""
    reading = Reading(form.typed, child("/credential", key), form.page.language)
    fields = _fields(draft, key, reading)
    rule, problems = rule_of(form.tree, draft.get("credential", key, "requires"), f"{reading.at}/requires")
    if fields["title"] is None:
        reading.problems.insert(0, (f"{reading.at}/title", N_("Write a title.")))
    if reading.problems or problems:
        raise Invalid([*reading.problems, *problems])
    return {**fields, "requires": rule}


def quality_of(form: CredentialForm, before: Any) -> dict[str, Any] | None:
    """Return the elements of a micro-credential that a form says; None where it says none."""
    return _quality(Reading(form.typed, form.at, form.page.language), before)


def _fields(draft: Draft, key: str, reading: Reading) -> dict[str, Any]:
    old = draft.credentials.get(key, {})
    found: dict[str, Any] = {name: reading.text(name, old.get(name)) for name in ("title", "description")}
    found |= {name: reading.string(name) for name in CHOICES}
    found |= {name: reading.number(name) for name in NUMBERS}
    found["quality"] = _quality(reading, old.get("quality"))
    found["alignments"] = reading.rows("alignments", old.get("alignments"))
    return found


def _quality(reading: Reading, before: Any) -> dict[str, Any] | None:
    old = before or {}
    said = {"country": reading.string("quality.country")}
    said |= {name: reading.text(f"quality.{name}", old.get(name)) for name in STATEMENTS}
    return {name: said[name] for name in dict.fromkeys([*old, *said]) if said.get(name) is not None} or None


def _typed_quality(quality: Any, language: str) -> list[tuple[str, str]]:
    found = []
    for name, value in (quality or {}).items():
        if name == "country":
            found.append(("quality.country", str(value)))
        else:
            found += typed_text(f"quality.{name}", value, language)
    return found


def _within(place: str) -> str:
    """Return the rest of a pointer into a program file after the credential: ``/credentials/3/level`` → ``/level``."""
    return "".join(f"/{step}" for step in place.split("/")[3:])
