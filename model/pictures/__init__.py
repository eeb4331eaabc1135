"""Pictures: reading a file, finding the item, preparing it, and changing it."""
