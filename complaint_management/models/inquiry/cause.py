"""Causes and the chain of whys."""
