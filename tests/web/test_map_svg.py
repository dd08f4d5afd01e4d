"""What the markup of a map says to people and to scripts, and how little it weighs."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import brotli
import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given, settings

from cbe.web.map_layout import GRID, Layout, layout
from cbe.web.map_svg import MapNode, render_map, wrap
from tests.web.test_map_layout import graphs

Corner = tuple[int, int]


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


def paths(picture: ET.Element) -> list[str]:
    """Return the needed edges and the alternatives."""
    group = next(group for group in picture.iter("g") if "aria-hidden" in group.attrib)
    return [path.attrib["d"] for path in group]


def ends_of(kinds: list[str], picture: Layout) -> list[list[tuple[Corner, Corner]]]:
    """Follow every part as the script does; return where its edge starts and ends, in pixels from a box's left."""
    origin: dict[Corner, Corner] = {}
    found: list[list[tuple[Corner, Corner]]] = [[], []]
    for kind, path in enumerate(kinds):
        for part in path.split("M")[1:]:
            x, y = (int(number) for number in re.findall(r"-?\d+", part)[:2])
            start = origin.get((x, y), (x, y))
            for step in re.findall(r"[cv][^cv]+", part):
                *_, across, down = [0, *(int(number) for number in re.findall(r"-?\d+", step))]
                x, y = x + across, y + down
                origin[x, y] = start
            found[kind].append(((start[0] * GRID, start[1] * GRID), (x * GRID, y * GRID)))
    return found


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
    assert [path.count("M") for path in paths(picture)] == [1, 1]
    assert [link.attrib.get("data-p") for link in picture.iter("a")] == [None, None, "0~1"]


@given(graphs())
@settings(max_examples=40, deadline=None)
def test_a_script_finds_every_edge_in_the_order_of_the_boxes(graph: tuple[list[str], list[tuple[str, str]]]) -> None:
    names, edges = graph
    picture = layout(names, edges)
    svg = ET.fromstring(render_map(picture, [node(name) for name in names], alternatives=set(edges[::3])))
    ends = {kind: iter(ends_of(paths(svg), picture)[kind]) for kind in (0, 1)}
    found = [
        (names[int(number)], name, *next(ends[kind]))
        for name, link in zip(names, svg.iter("a"), strict=True)
        for kind, numbers in enumerate(link.attrib.get("data-p", "").split("~"))
        for number in numbers.split()
    ]
    assert sorted((source, target) for source, target, *_ in found) == sorted(edges)
    for source, target, start, end in found:
        assert start == (picture.boxes[source].x, picture.boxes[source].y + picture.node_height)
        assert end == (picture.boxes[target].x, picture.boxes[target].y)


def test_what_two_edges_of_one_source_share_is_drawn_once() -> None:
    edges = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e"), ("a", "d"), ("a", "e")]
    picture = layout(list("abcde"), edges)
    solid = paths(drawn([node(key) for key in "abcde"], edges))[0]
    assert solid.count(f"M{picture.boxes['a'].x // GRID} {picture.node_height // GRID}") == 2


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


def test_a_map_of_sixty_weighs_less_than_three_and_a_half_kilobytes() -> None:
    nodes = [MapNode(f"skill-{i}", f"A skill of number {i}", "locked", f"/programs/p/skills/{i}") for i in range(60)]
    edges = [(f"skill-{i // 2 - j}", f"skill-{i}") for i in range(4, 60) for j in (0, 1)]
    assert len(brotli.compress(render_map(layout([each.id for each in nodes], edges), nodes).encode())) <= 3_500
