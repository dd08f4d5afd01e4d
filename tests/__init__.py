"""Tests mirror cbe/: what is tested in cbe/x/y.py is tested in tests/x/test_y.py. No product code lives here."""
