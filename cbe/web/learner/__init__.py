"""The learner's pages, and the same pages of one learner for staff who may read the record.

One file a page. Every page exists twice: under ``/learn/…`` for oneself (blueprint ``learner``) and under
``/programs/…/learners/…`` for staff (blueprint ``record``), so that both see the same.
"""

from . import changes, competency, credential, evidence, goals, history, home, outline, own_data, progress
from .view import learner, record

__all__ = [
    "changes",
    "competency",
    "credential",
    "evidence",
    "goals",
    "history",
    "home",
    "learner",
    "outline",
    "own_data",
    "progress",
    "record",
]
