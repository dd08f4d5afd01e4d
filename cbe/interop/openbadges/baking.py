"""Putting a signed credential into its picture, as Open Badges 3.0 says it: into SVG as text, into PNG as a chunk.

Taking it out again is ``reading``'s; the picture itself is ``badge_image``'s.
"""

from __future__ import annotations

__all__ = ["bake_png", "bake_svg"]

NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"


def bake_svg(svg: str, document: str) -> str:
    """Return a picture of ours with the JSON text of a credential as its first child, as the standard asks.

    >>> bake_svg('<svg xmlns="http://www.w3.org/2000/svg"><title>T</title></svg>', '{"id":"urn:x"}')[:70]
    '<svg xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0" xmlns="http'
    """
    text = document.replace("]]>", "]]\\u003e")  # the same JSON, and no end of the section
    head, _, rest = svg.partition(">")
    opened = head.replace("<svg", f'<svg xmlns:openbadges="{NAMESPACE}"', 1)
    return f"{opened}><openbadges:credential><![CDATA[{text}]]></openbadges:credential>{rest}"


def bake_png(png: bytes, document: str) -> bytes:
    """Return a picture with the JSON text of a credential in a chunk of its own."""
    from openbadgeslib import baking

    return bytes(baking.bake_png(png, document, keyword=baking.ITXT_KEYWORD_OB3))
