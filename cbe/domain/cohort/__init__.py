"""Many learners at once: a row is an integer with one bit for each learner, and rules are worked out on whole rows.

``facts`` holds what is known of every learner and gives it out as rows; ``rows`` works out groups, requirements and
credentials on them; ``hours`` bounds the hours still to do. A "learner" may also be supposed: ``lint`` asks what could
be reached without one competency by a row that has a bit for each of them. One learner's plan is ``planner``'s.
"""

from .facts import Cohort, LearnerFacts
from .hours import HourBounds, hour_bounds
from .rows import CredentialRows, RowOf, ever_mastered, met_row, offered_row, ready_row

__all__ = [
    "Cohort",
    "CredentialRows",
    "HourBounds",
    "LearnerFacts",
    "RowOf",
    "ever_mastered",
    "hour_bounds",
    "met_row",
    "offered_row",
    "ready_row",
]
