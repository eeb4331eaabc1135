"""Clothes that the program draws itself, and synthetic pictures of them."""
