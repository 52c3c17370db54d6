"""Ready wording in the customer's language."""
