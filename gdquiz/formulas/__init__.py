"""Formulas: the tree, the grammar that reads it, its notation, and its values over columns of numbers.

A formula enters as text in one place only (``expressions.parse``) and leaves as LaTeX in one place only
(``notation``); between the two it is a small immutable tree.  Nothing here knows of banks, exams or files.
"""
