# Part of the complaint management suite. See LICENSE file for full licensing details.
"""The tool behind ``./dev``: one subject per file, Python standard library only."""
