"""The picture of a credential, from our own template: a form for each kind, the program's colour, the title in it.

SVG is the picture; PNG is drawn from it. Putting a signed credential into either is ``openbadges``'s.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

__all__ = ["COLOURS", "BadgeWords", "draw_badge", "to_png"]

SIZE = 512
COLOURS = (
    "#12498f", "#0b5f56", "#7a2048", "#5b3a91", "#8a3b12", "#1d5f2e",
    "#334a66", "#7c1d2b", "#0c5a78", "#5f4b00", "#40416f", "#6a2c70",
)  # fmt: skip
"""White letters stand out from each by 6.9 to 1 or more."""
FONTS = "'Noto Sans', 'Noto Sans Arabic', 'Noto Naskh Arabic', 'DejaVu Sans', 'Segoe UI', Arial, sans-serif"
FORMS = {
    "badge": "M256 18 L462 137 V375 L256 494 L50 375 V137 Z",
    "micro-credential": "M256 16 C330 62 400 74 470 74 V262 C470 388 372 462 256 498 C140 462 42 388 42 262 V74 C112 74 182 62 256 16 Z",
    "certificate": "M256 20 A236 236 0 1 1 255.9 20 Z",
    "diploma": "M62 40 H450 A26 26 0 0 1 476 66 V446 A26 26 0 0 1 450 472 H62 A26 26 0 0 1 36 446 V66 A26 26 0 0 1 62 40 Z",
    "degree": "M256 14 L426 86 L498 256 L426 426 L256 498 L86 426 L14 256 L86 86 Z",
}
SIGNS = {
    "badge": "M256 84 l13 28 31 4 -23 21 6 31 -27 -16 -27 16 6 -31 -23 -21 31 -4 Z",
    "micro-credential": "M222 106 h68 v14 h-68 Z M222 130 h68 v14 h-68 Z M222 154 h68 v14 h-68 Z",
    "certificate": "M238 134 v42 l18 -13 18 13 v-42 Z M256 76 a31 31 0 1 1 -0.1 0 Z",
    "diploma": "M196 96 h120 v16 h-120 Z M196 124 h120 v16 h-120 Z M196 152 h72 v16 h-72 Z",
    "degree": "M256 78 l88 34 -88 34 -88 -34 Z M208 136 v24 c24 20 72 20 96 0 v-24 l-48 19 Z",
}
LONGEST_LINE = 17
MOST_LINES = 4


@dataclass(frozen=True, slots=True)
class BadgeWords:
    """What stands in a picture, in one language, its tag and direction."""

    title: str
    kind: str
    program: str
    issuer: str
    language: str
    direction: str = "ltr"


@lru_cache(256)
def draw_badge(kind: str, program_id: str, words: BadgeWords) -> str:
    """Return the picture of a credential of this kind as SVG, the same for the same words.

    >>> draw_badge("badge", "web", BadgeWords("Forms & tables", "Badge", "Web", "College", "en")).count("<text")
    4
    """
    number = int.from_bytes(hashlib.sha256(program_id.encode()).digest()[:4], "big")
    colour = COLOURS[number % len(COLOURS)]
    lines = wrapped(words.title)
    size = 36 if len(lines) < MOST_LINES else 31
    step = round(size * 1.22)
    top = 308 - step * (len(lines) - 1) // 2
    rows = [(line, top + step * place, size, 700) for place, line in enumerate(lines)]
    rows += [(_short(words.kind, 24), 206, 22, 400), (_short(words.program, 24), 396, 21, 400), (_short(words.issuer, 18), 420, 16, 400)]  # fmt: skip
    label = f"{words.title} – {words.kind}, {words.program}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}" role="img"'
        f" aria-label={quoteattr(label)} xml:lang={quoteattr(words.language)}>"
        f"<title>{escape(label)}</title>"
        f'<path d="{FORMS[kind]}" fill="{colour}"/>'
        f'<path d="{FORMS[kind]}" fill="none" stroke="#fff" stroke-width="5" transform="translate(21 21) scale(.918)"/>'
        f'<path d="{SIGNS[kind]}" fill="#fff" fill-rule="evenodd"/>'
        f'<g fill="#fff" text-anchor="middle" direction="{words.direction}" font-family="{FONTS}">'
        f"{''.join(_text(*row, words.direction) for row in rows)}</g></svg>"
    )


def to_png(svg: str, width: int = 600) -> bytes:
    """Draw a picture of ours as PNG; letters need a font on the machine, what has none is left out."""
    import resvg_py  # a renderer of 4 MB, and most processes never draw

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width, height=width))


def wrapped(title: str) -> list[str]:
    """Return a title in lines that fit; what does not fit is cut with an ellipsis.

    >>> wrapped("Data quality and governance in small public offices")
    ['Data quality and', 'governance in', 'small public', 'offices']
    """
    lines: list[str] = []
    for word in title.split():
        if lines and len(lines[-1]) + 1 + len(word) <= LONGEST_LINE:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    cut = [_short(line, LONGEST_LINE + 3) for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        cut[-1] = _short(f"{cut[-1]} …", LONGEST_LINE + 3)
    return cut or [""]


def _text(words: str, at: int, size: int, weight: int, direction: str) -> str:
    if direction == "rtl":
        words = f"\u202b{words}\u202c"  # not every renderer minds the direction of an element
    return f'<text x="256" y="{at}" font-size="{size}" font-weight="{weight}">{escape(words)}</text>'


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
