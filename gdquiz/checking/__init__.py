"""Checking: every variant of an item proved, and one variant shown in the terminal."""
