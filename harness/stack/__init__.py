"""Stacks: from a toml of requirements to a lock, from a lock to an environment that honours it to the letter.

Runs in the project environment only (the rest of the harness also runs inside stacks).
"""
