"""The draft in its views, as documents: what is changed where, what is refused, and what two do at once."""

import re

import pytest

from cbe.domain.draft import add_part
from cbe.services import drafts
from tests.web.test_learner_pages import queries_of

DRAFT = "/programs/web/draft"


@pytest.fixture
def desk(sign_in, cast):
    """The designer's browser."""
    return sign_in(cast.people["designer"])


@pytest.fixture
def field(app, cast):
    """Give a function that reads a field of a part of the draft."""

    def field(key, name, kind="competency"):
        with app.app_context():
            return drafts.get_editing(cast.people["designer"].actor, "web").draft.get(kind, key, name)

    return field


def fields_of(page):
    """Return what a form holds, as a browser would send it."""
    form = page[page.index("data-saves") : page.index("data-said")]
    found = dict(re.findall(r'<input(?![^>]*type="(?:checkbox|radio)")[^>]* name="([^"]+)" value="([^"]*)"', form))
    found |= dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n?([^<]*)</textarea>', form))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        found[name] = "".join(re.findall(r'value="([^"]*)" selected', options))
    return found


def seen_in(page):
    return re.search(r'name="seen" value="([^"]+)"', page)[1]


@pytest.fixture
def do(desk):
    """Give a function that presses a button of the outline."""

    def do(what, **fields):
        seen = seen_in(desk.get(DRAFT).text)
        return desk.post(f"{DRAFT}/move", data={"do": what, "seen": seen, **fields}, follow_redirects=True)

    return do


def test_the_outline_shows_sections_with_what_stands_in_them(desk):
    page = desk.get(DRAFT).text
    places = [
        page.index(words) for words in ("In the browser", "HTML", "On the server", "PHP", "In no section", "Forms")
    ]
    assert places == sorted(places)


def test_there_is_nothing_to_undo_at_first(desk):
    answer = desk.post("/programs/web/draft/undo")
    assert answer.status_code == 409
    assert "There is nothing to undo." in answer.text


def test_a_competency_is_added_with_title_and_hours_in_a_section(desk, field):
    page = desk.get(DRAFT).text
    data = {"title": "Colour", "effort_hours": "2,5", "section": "front", "seen": seen_in(page)}
    answer = desk.post(f"{DRAFT}/competencies", data=data)
    assert answer.headers["Location"].endswith("#competency-colour")
    assert (field("colour", "effort_hours"), field("colour", "section")) == (2.5, "front")
    page = desk.get(DRAFT).text
    assert page.index("CSS") < page.index('id="competency-colour"') < page.index("On the server")


def test_what_is_wrong_with_a_new_competency_stands_beside_it_with_what_was_typed(desk):
    data = {"title": "Colour", "effort_hours": "none", "section": "front", "seen": seen_in(desk.get(DRAFT).text)}
    answer = desk.post(f"{DRAFT}/competencies", data=data)
    assert answer.status_code == 422
    assert 'value="Colour"' in answer.text
    assert "This is not a number" in answer.text


@pytest.mark.parametrize(
    ("what", "key", "name", "value"),
    [
        ("in section back", "back", "parent", "front"),
        ("to competency js", "js", "section", "back"),
        ("copy competency css", "css-2", "prerequisites", [["html"]]),
    ],
)
def test_parts_are_moved_and_copied_by_buttons(do, field, what, key, name, value):
    assert do(what, section="back").status_code == 200
    assert field(key, name, "section" if "section" in what.split() else "competency") == value


def test_a_competency_goes_up_and_down_in_its_section(do, desk):
    page = do("down competency html").text
    assert page.index("CSS") < page.index('id="competency-html"')
    assert "Moved: HTML." in page
    page = desk.post(f"{DRAFT}/undo", follow_redirects=True).text
    assert page.index('id="competency-html"') < page.index("CSS")


def test_what_nothing_counts_on_is_taken_out_and_what_a_rule_names_is_not(do, desk, field):
    assert "Taken out: SQL." in do("remove competency sql").text
    assert field("site", "prerequisites") == [["forms"]]
    answer = do("remove competency css")
    assert answer.status_code == 422
    assert "The rule of \u2068Style badge\u2069 names it" in answer.text
    page = desk.get(f"{DRAFT}?at=css").text
    assert "It cannot be taken out:" in page
    assert 'value="remove competency css"' not in page


def test_what_stands_on_a_record_stays(do, app, cast, now):
    from tests.handing_in import handed_in

    with app.app_context():
        handed_in(cast.people["learner"], ["sql"], now=now)
    answer = do("remove competency sql")
    assert answer.status_code == 422
    assert "Somebody has evidence or a decision for it" in answer.text


def test_search_jumps_to_the_only_match_and_lists_several(desk):
    assert desk.get(f"{DRAFT}?q=java").headers["Location"] == f"{DRAFT}?at=js#competency-js"
    assert "?at=css#competency-css" in desk.get(f"{DRAFT}?q=s").text


@pytest.fixture
def many(app, cast, now):
    """Give a function that puts so many competencies into a section of the draft at once."""

    def many(count):
        def make(draft):
            there = len(draft.competencies)
            made = [
                add_part(draft, "competency", {"id": f"x{n}", "title": f"Extra {n}", "effort_hours": 1, "section": "back"})
                for n in range(there, there + count)
            ]  # fmt: skip
            return tuple(change for operation in made for change in operation)

        actor = cast.people["designer"].actor
        with app.app_context():
            drafts.edit(actor, "web", drafts.get_editing(actor, "web").seen, make, now=now)

    return many


def test_a_large_draft_shows_one_section_at_a_time_by_pages(many, desk):
    many(400)
    page = desk.get(DRAFT).text
    assert page.count('id="competency-') == 0
    page = desk.get(f"{DRAFT}?open=back&page=2").text
    assert page.count('id="competency-') == 100
    assert "open=back&amp;page=5" in page
    jump = desk.get(f"{DRAFT}?q=extra+407").headers["Location"]
    assert 'id="competency-x407"' in desk.get(jump).text


@pytest.fixture
def other(sign_in, cast):
    """The browser of another who may edit the draft: an administrator."""
    return sign_in(cast.people["administrator"])


def test_the_history_says_who_did_what_in_words(do, other, desk):
    do("to competency js", section="back")
    page = other.get(f"{DRAFT}/competencies/css").text
    other.post(f"{DRAFT}/competencies/css", data={**fields_of(page), "title.en": "Style", "do": "need sql"})
    do("remove competency sql")
    desk.post(f"{DRAFT}/undo")
    page = re.sub(r"<[^>]+>|\s+", " ", desk.get(f"{DRAFT}/history").text)
    page = re.sub(" +", " ", page)
    assert "Designer (you)" in page
    assert "Undid number 3" in page
    assert "Title: from CSS to Style" in page
    assert "Prerequisites: from HTML to HTML ; SQL" in page.replace("HTML; SQL", "HTML ; SQL")
    assert "removed: SQL" in page
    assert "Section: to On the server" in page


def test_what_others_did_is_told_once_asked_and_ones_own_is_not(do, other, desk):
    seen = seen_in(desk.get(DRAFT).text)
    assert desk.get(f"{DRAFT}/changes.json?seen={seen}").json["said"] == ""
    do("to competency js", section="back")
    assert desk.get(f"{DRAFT}/changes.json?seen={seen}").json["said"] == ""
    assert "Designer" in other.get(f"{DRAFT}/changes.json?seen={seen}").json["said"]
    assert "JavaScript" in other.get(f"{DRAFT}/changes.json?seen={seen}").json["said"]


def test_a_form_that_saves_itself_undoes_nothing_of_others_and_does_not_clash_with_itself(desk, other, field):
    path, quiet = f"{DRAFT}/competencies/html", {"Accept": "application/json"}
    mine = fields_of(desk.get(path).text) | {"once": ""}
    theirs = fields_of(other.get(path).text) | {"once": ""}
    first = desk.post(path, data={**mine, "title.en": "Mark"}, headers=quiet).json
    other.post(path, data={**theirs, "effort_hours": "9"})
    mine |= {"seen": first["seen"], "once": "", "title.en": "Markup", "code": "H"}
    assert desk.post(path, data=mine, headers=quiet).json["said"].startswith("Saved")
    assert (field("html", "title")["en"], field("html", "effort_hours"), field("html", "code")) == ("Markup", 9, "H")
    assert other.post(path, data={**theirs, "title.en": "Other"}, headers=quiet).status_code == 409


def test_what_two_wrote_is_shown_in_words_and_nobody_insists_on_undoing(desk, other):
    path = f"{DRAFT}/competencies/js"
    mine, theirs = fields_of(desk.get(path).text), fields_of(other.get(path).text)
    desk.post(path, data={**mine, "do": "need sql"})
    answer = other.post(path, data={**theirs, "do": "need php"})
    assert answer.status_code == 409
    assert "HTML; PHP" in re.sub(r"<[^>]+>", "", answer.text)
    assert "HTML; SQL" in re.sub(r"<[^>]+>", "", answer.text)
    assert "Save mine all the same" in answer.text
    other.post(path, data={**fields_of(other.get(path).text), "do": "need php"})
    answer = desk.post(f"{DRAFT}/undo")
    assert answer.status_code == 409
    assert "Save mine all the same" not in answer.text


@pytest.mark.parametrize(("keep", "title"), [("", "Mine"), ("theirs", "Theirs")])
def test_of_a_clash_either_is_kept_and_what_did_not_clash_is_saved(keep, title, desk, other, field):
    path = f"{DRAFT}/competencies/js"
    mine, theirs = fields_of(desk.get(path).text), fields_of(other.get(path).text)
    other.post(path, data={**theirs, "title.en": "Theirs", "level": "2"})
    clash = desk.post(path, data={**mine, "title.en": "Mine", "code": "J"}).text
    over = re.search(r'name="over" value="([^"]+)"', clash)[1]
    desk.post(path, data={**mine, "title.en": "Mine", "code": "J", "over": over, "keep": keep, "once": ""})
    assert (field("js", "title"), field("js", "code"), field("js", "level")) == (title, "J", 2)


def test_a_form_that_saves_itself_is_told_what_is_wrong(desk):
    path = f"{DRAFT}/competencies/html"
    typed = {**fields_of(desk.get(path).text), "title.en": "", "title.ar": "", "level": "9", "effort_hours": "0"}
    answer = desk.post(path, data=typed, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert len(answer.json["problems"]) == 3
    page = desk.post(path, data=typed).text
    assert '<a href="#level">Level</a>: A level is a whole number from 1 to 8.' in page
    assert 'id="effort_hours-error"' in page


def test_prerequisites_are_found_and_put_into_groups(desk, field):
    path = f"{DRAFT}/competencies/sql"
    typed = fields_of(desk.get(path).text)
    assert desk.post(path, data={**typed, "find": "css"}).headers["Location"] == f"{path}?find=css#prerequisites"
    page = desk.get(f"{path}?find=css").text
    assert 'value="need css"' in page
    desk.post(path, data={**fields_of(page), "do": "need css", "code": "S"})
    desk.post(path, data={**fields_of(desk.get(path).text), "do": "need php", "into": "0"})
    assert (field("sql", "prerequisites"), field("sql", "code")) == ([["css", "php"]], "S")
    desk.post(path, data={**fields_of(desk.get(path).text), "do": "out 0 0"})
    assert field("sql", "prerequisites") == [["php"]]


def test_a_circle_is_refused_with_every_title_and_the_edge_that_closes_it(desk, field):
    path = f"{DRAFT}/competencies/html"
    typed = {**fields_of(desk.get(path).text), "find": "site", "code": "H", "do": "need site"}
    answer = desk.post(path, data=typed)
    assert answer.status_code == 422
    text = answer.text.replace("\u2068", "").replace("\u2069", "")
    assert "circle: HTML → Forms → A site → HTML" in text
    assert "It closes where HTML needs A site." in text
    assert 'name="code" value="H"' in answer.text
    assert field("html", "prerequisites") is None


def test_rubrics_rules_and_lists_are_written_in_rows(desk, field):
    path = f"{DRAFT}/competencies/html"
    typed = fields_of(desk.get(path).text) | {
        "rubric.0.title": "Seen", "rubric.1.title": "Done alone", "rubric.counts_from": "1", "mastery.assessors": "2",
        "resources.0.title": "Guide", "resources.0.url": "https://example.org/guide", "alignments.0.uri": "nothing",
    }  # fmt: skip
    answer = desk.post(path, data=typed)
    assert "Write an address such as" in answer.text
    desk.post(path, data=typed | {"alignments.0.uri": "https://example.org/a"})
    levels = [{"id": "seen", "title": "Seen"}, {"id": "done-alone", "title": "Done alone"}]
    assert field("html", "rubric") == {"levels": levels, "counts_from": "done-alone"}
    assert field("html", "mastery") == {"assessors": 2}
    assert field("html", "resources") == [{"title": "Guide", "url": "https://example.org/guide"}]
    assert 'value="https://example.org/a"' in desk.get(path).text


def test_the_program_gets_another_language_and_its_texts_are_marked(desk, field):
    path = f"{DRAFT}/program"
    typed = fields_of(desk.get(path).text) | {"add_language": "fr", "gate": "strict"}
    there = desk.post(path, data=typed).headers["Location"]
    page = desk.get(there).text
    assert 'name="title.fr"' in page
    assert page.count("not translated") == 1
    desk.post(path, data=fields_of(page) | {"title.fr": "Le web"})
    assert (field("", "title", "program")["fr"], field("", "gate", "program")) == ("Le web", "strict")
    assert 'name="title.fr"' in desk.get(f"{DRAFT}/sections/front").text
    assert "not in: ar, fr" in desk.get(DRAFT).text


def test_of_a_large_draft_sections_in_closed_ones_are_counted(many, do, desk):
    many(400)
    do("in section back")
    page = desk.get(DRAFT).text
    assert "1 section in it" in page
    assert 'id="section-back"' not in page
    assert 'id="section-back"' in desk.get(f"{DRAFT}?open=front").text


def test_queries_do_not_grow_with_the_competencies(app, many, desk):
    many(1)
    paths = (DRAFT, f"{DRAFT}?at=css", f"{DRAFT}/competencies/css?find=x", f"{DRAFT}/program")
    few = [queries_of(app, lambda path=path: desk.get(path)) for path in paths]
    many(200)
    assert few == [queries_of(app, lambda path=path: desk.get(path)) for path in paths]


def test_the_form_of_a_competency_saves_what_is_typed_and_nothing_else(desk, field):
    path = f"{DRAFT}/competencies/html"
    page = desk.get(path).text
    typed = {**fields_of(page), "title.ar": "ترميز", "criteria.en": "One.\r\nTwo.", "level": "3", "section": "back"}
    assert desk.post(path, data=typed).headers["Location"] == path
    assert field("html", "title") == {"en": "HTML", "ar": "ترميز"}
    assert (field("html", "criteria"), field("html", "level"), field("html", "section")) == ("One.\nTwo.", 3, "back")
    done = desk.post(path, data={**typed, "seen": seen_in(desk.get(path).text)})
    assert done.status_code == 303
    assert 'value="HTML"' in desk.get(path).text
