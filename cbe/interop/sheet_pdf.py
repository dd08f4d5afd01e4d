"""A transcript or a certificate as PDF, set by typst where that is installed; its letters are those that typst brings.

The words come in ready for the reader. Arabic has no letters there: such sheets print from their page.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

__all__ = ["Certificate", "Sheet", "Table", "can_set", "certificate_pdf", "sheet_pdf"]

LEFT_TO_RIGHT = {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sv", "da", "fi", "nb", "ro", "hu", "tr"}
"""Languages whose letters are there."""
HEAD = """
#let d = json(bytes(sys.inputs.data))
#set document(title: d.title)
#set text(lang: d.language, size: 10pt)
"""
SHEET = """
#set page(paper: "a4", margin: 2cm, footer: context align(center, counter(page).display("1 / 1", both: true)))
#grid(columns: (1fr, auto), column-gutter: 1em,
  [= #d.title
   #d.subtitle
   #if d.link != "" [#v(.5em) #text(size: 8pt)[#d.to_check \\ #link(d.link)]]],
  if d.qr != "" { image(bytes(d.qr), format: "svg", width: 2.8cm) })
#for one in d.tables [
  == #one.title
  #table(columns: (1fr,) + (auto,) * (one.columns.len() - 1), stroke: none, inset: (x: 3pt, y: 4pt), align: left,
    table.hline(stroke: .6pt), table.header(..one.columns.map(strong)), table.hline(stroke: .4pt),
    ..one.rows.flatten(), table.hline(stroke: .6pt))]
== #d.key_title
#for one in d.key [/ #one.at(0): #one.at(1)
]
"""
CERTIFICATE = """
#set page(paper: "a4", flipped: true, margin: 2.2cm)
#align(center + horizon)[
  #if d.picture != "" { image(bytes(d.picture), format: "svg", height: 5.2cm) }
  #text(size: 15pt, d.issuer)
  #v(.6em)
  #text(size: 28pt, weight: "bold", d.title)
  #v(.4em)
  #for line in d.lines [#text(size: 13pt, line) #linebreak()]
  #v(1em)
  #if d.qr != "" { image(bytes(d.qr), format: "svg", width: 2.6cm) }
  #text(size: 8pt, d.note)
  #if d.link != "" [#linebreak() #text(size: 8pt, link(d.link))]]
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts under a heading."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A transcript in words; ``key``: pairs that say how to read it, ``qr``: SVG of the code, or nothing."""

    language: str
    title: str
    subtitle: str
    tables: Sequence[Table]
    key_title: str
    key: Sequence[tuple[str, str]]
    to_check: str = ""
    link: str = ""
    qr: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """One credential in words, for one page; ``picture`` and ``qr`` are SVG, or nothing."""

    language: str
    title: str
    issuer: str
    lines: Sequence[str]
    note: str
    picture: str = ""
    link: str = ""
    qr: str = ""


def can_set(language: str) -> bool:
    """Tell whether a sheet in this language can be set here: typst is installed, and has its letters."""
    return language.split("-", maxsplit=1)[0] in LEFT_TO_RIGHT and importlib.util.find_spec("typst") is not None


def sheet_pdf(sheet: Sheet) -> bytes:
    """Return a transcript as PDF."""
    return _set(SHEET, asdict(sheet))


def certificate_pdf(certificate: Certificate) -> bytes:
    """Return a certificate as PDF."""
    return _set(CERTIFICATE, asdict(certificate))


def _set(source: str, values: Mapping[str, object]) -> bytes:
    import typst  # only where it is installed

    text = json.dumps(values, ensure_ascii=False)
    return bytes(typst.compile((HEAD + source).encode(), sys_inputs={"data": text}))
