"""Both stacks as containers, for those who deploy that way."""
