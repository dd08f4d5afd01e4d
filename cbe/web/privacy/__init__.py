"""What people may ask for about their own data, and the same for those who see to data protection and keep the record."""

from flask import Blueprint

privacy = Blueprint("privacy", __name__)

from . import desk, own  # noqa: E402, F401  (their routes register themselves)

__all__ = ["privacy"]
