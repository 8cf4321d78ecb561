"""Enclosures: formulas and runs in ball arithmetic, and what follows from where all of a ball goes."""
