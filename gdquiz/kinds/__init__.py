"""Kinds of answer, one module each: what a bank says of it, how it is marked, written and asked on platforms."""
