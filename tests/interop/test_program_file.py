"""Program files as bytes: packing, encoding, grammar, repeated keys, and both kinds of problems together."""

from __future__ import annotations

import contextlib
import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbe.domain.errors import Invalid
from cbe.interop.program_file import LARGEST_FILE, load_program, read_program_document, write_program_document
from tests.domain.strategies import document_of, programs

PROGRAMS = Path(__file__).parents[3] / "shared" / "data" / "programs"

WEB = """{"format": "cbe-program/1", "program": {"id": "web", "title": "ويب", "language": "en"},
 "competencies": [{"id": "html", "title": "HTML", "effort_hours": 6.0}, {"id": "é", "title": "É", "effort_hours": 1}],
 "credentials": [{"id": "b", "title": "B", "kind": "badge", "requires": {"any": [{"competency": "html"}]}}]}"""


def problems_of(data: bytes | str) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        load_program(data if isinstance(data, bytes) else data.encode())
    return caught.value.problems


def read_with(old: str, new: str) -> list[tuple[str, str]]:
    assert old in WEB
    return problems_of(WEB.replace(old, new))


@pytest.mark.parametrize(
    "data",
    [
        WEB.encode(),
        b"\xef\xbb\xbf" + WEB.encode(),
        gzip.compress(WEB.encode()),
        gzip.compress(b"\xef\xbb\xbf" + WEB.encode()),
    ],
)
def test_plain_packed_and_marked_files_are_the_same(data):
    document, program = load_program(data)
    assert document == json.loads(WEB) == read_program_document(data)
    assert list(document) == ["format", "program", "competencies", "credentials"]
    assert [competency.id for competency in program.competencies] == ["html", "é"]


def test_a_file_packed_in_pieces_is_read_whole():
    assert load_program(gzip.compress(WEB[:50].encode()) + gzip.compress(WEB[50:].encode()))[1].id == "web"


@given(programs())
def test_what_is_written_is_read_again(program):
    document = document_of(program)
    read, parsed = load_program(write_program_document(document).encode())
    assert read == document
    assert json.dumps(read) == json.dumps(document)
    assert parsed == program


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(st.fixed_dictionaries({"competencies": st.lists(JSON, max_size=4), "x": JSON}))
def test_a_document_of_anything_comes_back_as_it_is(document):
    text = json.dumps(document)
    if "\\u0000" not in text:
        assert read_program_document(text.encode()) == document
        assert read_program_document(write_program_document(document).encode()) == document
    with pytest.raises(Invalid):
        load_program(text.encode())


@given(st.randoms(use_true_random=False))
def test_a_file_with_any_byte_changed_is_read_or_refused_in_words(random_source: random.Random):
    data = bytearray(WEB.encode())
    for _ in range(random_source.randint(1, 3)):
        data[random_source.randrange(len(data))] = random_source.randrange(256)
    with contextlib.suppress(Invalid):
        load_program(bytes(data))


@pytest.mark.programs
@pytest.mark.parametrize("name", ["metacademy.json", "rpi.json", "metamath.json.gz"])
def test_the_real_programs_are_read_and_written_equal(name):
    file = PROGRAMS / name
    if not file.exists():
        pytest.skip(f"{file} is not here")
    document, program = load_program(file.read_bytes())
    assert len(program.competencies) == len(document["competencies"])
    assert read_program_document(write_program_document(document).encode()) == document


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_are_refused_by_name(encoding):
    [(at, text)] = problems_of(WEB.encode(encoding))
    assert at == ""
    assert "UTF-16" in text or "UTF-32" in text


def test_bytes_that_are_not_utf8_are_placed_and_the_content_still_read():
    data = WEB.encode().replace(b"HTML", b"HT\xe9L").replace(b"6.0", b'"6"')
    (first, text), *rest = problems_of(data)
    assert (first, [at for at, _ in rest]) == ("", ["/competencies/0/effort_hours"])
    assert "line 2, column 46" in text


def test_nul_bytes_are_a_problem_raw_and_escaped():
    assert "NUL byte in line 2" in problems_of(WEB.encode().replace(b"HTML", b"HT\0L"))[0][1]
    assert [at for at, _ in read_with("HTML", "HT\\u0000L")] == ["/competencies/0/title"]
    assert [at for at, _ in read_with('"title": "HTML"', '"title": {"en\\u0000": "x"}')] == [
        "/competencies/0/title/en\N{REPLACEMENT CHARACTER}"
    ]


def test_half_characters_are_a_problem():
    assert [at for at, _ in read_with('"É"', '"\\ud800"')] == ["/competencies/1/title"]


def test_strings_that_cannot_be_stored_are_refused_by_reading_alone():
    for bad in ("\\u0000", "\\ud800"):
        with pytest.raises(Invalid) as caught:
            read_program_document(WEB.replace("HTML", bad).encode())
        assert [at for at, _ in caught.value.problems] == ["/competencies/0/title"]
    assert read_program_document(WEB.replace("HTML", "\\ud83d\\ude00 \\\\u0000").encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   ",
        b"{",
        b'{"a"',
        b'{"a":',
        b'{"a":1,',
        b'{"competencies":[',
        b'{"competencies":[1',
        b'{"a":1}x',
        b"{'a':1}",
        b'{"a":01}',
        b'{"competencies":[1,]}',
        b'{"competencies":[1 2]}',
        b'{"a":"\n"}',
        b"nul",
        b'{"a":tru}',
    ],
)
def test_what_is_not_json_is_said_once_with_line_and_column(data):
    [(at, text)] = problems_of(data)
    assert at == ""
    assert text.startswith("is not JSON: ")
    assert "line " in text
    assert "column " in text


def test_the_column_counts_characters():
    assert "line 2, column 5" in problems_of('{"a":\n"é" x}')[0][1]


@pytest.mark.parametrize("token", ["NaN", "Infinity", "-Infinity", "1e400", "9" * 5000, "-" + "9" * 5000])
def test_numbers_that_are_none_or_too_large_are_a_problem_at_their_place(token):
    assert [at for at, _ in read_with("6.0", token)] == ["/competencies/0/effort_hours"]


def test_repeated_keys_come_together_with_all_other_problems_in_order():
    text = WEB.replace('"effort_hours": 6.0', '"effort_hours": "6", "titl\\u0065": "again"')
    text = text.replace('"title": "É"', '"title": "É", "x/": {"a": 1, "a": 2}')
    text = text.replace('"credentials"', '"format": "cbe-program/1", "credentials"')
    assert [at for at, _ in problems_of(text)] == [
        "/format",
        "/competencies/0/title",
        "/competencies/0/effort_hours",
        "/competencies/1/x~1",
        "/competencies/1/x~1/a",
    ]


def test_keys_are_the_same_with_and_without_escapes():
    assert ("/competencies/1/é", "stands more than once in its object; keep one") in read_with(
        '"title": "É"', '"title": "É", "é": 1, "\\u00e9": 2'
    )


@pytest.mark.parametrize("levels", [60, 400, 5_000, 100_000])
def test_depth_is_a_problem_at_its_place_and_the_rest_is_read(levels):
    deep = '{"any": [' * levels + '{"competency": "html"}' + "]}" * levels
    text = WEB.replace('{"any": [{"competency": "html"}]}', deep).replace("6.0", "0")
    assert [at for at, _ in problems_of(text)] == [
        "/competencies/0/effort_hours",
        "/credentials/0/requires" + "/any/0" * 50,
    ]


def test_a_hundred_thousand_brackets_are_refused():
    assert problems_of("[" * 100_000)[0][0] == ""
    assert problems_of("[" * 100_000 + "]" * 100_000)[0][0] == ""
    assert [at for at, _ in read_with("6.0", "[" * 100_000 + "]" * 100_000)] == ["/competencies/0/effort_hours"]
    with pytest.raises(Invalid):
        read_program_document(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}")


def test_files_over_the_limit_are_refused_packed_or_not():
    large = WEB.encode() + b" " * LARGEST_FILE
    assert "larger than 20 MB" in problems_of(large)[0][1]
    assert "larger than 20 MB" in problems_of(gzip.compress(large))[0][1]
    assert load_program(WEB.encode() + b" " * (LARGEST_FILE - len(WEB.encode())))[1].id == "web"


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: d[:-1],
        lambda d: d[:20],
        lambda d: d[:3],
        lambda d: d[:30] + b"\xff\xff" + d[32:],
        lambda d: d + b"junk",
    ],
)
def test_damaged_gzip_is_a_problem_in_words(damage):
    [(at, text)] = problems_of(damage(gzip.compress(WEB.encode())))
    assert at == ""
    assert "gzip" in text


def test_a_list_of_no_object_is_said_at_the_whole_file():
    for text in ("[]", "3", '"x"', "null"):
        assert problems_of(text)[0][0] == ""
        with pytest.raises(Invalid):
            read_program_document(text.encode())


def everything_broken() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(WEB)
    document["competencies"][0] |= {"effort_hours": True, "prerequisites": [[], ["é", "nowhere"]], "credits": "1"}
    document["competencies"][1] |= {"prerequisites": [["html"]], "level": 9}
    document["credentials"][0] |= {"requires": {"at_least": 3, "of": [{"competency": "html"}, {"all": []}]}, "more": 0}
    return document


def test_a_file_with_everything_wrong_gives_everything():
    text = write_program_document(everything_broken()).replace('"kind"', '"kind": "x", "kind"')
    assert [at for at, _ in problems_of(text.encode() + b"\0")] == [
        "",
        "/competencies/0/effort_hours",
        "/competencies/0/prerequisites/0",
        "/competencies/0/prerequisites/1/0",
        "/competencies/0/prerequisites/1/1",
        "/competencies/0/credits",
        "/competencies/1/level",
        "/credentials/0/kind",
        "/credentials/0/requires/at_least",
        "/credentials/0/requires/of/1/all",
        "/credentials/0/more",
    ]
