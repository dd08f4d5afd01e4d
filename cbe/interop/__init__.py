"""Bytes and foreign documents to domain values and back: one file for each format.

No database and no network here; whoever calls has the bytes already.
"""
