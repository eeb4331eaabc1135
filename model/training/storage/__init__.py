"""Runs on a disk: which tables and files there are, and nothing of when something is kept."""
