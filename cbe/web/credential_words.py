"""The sentences that stand in a signed credential, in the language of its program as far as we speak it.

They are made where no reader is: the titles in them are the program's own. What pages say of credentials is theirs.
"""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _

from cbe.domain.graph import named_credentials
from cbe.domain.program import Credential, Program
from cbe.services.issuing.facts import Wording, quality_of, said

from . import identity
from .rule_words import rule_sentence
from .texts import KINDS, Spoken, direction_of

__all__ = ["credential_words"]


def credential_words(program: Program, credential: Credential) -> Wording:
    """Return what a credential says in sentences; see ``services.issuing.facts``."""
    language = program.language.split("-")[0]
    with force_locale(language if language in identity.LANGUAGES else "en"):
        return Wording(
            narrative="\n\n".join(_paragraphs(program, credential)),
            basis=_("How %(title)s was shown", title="{}"),
            workload=_("Notional hours of learning"),
            stackability=_stackability(program, credential),
            kind=str(KINDS[credential.kind]),
            direction=direction_of(program.language),
            built_on=_("A credential that this one is built on."),
        )


def _paragraphs(program: Program, credential: Credential) -> list[str]:
    language = program.language
    titles = {("competency", one.id): said(one.title, language) for one in program.competencies}
    titles |= {("credential", one.id): said(one.title, language) for one in program.credentials}

    def spoken(kind: str, key: str) -> Spoken:
        return Spoken(titles[kind, key], language, "ltr", False)

    rule = rule_sentence(credential.requires, spoken).striptags()
    quality = quality_of(program, credential)
    further = [
        (_("Assessment"), quality.assessment),
        (_("Participation"), quality.participation),
        (_("Quality assurance"), quality.quality_assurance),
        (_("Identity check"), quality.identity_check),
    ]
    lines = [_("%(name)s: %(text)s", name=name, text=said(text, language)) for name, text in further if text]
    return [_("It asks for: %(rule)s.", rule=rule), *lines]


def _stackability(program: Program, credential: Credential) -> str:
    towards = [one for one in program.credentials if credential.id in named_credentials(one.requires)]
    if not towards:
        return _("It stands alone.")
    return _(
        "It counts towards: %(titles)s.", titles=_(", ").join(said(one.title, program.language) for one in towards)
    )
