"""Authors' texts read into trees of a closed set of constructs, and the writers of these trees."""
