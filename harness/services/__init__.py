"""Real Redis and PostgreSQL, from a container engine or a binary on this machine, behind one interface."""
