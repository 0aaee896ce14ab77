"""What a login pays for its audit line: users, rounds of them on a stack's real processes, and what is measured."""
