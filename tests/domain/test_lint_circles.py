"""Breaking circles: none is left, the fewest are taken, and it is said whether that is proven."""

from __future__ import annotations

import random
import time
from itertools import combinations

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cbe.domain.lint import circle_breaking
from cbe.domain.lint.orders import Tangle

PAIRS = st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde")), max_size=11)


def is_broken(edges, taken):
    return nx.is_directed_acyclic_graph(nx.DiGraph([edge for edge in edges if edge not in taken]))


@settings(deadline=None)
@given(PAIRS)
def test_the_fewest_are_taken_and_it_is_proven(edges):
    taken, proven = circle_breaking(edges, seconds=60)
    assert proven
    assert is_broken(edges, taken)
    assert not taken or not any(is_broken(edges, fewer) for fewer in combinations(set(edges), len(taken) - 1))


@settings(deadline=None, max_examples=30)
@given(PAIRS)
def test_without_time_circles_are_broken_all_the_same(edges):
    taken, proven = circle_breaking(edges, seconds=0)
    assert is_broken(edges, taken)
    assert proven == nx.is_directed_acyclic_graph(nx.DiGraph(edges)) or all(a == b for a, b in taken)
    assert set(taken) <= set(edges)


def test_the_same_edges_give_the_same_answer():
    draw = random.Random(5)
    edges = [(str(draw.randrange(40)), str(draw.randrange(40))) for _ in range(110)]
    taken, proven = circle_breaking(edges, seconds=60)
    assert proven
    assert circle_breaking(edges, seconds=60) == (taken, True)
    assert taken == [edge for edge in dict.fromkeys(edges) if edge in taken]


@pytest.mark.parametrize(("size", "count", "most"), [(400, 2_400, 510), (1_000, 3_000, 320), (6_000, 18_000, 2_700)])
def test_a_large_tangle_is_answered_in_time_unproven(size, count, most):
    draw = random.Random(2)
    edges = [(str(draw.randrange(size)), str(draw.randrange(size))) for _ in range(count)]
    start = time.process_time()
    taken, proven = circle_breaking(edges, seconds=2)
    assert time.process_time() - start < 2.2
    assert not proven
    assert is_broken(edges, taken)
    assert len(taken) < most


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda pair: (str(pair[0]), str(pair[1])))))
def test_the_quick_answer_breaks_all_circles_and_takes_nothing_to_spare(edges):
    edges = list(dict.fromkeys(edge for edge in edges if edge[0] != edge[1]))
    taken = Tangle(edges).broken(float("inf"))
    assert is_broken(edges, taken)
    assert not any(is_broken(edges, taken - {edge}) for edge in taken)
