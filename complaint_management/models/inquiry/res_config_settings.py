"""Settings of the inquiry."""
