"""Banks: a file of questions read, checked and understood, so that it becomes item models."""
