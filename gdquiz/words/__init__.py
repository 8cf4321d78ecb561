"""Words: every sentence that a student, a marker or a learner reads, by key, for one language; one file a language."""
