"""The frozen exam, which all that comes after generation reads: its types, its text, and what makes it sound."""
