"""What competency-based education means, as pure functions over frozen values.

No input or output, no ids drawn, no clock but a deadline. Nothing of Flask, SQLAlchemy or the rest of cbe is imported here.
"""
