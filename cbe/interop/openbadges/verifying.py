"""Verifying a credential, or a record with credentials in it: from what was read to rows of checks.

Nothing here goes to a network: what has to be fetched comes through ``fetch``, and only after the form was found right, a
status only after the signature was. What the credential says is ``shown``'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from time import thread_time
from typing import Any

from cbe.domain.errors import Worded
from cbe.domain.verification import Check, Fetch, Unfetched, Verified

from .issuer_keys import NoKey, how_known
from .moments import SKEW, bare_dates, moment_of, relative_ids
from .proofs import Forged, Malformed, Unsupported, check_form, check_signature, issuer_of
from .reading import Presented, Unreadable, read
from .shown import shown_in
from .standing import Standing

__all__ = ["MOST_MEMBERS", "Home", "refused", "verify"]

MOST_MEMBERS = 200
"""Credentials of a record that are checked one by one …"""
MOST_SECONDS = 10.0
"""… and for how long, in time of the processor: what is fetched has limits of its own."""
BADGES = {"OpenBadgeCredential", "AchievementCredential"}
FORMS = {"json": "JSON", "jwt": "VC-JWT"}
LATER = ("signature", "dates", "revocation")


@dataclass(frozen=True, slots=True)
class Home:
    """What is known of this installation: its DIDs, and where its status lists begin."""

    dids: frozenset[str] = field(default_factory=frozenset)
    lists: str = ""


def verify(one: Presented, *, fetch: Fetch, now: datetime, home: Home | None = None) -> Verified:
    """Check a credential that was read, with the credentials in it when it is a record of a learner."""
    return _Verifying(fetch, now, home or Home()).whole(one)


def refused(error: Unreadable) -> Verified:
    """Return what there is to say of something that could not even be read."""
    return Verified((Check("format", "failed", error.worded()),))


class _Verifying:
    def __init__(self, fetch: Fetch, now: datetime, home: Home) -> None:
        self.fetch, self.now, self.home = fetch, now, home
        self.standing = Standing(fetch, now=now, paired=home.lists)

    def whole(self, one: Presented, *, inside: bool = False) -> Verified:
        types = _types_of(one.document)
        kind = _kind_of(one, types, inside)
        if kind.result != "passed":
            return Verified((kind,), one.form)
        rows = (kind, *self._rows(one, types))
        found = Verified(rows, one.form, shown_in(one.document))
        if "ClrCredential" not in types or _failed_in(rows, "form"):
            return found
        more, members = self._members(one.document)
        return Verified((*rows, *more), one.form, found.shown, members)

    def _rows(self, one: Presented, types: set[str]) -> Iterator[Check]:
        issuer = issuer_of(one.document)
        form = _form(one, types)
        yield form
        if form.result != "passed":
            yield from _unasked("issuer", *LATER)
            return
        signature = list(self._signature(one, issuer, types))
        yield from signature
        yield self._dates(one.document)
        if signature[-1].result == "passed":
            yield from self.standing.check(one.document.get("credentialStatus"), issuer)
        else:
            yield from _unasked("revocation")
        yield from _endorsements(one.document)

    def _signature(self, one: Presented, issuer: str, types: set[str]) -> Iterator[Check]:
        """Yield a row for the issuer and one for the signature."""
        try:
            check_signature(one, issuer, self.fetch, types)
        except Unfetched as error:
            why = Worded("The key of the issuer could not be asked for: %(why)s", why=error.worded())
            yield Check("issuer", "unknown", why)
            yield from _unasked("signature")
        except NoKey as error:
            yield Check("issuer", "failed", error.worded())
            yield from _unasked("signature")
        except Forged as error:
            yield Check("issuer", "unknown", Worded("It names an issuer, but nothing proves that they issued it."))
            yield Check("signature", "failed", error.worded(), detail=error.detail)
        else:
            result, words = how_known(issuer, self.home.dids)
            yield Check("issuer", result, words, decides=False)
            yield Check("signature", "passed", Worded("It is unchanged since its issuer signed it."))

    def _dates(self, document: dict[str, Any]) -> Check:
        since, until = (moment_of(document.get(key)) for key in ("validFrom", "validUntil"))
        if since and since > self.now + SKEW:
            return Check("dates", "failed", Worded("It is not valid yet: it begins on %(day)s.", day=since.date()))
        if until and until < self.now - SKEW:
            return Check("dates", "failed", Worded("It expired on %(day)s.", day=until.date()))
        if until:
            return Check("dates", "passed", Worded("It is valid until %(day)s.", day=until.date()))
        return Check("dates", "passed", Worded("It is valid now, and says no end."))

    def _members(self, document: dict[str, Any]) -> tuple[list[Check], tuple[Verified, ...]]:
        """Check the credentials of a record one by one, as many as may be and for so long: each may cost a second."""
        found = document["credentialSubject"].get("verifiableCredential", [])
        listed = found if isinstance(found, list) else [found]
        if not listed:
            return [Check("members", "not_applicable", Worded("It holds no credentials."), decides=False)], ()
        until, members = thread_time() + MOST_SECONDS, []
        for one in listed[:MOST_MEMBERS]:
            if thread_time() > until:
                break
            members.append(self._member(one))
        if len(members) == len(listed):
            return [], tuple(members)
        why = Worded(
            "It holds %(count)s credentials; only the first %(checked)s were checked.",
            count=len(listed),
            checked=len(members),
        )
        return [Check("members", "unknown", why)], tuple(members)

    def _member(self, value: Any) -> Verified:
        try:
            if isinstance(value, str):
                return self.whole(read(value.encode()), inside=True)
            if isinstance(value, dict):
                return self.whole(Presented("json", "", value), inside=True)
        except Unreadable as error:
            return refused(error)
        return refused(Unreadable("This is neither JSON nor a VC-JWT."))


def _types_of(document: dict[str, Any]) -> set[str]:
    types = document.get("type")
    return {one for one in (types if isinstance(types, list) else [types]) if isinstance(one, str)}


def _kind_of(one: Presented, types: set[str], inside: bool) -> Check:
    """Return the row that says what it is, and whether that is checked here."""
    form = FORMS[one.form] + (f", {one.carrier.upper()}" if one.carrier else "")
    if "VerifiableCredential" not in types and _is_open_badges_2(one.document, types):
        why = Worded(
            "This is Open Badges 2.0, which proves itself by the web site it came from and not by a signature in it. "
            "It is not checked here."
        )
        return Check("format", "unknown", why)
    if "VerifiableCredential" not in types:
        return Check("format", "failed", Worded("This is JSON, but no verifiable credential."))
    if types & BADGES and "ClrCredential" not in types:
        return Check("format", "passed", Worded("An Open Badges 3.0 credential (%(form)s).", form=form))
    if "ClrCredential" in types and not types & BADGES and not inside:
        return Check("format", "passed", Worded("A Comprehensive Learner Record 2.0 (%(form)s).", form=form))
    what = ", ".join(sorted(types - {"VerifiableCredential"}))[:200]
    return Check(
        "format", "unknown", Worded("This is a credential of a kind that is not checked here: %(what)s", what=what)
    )


def _is_open_badges_2(document: dict[str, Any], types: set[str]) -> bool:
    contexts = document.get("@context")
    named = contexts if isinstance(contexts, list) else [contexts]
    old = any(isinstance(one, str) and one.startswith("https://w3id.org/openbadges/") for one in named)
    return old or "Assertion" in types or {"badge", "recipient", "verify"} <= document.keys()


def _form(one: Presented, types: set[str]) -> Check:
    document = one.document
    subject = document.get("credentialSubject")
    if not isinstance(subject, dict) or not issuer_of(document):
        return Check("form", "failed", Worded("It doesn't say who issued it, or about whom it is."))
    if moment_of(document.get("validFrom")) is None and "validFrom" not in document:
        return Check("form", "failed", Worded("It doesn't say since when it is valid."))
    for name in bare_dates(document):
        return Check("form", "failed", Worded("A date in it has no time zone: %(name)s", name=name))
    for value in relative_ids(document):
        return Check(
            "form", "failed", Worded("It names something by an address that is not absolute: %(id)s", id=value[:100])
        )
    try:
        check_form(one, types)
    except Unsupported as error:
        return Check("form", "unknown", error.worded())
    except Malformed as error:
        return Check("form", "failed", error.worded(), detail=error.detail)
    return Check(
        "form", "passed", Worded("Everything it says is covered by its signature, in words with a fixed meaning.")
    )


def _endorsements(document: dict[str, Any]) -> Iterator[Check]:
    waiting: list[Any] = [document]
    count = 0
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            count += sum(key in ("endorsement", "endorsementJwt") for key in value)
            waiting += [one for key, one in value.items() if key != "verifiableCredential"]
        elif isinstance(value, list):
            waiting += value
    if count:
        why = Worded("Others endorse it inside it; whether those endorsements are theirs was not checked.")
        yield Check("endorsements", "unknown", why, decides=False)


def _unasked(*names: str) -> Iterator[Check]:
    for name in names:
        yield Check(name, "unknown", Worded("Not checked, because of what stands above."))


def _failed_in(rows: tuple[Check, ...], name: str) -> bool:
    return any(row.name == name and row.result != "passed" for row in rows)
