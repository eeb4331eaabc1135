"""What the page Network shows alone."""
