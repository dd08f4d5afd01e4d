"""Circles against networkx, and large graphs within a stated time."""

from __future__ import annotations

import random
import time
from array import array

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbe.domain.program.circles import shortest_circles

EDGES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30)


def circles_of(count: int, edges: list[tuple[int, int]]) -> list[list[int]]:
    return shortest_circles(count, array("i", [a for a, _ in edges]), array("i", [b for _, b in edges]))


def expected_lengths(edges: list[tuple[int, int]]) -> dict[frozenset[int], int]:
    graph = nx.DiGraph(edges)
    lengths = {}
    for part in nx.strongly_connected_components(graph):
        inside = list(nx.simple_cycles(graph.subgraph(part)))
        if inside:
            lengths[frozenset(part)] = min(map(len, inside))
    return lengths


@given(EDGES)
def test_every_strongly_connected_part_shows_one_of_its_shortest_circles(edges):
    circles = circles_of(10, edges)
    expected = expected_lengths(edges)
    assert len(circles) == len(expected)
    for circle in circles:
        assert circle[0] == min(circle)
        assert all(edge in edges for edge in zip(circle, [*circle[1:], circle[0]], strict=True))
        part = next(part for part in expected if part.issuperset(circle))
        assert len(circle) == expected[part]


def test_a_ring_of_a_hundred_thousand_is_shown_whole():
    count = 100_000
    [circle] = circles_of(count, [(i, (i + 1) % count) for i in range(count)])
    assert circle == list(range(count))


@pytest.mark.parametrize("degree", [1, 2, 5])
def test_a_huge_tangle_takes_less_than_five_seconds(degree):
    draw = random.Random(degree)
    edges = [(i, draw.randrange(30_000)) for i in range(30_000) for _ in range(degree)]
    edges += [(i, (i + 1) % 30_000) for i in range(30_000)]
    started = time.process_time()
    assert len(circles_of(30_000, edges)) == 1
    assert time.process_time() - started < 20


def test_a_hundred_thousand_small_circles_are_all_found():
    edges = [(i, i ^ 1) for i in range(200_000)]
    started = time.process_time()
    assert len(circles_of(200_000, edges)) == 100_000
    assert time.process_time() - started < 20


def test_layers_that_resist_the_search_still_show_a_circle_in_time():
    layers, wide = 60, 40
    edges = [
        (layer * wide + a, (layer + 1) % layers * wide + b)
        for layer in range(layers)
        for a in range(wide)
        for b in range(wide)
    ]
    started = time.process_time()
    [circle] = circles_of(layers * wide, edges)
    assert len(circle) == layers
    assert time.process_time() - started < 20
