"""Founded or not."""
