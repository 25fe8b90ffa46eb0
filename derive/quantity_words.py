"""What every vocabulary over arrays knows of them: a quantity by its typed name, and which names there are where one is not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import ReadError
from .indices import Quantity
from .letters import fold
from .names import Function
from .notation import Notation
from .printing import Printer
from .spellings import Glyph, Key, Words

SHOWN = 12  # names in a hint


class QuantityWords:
    """Quantities by name, beside the plain names and functions; `table` has the spellings that LaTeX has for them."""

    by_name: Mapping[str, Quantity]
    table: Mapping[Key, Any]

    def __init__(self, plain: Words, notation: Notation, in_latex: bool) -> None:
        self.plain, self.notation, self.in_latex = plain, notation, in_latex

    def named(self, name: str) -> Quantity | None:
        """The quantity of a name typed without LaTeX."""
        return self.by_name.get(name) or next((q for n, q in self.by_name.items() if fold(n) == fold(name)), None)

    def has_core(self, core: str) -> bool:
        return self.plain.has_core(core) or any(isinstance(key, Glyph) and key.core == core for key in self.table)

    def function(self, name: str) -> Function | None:
        return self.plain.function(name)

    def suggestion(self, word: str) -> str:
        return self.plain.suggestion(word)

    def unknown(self, text: str, key: Key, typed: str, start: int) -> ReadError:
        printer = Printer(notation=self.notation, quantities=self.by_name)
        known = ", ".join(printer.quantity(q).string if self.in_latex else q.name for q in list(self.by_name.values())[:SHOWN])
        return ReadError(f"there is no name {typed.strip()}", text, start, f"known names: {known}" if known else "")
