"""Responses as people type them: numbers and letters, read."""
