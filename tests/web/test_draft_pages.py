"""The draft in its views, as documents: what is changed where, what is refused, and what two do at once."""

import pytest


@pytest.fixture
def desk(sign_in, cast):
    """The designer's browser."""
    return sign_in(cast.people["designer"])


def test_the_outline_shows_sections_with_what_stands_in_them(desk):
    page = desk.get("/programs/web/draft").text
    places = [
        page.index(words) for words in ("In the browser", "HTML", "On the server", "PHP", "In no section", "Forms")
    ]
    assert places == sorted(places)


def test_there_is_nothing_to_undo_at_first(desk):
    answer = desk.post("/programs/web/draft/undo")
    assert answer.status_code == 409
    assert "There is nothing to undo." in answer.text
