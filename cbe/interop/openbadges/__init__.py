"""Open Badges 3.0: credentials, the keys that sign them and their status lists, between bytes and values.

No network and no database here; what a credential says is decided by the services. The libraries take a second to load, so
they are imported where they are used.
"""
