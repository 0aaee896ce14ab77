"""The gate: plan of steps, runs, comparison, verdict, replay; and its door `ci/preflight`."""
