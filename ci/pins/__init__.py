"""A team's own pins: from their file, on disk or in a commit, to a stack of the reference app."""
