"""The parts pages are made of: what they say to people, to screen readers and to scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel
from flask_wtf import FlaskForm
from jinja2 import Environment
from wtforms import BooleanField, StringField

from cbe.web import texts


@pytest.fixture
def jinja() -> Iterator[Environment]:
    app = Flask(__name__, template_folder=str(Path(__file__).parents[2] / "templates"))
    app.secret_key = "tests"
    app.config["WTF_CSRF_ENABLED"] = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app)
    texts.register(app)
    with app.test_request_context():
        yield app.jinja_env


def shown(jinja: Environment, source: str, **values: object) -> str:
    return jinja.from_string('{% import "macros.html" as m %}{% from "_icons.html" import icons_in %}' + source).render(
        **values
    )


@pytest.mark.parametrize("state", list(texts.STATES))
def test_a_state_is_an_icon_and_a_word_and_its_icon_is_drawn(jinja: Environment, state: str) -> None:
    page = shown(jinja, "{% set pill = m.state_pill(state) %}{{ pill }}{{ icons_in(pill) }}", state=state)
    assert str(texts.STATES[state]) in page
    assert f'<symbol id="i-{state}"' in page
    assert page.count("<symbol") == 1


@pytest.mark.parametrize("status", list(texts.STATUSES))
def test_every_icon_of_a_status_is_drawn(jinja: Environment, status: str) -> None:
    page = shown(jinja, "{% set pill = m.status_pill(status) %}{{ pill }}{{ icons_in(pill) }}", status=status)
    assert set(re.findall(r'href="#(.+?)"', page)) == set(re.findall(r'symbol id="(.+?)"', page))


def test_a_page_without_icons_carries_none(jinja: Environment) -> None:
    assert shown(jinja, '{{ icons_in("<p>nothing</p>") }}').strip() == ""


def test_a_text_in_another_language_says_so(jinja: Environment) -> None:
    page = shown(jinja, "{{ m.text_of(text) }}", text=texts.Spoken("بيانات", "ar", "rtl", True))
    assert '<span lang="ar" dir="rtl">بيانات</span>' in page


def test_a_title_is_text_and_never_markup(jinja: Environment) -> None:
    page = shown(jinja, "{{ m.competency_link('a', title, 'ready', '#') }}", title="<script>")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_credential_card_says_status_hours_and_how_far(jinja: Environment) -> None:
    page = shown(
        jinja,
        "{{ m.credential_card('k', 'Badge', '/k', 'next', hours, 8, 12, kind='badge', is_goal=true) }}",
        hours=Decimal("6.50"),
    )
    assert 'data-credential="k" data-status="next" data-remaining-hours="6.5"' in page
    assert all(words in page for words in ("8 of 12", "6.5 h left", "66%", "goal"))


@pytest.mark.parametrize(("done", "total"), [(0, 0), (0, 7), (7, 7)])
def test_a_ring_can_be_empty_and_full(jinja: Environment, done: int, total: int) -> None:
    assert ("0%" if total and not done else "100%") in shown(jinja, f"{{{{ m.ring({done}, {total}) }}}}")


def test_a_field_names_its_help_and_its_error(jinja: Environment) -> None:
    class Form(FlaskForm):
        email = StringField("E-mail", description="Where we write to.")
        agree = BooleanField("I agree")

    form = Form()
    form.email.errors = ["Write an address."]
    page = shown(jinja, "{{ m.field(form.email, autocomplete='email') }}{{ m.field(form.agree) }}", form=form)
    assert 'aria-describedby="email-help email-error" aria-invalid="true" autocomplete="email"' in page
    assert 'id="email-help"' in page
    assert page.index("I agree") > page.index('id="agree"')


def test_a_requirement_says_what_is_met(jinja: Environment) -> None:
    leaf = {"met": True, "parts": None, "text": "HTML", "id": "html", "state": "mastered", "url": "#"}
    tree = {"words": "All of these", "met": False, "parts": [leaf]}
    page = shown(jinja, "{{ m.tree(tree) }}", tree=tree)
    assert "not met" in page
    assert 'data-competency="html" data-state="mastered"' in page


def test_long_lists_are_paged_around_where_one_is(jinja: Environment) -> None:
    page = shown(jinja, "{{ m.pagination(5, 20, url) }}", url=lambda number: f"?page={number}")
    assert re.findall(r'href="\?page=(\d+)" aria-label', page) == ["1", "3", "4", "6", "7", "20"]
    assert '<span aria-current="page">5</span>' in page
