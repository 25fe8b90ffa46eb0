"""The errors that `derive` raises: each says what was given, where, what was expected, and what to try."""

from __future__ import annotations

import unicodedata


class DeriveError(ValueError):
    """Something given to `derive` cannot be used.

    `what` is a sentence about what was given and what was expected, `where` names the place (a layer, a node, a file's row),
    `hint` says what to try. The message is one line: ``where: what; hint``
    """

    def __init__(self, what: str, where: str = "", hint: str = "") -> None:
        self.what, self.where, self.hint = what, where, hint
        place = f"{where}: " if where else ""
        advice = f"; {hint}" if hint else ""
        super().__init__(f"{place}{what}{advice}")


class ReadError(DeriveError):
    """A text could not be read: carries the text and the position, and shows a caret under the place."""

    def __init__(self, what: str, text: str, position: int, hint: str = "") -> None:
        super().__init__(what, hint=hint)
        self.text, self.position = text, position

    @property
    def pointer(self) -> str:
        """The text as typed, and below it a caret under the place where reading stopped."""
        shown = "".join(c if c.isprintable() else " " for c in self.text)
        columns = sum(not unicodedata.combining(c) for c in self.text[: self.position])
        return f"{shown}\n{' ' * columns}^"

    def __str__(self) -> str:
        return f"{super().__str__()}\n{self.pointer}"

    def __reduce__(self) -> tuple[type[ReadError], tuple[str, str, int, str]]:
        return type(self), (self.what, self.text, self.position, self.hint)


class ShapeError(DeriveError):
    """Two shapes or sizes do not fit: the message names both."""


class DomainError(DeriveError):
    """A value, or the range of values, lies outside what a function accepts."""


class DataError(DeriveError):
    """Training data cannot be used: names the row and the column."""


class Unsupported(DeriveError):
    """There is no rule for this: names the part, so that "cannot" is never taken for "wrong"."""


class Disagreement(DeriveError):
    """Two ways to compute the same quantity differ: names the quantity and both numbers."""
