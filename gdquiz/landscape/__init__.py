"""The landscape of a loss: its critical points, of what kind they are, and whether these are all."""
