"""Contacts with the customer."""
