"""Mistakes planted in a computation, and the search for those that give the numbers of a wrong answer."""
