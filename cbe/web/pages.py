"""The pages by audience in one readable list, and what every page knows about its reader."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from secrets import token_urlsafe
from typing import Any

from flask import Flask, request, url_for
from flask_babel import gettext as _

from cbe.domain import policy
from cbe.services.accounts import SignedIn
from cbe.services.files import rules

from . import evidence_words, identity, share_words, texts
from .account import account
from .assets import Assets
from .award_words import AWARD_LOOKS, AWARD_STATES, ENTRIES
from .case import case
from .catalogue import catalogue
from .connections import connections, open_badges
from .designer import designer
from .exchange import exchange
from .files import file_size, file_word, files
from .home import home
from .instructor import instructor
from .issuing import issuing
from .job_profiles import job_profiles
from .learner import learner, record
from .my_record import my_record
from .notices import notices
from .outside import outside
from .people import people
from .people_words import ACCOUNT_STATUSES, ENROLMENT_STATUSES, ROLES
from .privacy import privacy
from .privacy.words import ABOUT, DISCLOSURE_GROUNDS
from .privacy.words import OUTCOMES as CORRECTION_OUTCOMES
from .public import end_mails, public
from .quarantine import REPORT_KINDS, REPORT_OUTCOMES, quarantine
from .registrar import registrar
from .shared import match, shared
from .shares import shares
from .transcript import transcript
from .verify import verify
from .verify_words import FOUND

__all__ = ["page_context", "register"]

BLUEPRINTS = (
    public, account, home, notices, learner, record, catalogue, case, issuing, exchange, files, instructor, quarantine, designer, registrar, people, privacy, job_profiles, outside,
    verify,
    my_record, shares, shared, transcript, connections, open_badges,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reader:
    """What ``base.html`` wants to know of the person before the page, as ``ui``."""

    assets: Assets
    locale: str
    dir: str
    theme: str
    time_zone: str
    languages: list[tuple[str, str]]
    time_zones: list[str]
    account: SignedIn | None
    keys: bool

    def static(self, name: str) -> str:
        """Return the address of a file in ``static/``."""
        return self.assets.url(name)


def register(app: Flask) -> None:
    """Put every audience's pages into the application."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    # RFC 8058: what unsubscribes for its user has no page of ours before it, and so no token; the link is signed.
    app.extensions["csrf"].exempt(end_mails)
    app.extensions["csrf"].exempt(match)  # it changes nothing, and whoever looks at a share needs no cookie
    # Programs show a token or a secret of their own and no cookie is looked at, so nobody's sign-in can be misused.
    app.extensions["csrf"].exempt(open_badges)
    app.add_url_rule("/static/<path:filename>", "static", _asset)
    texts.register(app)
    evidence_words.register(app)
    share_words.register(app)
    app.jinja_env.globals.update(
        ROLES=ROLES,
        ENROLMENT_STATUSES=ENROLMENT_STATUSES,
        ACCOUNT_STATUSES=ACCOUNT_STATUSES,
        ABOUT=ABOUT,
        CORRECTION_OUTCOMES=CORRECTION_OUTCOMES,
        DISCLOSURE_GROUNDS=DISCLOSURE_GROUNDS,
        REPORT_KINDS=REPORT_KINDS,
        REPORT_OUTCOMES=REPORT_OUTCOMES,
        file_rules=rules,
        file_size=file_size,
        file_word=file_word,
        AWARD_STATES=AWARD_STATES,
        AWARD_LOOKS=AWARD_LOOKS,
        AWARD_ENTRIES=ENTRIES,
        FOUND=FOUND,
        new_key=partial(token_urlsafe, 16),
    )


def page_context(assets: Assets) -> dict[str, Any]:
    """Return what every template may use without being given it."""
    person = identity.signed_in()
    reader = Reader(
        assets=assets,
        locale=identity.locale(),
        dir=identity.direction(),
        theme=identity.theme(),
        time_zone=identity.time_zone(),
        languages=list(identity.LANGUAGES.items()),
        time_zones=identity.time_zones(),
        account=person,
        keys=person.single_keys if person else True,
    )
    return {"ui": reader, "nav": _navigation(person), "search_url": None, "search_keeps": "", "banner": ""}


def _navigation(person: SignedIn | None) -> list[tuple[str, str, bool]]:
    if person is None:
        return []
    actor, part = person.actor, request.blueprint
    works = actor.is_admin or any(actor.roles.values())
    learns = any(status in ("active", "leave", "completed") for status in actor.enrolments.values())
    reviews = part == "instructor" and request.endpoint != "instructor.group"
    staffs = part in ("home", "record", "instructor", "quarantine", "designer", "registrar") and not reviews
    entries = [(_("Home"), "home.start", staffs or (part == "learner" and not works))]
    if policy.may_somewhere(actor, "queue:read"):
        entries.append((_("Queue"), "instructor.queue", reviews))
    if works and learns:
        entries.append((_("Learn"), "home.learn", part == "learner"))
    if actor.enrolments:
        entries.append((_("My record"), "my_record.look", part in ("my_record", "shares")))
    entries.append((_("Programs"), "catalogue.listing", part in ("catalogue", "exchange")))
    entries.append((_("Jobs"), "job_profiles.listing", part == "job_profiles"))
    if actor.is_admin:
        entries.append((_("People"), "people.everybody", part == "people"))
    return [(label, url_for(endpoint), is_current) for label, endpoint, is_current in entries]


def _asset(filename: str) -> Any:
    """Serve an asset that another process published; WhiteNoise answers for all that this one knows."""
    from flask import current_app, send_from_directory

    return send_from_directory(current_app.extensions["assets"].folder, filename, max_age=31_536_000)
