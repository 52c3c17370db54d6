"""Who answers for what share."""
