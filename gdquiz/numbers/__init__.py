"""Exact numbers: fractions in columns, matrices and roots of polynomials, and deciding with three answers."""
