"""Contacts of a complaint."""
