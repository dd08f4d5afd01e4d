"""Facts of credentials for tests: one that is easy to read, and any."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import strategies as st

from cbe.interop.openbadges.building import (
    AchievementFacts,
    CompetencyFacts,
    CredentialFacts,
    EvidenceFacts,
    IssuerFacts,
    LevelFacts,
    Shown,
    SubjectFacts,
)
from cbe.interop.openbadges.keys import did_key, multibase_of
from cbe.interop.openbadges.signing import SigningKey
from cbe.interop.openbadges.status_lists import status_entry

HOME = "https://cbe.example"
DAY = date(2026, 3, 2)
SUBJECT = "urn:uuid:7c1f2f60-3b6a-4f0e-9d0e-0a54c9b0d7a1"
LEVELS = (LevelFacts("seen", "Seen"), LevelFacts("able", "Able"), LevelFacts("expert", "Expert"))


def new_key(did: str | None = None) -> SigningKey:
    """Make a key that signs for itself, or for another issuer."""
    private = Ed25519PrivateKey.generate()
    multibase = multibase_of(private)
    return SigningKey(private, multibase, did or did_key(multibase))


def competency(key: str, levels: tuple[LevelFacts, ...] = LEVELS) -> CompetencyFacts:
    return CompetencyFacts(
        key, f"{HOME}/competencies/1/{key}", key.upper(), f"Knows {key}.", "A1", levels, "able" if levels else ""
    )


def achievement(*competencies: CompetencyFacts, **changes: Any) -> AchievementFacts:
    return replace(
        AchievementFacts(
            f"{HOME}/achievements/1/web", "Web", "What one can do on the web.", "micro-credential", "en", "1",
            "Web development", "It asks for all of it.", {"basis": "How {} was shown", "workload": "Hours"}, competencies,
            (f"{HOME}/achievements/1/html",), Decimal("1.5"), {"EQFLevel": "EQF 4", "AssessmentType": "A portfolio"},
        ),
        **changes,
    )  # fmt: skip


def credential(did: str, *competencies: CompetencyFacts, **changes: Any) -> CredentialFacts:
    """Return the facts of a credential that an issuer gives for these competencies, all shown."""
    shown = {one.id: Shown("assessment", one.levels[-1].id if one.levels else "") for one in competencies}
    issuer = IssuerFacts(did, "A College", HOME, "office@cbe.example", f"{HOME}/logo.png", "DE", "By the state")
    entry = status_entry(f"{HOME}/status/1/revocation", "revocation", 4711)
    return replace(
        CredentialFacts(
            f"{HOME}/credentials/1", issuer, SubjectFacts(SUBJECT), achievement(*competencies), DAY,
            datetime(2026, 3, 2, tzinfo=UTC), None, shown, Decimal("12.50"), entry,
            (EvidenceFacts(f"{HOME}/credentials/0", "HTML", "It is built on it.", "credential"),),
        ),
        **changes,
    )  # fmt: skip


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20).filter(lambda text: text.strip())
SOMETIMES = st.just("") | TEXTS
KEYS = st.uuids().map(str)


@st.composite
def any_competencies(draw: st.DrawFn) -> tuple[CompetencyFacts, ...]:
    """Draw competencies with any texts, with a rubric or without."""
    found = []
    for key in draw(st.lists(KEYS, max_size=4, unique=True)):
        levels = tuple(LevelFacts(str(place), draw(TEXTS)) for place in range(draw(st.integers(0, 3))))
        required = draw(st.sampled_from(levels)).id if levels else ""
        at = f"{HOME}/competencies/1/{key}"
        found.append(CompetencyFacts(key, at, draw(TEXTS), draw(SOMETIMES), draw(SOMETIMES), levels, required))
    return tuple(found)


@st.composite
def any_credentials(draw: st.DrawFn) -> CredentialFacts:
    """Draw the facts of any credential, of the issuer ``did:key:…`` that is put in later."""
    competencies = draw(any_competencies())
    bases = st.sampled_from(["assessment", "recognition", "transfer", "exception"])
    shown = {
        one.id: Shown(draw(bases), draw(st.sampled_from(one.levels)).id if one.levels else "")
        for one in competencies
        if draw(st.booleans())
    }
    kinds = st.sampled_from(["badge", "micro-credential", "certificate", "diploma", "degree"])
    what = achievement(
        *competencies, name=draw(TEXTS), description=draw(SOMETIMES), kind=draw(kinds), narrative=draw(TEXTS),
        credits=draw(st.decimals(0, 300, places=2)), elements=draw(st.dictionaries(st.just("EQFLevel"), SOMETIMES)),
        stacked=tuple(f"{HOME}/achievements/1/{key}" for key in draw(st.lists(KEYS, max_size=2))),
    )  # fmt: skip
    issuer = IssuerFacts("", draw(TEXTS), HOME, "", "", draw(SOMETIMES), draw(SOMETIMES), draw(SOMETIMES))
    return credential(
        "", achievement=what, issuer=issuer, shown=shown, subject=SubjectFacts(SUBJECT, draw(SOMETIMES)),
        expires_on=draw(st.none() | st.dates(date(2150, 1, 1), date(2200, 1, 1))),
        hours=draw(st.decimals(0, 10_000, places=2)), evidence=(),
    )  # fmt: skip
