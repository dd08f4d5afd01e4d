"""Edges of a draft: drawn as the only or as one of several, taken out, looked up around one, and circles found."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbe.domain.draft import (
    Draft,
    around,
    back_edges,
    connect,
    disconnect,
    edges_among,
    goes_in_circles,
    groups_of,
)

PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30, unique=True)


def draft(**needs):
    """Make a draft; each competency with the groups it needs."""
    items = [{"id": key, "prerequisites": groups} if groups else {"id": key} for key, groups in needs.items()]
    return Draft.of_document({"program": {}, "competencies": items})


def of_pairs(pairs):
    return draft(**{f"n{key}": [[f"n{a}"] for a, b in pairs if b == key] for key in range(10)})


def after(found, operation, key):
    return groups_of(found.after(operation), key)


@pytest.mark.parametrize(
    ("groups", "beside", "expected"),
    [
        ([], None, [["x"]]),
        ([["a"]], None, [["a"], ["x"]]),
        ([["a"], ["b"]], ["a"], [["a", "x"], ["b"]]),
        ([["a"], ["x"]], ["a"], [["a", "x"]]),
        ([["a", "x"]], ["a", "x"], [["a", "x"]]),
        ([["x"]], None, [["x"]]),
        ([["a", "x"]], None, [["a", "x"], ["x"]]),
    ],
)
def test_an_edge_is_drawn_by_itself_or_into_a_group(groups, beside, expected):
    found = draft(a=[], b=[], x=[], y=groups)
    assert after(found, connect(found, "x", "y", beside), "y") == expected


def test_no_edge_joins_a_group_that_is_not_there():
    found = draft(a=[], x=[], y=[["a"]])
    with pytest.raises(ValueError, match="not in list"):
        connect(found, "x", "y", ["b"])


def test_an_edge_is_taken_out_of_one_group_or_of_all():
    found = draft(a=[], b=[], y=[["a", "b"], ["a"]])
    assert after(found, disconnect(found, [("a", "y")], ["a", "b"]), "y") == [["b"], ["a"]]
    assert after(found, disconnect(found, [("a", "y")]), "y") == [["b"]]
    assert after(found, disconnect(found, [("a", "y"), ("b", "y")]), "y") == []
    assert disconnect(found, [("b", "a"), ("a", "gone")]) == ()


def test_around_looks_both_ways_step_by_step_and_stops_at_the_most():
    found = draft(a=[], b=[["a"]], c=[["b"], ["gone"]], d=[["c"]], e=[])
    assert around(found, "b", 1, 80) == (["b", "a", "c"], True)
    assert around(found, "a", 2, 80) == (["a", "b", "c"], True)
    assert around(found, "b", 3, 3) == (["b", "a", "c"], False)
    assert around(found, "e", 3, 80) == (["e"], True)


@given(PAIRS)
def test_without_its_back_edges_a_graph_has_no_circle_and_without_circles_it_has_none(pairs):
    found = of_pairs(pairs)
    edges = [edge.pair for edge in edges_among(found, found.order["competency"])]
    back = back_edges(found.order["competency"], edges)
    graph = nx.DiGraph(edges)
    assert goes_in_circles(found) is bool(back) is (not nx.is_directed_acyclic_graph(graph))
    graph.remove_edges_from(back)
    assert nx.is_directed_acyclic_graph(graph)
