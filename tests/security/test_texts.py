"""What somebody writes into a program stays text on every page: markup, links that run, formulas."""

import json
import re

import pytest

from cbe.domain.errors import Invalid
from cbe.domain.policy import SYSTEM
from cbe.services.publishing import check_program, import_program
from tests.programs import web_document

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7777*7}}"
LINK = "[run](javascript:alert(1)) <b onclick=x>b</b> ![i](https://e.example/i.png) [d](data:text/html,x)"


def poison(value, name=""):
    """Write markup into every text of a document that isn't an id."""
    if isinstance(value, dict):
        return {key: poison(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [poison(one, name) for one in value]
    if isinstance(value, str) and name in ("title", "description", "criteria", "en", "ar", "notes"):
        return f"{value} {EVIL} {LINK}"
    return value


@pytest.fixture
def poisoned(app, cast, now, learner):
    from cbe.services.enrolments import enrol

    document = poison(web_document())
    document["program"]["id"] = "poisoned"
    with app.app_context():
        import_program(SYSTEM, json.dumps(document).encode(), publish=True, now=now)
        enrol(SYSTEM, learner.account_id, "poisoned", now=now)
    return document


def test_no_text_of_a_program_becomes_markup(sign_in, learner, poisoned):
    client = sign_in(learner)
    paths = ["", "/map", "/outline", "/goals", "/progress", "/print"]
    paths += [f"/competencies/{one['id']}" for one in poisoned["competencies"]]
    paths += [f"/credentials/{one['id']}" for one in poisoned["credentials"]]
    for path in paths:
        answer = client.get(f"/learn/poisoned{path}")
        assert answer.status_code == 200, path
        assert not re.search(r"<script>|<img|<b onclick|href=\"?(javascript|data:text)|54439", answer.text), path


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:x",
        "data:text/html,x",
        "java\nscript:x",
        "//e.example",
    ],
)
def test_a_resource_is_a_page_of_the_web(url):
    document = web_document()
    document["competencies"][0]["resources"] = [{"title": "R", "url": url}]
    with pytest.raises(Invalid) as error:
        check_program(json.dumps(document).encode())
    assert any("/resources/0" in at for at, _ in error.value.problems)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_a_table_runs_no_formula_that_a_name_or_a_title_holds(sign_in, app, learner, registrar, poisoned, sign, now):
    from cbe.interop.csv_table import write_table
    from cbe.web.learner.own_data import safe_cell

    assert write_table(["a"], [[f"{sign}1+1"]]).decode("utf-8-sig").split("\r\n", 1)[1].lstrip('"').startswith("'")
    assert safe_cell(f"{sign}1+1").startswith("'")
