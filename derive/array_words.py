r"""The names of whole arrays: a quantity by its letter and layer, W^2 or w^{(2)} or W_2; a gradient by \frac{\partial C}{\partial w^2}."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sympy import Expr, Symbol

from .errors import DeriveError, ReadError
from .indices import Quantity
from .names import Function
from .notation import Notation
from .ops import ACTIVATIONS, RowActivation
from .quantity_words import QuantityWords
from .spellings import Found, Glyph, Key, Ratio, WithoutSums, Words, spelling

ROWWISE = {name: Function(f) for name, f in ACTIVATIONS.items() if issubclass(f, RowActivation)}


class ArrayWords(WithoutSums, QuantityWords):
    """The vocabulary of array expressions. The value of a name is its Quantity, or ("size", axis), or ("number", value).

    A letter may also be typed as a capital, or a capital as a small letter, where no other quantity is called so.
    """

    arrays = True
    open = False

    def __init__(self, quantities: Sequence[Quantity], plain: Words, notation: Notation, in_latex: bool) -> None:
        super().__init__(plain, notation, in_latex)
        self.by_name = {q.name: q for q in quantities}
        self.table: dict[Key, Quantity] = {}
        for q in quantities:
            if len(q.axes) > 2:
                raise DeriveError(f"{q.name} has {len(q.axes)} axes, expected at most 2", "read_matrix")
        loss = next((q for q in quantities if q.role == "loss"), Quantity("C", (), "loss"))
        derived = {q.name: self.by_name.get(q.of) for q in quantities if q.role in ("adjoint", "gradient")}
        stated = {q.name: [self._glyph(derived.get(q.name) or q)] for q in quantities}
        taken = {key for q in quantities if not derived.get(q.name) for key in stated[q.name]}
        for q in quantities:
            keys = stated[q.name] + [k for k in _others(stated[q.name][0], bool(q.axes)) if k not in taken]
            for key in keys:
                made: Key = Ratio(self._glyph(loss), key) if derived.get(q.name) else key
                if self.table.setdefault(made, q) != q:
                    del self.table[made]
        axes = {axis.name: axis for q in quantities for axis in q.axes}
        self.sizes = {self._named(notation.size(name)): axis for name, axis in axes.items()}

    def _glyph(self, q: Quantity) -> Glyph:
        base, layer = self.notation.glyph(q)
        glyph = self._named(base)
        return glyph if layer is None else replace(glyph, sup=str(layer))

    def _named(self, name: str) -> Glyph:
        key = spelling(name)
        return replace(key, sub=key.sub.replace(",", "")) if isinstance(key, Glyph) else Glyph(name)

    def find(self, key: Key, start: int) -> Found | None:
        q = self.table.get(key)
        if q is not None:
            return Found(q)
        if isinstance(key, Glyph) and key in self.sizes:
            return Found(("size", self.sizes[key]))
        found = self.plain.find(key, start)
        return None if found is None else Found(self._number(found.value), found.stated)

    def _number(self, value: Expr) -> object:
        return Quantity(value.name) if isinstance(value, Symbol) else ("number", value)

    def function(self, name: str) -> Function | None:
        return self.plain.function(name) or ROWWISE.get(name)

    def unknown(self, text: str, key: Key, typed: str, start: int) -> ReadError:
        glyph = key.below if isinstance(key, Ratio) else key
        if glyph.sub and self.find(Glyph(glyph.core, glyph.sup), start):
            return ReadError(f"{typed.strip()} is an entry of an array", text, start, "here whole arrays are meant: leave out the indices")
        return super().unknown(text, key, typed, start)


def _others(glyph: Glyph, is_array: bool) -> list[Glyph]:
    """Other spellings of an array: with a capital letter, or with its layer below."""
    if not is_array:
        return []
    turned = glyph.core[0].swapcase() + glyph.core[1:]
    cases = [glyph, replace(glyph, core=turned)]
    return cases[1:] + [replace(g, sup="", sub=g.sup) for g in cases if g.sup.isdigit() and not g.sub]
