"""Assembly: blueprints, rosters and populations become an exam, each question worded and keyed."""
