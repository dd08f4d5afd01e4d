"""What tests of evidence share: a whole draft, somebody who hands in, and the decision of somebody who assesses."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from cbe.domain.evidence import DraftFields
from cbe.domain.policy import Actor

WHOLE = DraftFields(
    competencies=("html",),
    text="I built **a page**.",
    links=(("https://example.org/page", "The page"),),
    setting="workplace",
    learning_type="non-formal",
    activity_from=date(2026, 11, 2),
    is_own_work=True,
)


@dataclass
class Desk:
    """A learner who hands in, on the day and at the moment of the test; every act comes a minute after the last."""

    actor: Actor
    now: datetime

    def act(self, name: str, *args: Any, **more: Any) -> Any:
        """Call a service of evidence as this person."""
        from cbe.services import evidence

        self.now += timedelta(minutes=1)
        return getattr(evidence, name)(self.actor, *args, today=self.now.date(), now=self.now, **more)

    def save(self, evidence_id: UUID | None = None, known: datetime | None = None, **changes: Any) -> UUID:
        """Save a draft that is whole but for the changes."""
        return self.act("save_draft", "web", evidence_id, replace(WHOLE, **changes), known=known)[0]

    def hand_in(self, **changes: Any) -> UUID:
        """Save a draft and hand it in."""
        key = self.save(**changes)
        self.act("submit", key)
        return key

    def item(self, key: UUID) -> Any:
        """Return an item as this person sees it."""
        return self.act("get_item", key)


def decide(key: UUID, person: Any, now: datetime, **outcomes: str) -> None:
    """Decide on an item as its assessor."""
    from cbe.domain.judgement import Judgement
    from cbe.services import review
    from cbe.store import evidence

    version = evidence.find_evidence(key).version
    judged = [Judgement(name, outcome, None, "Look") for name, outcome in outcomes.items()]
    review.decide(person.actor, key, version, judged, today=now.date(), now=now)
