"""Pure functions from a history to what it proves. Definitions are Jepsen's."""
