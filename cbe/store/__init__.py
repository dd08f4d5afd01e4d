"""Rows and queries: the only floor that knows SQLAlchemy. One module per topic, each with its rows and its queries.

Nothing here decides who may do what, commits, or reads the clock; ``services.transaction`` does the first two and the
doors give the time.
"""
