"""Populations: an item model worked out for all values of its parameters at once, in columns, and verified."""
