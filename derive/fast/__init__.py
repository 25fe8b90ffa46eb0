"""Training code that is fast: the same equations, lowered to calls that write into a workspace."""
