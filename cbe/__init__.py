"""cbe: a competency-based education progress tracker.

Nothing is imported here, so that ``cbe.domain`` can be used without Flask.
"""

__version__ = "0.1.0"
