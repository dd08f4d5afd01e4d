"""Words and numbers for pages: a program's texts in the reader's language, names of states, hours and days.

Texts of programs come as one string or a map of languages; where the reader's language is missing, the program's own is
shown, marked with its language and direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from babel import Locale, UnknownLocaleError
from babel.dates import get_datetime_format
from flask import Flask
from flask_babel import format_date, format_decimal, format_time, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from cbe.domain.errors import Named, Worded
from cbe.domain.program import Rubric, Text

from . import identity

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

__all__ = [
    "KINDS",
    "STATES",
    "STATUSES",
    "Spoken",
    "clock",
    "direction_of",
    "hours",
    "in_a_row",
    "in_words",
    "language_name",
    "plain",
    "register",
    "told",
]

STATES = {
    "mastered": _l("mastered"),
    "in_review": _l("in review"),
    "returned": _l("returned"),
    "expired": _l("expired"),
    "ready": _l("ready"),
    "locked": _l("locked"),
}
STATUSES = {
    "held": _l("held"),
    "withheld": _l("withheld"),
    "claimable": _l("claimable"),
    "impossible": _l("cannot be met"),
    "next": _l("within reach"),
    "in_progress": _l("in progress"),
    "open": _l("open"),
}
KINDS = {
    "badge": _l("Badge"),
    "micro-credential": _l("Micro-credential"),
    "certificate": _l("Certificate"),
    "diploma": _l("Diploma"),
    "degree": _l("Degree"),
}
KIND_WORDS = {
    "assessment": _l("Assessment"),
    "recognition": _l("Recognition of prior learning"),
    "transfer": _l("Transfer from another record"),
    "exception": _l("Exception"),
}
ENTERED = {"transfer": _l("transferred"), "exception": _l("by exception")}
"""What stands beside a state that rests on no assessment."""
OUTCOMES = {"met": _l("met"), "not_yet": _l("not yet")}
TAKEN_BACK = {
    "void": _l("taken back: a mistake"),
    "overturned": _l("taken back: overturned"),
    "revoked": _l("taken back: revoked"),
    "superseded": _l("taken back: a later decision stands"),
}
ROLES = {
    "learner": _l("Learner"),
    "instructor": _l("Instructor"),
    "coordinator": _l("Coordinator"),
    "designer": _l("Designer"),
    "adviser": _l("Adviser"),
    "registrar": _l("Registrar"),
    "data_protection": _l("Data protection"),
    "verifier": _l("External verifier"),
}
MOST_BRACKETS = 2_000
"""A person's text with more of them would take seconds to read as Markdown; it is shown as it was written."""
TAGS = {"p", "ul", "ol", "li", "em", "strong", "code", "pre", "blockquote", "a", "br", "h3", "h4", "h5", "h6"}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text as the reader gets it: its words, their language and direction, and whether the reader's was missing."""

    text: str
    lang: str
    dir: str
    is_fallback: bool

    def __html__(self) -> str:
        """Return the words, wrapped with language and direction when they aren't the page's."""
        if not self.is_fallback:
            return str(escape(self.text))
        return str(Markup('<span lang="{}" dir="{}">{}</span>').format(self.lang, self.dir, self.text))

    def __str__(self) -> str:
        return self.text


def in_words(text: Text | None, language: str) -> Spoken:
    """Return a program's text in the reader's language, else in the program's own (``language``), else in any."""
    wanted = identity.locale()
    if text is None:
        return Spoken("", wanted, identity.direction(), False)
    if isinstance(text, str):
        return _spoken(text, language, wanted)
    for code in (wanted, wanted.split("-")[0], language, *text):
        if code in text:
            return _spoken(text[code], code, wanted)
    return Spoken("", wanted, identity.direction(), False)


def plain(text: Text | None, language: str) -> str:
    """Return the words alone, for titles and messages."""
    return in_words(text, language).text


def hours(value: Decimal | float | None) -> str:
    """Return hours as a number in the reader's way of writing: 12, 2.5."""
    return "–" if value is None else format_decimal(value, format="#,##0.##")


def language_name(tag: str) -> str:
    """Return what the reader calls a language; its tag where that is not known."""
    try:
        return Locale.parse(tag, sep="-").get_display_name(get_locale()) or tag
    except (UnknownLocaleError, ValueError):
        return tag


@lru_cache(1)
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt  # sixty modules, and commands write no pages

    return MarkdownIt("commonmark", {"html": False, "linkify": False})


def rich(text: Text | None, language: str) -> Markup:
    """Return a text in Markdown as safe HTML, marked with its language when it isn't the page's."""
    spoken = in_words(text, language)
    import nh3  # commands write no pages

    html = nh3.clean(_markdown().render(spoken.text), tags=TAGS, link_rel="noopener noreferrer nofollow")
    if not spoken.is_fallback:
        return Markup(html)
    return Markup('<div lang="{}" dir="{}">{}</div>').format(spoken.lang, spoken.dir, Markup(html))


@lru_cache(64)
def rich_own(text: str) -> Markup:
    """Return what a person wrote in Markdown as safe HTML, in the direction of its own letters."""
    if text.count("[") > MOST_BRACKETS:
        return Markup('<div dir="auto"><p>{}</p></div>').format(Markup("<br>").join(text.splitlines()))
    import nh3  # commands write no pages

    html = nh3.clean(
        _markdown().render(text),
        tags=TAGS,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup('<div dir="auto">{}</div>').format(Markup(html))


def rich_lines(text: Text | None, language: str) -> Markup:
    """Return criteria: several lines as a list of what is judged, one as any text."""
    spoken = in_words(text, language)
    lines = [line.strip() for line in spoken.text.splitlines() if line.strip()]
    if len(lines) < 2 or any(line.startswith(("-", "*", "#", ">", "1.")) for line in lines):
        return rich(text, language)
    attributes = Markup(' lang="{}" dir="{}"').format(spoken.lang, spoken.dir) if spoken.is_fallback else Markup("")
    items = Markup("").join(Markup("<li>{}</li>").format(line) for line in lines)
    return Markup("<ul{}>{}</ul>").format(attributes, items)


def level_word(rubric: Rubric | None, level: str, language: str) -> str:
    """Return the title of a rubric's level, or its id when the rubric does not know it."""
    titles = {one.id: one.title for one in rubric.levels} if rubric else {}
    return plain(titles.get(level, level), language)


def plain_number(value: Decimal) -> str:
    """Return a number as machines read it: 12, 2.5."""
    return f"{value.normalize():f}"


def day(value: date | datetime | None) -> str:
    """Return a date in the reader's way of writing."""
    return "–" if value is None else format_date(value, format="medium", rebase=False)


def moment(value: datetime) -> str:
    """Return a moment in the reader's time zone, to the minute."""
    pattern = str(get_datetime_format("medium", locale=get_locale())).replace("'", "")
    return pattern.replace("{0}", clock(value)).replace("{1}", format_date(value, format="medium"))


def clock(value: datetime) -> str:
    """Return the time of day of a moment in the reader's time zone."""
    return format_time(value, format="short")


def told(problem: str) -> str:
    """Return the text of a problem in the reader's language, with that language's arrows between the ids it names."""
    if not isinstance(problem, Worded):
        return _(problem)
    return _(problem.message) % {name: _value(one) for name, one in problem.values.items()}


def _value(value: Any) -> Any:
    if isinstance(value, Worded):
        return told(value)
    if isinstance(value, Named):
        return in_a_row(value, value.ids)
    if isinstance(value, str) and identity.direction() == "rtl":
        return f"\u2068{value}\u2069"  # an id or a piece of a file keeps its own direction
    return day(value) if isinstance(value, date) else value


def in_a_row(those: Named, titles: Sequence[object]) -> str:
    """Return titles of parts as they follow each other, each in the direction of its own letters."""
    alone = [f"\u2068{title}\u2069" for title in titles] + ["…"] * those.is_cut
    return _(those.between).join(alone)


def register(app: Flask) -> None:
    """Offer all this to templates."""
    app.jinja_env.filters.update(hours=hours, day=day, moment=moment, clock=clock, plain_number=plain_number)
    app.jinja_env.globals.update(
        STATES=STATES,
        STATUSES=STATUSES,
        KINDS=KINDS,
        KIND_WORDS=KIND_WORDS,
        ENTERED=ENTERED,
        OUTCOMES=OUTCOMES,
        TAKEN_BACK=TAKEN_BACK,
        ROLES=ROLES,
        in_words=in_words,
        plain=plain,
        rich=rich,
        rich_lines=rich_lines,
        rich_own=rich_own,
        level_word=level_word,
    )


def _spoken(text: str, code: str, wanted: str) -> Spoken:
    same = code.split("-", maxsplit=1)[0].lower() == wanted.split("-", maxsplit=1)[0].lower()
    return Spoken(text, code, direction_of(code), not same)


@lru_cache(256)
def direction_of(code: str) -> str:
    """Return in which direction a language is written: ``ltr`` or ``rtl``."""
    try:
        return str(Locale.parse(code, sep="-").text_direction)
    except (UnknownLocaleError, ValueError):
        return "ltr"
