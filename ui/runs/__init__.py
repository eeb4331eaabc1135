"""What the page Runs shows alone."""
