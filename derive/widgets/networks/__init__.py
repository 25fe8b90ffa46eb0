"""A network drawn with its weights, and what runs through it."""
