"""The version of gdquiz: it stands in every exam, and changes with every release."""

VERSION = "0.1.0"
