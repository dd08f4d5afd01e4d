"""Programs as GraphML (graphml.graphdrawing.org), for other programs that draw and measure graphs; written only."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

from cbe.domain.program import Program, Text

__all__ = ["write_graphml"]

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_graphml(program: Program) -> bytes:
    """Return the graph of a program: competencies with `title` and `hours`, edges from prerequisite to competency.

    Edges to one competency with the same `group` are alternatives. A competency in several groups of another has an edge
    for each. Texts are in the program's language; what XML cannot hold becomes U+FFFD.
    """
    import networkx as nx  # 10 MB that start-up need not wait for

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(
        program=_xml(program.id), title=_xml(_plain(program.title, program.language))
    )
    for competency in program.competencies:
        title = _xml(_plain(competency.title, program.language))
        graph.add_node(_xml(competency.id), title=title, hours=float(competency.effort_hours))
    for competency in program.competencies:
        for number, group in enumerate(competency.prerequisites, 1):
            for member in group:
                graph.add_edge(_xml(member), _xml(competency.id), group=number)
    out = io.BytesIO()
    nx.write_graphml_xml(graph, out, encoding="utf-8", prettyprint=True)
    return out.getvalue()


def _plain(text: Text, language: str) -> str:
    return text.get(language) or next(iter(text.values())) if isinstance(text, Mapping) else text


def _xml(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
