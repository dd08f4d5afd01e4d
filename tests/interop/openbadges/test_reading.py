"""What is pasted or uploaded: found in text and images, and refused quickly where it is a trap."""

import json
import struct
import time
import zlib
from collections.abc import Callable

import pytest
from openbadgeslib import baking

from cbe.interop.openbadges.reading import MOST_UPLOAD, Unreadable, read
from tests.interop.openbadges.world import Document, found_in, good, row, web

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>x</title></svg>'
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))


def png(*chunks: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack("!IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return SIGNATURE + head + b"".join(chunks) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def packed(text: bytes, keyword: bytes = b"openbadgecredential") -> bytes:
    return chunk(b"iTXt", keyword + b"\0\x01\0\0\0" + zlib.compress(text))


def text_of(document: Document) -> str:
    return json.dumps(document, ensure_ascii=False)


@pytest.mark.parametrize(
    ("name", "bake"),
    [
        ("PNG", lambda text: baking.bake_png(png(), text, keyword=baking.ITXT_KEYWORD_OB3)),
        ("PNG", lambda text: png(packed(text.encode()))),
        ("SVG", lambda text: baking.bake_svg(
            SVG, text, element=baking.SVG_ELEMENT_OB3, namespace=baking.SVG_NS_OB3, as_text=True)),
        ("SVG", lambda text: SVG.replace(
            b"<title>",
            b'<ob:credential xmlns:ob="https://purl.imsglobal.org/ob/v3p0"><![CDATA['
            + text.encode() + b"]]></ob:credential><title>")),
    ],
)  # fmt: skip
def test_a_credential_is_found_in_an_image(name: str, bake: Callable[[str], bytes]) -> None:
    document = good()
    found = read(bake(text_of(document)))
    assert (found.carrier, found.document) == (name.lower(), document)
    assert found_in(bake(text_of(document))).verdict == "valid"


def test_pictures_that_we_bake_are_read_and_verify() -> None:
    from cbe.interop.openbadges.baking import bake_png, bake_svg

    text = text_of(good())
    for baked in (bake_png(png(), text), bake_svg(SVG.decode(), text).encode()):
        assert found_in(baked).verdict == "valid"


def test_a_token_is_found_in_the_attribute_of_an_svg() -> None:
    from tests.interop.openbadges.test_verifying import token

    baked = baking.bake_svg(SVG, token(), element=baking.SVG_ELEMENT_OB3, namespace=baking.SVG_NS_OB3)
    assert (read(baked).form, found_in(baked).verdict) == ("jwt", "valid")


LAUGHS = b'<!DOCTYPE svg [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + number, b"&%c;" % (97 + number) * 10) for number in range(9)
)
HOSTILE: dict[str, Callable[[], bytes]] = {
    "10,000 nodes": lambda: json.dumps({"type": "VerifiableCredential", "a": [{} for _ in range(10_000)]}).encode(),
    "deep nesting": lambda: b'{"type":"VerifiableCredential","a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "rather deep nesting": lambda: b'{"a":' * 200 + b"1" + b"}" * 200,
    "a PNG bomb": lambda: png(packed(b"{" + b" " * 20_000_000)),
    "a PNG that ends too early": lambda: png(packed(b"{}"))[:60],
    "a PNG of a million chunks": lambda: png(*[chunk(b"tEXt", b"") for _ in range(300_000)]),
    "a PNG with two credentials": lambda: png(packed(b"{}"), packed(b"{}")),
    "a PNG without": png,
    "an SVG bomb": lambda: LAUGHS + b"]><svg>&j;</svg>",
    "an SVG with an outer entity": lambda: b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>',
    "a deep SVG": lambda: b"<g>" * 400_000,
    "a large text in an SVG": lambda: (
        b'<o:credential xmlns:o="https://purl.imsglobal.org/ob/v3p0">' + b"a" * 4_000_000 + b"</o:credential>"
    ),
    "a key that stands twice": lambda: b'{"type": "VerifiableCredential", "id": "urn:a", "id": "urn:b"}',
    "a number that is none": lambda: b'{"type": "VerifiableCredential", "id": NaN}',
    "a number that is too large": lambda: b'{"type": "VerifiableCredential", "id": 1e999}',
    "a very long number": lambda: b'{"id": ' + b"9" * 100_000 + b"}",
    "half a character": lambda: b'{"type": "VerifiableCredential", "id": "\\ud800"}',
    "too large a text": lambda: b'{"a": "' + b"a" * 300_000 + b'"}',
    "too large a file": lambda: b"a" * (MOST_UPLOAD + 1),
    "bytes that are no text": lambda: b"\xff\xfe{}",
    "a list": lambda: b"[]",
    "a sentence": lambda: b"please verify me",
    "nearly a token": lambda: b"aaaa.bbbb.cccc",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_trap_is_refused_with_a_reason_in_no_time(name: str) -> None:
    data = HOSTILE[name]()
    started = time.process_time()
    with pytest.raises(Unreadable) as refused:
        read(data)
    assert time.process_time() - started < 2
    assert len(str(refused.value)) > 15


def test_as_many_parts_as_may_be_are_still_refused_in_no_time() -> None:
    document = {**good(), "evidence": [{"id": f"urn:x:{n}", "type": ["Evidence"]} for n in range(3_900)]}
    at, started = web(), time.process_time()
    found = found_in(document, at)
    assert time.process_time() - started < 2
    assert (row(found, "form"), at.asked) == ("failed", [])
