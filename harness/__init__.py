"""Real parts started and stopped: stacks, services, processes. Knows no scenario and nothing of the gate."""
