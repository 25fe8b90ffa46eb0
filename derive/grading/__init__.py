"""Grading: right, wrong with the reason, or could not judge."""

from .equality import same

__all__ = ["same"]
