"""How much is computed for one comparison, counted in rows."""

from __future__ import annotations


class OutOfWork(Exception):
    """The limit of rows to be computed is reached."""


class Work:
    """Counts computed rows; a long row, or one at high precision, counts more. Raises `OutOfWork` beyond the limit.

    There is no clock in it, so that a verdict is the same on every machine.
    """

    def __init__(self, limit: int) -> None:
        self.limit, self.spent = limit, 0

    def spend(self, amount: int) -> None:
        if self.spent + amount > self.limit:
            raise OutOfWork
        self.spent += amount
