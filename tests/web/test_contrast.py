"""The colours of the style sheet, computed as WCAG 2.2 does it (1.4.3, 1.4.11): axe cannot judge text in SVG."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SHEETS = {
    path.name: path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parents[2] / "static").glob("*.css"))
}
SHEET = SHEETS["cbe.css"]
PAIR = re.compile(r"--(\w[\w-]*): light-dark\((#\w+), (#\w+)\)")
RULE = re.compile(r"((?:\[data-(?:state|status)=\w+\](?:, )?)+) \{ ([^}]*--f:[^}]*) \}")
STATES = {"mastered", "in_review", "returned", "expired", "ready", "locked"}
CHANGES = {"added", "removed", "changed", "moved", "same"}
"""What differs between two versions, on the coloured map."""
STATUSES = {"held", "withheld", "claimable", "impossible", "next", "in_progress", "open"}


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def colours(text: str, scheme: int) -> dict[str, str]:
    return {match[1]: match[2 + scheme] for match in PAIR.finditer(text)}


PAGE = SHEET[SHEET.index(":root") : SHEET.index("[data-theme=light]")]
SHOWN = {
    name: rule[2]
    for sheet in SHEETS.values()
    for rule in RULE.finditer(sheet)
    for name in re.findall(r"data-(?:state|status)=(\w+)", rule[1])
}
SCHEMES = pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])


def test_every_state_and_status_has_colours() -> None:
    assert set(SHOWN) == STATES | STATUSES | CHANGES


@SCHEMES
@pytest.mark.parametrize("name", sorted(SHOWN))
def test_a_state_is_readable_on_its_fill(name: str, scheme: int) -> None:
    shown = colours(SHOWN[name], scheme)
    assert contrast(shown["t"], shown["f"]) >= 4.5


@SCHEMES
@pytest.mark.parametrize("name", sorted(SHOWN))
def test_the_border_of_a_state_stands_out_from_the_page(name: str, scheme: int) -> None:
    page, shown = colours(PAGE, scheme), colours(SHOWN[name], scheme)
    assert min(contrast(shown["b"], page["bg"]), contrast(shown["b"], page["card"])) >= 3


@pytest.mark.parametrize("group", [STATES, STATUSES, CHANGES], ids=["states", "statuses", "changes"])
def test_no_two_borders_of_a_kind_are_alike_without_colour(group: set[str]) -> None:
    borders = [tuple(sorted(re.findall(r"--(?:w|l): \w+", SHOWN[name]))) for name in group]
    assert len(set(borders)) == len(borders)


@SCHEMES
@pytest.mark.parametrize("text", ["ink", "soft", "link", "good", "bad"])
@pytest.mark.parametrize("ground", ["bg", "card", "tint"])
def test_text_is_readable_on_every_ground(text: str, ground: str, scheme: int) -> None:
    page = colours(PAGE, scheme)
    assert contrast(page[text], page[ground]) >= 4.5


@SCHEMES
def test_controls_and_lines_can_be_seen(scheme: int) -> None:
    page = colours(PAGE, scheme)
    assert contrast(page["on-link"], page["link"]) >= 4.5
    assert all(contrast(page[line], page[ground]) >= 3 for line in ("rim", "wire") for ground in ("bg", "card"))


@SCHEMES
@pytest.mark.parametrize("name", SHEETS)
def test_a_text_whose_rule_gives_it_a_fill_is_readable_on_it(name: str, scheme: int) -> None:
    given = re.compile(r"(?:^|[;{ ])(background|color|fill): (light-dark\([^)]*\))")
    for rule in re.findall(r"\{ ([^{}]*) \}", SHEETS[name]):
        found = {kind: PAIR.search(f"--x: {pair}") for kind, pair in given.findall(rule)}
        if {"background", "color"} <= found.keys() and all(found.values()):
            text, fill = (found[kind][2 + scheme] for kind in ("color", "background"))
            assert contrast(text, fill) >= 4.5, rule
