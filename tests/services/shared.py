"""A learner with something to share: CSS mastered by evidence with a file, and the badge that follows from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cbe.services.learner_record import get_own_record
from cbe.services.sharing import Choice, SharedRecord, Wanted, get_share, look_again, make_share
from tests.handing_in import handed_in, with_file

LATER = timedelta(minutes=11)


@dataclass
class Stall:
    """What `learner` can share, and `settled`, the moment at which nobody can undo any of it any more."""

    learner: Any
    instructor: Any
    item: UUID
    file: UUID
    decision: UUID
    award: UUID
    settled: datetime

    @property
    def all(self) -> Choice:
        """Everything there is to share, the files too."""
        mastered = ((self.learner.enrolment_id, "css"),)
        return Choice((self.award,), mastered, ((self.item, 1),), frozenset({self.item}))

    def wanted(self, **changes: Any) -> Wanted:
        """Return a share of everything for a week, but for the changes."""
        values = {"ends_at": self.settled + timedelta(days=7), "choice": self.all, **changes}
        return Wanted(values.pop("recipient", "Harbour Ltd"), values.pop("purpose", "A job"), **values)

    def share(self, **changes: Any) -> tuple[UUID, str]:
        """Share it, and return the share's id and the secret of its link."""
        key = make_share(self.learner.actor, self.wanted(**changes), today=self.settled.date(), now=self.settled)
        return key, get_share(self.learner.actor, key, now=self.settled).secret

    def seen(self, secret: str, after: timedelta = timedelta()) -> SharedRecord:
        """Return what is seen through a link, some time later."""
        now = self.settled + after
        return look_again(secret, today=now.date(), now=now)


def set_stall(cast: Any, now: datetime) -> Stall:
    """Let the learner hand CSS in with a file, the instructor find it met, and the badge be given."""
    from cbe.domain.judgement import Judgement
    from cbe.services import review
    from cbe.services.settling import settle

    learner, instructor = cast.people["learner"], cast.people["instructor"]
    item = handed_in(learner, ["css"], now=now)
    file = with_file(item, now=now)
    judged = [Judgement("css", "met")]
    decision = review.decide(instructor.actor, item, 1, judged, today=now.date(), now=now)[0]
    settle(now + LATER)
    record = get_own_record(learner.actor, today=now.date(), now=now + LATER)
    return Stall(learner, instructor, item, file, decision, record.awards[0].award_id, now + LATER)
