"""Other software that a learner lets read their credentials: applications that register, consents, tokens.

The protocol (OAuth 2.0) is spoken in ``web.connections``; what is read through it is in ``reading``.
"""
