"""Signed credentials on pages and for programs: what anybody may look up, one's own, and who issues them.

The same address answers people and programs: what is asked for decides. What stands in credentials is ``services.issuing``'s.
"""

from . import admin_pages, certificate, own_pages, public_pages, record_pages
from .answers import issuing

__all__ = ["admin_pages", "certificate", "issuing", "own_pages", "public_pages", "record_pages"]
