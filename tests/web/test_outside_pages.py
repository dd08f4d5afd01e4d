"""The pages of credentials from elsewhere: bringing one in, as evidence, with a rule of trust, and what is not taken."""

import io

import pytest
from markupsafe import escape

from tests.outside_credentials import ESCO, KEY, named, on_stage, open_badge_2, signed

MINE = {"mine": "yes"}


@pytest.fixture
def browser(app, cast, now, sign_in):
    """The learner's browser; they learn in the program that knows what the credentials are for."""
    with app.app_context():
        on_stage(cast, now)
    return sign_in(cast.people["learner"])


def brought(browser, data):
    """Bring a credential in by a file and return its page's address."""
    form = {**MINE, "file": (io.BytesIO(data), "credential.json")}
    answer = browser.post("/my/elsewhere", data=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_a_learner_brings_one_in_looks_at_it_takes_its_text_and_removes_it(browser):
    address = brought(browser, signed())
    page = browser.get(address).text
    assert "This credential is valid." in page
    assert "It names nobody. That it was issued to the learner is their own statement." in page
    for other in ("/my/elsewhere", "/my-record"):
        assert address in browser.get(other).text
    assert browser.get(f"{address}/text").data == signed()
    assert browser.post(f"{address}/verify").status_code == 303
    assert browser.post(f"{address}/remove").status_code == 303
    assert browser.get(address).status_code == 404


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        (MINE, "credential", "Paste a credential"),
        ({**MINE, "credential": "hello there"}, "credential", "neither JSON nor a VC-JWT"),
        ({"credential": open_badge_2().decode()}, "mine", "Say that it was issued to you"),
        ({**MINE, "link": "http://127.0.0.1/x"}, "link", "127.0.0.1"),
    ],
)
def test_what_is_not_taken_says_why_and_keeps_what_was_typed(browser, form, field, words):
    answer = browser.post("/my/elsewhere", data=form)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert words in answer.text
    typed = next(value for name, value in form.items() if name != "mine") if len(form) > 1 else ""
    assert str(escape(typed)) in answer.text


def test_it_becomes_a_draft_with_its_checks(browser):
    address = brought(browser, open_badge_2())
    assert "Markup" in browser.get(address).text
    made = browser.post(f"{address}/evidence", data={"program": "sites", "competency": "markup"})
    page = browser.get(made.headers["Location"]).text
    for words in ("A credential from elsewhere: Old badge", "could not tell", "Its text as it came"):
        assert words in page
    assert browser.post(f"{address}/remove").status_code == 303
    assert "Old badge" in browser.get(made.headers["Location"]).text


def test_a_registrar_trusts_and_a_learner_takes_over_with_one_click(browser, sign_in, cast):
    registrar, rules = sign_in(cast.people["registrar"]), "/programs/sites/trusted-issuers"
    wrong = registrar.post(rules, data={"issuer": "College", "name": "A College"})
    assert (wrong.status_code, 'value="College"' in wrong.text) == (422, True)
    assert "the issuer&#39;s DID" in wrong.text
    address = brought(browser, signed(subject=named("learner@cbe.example")))
    assert "Let it count here" not in browser.get(address).text
    good = {"issuer": KEY.did, "name": "A College", "note": "Agreed.", "competency": "markup"}
    assert registrar.post(rules, data=good).status_code == 303
    page = browser.get(address).text
    assert "recognized by rule 1, approved by Registrar on" in page
    assert "The e-mail address in it is the learner&#39;s." in page
    taken = browser.post(f"{address}/take-over", data={"program": "sites", "competency": "markup"})
    page = browser.get(taken.headers["Location"]).text
    assert "Transfer from another record: met" in page
    assert "recognized by rule 1, approved by Registrar" in page
    assert "1 time" in registrar.get(rules).text
    again = browser.post(f"{address}/take-over", data={"program": "sites", "competency": "markup"})
    assert again.headers["Location"] == address


def test_an_address_is_shown_to_nobody_else(browser, sign_in, cast):
    address = brought(browser, signed(at=ESCO))
    for name in ("other_learner", "registrar", "instructor"):
        assert sign_in(cast.people[name]).get(address).status_code == 404
