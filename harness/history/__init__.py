"""The append-only record of one run: what was tried, what was accepted, what became of it, and when."""
