"""Authoring: banks read into items, items solved into populations, blueprints assembled into exams."""
