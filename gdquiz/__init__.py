"""gdquiz: randomized, provably keyed questions on gradient descent."""

__version__ = "0.1.0"
