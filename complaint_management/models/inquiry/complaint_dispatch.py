"""Sheets of a complaint."""
