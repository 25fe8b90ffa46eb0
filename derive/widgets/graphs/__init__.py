"""A computational graph, one gate at a time."""
