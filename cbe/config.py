"""Typed settings from the environment and ``instance/``; a bad one fails at start, in words.

Every setting has one line in the README. Nothing below ``application`` imports this.
"""

from __future__ import annotations

import importlib.util
import os
import re
import secrets
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

__all__ = ["BadSetting", "Settings"]

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_SECRETS = {"", "dev", "secret", "change-me", "changeme", "default"}
LEAST_SECRET = 32
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


class BadSetting(SystemExit):
    """A setting that cbe cannot start with; says which and how to mend it. Exit code 2."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"cbe cannot start: {name} {why}")
        self.name = name


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs."""

    production: bool
    instance: Path
    database_url: str
    port: int
    demo: bool
    base_url: str
    secret_key: str
    signing_keys: tuple[Path, ...]
    mail_url: str | None
    mail_from: str
    password_cost: tuple[int, int, int]
    rate_limits: bool
    limits_url: str
    trusted_proxies: int
    evidence_store: str | None
    s3_endpoint: str | None
    s3_login: tuple[str, str] | None
    evidence_file_mb: int
    evidence_files: int
    evidence_quota_mb: int
    scan_command: tuple[str, ...]
    grace_days: int

    @classmethod
    def load(cls, overrides: Mapping[str, str] | None = None) -> Settings:
        """Read the settings from the environment; ``overrides`` win (tests use them)."""
        values = {**os.environ, **(overrides or {})}
        env = values.get("CBE_ENV", "development")
        if env not in ("development", "production"):
            raise BadSetting("CBE_ENV", f"is {env!r}; it must be development or production.")
        production = env == "production"
        instance = Path(values.get("CBE_INSTANCE") or ROOT / "instance").resolve()
        _make_folder(instance)
        demo = _flag(values, "CBE_DEMO", not production)
        if production and demo:
            raise BadSetting("CBE_DEMO", "is on; demo accounts may not exist in production. Set CBE_DEMO=0.")
        port = _number(values, "CBE_PORT", 5000, 65_535)
        return cls(
            production=production,
            instance=instance,
            database_url=_database_url(values, instance),
            port=port,
            demo=demo,
            base_url=_base_url(values, production, port),
            secret_key=_secret_key(values, production, instance),
            signing_keys=_signing_keys(values),
            mail_url=_mail_url(values),
            mail_from=values.get("CBE_MAIL_FROM") or "cbe@localhost",
            password_cost=_password_cost(values),
            rate_limits=_flag(values, "CBE_RATE_LIMITS", True),
            limits_url=values.get("CBE_LIMITS_URL") or "memory://",
            trusted_proxies=_number(values, "CBE_TRUSTED_PROXIES", 0, 10),
            evidence_store=_evidence_store(values),
            s3_endpoint=_s3_endpoint(values),
            s3_login=_s3_login(values),
            evidence_file_mb=_number(values, "CBE_EVIDENCE_FILE_MB", 20, 1_000, 1),
            evidence_files=_number(values, "CBE_EVIDENCE_FILES", 10, 100, 1),
            evidence_quota_mb=_number(values, "CBE_EVIDENCE_QUOTA_MB", 500, 1_000_000, 1),
            scan_command=_scan_command(values),
            grace_days=_number(values, "CBE_ERASURE_DAYS", 30, 365),
        )


def _make_folder(instance: Path) -> None:
    try:
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting("CBE_INSTANCE", f"is {instance}, which cannot be made: {error.strerror}.") from None
    if not os.access(instance, os.W_OK | os.X_OK):
        raise BadSetting("CBE_INSTANCE", f"is {instance}, where this user may not write.")


def _flag(values: Mapping[str, str], name: str, default: bool) -> bool:
    if name not in values:
        return default
    text = values[name].strip().lower()
    if text not in TRUE | FALSE:
        raise BadSetting(name, f"is {values[name]!r}; it must be 1 or 0.")
    return text in TRUE


def _number(values: Mapping[str, str], name: str, default: int, most: int, least: int = 0) -> int:
    text = values.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise BadSetting(name, f"is {text!r}; it must be a whole number from {least} to {most}.")
    return int(text)


def _database_url(values: Mapping[str, str], instance: Path) -> str:
    url = values.get("CBE_DATABASE_URL") or f"sqlite:///{instance / 'cbe.sqlite'}"
    if url.startswith(("postgres://", "postgresql://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSetting("CBE_DATABASE_URL", "must start with sqlite:/// or postgresql://.")
    try:
        make_url(url)
    except (ArgumentError, ValueError):
        raise BadSetting(
            "CBE_DATABASE_URL", "is not an address such as postgresql://user:password@host/name."
        ) from None
    return url


def _base_url(values: Mapping[str, str], production: bool, port: int) -> str:
    url = (values.get("CBE_BASE_URL") or "").rstrip("/")
    if not url:
        if production:
            raise BadSetting(
                "CBE_BASE_URL", "is not set; links in mails need the public address, as https://cbe.example."
            )
        return f"http://127.0.0.1:{port}"
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise BadSetting("CBE_BASE_URL", f"is {url!r}; it must be an address such as https://cbe.example.")
    return url


def _secret_key(values: Mapping[str, str], production: bool, instance: Path) -> str:
    given = values.get("CBE_SECRET_KEY")
    if given is not None and (given or production):
        if production and (given.lower() in DEFAULT_SECRETS or len(given) < LEAST_SECRET):
            raise BadSetting(
                "CBE_SECRET_KEY",
                f"is a default or shorter than {LEAST_SECRET} characters. Unset it and one is made in instance/secret-key.",
            )
        return given
    path = instance / "secret-key"
    if not path.exists():
        _make_secret(path)
    try:
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting("instance/secret-key", f"cannot be read: {error}.") from None
    if len(key) < LEAST_SECRET:
        raise BadSetting("instance/secret-key", "is too short; delete it and one is made at the next start.")
    return key


def _make_secret(path: Path) -> None:
    """Write the key whole or not at all; when two processes start together, the first one's stays."""
    draft = path.with_name(f".secret-key-{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _signing_keys(values: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the files of the keys that sign credentials, the one that signs now first; none: they are made in ``instance/keys``."""
    paths = tuple(Path(one) for one in (values.get("CBE_SIGNING_KEY") or "").split(os.pathsep) if one)
    for path in paths:
        if not path.is_file() or not os.access(path, os.R_OK):
            raise BadSetting("CBE_SIGNING_KEY", f"names {path}, which is no file that this user may read.")
    return paths


def _mail_url(values: Mapping[str, str]) -> str | None:
    url = values.get("CBE_MAIL_URL") or None
    if url is not None and urlsplit(url).scheme not in ("smtp", "smtps", "smtp+starttls"):
        raise BadSetting("CBE_MAIL_URL", "must be smtp://, smtp+starttls:// or smtps://user:password@host:port.")
    return url


def _evidence_store(values: Mapping[str, str]) -> str | None:
    """Return the bucket, with the folder in it, where evidence is kept; None for the folder in ``instance/``."""
    url = (values.get("CBE_EVIDENCE_STORE") or "").rstrip("/")
    if not url:
        return None
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w.-]+)*", url):
        raise BadSetting("CBE_EVIDENCE_STORE", f"is {url!r}; it must be s3://bucket or s3://bucket/folder, or nothing.")
    if importlib.util.find_spec("s3fs") is None:
        raise BadSetting("CBE_EVIDENCE_STORE", "names a bucket: run `pip install -r requirements-s3.txt` first.")
    return url.removeprefix("s3://")


def _s3_endpoint(values: Mapping[str, str]) -> str | None:
    url = values.get("CBE_S3_ENDPOINT") or None
    if url is not None and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc):
        raise BadSetting("CBE_S3_ENDPOINT", f"is {url!r}; it must be an address such as https://s3.example.")
    return url


def _s3_login(values: Mapping[str, str]) -> tuple[str, str] | None:
    key, secret = values.get("CBE_S3_KEY"), values.get("CBE_S3_SECRET")
    if bool(key) != bool(secret):
        raise BadSetting("CBE_S3_KEY", "and CBE_S3_SECRET go together: set both, or none of them.")
    return (key, secret) if key and secret else None


def _scan_command(values: Mapping[str, str]) -> tuple[str, ...]:
    text = values.get("CBE_SCAN_COMMAND") or ""
    try:
        command = tuple(shlex.split(text))
    except ValueError as error:
        raise BadSetting("CBE_SCAN_COMMAND", f"is {text!r}, which is no command: {error}.") from None
    if command and shutil.which(command[0]) is None:
        raise BadSetting("CBE_SCAN_COMMAND", f"starts {command[0]!r}, which is not a program that this user may run.")
    return command


def _password_cost(values: Mapping[str, str]) -> tuple[int, int, int]:
    text = values.get("CBE_PASSWORD_COST") or "3,65536,4"
    parts = text.split(",")
    if len(parts) != 3 or not all(part.strip().isdigit() and int(part) > 0 for part in parts):
        raise BadSetting("CBE_PASSWORD_COST", "must be three whole numbers: passes, KiB of memory, lanes.")
    return int(parts[0]), int(parts[1]), int(parts[2])
