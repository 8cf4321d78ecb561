"""A catalog: one page for instructors with every item of their banks, to look through, search and choose from."""
