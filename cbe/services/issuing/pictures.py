"""Pictures of credentials: of the achievement for everybody, and with one's signed credential in them."""

from __future__ import annotations

from uuid import UUID

from cbe.domain.program import Credential, Program
from cbe.interop.badge_image import BadgeWords, draw_badge, to_png
from cbe.interop.openbadges.baking import bake_png, bake_svg

from ..programs import compiled_version
from .credentials import SignedCredential
from .facts import Words, said
from .issuer import get_issuer

__all__ = ["baked", "picture_of"]


def picture_of(version_id: UUID, key: str, words: Words) -> str:
    """Return the picture of a credential of a version as SVG, in the language of its program."""
    compiled = compiled_version(version_id)
    credential, program = compiled.get_credential(key), compiled.program
    return draw_badge(credential.kind, program.id, _words(program, credential, words))


def baked(found: SignedCredential, form: str, words: Words) -> bytes:
    """Return the picture with the signed credential in it, as ``svg`` or ``png``."""
    svg = picture_of(found.version_id, found.credential, words)
    if form == "svg":
        return bake_svg(svg, found.document).encode()
    return bake_png(to_png(svg), found.document)


def _words(program: Program, credential: Credential, words: Words) -> BadgeWords:
    language, wording = program.language, words(program, credential)
    return BadgeWords(
        title=said(credential.title, language) or credential.id,
        kind=wording.kind,
        program=said(program.title, language) or program.id,
        issuer=get_issuer().name,
        language=language,
        direction=wording.direction,
    )
