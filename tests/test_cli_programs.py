"""`program …`: the document on standard output and nothing else, the same problems everywhere, the right exit codes."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from tests.needs import PROJECT, real_program
from tests.programs import web_document

BROKEN: dict[str, Any] = {"format": "cbe-program/1", "program": {"id": "x", "title": "X", "language": "en"}}


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """Give a sound program file."""
    path = tmp_path / "web.json"
    path.write_text(json.dumps(web_document(), ensure_ascii=False), encoding="utf-8")
    return path


def run(app: Flask, *words: object) -> Result:
    return app.test_cli_runner().invoke(args=[str(word) for word in words])


def learners(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "learners.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_check_counts_a_sound_program(app: Flask, web: Path) -> None:
    done = run(app, "program", "check", web, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "ok": True,
        "program": "web",
        "competencies": 8,
        "prerequisites": 10,
        "longest_chain": 4,
        "any_of_groups": 1,
        "credentials": 3,
        "sections": 2,
    }


def test_check_reads_a_packed_file_and_prints_a_table_for_people(app: Flask, web: Path, tmp_path: Path) -> None:
    packed = tmp_path / "web.json.gz"
    packed.write_bytes(gzip.compress(web.read_bytes()))
    done = run(app, "program", "check", packed)
    assert done.exit_code == 0
    assert "competencies   8\n" in done.stdout


def test_problems_have_one_shape(app: Flask, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(BROKEN | {"credentials": [], "competencies": [{"id": "a", "title": "A"}]}))
    for command in (["check"], ["import"], ["plan", "--learners", broken]):
        done = run(app, "program", command[0], broken, *command[1:], "--json")
        assert done.exit_code == 1
        document = json.loads(done.stdout)
        assert document["ok"] is False
        assert [problem.keys() for problem in document["problems"]] == [{"at", "message"}] * len(document["problems"])
        assert "/competencies/0" in [problem["at"] for problem in document["problems"]]
    done = run(app, "program", "check", broken)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "/competencies/0: " in done.stderr


@pytest.mark.parametrize("words", [["check"], ["check", "/no/such/file"], ["plan", __file__], ["nonsense"]])
def test_wrong_usage_ends_with_2(app: Flask, words: list[str]) -> None:
    assert run(app, "program", *words).exit_code == 2


def test_plan_prints_states_plans_and_leverage(app: Flask, web: Path, tmp_path: Path) -> None:
    given = learners(
        tmp_path, {"ada": {"mastered": ["html", "css"], "held": ["style-badge"], "withheld": []}, "new": {}}
    )
    done = run(app, "program", "plan", web, "--learners", given, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    ada = json.loads(done.stdout)["ada"]
    assert ada["states"] == {
        "mastered": ["html", "css"],
        "ready": ["js", "php", "a11y", "sql"],
        "locked": ["forms", "site"],
    }
    assert [one["id"] for one in ada["credentials"]] == ["web-badge", "web-certificate", "style-badge"]
    assert ada["credentials"][0] == {
        "id": "web-badge",
        "status": "in_progress",
        "remaining_hours": 21,
        "plan": ["php", "a11y", "forms"],
        "proven_optimal": True,
        "lower_bound_hours": 21,
    }
    assert ada["credentials"][2]["plan"] == []
    assert ada["leverage"][2] == {"competency": "a11y", "credentials": 2, "hours": 5, "opens": 0}


def test_what_expired_costs_its_renewal(app: Flask, web: Path, tmp_path: Path) -> None:
    given = learners(tmp_path, {"ada": {"expired": ["html", "php"]}, "new": {}})
    done = run(app, "program", "plan", web, "--learners", given, "--credential", "style-badge", "--json")
    told = json.loads(done.stdout)
    assert [told[who]["credentials"][0]["remaining_hours"] for who in ("new", "ada")] == [14, 10]
    assert [told[who]["leverage"][0]["hours"] for who in ("new", "ada")] == [6, 2]
    assert told["ada"]["states"] == told["new"]["states"]
    both = learners(tmp_path, {"ada": {"mastered": ["html"], "expired": ["html"]}})
    done = run(app, "program", "plan", web, "--learners", both, "--json")
    assert [problem["at"] for problem in json.loads(done.stdout)["problems"]] == ["/ada/expired"]


def test_plan_can_be_of_one_credential_and_for_people(app: Flask, web: Path, tmp_path: Path) -> None:
    given = learners(tmp_path, {"new": {"mastered": []}})
    done = run(app, "program", "plan", web, "--learners", given, "--credential", "web-badge", "--json")
    assert [one["id"] for one in json.loads(done.stdout)["new"]["credentials"]] == ["web-badge"]
    done = run(app, "program", "plan", web, "--learners", given)
    assert "new: 0 mastered, 2 ready, 6 locked" in done.stdout
    assert "html → css → php → a11y → forms" in done.stdout


def test_everything_wrong_with_learners_has_its_place(app: Flask, web: Path, tmp_path: Path) -> None:
    given = learners(
        tmp_path,
        {"a": {"mastered": ["html", "cobol", 3], "held": "web-badge", "x": 1}, "b/c": [], "d": {"held": ["css"]}},
    )
    done = run(app, "program", "plan", web, "--learners", given, "--credential", "no", "--json")
    places = [problem["at"] for problem in json.loads(done.stdout)["problems"]]
    assert places == ["", "/a/x", "/a/mastered/1", "/a/mastered/2", "/a/held", "/b~1c", "/d/held/0"]


def test_the_same_content_twice_makes_no_second_version(app: Flask, web: Path) -> None:
    first = run(app, "program", "import", web, "--publish", "--json")
    again = run(app, "program", "import", web, "--publish")
    assert json.loads(first.stdout) == {"ok": True, "program": "web", "version": 1, "changed": True}
    assert again.exit_code == 0
    assert "nothing was published" in again.stdout
    listed = run(app, "program", "list")
    assert listed.stdout.startswith("web\tversion 1\t")
    assert json.loads(run(app, "program", "list", "--json").stdout)["programs"][0]["id"] == "web"


def test_export_gives_back_what_was_imported(app: Flask, web: Path) -> None:
    run(app, "program", "import", web)
    done = run(app, "program", "export", "web")
    assert json.loads(done.stdout) == web_document()
    assert "تطوير" in done.stdout
    assert run(app, "program", "export", "web", "--version", "3").exit_code == 1
    assert json.loads(run(app, "program", "export", "none", "--json").stdout)["ok"] is False


def test_plans_need_no_database_and_speak_utf_8_in_any_locale(web: Path, tmp_path: Path) -> None:
    document = web_document()
    document["competencies"][0]["id"] = "لغة"
    text = json.dumps(document, ensure_ascii=False).replace('"html"', '"لغة"')
    web.write_text(text, encoding="utf-8")
    given = learners(tmp_path, {"ا": {"mastered": ["لغة"]}})
    settings = {"CBE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "CBE_INSTANCE": str(tmp_path / "i")}
    settings |= {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "program", "plan", web, "--learners", given, "--json"],
        env=os.environ | settings,
        cwd=PROJECT,
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert json.loads(done.stdout.decode("utf-8"))["ا"]["states"]["mastered"] == ["لغة"]
    assert done.stderr == b""


@pytest.mark.programs
def test_a_plan_that_needs_the_solver_is_json_and_nothing_else(tmp_path: Path) -> None:
    program = real_program("rpi.json")
    who = learners(tmp_path, {"a": {}})
    run = [
        sys.executable,
        "-m",
        "flask",
        "--app",
        "app",
        "program",
        "plan",
        str(program),
        "--learners",
        str(who),
        "--json",
    ]
    done = subprocess.run(run, cwd=PROJECT, capture_output=True, check=True)
    answer = json.loads(done.stdout)
    assert done.stdout.decode() == json.dumps(answer, ensure_ascii=False, indent=2) + "\n"
    assert any(one["proven_optimal"] for one in answer["a"]["credentials"])


def test_a_broken_file_changes_nothing(app: Flask, web: Path, tmp_path: Path) -> None:
    document = web_document()
    document["competencies"][-1]["effort_hours"] = "many"
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(document))
    assert run(app, "program", "import", web, "--publish").exit_code == 0
    before = run(app, "program", "export", "web").stdout
    for words in ([], ["--publish"]):
        done = run(app, "program", "import", broken, *words, "--json")
        assert [problem["at"] for problem in json.loads(done.stdout)["problems"]] == ["/competencies/7/effort_hours"]
    assert run(app, "program", "export", "web").stdout == before
    assert json.loads(run(app, "program", "list", "--json").stdout)["programs"][0]["draft"] is False


def test_a_preview_changes_nothing_and_an_import_of_a_table_asks_nothing(app: Flask, tmp_path: Path) -> None:
    table = tmp_path / "frame.csv"
    table.write_text("id,title,hours,prerequisites\na,A,2,\nb,B,3,a\n")
    looked = run(app, "program", "import", str(table), "--preview", "--json")
    assert (looked.exit_code, json.loads(looked.output)["competencies"]) == (0, 2)
    assert run(app, "program", "list").output == ""
    assert "frame: the draft was written" in run(app, "program", "import", str(table)).output
    for form, word in (
        ("csv", "a"),
        ("edges", "a,b"),
        ("graphml", "<graphml"),
        ("case", "CFItems"),
        ("cbe", '"id": "a"'),
    ):
        assert word in run(app, "program", "export", "frame", "--format", form).output


def test_a_preview_of_what_is_refused_says_where_and_ends_with_one(app: Flask, tmp_path: Path) -> None:
    table = tmp_path / "frame.csv"
    table.write_text("id,title,prerequisites\na,A,b\nb,B,a\n")
    looked = run(app, "program", "import", str(table), "--preview")
    assert looked.exit_code == 1
    assert "refused\t" in looked.output
    assert "leave out\t" in looked.output
    assert run(app, "program", "import", str(table)).exit_code == 1
    assert "was written" in run(app, "program", "import", str(table), "--without-circles").output
    both = run(app, "program", "import", str(table), "--without-circles", "--with-circles")
    assert (both.exit_code, "either" in both.output) == (2, True)


def test_with_its_circles_a_file_is_a_draft_but_no_version(app: Flask, tmp_path: Path) -> None:
    table = tmp_path / "frame.csv"
    table.write_text("id,title,prerequisites\na,A,b\nb,B,a\n")
    assert run(app, "program", "import", str(table), "--with-circles", "--publish").exit_code == 1
    assert "was written" in run(app, "program", "import", str(table), "--with-circles").output
    assert "b,a" in run(app, "program", "export", "frame", "--format", "edges").output


def test_lint_says_what_is_wrong_and_ends_with_how_bad_it_is(app: Flask, web: Path, tmp_path: Path) -> None:
    advised = run(app, "program", "lint", web)
    assert (advised.exit_code, "advice\tredundant\t/competencies/4/prerequisites/0\t" in advised.stdout) == (0, True)
    document = web_document()
    document["competencies"][0]["prerequisites"] = [["site"]]
    circular = tmp_path / "circle.json"
    circular.write_text(json.dumps(document))
    done = run(app, "program", "lint", circular, "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["ok"], found["findings"][0]["rule"]) == (1, False, "circle")
    assert found["findings"][0]["message"].endswith("html → forms → site → html")
    unread = run(app, "program", "lint", __file__, "--json")
    assert (unread.exit_code, json.loads(unread.stdout)["ok"]) == (2, False)


def test_lint_offers_mends_as_json_patch_and_takes_the_length_of_chains(app: Flask, web: Path) -> None:
    found = json.loads(run(app, "program", "lint", web, "--longest-chain", 3, "--json").stdout)["findings"]
    mends = [one["mend"] for one in found if one["rule"] == "redundant"]
    assert mends == [[{"op": "remove", "path": f"/competencies/{place}/prerequisites/0"}] for place in (4, 5)]
    assert [one["others"] for one in found if one["rule"] == "long_chain"] == [["html", "js", "forms", "site"]]
