"""Marking: responses as people type them, read, and marked by the key of a question in `exam.json`."""
