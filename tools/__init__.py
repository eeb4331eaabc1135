"""Helpers of the set-up and the tests; no part of the app imports them."""
