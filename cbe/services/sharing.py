"""Shares: a link with which a stranger sees a chosen part of a learner's record, until a day or until it is revoked.

A share copies nothing: what it shows is read from the record at each opening, so what was taken back, withdrawn, closed or
erased since is shown as that. What the record holds is ``learner_record``'s; the link is made in ``_secret_of``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from secrets import compare_digest, token_hex
from uuid import UUID, uuid4

from cbe.domain import policy
from cbe.domain.errors import N_, Conflict, Gone, Invalid, NotFound, Problem, Worded
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Competency, Program
from cbe.store import people, sharing
from cbe.store.database import installation
from cbe.store.issuing import find_credential
from cbe.store.sharing import ShareItemRow, ShareRow

from .files import OpenFile, open_shared
from .issuing.issuer import get_issuer
from .learner_record import Award, Evidence, Mastery, Whole, records_of
from .transaction import transaction

__all__ = [
    "DAYS",
    "LONGEST_PURPOSE",
    "LONGEST_RECIPIENT",
    "MOST_DAYS",
    "MOST_ITEMS",
    "MOST_OPEN",
    "Choice",
    "Landing",
    "Lost",
    "Share",
    "SharedRecord",
    "Wanted",
    "get_document",
    "get_share",
    "land",
    "list_shares",
    "look_again",
    "make_share",
    "open_file",
    "open_record",
    "preview",
    "revoke_share",
]

DAYS, MOST_DAYS = 30, 365
MOST_OPEN = 50
"""Shares of one learner that are open at once."""
MOST_ITEMS = 300
LONGEST_RECIPIENT, LONGEST_PURPOSE = 200, 1_000
SECRET_BYTES = 16
NOTHING = N_("There is nothing here, or nothing that you may see.")
ENDED = N_("This link has ended.")


@dataclass(frozen=True, slots=True)
class Choice:
    """What is shown: awards, competencies of enrolments, versions of evidence; and of which items the files too."""

    awards: tuple[UUID, ...] = ()
    competencies: tuple[tuple[UUID, str], ...] = ()
    evidence: tuple[tuple[UUID, int], ...] = ()
    with_files: frozenset[UUID] = frozenset()

    def __len__(self) -> int:
        return len(self.awards) + len(self.competencies) + len(self.evidence)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A share as somebody wants it; ``ends_at`` None: they named no day."""

    recipient: str = ""
    purpose: str = ""
    ends_at: datetime | None = None
    with_name: bool = True
    choice: Choice = field(default_factory=Choice)


@dataclass(frozen=True, slots=True)
class Share:
    """A share as its learner sees it: ``state`` is ``open``, ``over`` or ``revoked``; ``opened`` counts, and nothing else does.

    ``secret`` is None when it cannot be shown again, as the installation's key is another now; the link goes on to work.
    """

    id: UUID
    recipient: str
    purpose: str
    made_at: datetime
    ends_at: datetime
    revoked_at: datetime | None
    with_name: bool
    opened: int
    state: str
    secret: str | None
    choice: Choice


@dataclass(frozen=True, slots=True)
class Landing:
    """What a stranger reads before the record: who shares something with whom, for what and until when."""

    name: str | None
    organization: str
    recipient: str
    purpose: str
    made_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Lost:
    """Something that was chosen and is on the record no longer; a competency with the program it was of."""

    kind: str
    program: Program | None = None
    competency: Competency | None = None


@dataclass(frozen=True, slots=True)
class SharedRecord:
    """What a share shows now; ``lost`` is what was chosen and was taken back or erased since."""

    landing: Landing
    awards: tuple[Award, ...]
    masteries: tuple[Mastery, ...]
    evidence: tuple[Evidence, ...]
    lost: tuple[Lost, ...]
    with_files: frozenset[UUID]

    def files_of(self, one: Evidence) -> bool:
        """Tell whether the files of an item are shared with it."""
        return one.evidence_id in self.with_files


def list_shares(actor: Actor, *, now: datetime) -> list[Share]:
    """List one's own shares, newest first."""
    _require(actor)
    assert actor.account_id is not None
    rows = sharing.list_shares(actor.account_id)
    items: dict[UUID, list[ShareItemRow]] = {}
    for item in sharing.list_items([row.id for row in rows]):
        items.setdefault(item.share_id, []).append(item)
    return [_share(row, items.get(row.id, ()), now) for row in rows]


def get_share(actor: Actor, share_id: UUID, *, now: datetime) -> Share:
    """Return one's own share."""
    return _share(_own(actor, share_id), sharing.list_items([share_id]), now)


def preview(actor: Actor, wanted: Wanted, *, today: date, now: datetime) -> SharedRecord:
    """Return what a share that does not exist yet would show."""
    _require(actor)
    assert actor.account_id is not None
    whole = records_of(actor.account_id, today=today, now=now)
    name = people.names_of([actor.account_id]).get(actor.account_id) if wanted.with_name else None
    ends_at = wanted.ends_at or now + timedelta(days=DAYS)
    landing = Landing(name, get_issuer().name, wanted.recipient, wanted.purpose, now, ends_at)
    return _shown(whole, landing, wanted.choice)


def make_share(actor: Actor, wanted: Wanted, *, today: date, now: datetime) -> UUID:
    """Share a part of one's own record; raises ``Invalid`` with every problem. Return the id of the share."""
    _require(actor)
    assert actor.account_id is not None
    _check(wanted, records_of(actor.account_id, today=today, now=now), now)
    assert wanted.ends_at is not None
    with transaction(actor, now) as tx:
        if sharing.count_open_shares(actor.account_id, now) >= MOST_OPEN:
            raise Conflict("You have as many open shares as there can be: %(max)d. Revoke one first.", max=MOST_OPEN)
        seed = token_hex(16)
        row = ShareRow(
            id=uuid4(), account_id=actor.account_id, seed=seed, digest=_digest(_secret_of(seed)),
            recipient=wanted.recipient, purpose=wanted.purpose, with_name=wanted.with_name, made_at=now,
            ends_at=wanted.ends_at, opened=0,
        )  # fmt: skip
        tx.add(row)
        tx.add(*_rows(row.id, wanted.choice))
        tx.record("share:make", share=row.id, items=len(wanted.choice), until=wanted.ends_at.isoformat())
    return row.id


def revoke_share(actor: Actor, share_id: UUID, *, now: datetime) -> None:
    """End one's own share at once."""
    _own(actor, share_id)
    with transaction(actor, now) as tx:
        row = _own(actor, share_id)
        row.revoked_at = row.revoked_at or now
        tx.record("share:revoke", share=row.id)


def land(secret: str, *, now: datetime) -> Landing:
    """Return what a stranger with a link reads first; ``NotFound`` for a link that never was, ``Gone`` for one that ended."""
    return _landing(_open_row(secret, now))


def open_record(actor: Actor, secret: str, *, today: date, now: datetime) -> SharedRecord:
    """Return what a share shows now, and count the opening, unless its learner opens it."""
    row = _open_row(secret, now)
    if actor.account_id != row.account_id:
        sharing.count_opening(row.id)
    return look_again(secret, today=today, now=now)


def look_again(secret: str, *, today: date, now: datetime) -> SharedRecord:
    """Return what a share shows now to somebody who has it open, counting nothing."""
    row = _open_row(secret, now)
    whole = records_of(row.account_id, today=today, now=now)
    return _shown(whole, _landing(row), _choice(sharing.list_items([row.id])))


def open_file(secret: str, file_id: UUID, *, today: date, now: datetime) -> OpenFile:
    """Open a file that is shared; ``Gone`` for one that was reported or destroyed since."""
    shared = look_again(secret, today=today, now=now)
    for one in shared.evidence:
        if shared.files_of(one) and any(file.id == file_id for file in one.files):
            return open_shared(file_id)
    raise NotFound(NOTHING)


def get_document(secret: str, award_id: UUID, *, today: date, now: datetime) -> tuple[str, str]:
    """Return the signed credential of an award that is shared: as it was signed, and as a JWT.

    Raises ``Conflict`` while it is not signed, and for one that names its learner when the share does not.
    """
    shared = look_again(secret, today=today, now=now)
    award = next((one for one in shared.awards if one.award_id == award_id), None)
    if award is None:
        raise NotFound(NOTHING)
    row = find_credential(award.signed_id) if award.signed_id else None
    if row is None:
        raise Conflict("This credential is not signed yet. Try again in a quarter of an hour.")
    if shared.landing.name is None and json.loads(row.document)["credentialSubject"].get("identifier"):
        raise Conflict("This credential names its learner, and was shared without a name: ask them for it.")
    return row.document, row.jwt


def _require(actor: Actor) -> None:
    policy.require(actor, "share:make", Subject(account_id=actor.account_id))


def _own(actor: Actor, share_id: UUID) -> ShareRow:
    row = sharing.find_share(share_id)
    if row is None:
        raise NotFound(NOTHING)
    policy.require(actor, "share:make", Subject(account_id=row.account_id))
    return row


def _secret_of(seed: str) -> str:
    """Return the secret of a link: 128 bits that only this installation's key makes of what the database holds."""
    key = installation().secret_key.encode()
    made = hmac.digest(key, b"cbe-share " + seed.encode(), "sha256")[:SECRET_BYTES]
    return urlsafe_b64encode(made).rstrip(b"=").decode()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _open_row(secret: str, now: datetime) -> ShareRow:
    row = sharing.find_by_digest(_digest(secret))
    if row is None:
        raise NotFound(NOTHING)
    account = people.find_account(row.account_id)
    if _state(row, now) != "open" or account is None or account.status != "active":
        raise Gone(ENDED)
    return row


def _state(row: ShareRow, now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    return "open" if now < row.ends_at else "over"


def _share(row: ShareRow, items: Iterable[ShareItemRow], now: datetime) -> Share:
    secret = _secret_of(row.seed)
    return Share(
        row.id, row.recipient, row.purpose, row.made_at, row.ends_at, row.revoked_at, row.with_name, row.opened,
        _state(row, now), secret if compare_digest(_digest(secret), row.digest) else None, _choice(items),
    )  # fmt: skip


def _landing(row: ShareRow) -> Landing:
    name = people.names_of([row.account_id]).get(row.account_id) if row.with_name else None
    return Landing(name, get_issuer().name, row.recipient, row.purpose, row.made_at, row.ends_at)


def _choice(items: Iterable[ShareItemRow]) -> Choice:
    items = list(items)
    return Choice(
        tuple(one.award_id for one in items if one.award_id),
        tuple((one.enrolment_id, one.competency) for one in items if one.enrolment_id and one.competency is not None),
        tuple((one.evidence_id, one.version) for one in items if one.evidence_id and one.version is not None),
        frozenset(one.evidence_id for one in items if one.evidence_id and one.with_files),
    )


def _rows(share_id: UUID, choice: Choice) -> Iterator[ShareItemRow]:
    for award_id in choice.awards:
        yield ShareItemRow(id=uuid4(), share_id=share_id, kind="credential", award_id=award_id)
    for enrolment_id, competency in choice.competencies:
        yield ShareItemRow(id=uuid4(), share_id=share_id, kind="competency", enrolment_id=enrolment_id, competency=competency)  # fmt: skip
    for evidence_id, version in choice.evidence:
        with_files = evidence_id in choice.with_files
        yield ShareItemRow(id=uuid4(), share_id=share_id, kind="evidence", evidence_id=evidence_id, version=version, with_files=with_files)  # fmt: skip


def _shown(whole: Whole, landing: Landing, choice: Choice) -> SharedRecord:
    """Return of a record what was chosen, as it is now; never what is not of this record."""
    lost = [Lost("credential") for key in choice.awards if key not in whole.awards]
    for key in choice.competencies:
        if key not in whole.masteries:
            program, competency = whole.title_of(*key) or (None, None)
            lost.append(Lost("competency", program, competency))
    lost += [Lost("evidence") for key in choice.evidence if key not in whole.evidence]
    return SharedRecord(
        landing,
        tuple(one for key, one in whole.awards.items() if key in set(choice.awards)),
        tuple(one for key, one in sorted(whole.masteries.items(), key=_by_program) if key in set(choice.competencies)),
        tuple(one for key, one in whole.evidence.items() if key in set(choice.evidence)),
        tuple(lost),
        choice.with_files,
    )


def _by_program(item: tuple[tuple[UUID, str], Mastery]) -> tuple[str, int, str]:
    mastery = item[1]
    return mastery.program_key, -mastery.mastered_on.toordinal(), mastery.competency.id


def _check(wanted: Wanted, whole: Whole, now: datetime) -> None:
    problems: list[Problem] = []
    if not 1 <= len(wanted.recipient) <= LONGEST_RECIPIENT:
        problems.append(("/recipient", Worded("Say with whom you share it, in at most %(max)d characters.", max=LONGEST_RECIPIENT)))  # fmt: skip
    if not 1 <= len(wanted.purpose) <= LONGEST_PURPOSE:
        problems.append(("/purpose", Worded("Say what it is for, in at most %(max)d characters.", max=LONGEST_PURPOSE)))
    if wanted.ends_at is None or not now < wanted.ends_at <= now + timedelta(days=MOST_DAYS + 1):
        problems.append(("/until", Worded("Choose a day from today on, within %(days)d days.", days=MOST_DAYS)))
    if not 1 <= len(wanted.choice) <= MOST_ITEMS:
        problems.append(
            ("/items", Worded("Choose what you share: at least one thing, at most %(max)d.", max=MOST_ITEMS))
        )
    elif _foreign(wanted.choice, whole):
        problems.append(("/items", N_("Some of this is not on your record (any more). Look at what is chosen.")))
    if problems:
        raise Invalid(problems)


def _foreign(choice: Choice, whole: Whole) -> Sequence[object]:
    """Return what is no part of this record, or cannot be shown as it was reported or withdrawn."""
    open_ones = {key for key, one in whole.evidence.items() if one.state in ("there", "redacted")}
    return [
        *(key for key in choice.awards if key not in whole.awards),
        *(key for key in choice.competencies if key not in whole.masteries),
        *(key for key in choice.evidence if key not in open_ones),
        *(key for key in choice.with_files if key not in {item for item, _ in choice.evidence}),
    ]
