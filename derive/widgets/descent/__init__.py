"""Gradient descent on a curve or a contour, and the schedules of its rate."""
