"""Credentials from elsewhere: kept by learners, handed over as evidence, recognized where a program trusts their issuer.

Keeping them is ``keeping``'s, evidence ``handing_over``'s, decisions by a rule of trust ``recognizing``'s; the rules
themselves are ``services.trusted_issuers``'s.
"""

from .handing_over import attached, attached_text, hand_over, verify_attached
from .keeping import Line, Outside, bring_in, get_own, list_own, remove, verify_again
from .recognizing import Offer, Use, list_uses, take_over

__all__ = [
    "Line",
    "Offer",
    "Outside",
    "Use",
    "attached",
    "attached_text",
    "bring_in",
    "get_own",
    "hand_over",
    "list_own",
    "list_uses",
    "remove",
    "take_over",
    "verify_again",
    "verify_attached",
]
