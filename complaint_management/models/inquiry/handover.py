"""Responsibility passes from hand to hand."""
