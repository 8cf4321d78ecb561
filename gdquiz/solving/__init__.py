"""Solving, for `gdquiz solve` and the explorer: a task read, a loss and a run solved, and the solution told."""
