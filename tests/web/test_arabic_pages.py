"""Pages in Arabic: no English is left in what cbe itself says, not even where something is wrong."""

import re

import pytest

from tests.needs import PROJECT

CATALOGUE = PROJECT / "cbe" / "translations" / "ar" / "LC_MESSAGES" / "messages.mo"
ARABIC = {"Accept-Language": "ar"}
# A place in a table names its column, and the columns are a format: "email" stays "email".
LATIN = re.compile(r"[A-Za-z]{2,}")

pytestmark = pytest.mark.skipif(not CATALOGUE.exists(), reason="the texts are not compiled (make test does it)")


def told(page):
    """Return what the page says is wrong: the box above the form, and what stands under its fields."""
    parts = re.findall(r'(?s)<div class="flash" role="alert">.*?</div>|<p class="error".*?</p>', page)
    return [re.sub(r"<[^>]+>", " ", part) for part in parts]


@pytest.mark.parametrize("email", ["", "a" * 300])
def test_a_form_says_in_arabic_what_is_wrong(client, email):
    page = client.post("/sign-in", data={"email": email, "password": ""}, headers=ARABIC).text
    assert 'lang="ar" dir="rtl"' in page
    assert told(page)
    assert not [part for part in told(page) if LATIN.search(part)]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("email,email\n", "العمود «email» مكرّر"),
        ("name\n", "العمود «email» مفقود"),
        ("email,colour\n", "لا يوجد هنا عمود «colour»"),
        ('email,name\na@b.example,"Ada\n', "راجع علامات الاقتباس"),
        ("email,name\nada@cbe.example,Ada\nada@cbe.example,Ada\n", "السطر 2 يقول الشيء نفسه"),
    ],
)
def test_a_table_is_told_in_arabic_what_is_wrong(sign_in, registrar, table, words):
    answer = sign_in(registrar).post("/programs/web/people/table", data={"table": table, "do": "look"}, headers=ARABIC)
    [box] = [re.sub("[\u2068\u2069]", "", part) for part in told(answer.text)]
    assert words in box
    assert not LATIN.search(re.sub("email|name|colour|CSV", "", box))


def test_an_error_page_is_in_arabic(client):
    answer = client.get("/nothing-here", headers=ARABIC)
    main = re.search(r"(?s)<main.*?</main>", answer.text).group()
    assert "لا شيء هنا" in main
    assert not LATIN.search(re.sub(r"<[^>]+>", " ", main))
