"""Dispatch-and-feedback sheets."""
