"""An independent referee: the keys of every shipped item worked out a second time, by other means than the engine's.

There is one module for each bank, named like its file with ``_`` for ``-``, and in it one function for each item, named
like the item's id with ``_`` for ``-``.  Nothing here may import gdquiz; the standard library, NumPy and mpmath are all
there is: closed forms, exact difference quotients, simulation, exhaustive search.  ``tests/test_referee.py`` compares.

A function takes what a reader of the question is given, as one dictionary ``p``:

======================  ============================================================================================
name of a parameter     its value in this row, a ``Fraction``
``case``                the id of the row's case (``only`` where the item has none)
``slots``               what stands in each slot of the printed texts: LaTeX, words or code
``train``, ``heldout``  items with a fit: the printed losses, in their order
``train_x`` ...         items with a fit: the points of the data set (``train_x``, ``train_y``, ``heldout_x``,
                        ``heldout_y``), each a tuple of ``Fraction``
``marks``, ``arrows``   items with a figure: by label, the point (x, y), or the direction (x, y) of the arrow
``curves``              items with a figure: by role, the points of each polyline of that role
``series``              items with a figure: by the letter at a curve or over a panel, and then by role, the polylines
======================  ============================================================================================

and returns for each part with a computable key what the key should be:

============  ======================================================================================================
number        a number: int, ``Fraction``, float or mpmath's; also where a choice lists values
numbers       a tuple of numbers, in the order of the labels
interval      its ends and brackets: ``(0, Fraction(1, 2), "(]")``, with None for an end that there is not
choice        the id of the right option
choices       the set of the ids of the right options
truth         whether it is true, or (whether, id of the reason) where there are reasons
ordering      a tuple of option ids in right order
matching      a tuple of option ids, one for each prompt in the order of the bank
formula       a function of the variables, in their order
============  ======================================================================================================

A referee that finds the question at odds with itself raises ``AssertionError`` (see ``reading.confirm``).
"""
