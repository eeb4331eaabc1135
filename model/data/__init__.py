"""Data sets: where they come from, what is verified, and looking through them."""
