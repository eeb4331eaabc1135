"""What the Predict page alone shows."""
