"""The words of the mails, in their reader's language."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _

from . import identity

__all__ = ["compose"]


def compose(purpose: str, name: str, link: str, language: str | None) -> tuple[str, str]:
    """Return subject and text of the mail that carries a link; see ``services.mail.Compose``."""
    with force_locale(language if language in identity.LANGUAGES else identity.locale()):
        subjects = {
            "invitation": _("Your invitation"),
            "reset": _("A new password"),
            "email": _("Confirm your new address"),
        }
        lines = {
            "invitation": _("You have been invited to see your progress here. Open the link and choose a password; it works once, for 14 days."),
            "reset": _("Open the link to set a new password; it works once, for a day. If you did not ask for it, do nothing."),
            "email": _("Open the link to use this address from now on; it works once, for a day. If you did not ask for it, do nothing."),
        }  # fmt: skip
        greeting = _("Hello %(name)s,", name=name)
        return subjects[purpose], f"{greeting}\n\n{lines[purpose]}\n\n{link}\n"
