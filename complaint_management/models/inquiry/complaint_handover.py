"""Hand-overs of a complaint."""
