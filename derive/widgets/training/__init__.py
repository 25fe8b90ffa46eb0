"""Networks that learn while one looks on, and how large their gradients are."""
