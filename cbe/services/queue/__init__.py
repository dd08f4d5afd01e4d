"""What waits for a decision, as those see it who decide: the list, one item on the desk, and what came of deciding.

Here is the reading; taking, deciding, undoing and taking back are ``review``'s.
"""

from .aftermath import Aftermath, DecisionPage, Made, get_decision, last_decided, list_made_today, may_open_decisions
from .desk import Desk, PastDecision, get_desk
from .listing import Line, QueuePage, Summary, View, get_summary, list_queue, open_next
from .weights import Weight

__all__ = [
    "Aftermath",
    "DecisionPage",
    "Desk",
    "Line",
    "Made",
    "PastDecision",
    "QueuePage",
    "Summary",
    "View",
    "Weight",
    "get_decision",
    "get_desk",
    "get_summary",
    "last_decided",
    "list_made_today",
    "list_queue",
    "may_open_decisions",
    "open_next",
]
