"""From an exam to packages that learning platforms import and mark."""
