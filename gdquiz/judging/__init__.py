"""Judging: a long run observed, and the verdicts on it by rules that are written down."""
