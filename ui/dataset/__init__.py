"""What the Dataset page alone shows."""
