"""Theorems on runs: what becomes of a run, proved from exact numbers or from enclosures, without tolerances."""
