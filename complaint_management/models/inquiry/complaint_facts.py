"""Evidence, cause and liability of a complaint."""
