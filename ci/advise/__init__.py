"""How far one can go: the furthest set of releases for which the gate says SAFE."""
