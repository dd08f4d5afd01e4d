"""The small cast that every test has: who they are to each other is the same everywhere."""
