"""Every text a person reads is translated, with the same values in it."""

import re
import subprocess
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.needs import PROJECT

CATALOGUES = sorted((PROJECT / "cbe" / "translations").glob("*/LC_MESSAGES/messages.po"))
VALUES = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Return the texts that are in the code and the templates now."""
    path = tmp_path_factory.mktemp("texts") / "messages.pot"
    subprocess.run(["make", "-s", "texts", f"TEXTS={path}"], cwd=PROJECT, check=True)
    with path.open("rb") as file:
        return read_po(file)


def texts(entry: str | tuple[str, ...] | list[str]) -> list[str]:
    return [entry] if isinstance(entry, str) else list(entry)


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_every_text_is_translated(path: Path, extracted: Catalog) -> None:
    with path.open("rb") as file:
        catalogue = read_po(file)
    missing = [
        message.id
        for message in extracted
        if message.id
        and not ((found := catalogue.get(message.id, message.context)) and all(texts(found.string)) and not found.fuzzy)
    ]
    assert not missing, f"{len(missing)} texts want a translation (make messages, then {path}): {missing[:20]}"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_translation_has_the_values_of_its_text(path: Path) -> None:
    with path.open("rb") as file:
        catalogue = read_po(file)
    wrong = [(message.id, text) for message in catalogue if message.id for text in strays(message)]
    assert not wrong, f"values differ: {wrong}"


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "لا متعلّمين"), (1, "متعلّم واحد"), (2, "متعلّمان"), (3, "3 متعلّمين"), (11, "11 متعلّمًا"), (100, "100 متعلّم")],
)
def test_arabic_counts_in_six_forms(count: int, words: str) -> None:
    compiled = BytesIO()
    with (PROJECT / "cbe/translations/ar/LC_MESSAGES/messages.po").open("rb") as file:
        write_mo(compiled, read_po(file))
    texts = GNUTranslations(BytesIO(compiled.getvalue()))
    assert texts.ngettext("%(num)s learner", "%(num)s learners", count) % {"num": count} == words


def strays(message: Message) -> list[str]:
    """Return the translations whose values are not those of the text."""
    allowed = {value for text in texts(message.id) for value in VALUES.findall(text)}
    # Arabic says one and two without a number: a form of a plural may leave values out, but none may add any.
    needed = set() if message.pluralizable else allowed
    return [text for text in texts(message.string) if text and not needed <= set(VALUES.findall(text)) <= allowed]
