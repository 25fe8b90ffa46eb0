"""Universal approximation: a function made of bumps."""
