"""A record and what is shared of it in words: how something was judged and by whom, a share as plain text, its QR code.

The pages are ``my_record``'s (one's own), ``shares``'s (what one shares) and ``shared``'s (what a stranger sees).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from flask import Flask, current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from cbe.services.learner_record import Award, Judge, Mastery
from cbe.services.sharing import Landing, SharedRecord

from .award_words import AWARD_STATES
from .texts import KINDS, ROLES, day, level_word, moment, plain

__all__ = ["HOW", "as_text", "code_svg", "judged_by", "level_on_scale", "link_of", "qr_code", "register", "who_shares"]

HOW = {
    "assessment": _l("assessed here"),
    "recognition": _l("recognized: prior learning"),
    "transfer": _l("transferred from another record"),
    "exception": _l("by exception"),
}
"""Kind of the decision by which something was mastered → how that reads."""
SHARE_STATES = {
    "open": (_l("open"), "mastered"),
    "over": (_l("over"), "expired"),
    "revoked": (_l("revoked"), "returned"),
}
"""State of a share → its word, and the state of a competency whose icon and colours it takes."""
EVIDENCE_STATES = {
    "closed": _l("This was reported, and is closed until it is decided what becomes of it."),
    "destroyed": _l("This was destroyed, for it held what nobody may keep."),
    "withdrawn": _l("Its learner took this back."),
}
LOST = {
    "credential": _l("A credential that is on the record no longer."),
    "competency": _l("This competency is on the record no longer."),
    "evidence": _l("A piece of evidence that is no longer there."),
}


def judged_by(judges: tuple[Judge, ...]) -> str:
    """Say who judged: those who agreed by name, the others by role. The organization stands at the head of a page."""
    named = [_("%(name)s (%(role)s)", name=one.name, role=_role(one)) for one in judges if one.name]
    roles = Counter(_role(one) for one in judges if not one.name)
    parts = [*named, *(role if count == 1 else f"{count} × {role}" for role, count in roles.items())]
    return _(", ").join(parts)


def level_on_scale(one: Mastery) -> str:
    """Say the level that was reached and where it stands on its scale; nothing where there is none."""
    if one.level is None:
        return ""
    ids = [level.id for level in one.rubric.levels] if one.rubric else []
    word = level_word(one.rubric, one.level, one.program.language)
    if one.level not in ids:
        return word
    return _("%(level)s (%(place)d of %(all)d)", level=word, place=ids.index(one.level) + 1, all=len(ids))


def who_shares(landing: Landing) -> str:
    """Say who shares: by name, or as a learner of the organization."""
    return landing.name or _("A learner of %(organization)s", organization=landing.organization)


def link_of(secret: str) -> str:
    """Return the whole address of a share."""
    return current_app.extensions["cbe"].base_url + url_for("shared.landing", secret=secret)


def qr_code(text: str) -> Markup:
    """Return a QR code as a drawing that stands in the page."""
    return Markup(code_svg(text))  # noqa: S704 (only squares; what is encoded is no part of the markup)


def code_svg(text: str) -> str:
    """Return a QR code as SVG."""
    import segno  # few pages want it

    drawn = segno.make(text, micro=False).svg_inline(svgclass="qr", omitsize=True, dark="#000", light="#fff", border=4)
    return str(drawn).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


def as_text(shared: SharedRecord, link: str | None) -> str:
    """Return what a share shows as plain text, to be pasted into an application."""
    return "\n".join(_lines(shared, link))


def _lines(shared: SharedRecord, link: str | None) -> Iterator[str]:
    landing = shared.landing
    yield who_shares(landing)
    yield _("Judged at %(organization)s", organization=landing.organization)
    if shared.awards:
        yield ""
        yield _("Credentials")
        yield from (f"- {_award_line(one)}" for one in shared.awards)
    if shared.masteries:
        yield ""
        yield _("Competencies")
        yield from (f"- {_mastery_line(one)}" for one in shared.masteries)
    if link:
        yield ""
        yield _("To check it as it is now, until %(time)s: %(link)s", time=moment(landing.ends_at), link=link)


def _award_line(one: Award) -> str:
    parts = [KINDS[one.credential.kind], day(one.awarded_on), AWARD_STATES[one.state]]
    if one.expires_on and one.state == "good":
        parts.append(_("valid until %(day)s", day=day(one.expires_on)))
    return f"{plain(one.credential.title, one.program.language)}: " + _(", ").join(str(part) for part in parts)


def _mastery_line(one: Mastery) -> str:
    parts = [level_on_scale(one), HOW[one.kind], _("last shown on %(day)s", day=day(one.shown_on))]
    if one.expires_on:
        words = _("valid until %(day)s") if one.is_current else _("expired %(day)s")
        parts.append(words % {"day": day(one.expires_on)})
    parts.append(judged_by(one.judges))
    return f"{plain(one.competency.title, one.program.language)}: " + _(", ").join(str(part) for part in parts if part)


def _role(one: Judge) -> str:
    return str(ROLES.get(one.role or "", _("Assessor")))


def register(app: Flask) -> None:
    """Offer all this to templates."""
    app.jinja_env.globals.update(
        HOW=HOW,
        SHARE_STATES=SHARE_STATES,
        EVIDENCE_STATES=EVIDENCE_STATES,
        LOST=LOST,
        judged_by=judged_by,
        level_on_scale=level_on_scale,
        who_shares=who_shares,
        qr_code=qr_code,
    )
