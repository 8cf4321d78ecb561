"""Practice: questions chosen for a learner, and the page that asks and explains them without a network."""
