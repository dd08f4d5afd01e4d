"""What the markup of a map says to people and to scripts, and how little it weighs."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import brotli
import pytest
from flask import Flask
from flask_babel import Babel

from cbe.web.map_layout import layout
from cbe.web.map_svg import MapNode, render_map, wrap


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        yield


def drawn(nodes: list[MapNode], edges: list[tuple[str, str]], **options: object) -> ET.Element:
    return ET.fromstring(render_map(layout([node.id for node in nodes], edges), nodes, **options))  # type: ignore[arg-type]


def node(key: str, title: str | None = None, state: str = "ready") -> MapNode:
    return MapNode(key, title or key.upper(), state, f"/competencies/{key}")


def test_every_competency_is_a_link_that_says_its_state() -> None:
    links = list(drawn([node("a"), node("b", state="locked")], [("a", "b")]).iter("a"))
    assert [link.attrib["data-state"] for link in links] == ["ready", "locked"]
    assert [link.attrib["href"] for link in links] == ["/competencies/a", "/competencies/b"]
    assert [" ".join("".join(link.itertext()).split()) for link in links] == ["A ready", "B locked"]


def test_what_people_write_cannot_break_out_of_the_map() -> None:
    evil = '"><script>alert(1)</script>&'
    link = next(drawn([MapNode(evil, evil, "ready", f"/x?{evil}")], []).iter("a"))
    assert link.attrib["data-competency"] == evil
    assert link.attrib["href"] == f"/x?{evil}"


def test_alternatives_are_dashed_and_come_after_the_tilde() -> None:
    picture = drawn([node("a"), node("b"), node("c")], [("a", "c"), ("b", "c")], alternatives={("b", "c")})
    paths = [path.attrib["d"].count("M") for path in picture.iter("path")]
    assert paths == [1, 1, 1]
    assert [link.attrib.get("data-p") for link in picture.iter("a")] == [None, None, "0~1"]


def test_parts_of_the_paths_stand_in_the_order_of_the_boxes() -> None:
    nodes = [node(str(i)) for i in range(6)]
    edges = [("4", "5"), ("0", "2"), ("1", "2"), ("2", "4"), ("0", "4")]
    picture = layout([each.id for each in nodes], edges)
    svg = ET.fromstring(render_map(picture, nodes))
    starts = [int(x) for x in re.findall(r"M(\d+)", next(svg.iter("path")).attrib["d"])]
    origins = [int(i) for link in svg.iter("a") for i in link.attrib.get("data-p", "").split()]
    assert starts == [picture.boxes[str(i)].x + picture.node_width // 2 for i in origins]


@pytest.mark.parametrize("level", [1, 2, 3, 99])
def test_zoom_never_shrinks_the_text(level: int) -> None:
    svg = drawn([node("a")], [], zoom=level).find("svg")
    assert svg is not None
    assert float(svg.attrib["width"]) >= float(svg.attrib["viewBox"].split()[2])


def test_a_short_title_stands_whole_on_two_lines() -> None:
    assert wrap("Handling a data incident", 122) == (["Handling a data", "incident"], True)


def test_a_long_title_is_cut_but_said_whole() -> None:
    title = "Presenting findings to people who have to decide something"
    assert wrap(title, 122)[1] is False
    link = next(drawn([node("a", title)], []).iter("a"))
    assert link.attrib["aria-label"] == f"{title}, ready"


def test_one_endless_word_is_broken() -> None:
    lines, is_whole = wrap("Donaudampfschifffahrtsgesellschaft" * 3, 122)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert not is_whole


def test_a_map_of_sixty_weighs_less_than_four_and_a_half_kilobytes() -> None:
    nodes = [MapNode(f"skill-{i}", f"A skill of number {i}", "locked", f"/programs/p/skills/{i}") for i in range(60)]
    edges = [(f"skill-{i // 2 - j}", f"skill-{i}") for i in range(4, 60) for j in (0, 1)]
    assert len(brotli.compress(render_map(layout([each.id for each in nodes], edges), nodes).encode())) <= 4_500
