"""What an assessor saw: a session with one learner or a group, each judgement a decision of its own that names it.

The sheet for the field and the lines typed in from it are read here as well; how decisions get on the record is
``sign_off``'s, undoing them ``review``'s.
"""

from .grid import (
    MOST_COMPETENCIES,
    MOST_LEARNERS,
    Cell,
    Grid,
    GridLearner,
    Session,
    get_grid,
    list_coded,
    list_places,
)
from .lines import MOST_LINES, read_lines
from .recording import (
    MOST_NOTE,
    Observed,
    RecordedAlready,
    get_session,
    list_sessions,
    record_session,
    undo_session,
)

__all__ = [
    "MOST_COMPETENCIES",
    "MOST_LEARNERS",
    "MOST_LINES",
    "MOST_NOTE",
    "Cell",
    "Grid",
    "GridLearner",
    "Observed",
    "RecordedAlready",
    "Session",
    "get_grid",
    "get_session",
    "list_coded",
    "list_places",
    "list_sessions",
    "read_lines",
    "record_session",
    "undo_session",
]
