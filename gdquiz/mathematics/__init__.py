"""The mathematics of gdquiz: formulas and their notation, exact columns of numbers, calculus, and descent.

Nothing here knows of banks, exams or files.  A formula enters as text in one place only (``expressions.parse``) and
leaves as LaTeX in one place only (``notation``); between the two it is a small immutable tree.
"""
