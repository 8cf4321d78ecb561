"""Descent: derivatives of losses, steps, runs and fits, and the mistakes that learners make in them."""
