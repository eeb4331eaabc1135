"""What the Train page alone shows."""
