"""The draft as a picture without scripts: what is shown, every change beside it, what is refused, and circles."""

import json
import re

import pytest

from cbe.interop.program_file import write_program_document
from cbe.services import drafts
from cbe.store.database import begin_write, db
from cbe.store.programs import DraftRow
from tests.programs import web_document
from tests.web.test_learner_pages import queries_of

PICTURE = "/programs/web/draft/picture"


@pytest.fixture
def desk(sign_in, cast):
    """The designer's browser."""
    return sign_in(cast.people["designer"])


@pytest.fixture
def has(app, cast, now):
    """Give a function that makes a document the draft, whatever is wrong in it."""

    def has(competencies, sections=()):
        document = web_document() | {"competencies": competencies, "credentials": []}
        document["program"]["sections"] = list(sections)
        with app.app_context():
            begin_write()
            db.session.add(
                DraftRow(
                    program_id=cast.program_id, draft_id=cast.version_id, document=write_program_document(document),
                    digest="", folded=0, revision=0, updated_at=now,
                )
            )  # fmt: skip
            db.session.commit()
            drafts._kept.clear()

    return has


@pytest.fixture
def needs(app, cast):
    """Give a function that says what a competency of the draft needs."""

    def needs(key):
        with app.app_context():
            draft = drafts.get_editing(cast.people["designer"].actor, "web").draft
            return draft.get("competency", key, "prerequisites")

    return needs


def send(desk, path, where="", **fields):
    """Send a form of the picture as its page shows it."""
    seen = re.search(r'name="seen" value="([^"]+)"', desk.get(PICTURE + where).text)[1]
    return desk.post(f"{PICTURE}/{path}{where}", data={"seen": seen, **fields})


def shown(page):
    return re.findall(r'data-competency="([^"]+)"', page.text)


def chain(count):
    return [
        {"id": f"c{n}", "title": f"Skill {n:04}", "effort_hours": 2} | ({"prerequisites": [[f"c{n - 1}"]]} if n else {})
        for n in range(count)
    ]


def test_a_small_draft_is_shown_whole_with_its_edges(desk):
    page = desk.get(PICTURE)
    assert shown(page) == ["html", "css", "js", "php", "a11y", "forms", "sql", "site"]
    assert page.text.count('class="line"') == 8
    assert page.text.count('class="line any"') == 2
    assert page.text.count(' r="5"/>') == 1
    assert "Needs HTML; JavaScript or PHP. Is needed for A site." in page.text


def test_around_one_only_its_neighbours_are_shown_and_what_is_left_out_is_counted(desk):
    page = desk.get(f"{PICTURE}?focus=php&steps=1")
    assert sorted(shown(page)) == ["forms", "html", "php"]
    assert "HTML, 6 h · +3 edges" in page.text
    assert sorted(shown(desk.get(f"{PICTURE}?section=back"))) == ["php", "sql"]
    assert "site" in shown(desk.get(f"{PICTURE}?section="))


def test_a_section_shows_what_stands_in_those_inside_it(desk, has):
    has(
        [{"id": key, "title": key, "effort_hours": 1, "section": section} for key, section in [("a", "x"), ("b", "z")]]
        + [{"id": "c", "title": "c", "effort_hours": 1}],
        [{"id": "x", "title": "X"}, {"id": "y", "title": "Y", "parent": "x"}, {"id": "z", "title": "Z", "parent": "y"}],
    )
    assert shown(desk.get(f"{PICTURE}?section=x")) == ["a", "b"]
    assert shown(desk.get(f"{PICTURE}?section=y")) == ["b"]
    assert shown(desk.get(f"{PICTURE}?section=")) == ["c"]


def test_search_jumps_to_one_and_lists_several(desk):
    answer = desk.get(f"{PICTURE}?q=access")
    assert answer.headers["Location"] == f"{PICTURE}?focus=a11y#c-a11y"
    page = desk.get(f"{PICTURE}?q=s")
    assert "Found" in page.text
    assert "Nothing is called that." in desk.get(f"{PICTURE}?q=xyz").text


def test_an_edge_is_drawn_by_titles_and_the_view_stays(desk, needs):
    answer = send(desk, "edges", "?focus=css&steps=2", needed="sql", competency="CSS", beside="")
    assert answer.headers["Location"] == f"{PICTURE}?focus=css&steps=2#c-css"
    assert needs("css") == [["html"], ["sql"]]
    assert "SQL is needed for CSS now." in desk.get(answer.headers["Location"]).text


@pytest.mark.parametrize("beside", ["HTML", "html", '["html"]'])
def test_an_edge_joins_a_group_as_an_alternative(desk, needs, beside):
    assert send(desk, "edges", needed="sql", competency="css", beside=beside).status_code == 303
    assert needs("css") == [["html", "sql"]]


def test_what_several_are_called_is_asked_back_with_what_was_typed(desk, has, needs):
    has(
        [
            {"id": key, "title": title, "effort_hours": 1}
            for key, title in [("a", "Twin"), ("b", "Twin"), ("c", "Other")]
        ]
    )
    page = send(desk, "edges", needed="Twin", competency="Other", beside="")
    assert page.status_code == 422
    assert "Several may be meant" in page.text
    assert 'type="radio" name="needed" value="b"' in page.text
    assert 'value="Other"' in page.text
    page = send(desk, "edges", needed="nowhere", competency="", beside="x")
    assert "No competency is called that" in page.text
    assert "Choose a competency." in page.text
    assert needs("c") is None


def test_a_refused_circle_names_all_by_title_and_the_edge_that_closes_it(desk, needs):
    page = send(desk, "edges", "?focus=html", needed="site", competency="html")
    assert page.status_code == 422
    words = re.sub(r"<[^>]+>", "", page.text)
    assert "in a circle, each needed by the next: HTML → Forms → A site → HTML." in words
    assert "The edge that closes it is the new one: A site for HTML." in words
    assert page.text.count('class="circ"') == 3
    assert f'name="next" value="{PICTURE}?focus=html"' in page.text
    assert needs("html") is None


def test_an_edge_is_taken_out_of_its_group(desk, needs):
    page = desk.get(f"{PICTURE}?focus=forms").text
    assert page.count("Take out<span") == 4
    send(desk, "edges/removal", "?focus=forms", edge='["js", "forms", ["js", "php"]]')
    assert needs("forms") == [["html"], ["php"]]
    assert send(desk, "edges/removal", edge="[]").status_code == 422


def test_a_competency_is_added_by_itself_or_joined_with_the_chosen_one(desk, needs):
    answer = send(desk, "competencies", "?focus=sql", title="Joins", effort_hours="2,5", join="needs")
    assert answer.headers["Location"] == f"{PICTURE}?focus=joins#c-joins"
    assert needs("joins") == [["sql"]]
    send(desk, "competencies", "?focus=sql", title="Tables", effort_hours="3", join="opens")
    assert needs("sql") == [["tables"]]
    page = send(desk, "competencies", title="", effort_hours="none")
    assert page.status_code == 422
    assert "Say what it is called." in page.text
    assert 'value="none"' in page.text


def test_a_competency_is_taken_out_unless_a_rule_names_it(desk, needs):
    answer = send(desk, "competencies/removal", "?focus=sql", competency="sql")
    assert answer.headers["Location"] == f"{PICTURE}?focus=site#c-site"
    assert needs("site") == [["forms"]]
    page = send(desk, "competencies/removal", "?focus=forms", competency="forms")
    assert page.status_code == 422
    assert "names it: change the rule first" in page.text


def test_a_draft_with_circles_opens_and_the_fewest_edges_are_taken_out_at_once_and_come_back(desk, has, needs):
    circle = chain(4)
    circle[0]["prerequisites"] = [["c3"], ["c0"]]
    has(circle)
    page = desk.get(PICTURE)
    assert page.text.count('class="line back"') == 2
    assert "go in circles" in page.text
    page = desk.get("/programs/web/draft/circles").text
    assert "Take out 2 edges" in page
    assert "It is proven that no fewer will do" in page
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    offered = json.loads(re.search(r'name="edges" value="([^"]+)"', page)[1].replace("&#34;", '"'))
    desk.post("/programs/web/draft/circles", data={"seen": seen, "edges": json.dumps(offered)})
    assert "No circles" in desk.get("/programs/web/draft/circles").text
    assert desk.post("/programs/web/draft/undo").status_code == 303
    assert needs("c0") == [["c3"], ["c0"]]
    assert desk.post("/programs/web/draft/circles", data={"seen": seen, "edges": "{"}).status_code == 422


def test_a_large_draft_costs_what_is_shown_of_it(app, desk, has):
    sections = [{"id": "s", "title": "All"}]
    asked, sizes = [], []
    has([one | {"section": "s"} for one in chain(1500)], sections)
    desk.get(PICTURE)
    for path in (f"{PICTURE}?focus=c700&steps=3", PICTURE, f"{PICTURE}?section=s&part=2"):
        asked.append(queries_of(app, lambda path=path: sizes.append(len(desk.get(path).data))))
    assert asked == [queries_of(app, lambda: desk.get(PICTURE))] * 3
    assert max(sizes) < 150_000
    assert shown(desk.get(f"{PICTURE}?focus=c700&steps=3")) == [f"c{n}" for n in (700, 699, 701, 698, 702, 697, 703)]
    assert shown(desk.get(f"{PICTURE}?section=s&part=2")) == [f"c{n}" for n in range(80, 160)]
