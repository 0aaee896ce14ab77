"""Faults: what production does to services and processes, done on purpose."""
