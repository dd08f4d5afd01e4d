"""A small program that tests share: every kind of prerequisite and requirement, small enough to work out by hand."""

from copy import deepcopy
from typing import Any

_LEAVES: dict[str, Any] = {key: {"competency": key} for key in ("css", "js", "a11y", "forms", "site")}

_WEB: dict[str, Any] = {
    "format": "cbe-program/1",
    "program": {
        "id": "web",
        "title": {"en": "Web development", "ar": "تطوير الويب"},
        "language": "en",
        "sections": [{"id": "front", "title": "In the browser"}, {"id": "back", "title": "On the server"}],
    },
    "competencies": [
        {
            "id": "html",
            "title": {"en": "HTML", "ar": "لغة HTML"},
            "effort_hours": 6,
            "renewal_hours": 2,
            "credits": 0.5,
            "section": "front",
        },
        {"id": "css", "title": "CSS", "effort_hours": 8, "credits": 1, "section": "front", "prerequisites": [["html"]]},
        {"id": "js", "title": "JavaScript", "effort_hours": 20, "credits": 2, "prerequisites": [["html"]]},
        {"id": "php", "title": "PHP", "effort_hours": 12, "credits": 1, "section": "back", "prerequisites": [["html"]]},
        {
            "id": "a11y",
            "title": "Accessibility",
            "effort_hours": 5,
            "credits": 0.5,
            "prerequisites": [["html"], ["css"]],
        },
        {
            "id": "forms",
            "title": "Forms",
            "effort_hours": 4,
            "credits": 0.5,
            "prerequisites": [["html"], ["js", "php"]],
        },
        {"id": "sql", "title": "SQL", "effort_hours": 10, "credits": 1, "section": "back"},
        {"id": "site", "title": "A site", "effort_hours": 15, "credits": 2, "prerequisites": [["forms"], ["sql"]]},
    ],
    "credentials": [
        {
            "id": "web-badge",
            "title": "Web badge",
            "kind": "badge",
            "credits": 1,
            "requires": {
                "all": [_LEAVES["forms"], {"at_least": 2, "of": [_LEAVES["css"], _LEAVES["js"], _LEAVES["a11y"]]}]
            },
        },
        {"id": "style-badge", "title": "Style badge", "kind": "badge", "requires": {"all": [_LEAVES["css"]]}},
        {
            "id": "web-certificate",
            "title": "Web certificate",
            "kind": "certificate",
            "credits": 6,
            "requires": {
                "all": [
                    {"credential": "web-badge"},
                    _LEAVES["site"],
                    {"credits": 1.5, "of": [_LEAVES["css"], _LEAVES["a11y"], _LEAVES["js"]]},
                ]
            },
        },
    ],
}


def web_document() -> dict[str, Any]:
    """Return the document as a value of one's own.

    From nothing, the shortest way to `web-badge` is html, css, a11y, php, forms: 6 + 8 + 5 + 12 + 4 = 35 hours (with
    JavaScript for PHP and accessibility: 6 + 8 + 20 + 4 = 38); to `web-certificate` it is sql and site more: 60.
    """
    return deepcopy(_WEB)
