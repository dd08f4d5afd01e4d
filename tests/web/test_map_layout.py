"""What holds of every map: edges go down, boxes never overlap, nothing is drawn through a box."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from cbe.web.map_layout import Layout, layout

Edges = list[tuple[str, str]]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[str], Edges]:
    count = draw(st.integers(0, 40))
    nodes = [str(i) for i in range(count)]
    pairs = st.tuples(st.integers(0, max(0, count - 1)), st.integers(0, max(0, count - 1)))
    drawn = draw(st.lists(pairs, max_size=90, unique=True))
    edges = [(str(a), str(b)) for a, b in drawn if a < b]
    return draw(st.permutations(nodes)), edges


def longest_paths(nodes: list[str], edges: Edges) -> dict[str, int]:
    graph = nx.DiGraph(edges)
    graph.add_nodes_from(nodes)
    return {node: depth for depth, generation in enumerate(nx.topological_generations(graph)) for node in generation}


def boxes_by_row(picture: Layout) -> dict[int, list[int]]:
    rows: dict[int, list[int]] = {}
    for box in picture.boxes.values():
        rows.setdefault(box.row, []).append(box.x)
    return rows


@given(graphs())
@settings(max_examples=60, deadline=None)
def test_every_edge_goes_down_and_layers_are_longest_paths(graph: tuple[list[str], Edges]) -> None:
    nodes, edges = graph
    picture = layout(nodes, edges)
    assert {node: box.layer for node, box in picture.boxes.items()} == longest_paths(nodes, edges)
    assert all(picture.boxes[source].row < picture.boxes[target].row for source, target in edges)
    assert [(route.source, route.target) for route in picture.routes] == edges


@given(graphs(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_boxes_never_overlap_and_stay_inside(graph: tuple[list[str], Edges], mirrored: bool) -> None:
    picture = layout(*graph, mirrored=mirrored)
    for xs in boxes_by_row(picture).values():
        xs.sort()
        assert xs[0] >= 0
        assert xs[-1] + picture.node_width <= picture.width
        assert all(right - left > picture.node_width for left, right in pairwise(xs))
    assert all(box.y == picture.top(box.row) for box in picture.boxes.values())
    assert all(box.y + picture.node_height <= picture.height for box in picture.boxes.values())


@given(graphs())
@settings(max_examples=60, deadline=None)
def test_no_edge_passes_through_a_box(graph: tuple[list[str], Edges]) -> None:
    picture = layout(*graph)
    rows = boxes_by_row(picture)
    for route in picture.routes:
        for row, x in enumerate(route.xs[1:-1], start=route.row + 1):
            assert not any(left <= x <= left + picture.node_width for left in rows[row])


@given(graphs())
@settings(max_examples=30, deadline=None)
def test_right_to_left_is_the_mirror_image(graph: tuple[list[str], Edges]) -> None:
    plain, mirrored = layout(*graph), layout(*graph, mirrored=True)
    for node, box in plain.boxes.items():
        assert mirrored.boxes[node].x == plain.width - box.x - plain.node_width
        assert mirrored.boxes[node].y == box.y


def test_the_same_graph_gives_the_same_map() -> None:
    edges = [(str(i // 2), str(i)) for i in range(1, 60)]
    assert layout([str(i) for i in range(60)], edges) == layout([str(i) for i in range(60)], edges)


def test_a_wide_layer_is_split_so_that_a_page_holds_it() -> None:
    nodes = ["root", *(f"leaf {i}" for i in range(50))]
    picture = layout(nodes, [("root", leaf) for leaf in nodes[1:]])
    assert picture.width <= 1240
    assert {picture.boxes[leaf].layer for leaf in nodes[1:]} == {1}


def test_competencies_without_edges_stand_in_rows_at_the_foot() -> None:
    picture = layout(["a", "b", *map(str, range(20))], [("a", "b")])
    assert picture.width <= 1184
    assert min(picture.boxes[str(i)].row for i in range(20)) > picture.boxes["b"].row


def test_an_empty_map_has_no_size() -> None:
    assert (layout([], []).width, layout([], []).height) == (0, 0)
