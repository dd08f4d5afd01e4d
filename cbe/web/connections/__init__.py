"""Other software that a learner lets read their credentials: pages for the learner, addresses for programs.

``protocol`` speaks OAuth 2.0 with Authlib; it is loaded when somebody asks, start-up needs none of it.
"""

from . import api, programs
from .pages import connections
from .programs import open_badges

__all__ = ["api", "connections", "open_badges", "programs"]
