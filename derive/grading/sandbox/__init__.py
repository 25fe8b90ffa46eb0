"""A student's source in a process of its own: it answers calls, and is judged outside."""
