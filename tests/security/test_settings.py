"""What cbe refuses to start with, in words, and whose its files are."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from cbe.config import ROOT, BadSetting, Settings
from tests.databases import built_app, demo_settings

PRODUCTION = {
    "CBE_ENV": "production",
    "CBE_DEMO": "0",
    "CBE_BASE_URL": "https://cbe.example",
    "CBE_SECRET_KEY": "k" * 40,
}


def load(tmp_path, **changed):
    return Settings.load({"CBE_INSTANCE": str(tmp_path / "instance"), **PRODUCTION, **changed})


@pytest.mark.parametrize(
    ("name", "value"),
    [("CBE_SECRET_KEY", "dev"), ("CBE_SECRET_KEY", ""), ("CBE_SECRET_KEY", "short"), ("CBE_DEMO", "1"), ("CBE_BASE_URL", ""),
     ("CBE_BASE_URL", "cbe.example"), ("CBE_BASE_URL", "javascript:x"), ("CBE_ENV", "prod"), ("CBE_PORT", "x"),
     ("CBE_PORT", "70000"), ("CBE_TRUSTED_PROXIES", "-1"), ("CBE_TRUSTED_PROXIES", "²"), ("CBE_RATE_LIMITS", "perhaps"),
     ("CBE_DATABASE_URL", "mysql://x"), ("CBE_DATABASE_URL", "postgresql://host:port/x"), ("CBE_MAIL_URL", "http://x"),
     ("CBE_PASSWORD_COST", "1,2"), ("CBE_INSTANCE", "/proc/none")],
)  # fmt: skip
def test_a_bad_setting_is_refused_and_named(tmp_path, name, value):
    with pytest.raises(BadSetting, match=name):
        load(tmp_path, **{name: value})


def test_production_refuses_a_database_with_demo_accounts_and_says_which(demo_folder, tmp_path):
    demo = {
        "CBE_DATABASE_URL": demo_settings(demo_folder)["CBE_DATABASE_URL"],
        "CBE_INSTANCE": str(tmp_path / "instance"),
    }
    with pytest.raises(BadSetting, match=r"demo accounts \(.*@demo\.example"), built_app({**demo, **PRODUCTION}):
        pass


def test_production_starts_before_there_is_a_schema(tmp_path):
    with built_app({"CBE_INSTANCE": str(tmp_path / "instance"), **PRODUCTION}) as app:
        assert app.test_client().get("/health").status_code == 200


def test_production_says_in_words_that_the_database_does_not_answer(tmp_path):
    url = "postgresql://nobody@127.0.0.1:9/none?connect_timeout=2"
    with (
        pytest.raises(BadSetting, match="does not answer"),
        built_app({"CBE_INSTANCE": str(tmp_path / "instance"), **PRODUCTION, "CBE_DATABASE_URL": url}),
    ):
        pass


def test_an_empty_key_outside_production_is_none_given(tmp_path):
    assert len(load(tmp_path, CBE_ENV="development", CBE_SECRET_KEY="").secret_key) > 32


def test_processes_that_start_together_agree_on_the_key(tmp_path):
    values = {"CBE_INSTANCE": str(tmp_path / "instance"), "CBE_ENV": "development"}
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: Settings.load(values).secret_key, range(32)))
    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "instance").iterdir()] == ["secret-key"]


def test_what_is_kept_is_its_owners_alone_in_an_open_folder_too(tmp_path):
    instance = tmp_path / "instance"
    instance.mkdir(mode=0o755)
    environment = {**os.environ, "CBE_INSTANCE": str(instance), "CBE_DEMO": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "db", "upgrade"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=True,
    )
    assert done.stdout == b""
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in instance.iterdir() if path.is_file()}
    assert set(modes) >= {"cbe.sqlite", "secret-key"}
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize(("arguments", "code"), [(["program", "list", "--json"], 0), (["program", "export", "none", "--json"], 1),
    (["program", "list", "--nonsense"], 2), (["user", "add", "x"], 2)])  # fmt: skip
def test_standard_output_holds_the_document_only(demo_folder, tmp_path, arguments, code):
    settings = demo_settings(demo_folder)
    environment = {**os.environ, **settings, "CBE_INSTANCE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert bool(done.stdout) == ("--json" in arguments)
