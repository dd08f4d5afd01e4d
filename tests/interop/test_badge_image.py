"""The picture of a credential: drawn for every kind, and the credential put into it is found again as it was signed."""

import json
from xml.etree import ElementTree

import pytest
from openbadgeslib.ob3 import OB3Verifier

from cbe.interop.badge_image import COLOURS, BadgeWords, draw_badge, to_png
from cbe.interop.openbadges.baking import bake_png, bake_svg

WORDS = BadgeWords("Forms & <tables>", "Badge", "Web", "College", "en")
SIGNED = json.dumps({"id": "urn:uuid:1", "name": "An end ]]> in it, and <b> & é"}, ensure_ascii=False)
KINDS = ("badge", "micro-credential", "certificate", "diploma", "degree")


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_form_and_says_what_it_is(kind):
    root = ElementTree.fromstring(draw_badge(kind, "web", WORDS))
    assert root.get("aria-label") == "Forms & <tables> – Badge, Web"
    assert "Forms &" in "".join(root.itertext())


def test_a_long_title_is_cut_and_a_language_of_the_right_is_written_from_there():
    long = BadgeWords("استعلام " * 30, "شارة", "برنامج", "كلية", "ar", "rtl")
    svg = draw_badge("badge", "web", long)
    assert 'direction="rtl"' in svg
    assert "…" in svg
    assert svg.count("<text") == 4 + 3


def test_white_letters_stand_out_from_every_colour():
    assert min(1.05 / (luminance(colour) + 0.05) for colour in COLOURS) >= 6.9


def test_what_is_put_into_a_picture_is_found_again():
    svg = bake_svg(draw_badge("badge", "web", WORDS), SIGNED)
    first = next(iter(ElementTree.fromstring(svg)))
    assert first.tag == "{https://purl.imsglobal.org/ob/v3p0}credential"
    assert json.loads(first.text) == json.loads(SIGNED)
    png = bake_png(to_png(draw_badge("badge", "web", WORDS)), SIGNED)
    assert png.startswith(b"\x89PNG")
    assert OB3Verifier.extract_token_from_png(png) == SIGNED
