"""The draft as a table: cells that are saved together, and rows pasted from a spreadsheet."""

import re

import pytest

from cbe.domain.policy import SYSTEM
from tests.web.test_learner_pages import queries_of

TABLE = "/programs/web/draft/table"
PASTE = f"{TABLE}/paste"


@pytest.fixture
def desk(sign_in, cast):
    """The designer's browser."""
    return sign_in(cast.people["designer"])


def cells_in(page: str) -> dict[str, str]:
    """Return what the form of the page would send."""
    form = page[page.index('class="form cells"') :]
    tags = re.findall(r"<input[^>]*>", form[: form.index("</form>")])
    values = [dict(re.findall(r'(\w+)="([^"]*)"', tag)) for tag in tags]
    return {one["name"]: one["value"].replace("&amp;", "&") for one in values if "name" in one}


def draft_of(app):
    from cbe.services.drafts import get_editing

    with app.app_context():
        return get_editing(SYSTEM, "web")


def pasted(desk, text, do="preview"):
    seen = cells_in(desk.get(PASTE).text)["seen"]
    return desk.post(PASTE, data={"seen": seen, "rows": text, "do": do})


def test_cells_show_what_is_there_and_saving_them_as_they_are_changes_nothing(app, desk):
    cells = cells_in(desk.get(TABLE).text)
    assert (cells["0.id"], cells["0.title"], cells["0.section"]) == ("html", "HTML", "In the browser")
    assert cells["5.prerequisites"] == "html & (js | php)"
    assert desk.post(TABLE, data=cells).status_code == 303
    assert draft_of(app).seen.revision == 0


def test_cells_of_several_rows_and_new_ones_are_saved_as_one_operation(app, desk):
    cells = cells_in(desk.get(TABLE).text)
    cells |= {"0.title": "HTML 5", "1.hours": "", "2.level": "4", "6.prerequisites": "HTML 5 & (Charts | js)"}
    desk.post(TABLE, data=cells | {"8.title": "Charts", "8.hours": "2,5", "8.section": "on the server"})
    editing = draft_of(app)
    draft = editing.draft
    assert editing.seen.revision == 1
    assert draft.get("competency", "html", "title") == {"en": "HTML 5", "ar": "لغة HTML"}
    assert (draft.get("competency", "css", "effort_hours"), draft.get("competency", "css", "effort_is_estimated")) == (
        1,
        False,
    )
    assert draft.get("competency", "js", "level") == 4
    assert draft.get("competency", "sql", "prerequisites") == [["html"], ["charts", "js"]]
    assert draft.get("competency", "charts", "effort_hours") == 2.5
    assert draft.get("competency", "charts", "section") == "back"
    assert draft.order["competency"][-1] == "charts"


def test_what_is_wrong_stands_at_its_cell_and_nothing_typed_is_lost(app, desk):
    cells = cells_in(desk.get(TABLE).text)
    wrong = {
        "0.title": "",
        "1.hours": "many",
        "2.prerequisites": "html &",
        "3.prerequisites": "flash",
        "4.section": "Nowhere",
    }
    answer = desk.post(TABLE, data=cells | wrong | {"8.hours": "3"})
    assert answer.status_code == 422
    for spot in (*wrong, "8.title"):
        assert f'id="{spot}-error"' in answer.text, spot
        assert f'href="#{spot}"' in answer.text, spot
    after = cells_in(answer.text)
    assert {spot: after[spot] for spot in wrong} == wrong
    assert draft_of(app).seen.revision == 0


def test_a_circle_and_a_level_above_eight_are_refused_at_their_cells(desk):
    cells = cells_in(desk.get(TABLE).text)
    answer = desk.post(TABLE, data=cells | {"0.prerequisites": "site", "1.level": "9"})
    assert 'id="0.prerequisites-error"' in answer.text
    assert "HTML\u2069 → \u2068Forms\u2069 → \u2068A site" in answer.text
    assert 'id="1.level-error"' in answer.text


def test_the_table_is_narrowed_by_section_and_search_and_goes_back_there(desk):
    page = desk.get(f"{TABLE}?section=back&q=ph").text
    cells = cells_in(page)
    assert (cells["0.id"], cells["1.id"], cells["1.section"]) == ("php", "", "On the server")
    answer = desk.post(f"{TABLE}?section=back&q=ph", data=cells)
    assert answer.location == f"{TABLE}?q=ph&section=back"
    assert cells_in(desk.get(f"{TABLE}?section=-").text)["0.id"] == "js"


def test_two_who_write_in_one_cell_see_both_and_other_cells_are_kept(app, desk, sign_in, cast):
    other = sign_in(cast.people["administrator"])
    mine, theirs = cells_in(desk.get(TABLE).text), cells_in(other.get(TABLE).text)
    other.post(TABLE, data=theirs | {"0.hours": "7", "1.hours": "9"})
    clash = desk.post(TABLE, data=mine | {"0.hours": "8", "2.hours": "21"})
    assert clash.status_code == 409
    assert "Administrator" in clash.text
    sent = re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)"', clash.text[clash.text.index("What both") :]
    )
    desk.post(TABLE, data={name: value.replace("&amp;", "&") for name, value in sent if name != "once"})
    hours = [draft_of(app).draft.get("competency", key, "effort_hours") for key in ("html", "css", "js")]
    assert hours == [8, 9, 21]


ROWS = "Charts\tC-1\tOn the server > Pictures\t4\t0.5\t3\tsql\nMaps\tC-2\tPictures too\t\t\t\tC-1\n"


def test_pasted_rows_are_looked_at_first_and_then_added_as_one_operation(app, desk):
    page = pasted(desk, ROWS).text
    assert "2 competencies added" in page
    assert "On the server &gt; Pictures" in page
    assert draft_of(app).seen.revision == 0
    pasted(desk, ROWS, "apply")
    editing = draft_of(app)
    assert editing.seen.revision == 1
    assert editing.draft.get("competency", "maps", "prerequisites") == [["charts"]]
    assert editing.draft.get("competency", "maps", "effort_is_estimated") is False
    assert editing.draft.get("section", "pictures", "parent") == "back"
    desk.post("/programs/web/draft/undo")
    assert draft_of(app).draft.order["competency"][-1] == "site"


def test_a_pasted_row_with_a_known_id_changes_only_what_it_says(app, desk):
    text = "id,Hours,title,code\nhtml,9,,\ncss,8,Style sheets,S\n"
    page = pasted(desk, text).text
    assert "2 competencies changed" in page
    pasted(desk, text, "apply")
    draft = draft_of(app).draft
    assert draft.get("competency", "html", "title") == {"en": "HTML", "ar": "لغة HTML"}
    assert (draft.get("competency", "html", "effort_hours"), draft.get("competency", "css", "code")) == (9, "S")


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", "", "paste some rows first"),
        ("Charts\t\t\tmany", "Line 1, Hours", "This is not a number"),
        ("title\n\nCharts, maps\n", "Line 3, Title", "more cells than"),
        ("title,hours\nCharts,2\n,3", "Line 3, Title", "Write a title."),
        ("id,title\nhtml,A\nhtml,B", "Line 3, Title", "The row 2 is about the same one."),
        ("title,prerequisites\nA,b\nB,a", "Line 2, Prerequisites", "go in a circle"),
        ("title,title\nA,b", "Line 1, Title", "stands twice"),
        ("title\n" + "A\n" * 1001, "", "at most 1000 lines"),
    ],
)
def test_what_cannot_be_pasted_is_said_with_its_line_and_the_text_stays(desk, text, line, why):
    answer = pasted(desk, text, "apply")
    assert answer.status_code == 422
    assert line in answer.text
    assert why in answer.text
    assert text.strip()[:40] in answer.text


def test_the_queries_do_not_grow_with_the_rows(app, desk):
    desk.get(TABLE)
    few = queries_of(app, lambda: desk.get(TABLE))
    pasted(desk, "title\n" + "\n".join(f"Extra {number}" for number in range(100)), "apply")
    desk.get(TABLE)
    assert queries_of(app, lambda: desk.get(TABLE)) <= few + 1  # the undo stack, once there is something in it
    assert "Extra 99" in desk.get(f"{TABLE}?page=3").text
