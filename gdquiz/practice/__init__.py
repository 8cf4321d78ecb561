"""Practice: what to ask a learner next, the conversation in the terminal, and the page that works without a network."""
