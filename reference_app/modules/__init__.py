"""The parts that the project is put together from."""
