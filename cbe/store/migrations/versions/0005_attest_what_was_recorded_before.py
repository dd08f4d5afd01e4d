"""What stood on the record before entries of the audit trail attested it is attested now, once, as it is found.

From here on the trail tells any later change of it; what happened to it before nobody can say. Rows that an entry
attests already are left alone, so going down and up again attests only what came in between. The digests are those of
``row_digest`` and ``entry_digest`` in ``cbe/store/audit.py``, written down once more because a migration stands still.
"""

import hashlib
import json
from datetime import UTC, date, datetime
from secrets import token_hex

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

UUID, DAY, INSTANT, TEXT, WHOLE = sa.Uuid(), sa.Date(), sa.DateTime(timezone=True), sa.Text(), sa.Integer()
SAID = {"enrolment_id": UUID, "version_id": UUID}
TABLES = {
    "program_version": {"id": UUID, "program_id": UUID, "number": WHOLE, "document": TEXT, "digest": TEXT,
                        "notes": TEXT, "published_at": INSTANT},
    "decision": {"id": UUID, **SAID, "competency": TEXT, "kind": TEXT, "outcome": TEXT, "level": TEXT,
                 "assessor_id": UUID, "role": TEXT, "observation_id": UUID, "activity_on": DAY, "decided_on": DAY,
                 "recorded_at": INSTANT, "source_digest": TEXT},
    "decision_text": {"decision_id": UUID, "feedback": TEXT, "authority": TEXT, "reason": TEXT, "salt": TEXT},
    "decision_taken_back": {"id": UUID, "decision_id": UUID, "how": TEXT, "effective_on": DAY, "account_id": UUID,
                            "recorded_at": INSTANT},
    "award": {"id": UUID, **SAID, "credential": TEXT, "awarded_on": DAY, "expires_on": DAY, "account_id": UUID,
              "recorded_at": INSTANT},
    "award_event": {"id": UUID, "award_id": UUID, "event": TEXT, "effective_on": DAY, "account_id": UUID,
                    "recorded_at": INSTANT},
}  # fmt: skip
"""The tables that had rows before; the first column is the key."""
AT_ONCE = 1_000


def upgrade():
    connection = op.get_bind()
    known = _attested(connection)
    _salt(connection, known)
    for table, columns in TABLES.items():
        source = sa.table(table, *(sa.column(name, kind) for name, kind in columns.items()))
        key = source.c[next(iter(columns))]
        digests = {}
        query = sa.select(source).order_by(key).execution_options(yield_per=100)
        for row in connection.execute(query).mappings():
            if (table, str(row[key.name])) not in known:
                digests[str(row[key.name])] = _digest(row)
            if len(digests) == AT_ONCE:
                _append(connection, {"rows": {table: digests}})
                digests = {}
        if digests:
            _append(connection, {"rows": {table: digests}})


def downgrade():
    """Leave the trail as it is: it is only added to."""


def _attested(connection):
    found = set()
    query = sa.text("SELECT facts FROM audit WHERE facts LIKE '%\"rows\":%'")
    for (facts,) in connection.execute(query):
        rows = json.loads(facts)["rows"]
        found |= {(table, key) for table, digests in rows.items() for key in digests}
    return found


def _salt(connection, known):
    """Give the words of before a salt, so that their digests don't tell short ones."""
    words = sa.table("decision_text", sa.column("decision_id", UUID), sa.column("salt", TEXT))
    for (key,) in connection.execute(sa.select(words.c.decision_id).where(words.c.salt.is_(None))).all():
        if ("decision_text", str(key)) not in known:
            connection.execute(words.update().where(words.c.decision_id == key).values(salt=token_hex(16)))


def _digest(row):
    plain = {name: _plain(value) for name, value in row.items() if value is not None}
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value):
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value if isinstance(value, int | str) else str(value)


def _append(connection, facts):
    head = sa.table("audit_head", sa.column("id", WHOLE), sa.column("seq", WHOLE), sa.column("digest", TEXT))
    audit = sa.table("audit", *(sa.column(name, kind) for name, kind in (
        ("seq", WHOLE), ("at", INSTANT), ("actor", TEXT), ("action", TEXT), ("facts", TEXT), ("digest", TEXT))))  # fmt: skip
    before = connection.execute(sa.select(head).where(head.c.id == 1).with_for_update()).one()
    at, seq = datetime.now(UTC), before.seq + 1
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    line = "\n".join((before.digest, str(seq), at.isoformat(), "system", "record:attest", text))
    digest = hashlib.sha256(line.encode()).hexdigest()
    stored = at.replace(tzinfo=None) if connection.dialect.name == "sqlite" else at
    connection.execute(
        audit.insert().values(seq=seq, at=stored, actor="system", action="record:attest", facts=text, digest=digest)
    )
    connection.execute(head.update().where(head.c.id == 1).values(seq=seq, digest=digest))
