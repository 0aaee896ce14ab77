"""Who did it: which packages of those that moved, and which release of each. Delta debugging, then binary search."""
