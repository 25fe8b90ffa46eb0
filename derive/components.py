"""Equations between arrays as one writes them on the board, component by component; their gradients, and their graph.

    f = Components(["q_i = sum(W_ij*x_j, j)", "f = sum(q_i^2, i)"])       # ||W x||^2
    print(f.backprop().derivation("W"))               # 2 q_i x_j, by way of the indicator [i = k] and its collapse
    print(f.backprop().unicode(form="matrix"))        # df/dq = 2q, df/dW = 2 q x^T, df/dx = 2 W^T q
    f.graph().forward(W=[[1, 2], [3, 4]], x=[5, 6])

What stands behind the last "_" of a name are its indices, one letter each. An index of the right side is on the left too, or summed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from sympy import Expr, Function, Symbol

from .backprop import Backprop
from .equations import Equation
from .errors import DeriveError, ShapeError
from .exact import held
from .graph import Graph
from .indices import NEURONS, Axis, Index, Quantity, summed
from .reading import read_equation
from .sheets import NetworkEquations

REFERENCE = re.compile(r"(\w*[^\W\d_]\w*)_([a-z]+)")
EXAMPLE = 'for example ["q_i = sum(W_ij*x_j, j)", "f = sum(q_i^2, i)"]'
Slot = tuple[Any, ...]  # a place where an index stands: (equation, letter), or (name, which of its indices)


class Total(Function):  # type: ignore[misc]  # SymPy's Function is untyped
    """sum(..., i, j) as it was typed, before it is known how far the indices run."""


class Components:
    """A function of arrays: equations of which each may use the names above it; the last one defines a number.

    shapes  of the arrays where they are known, as W=(2, 3); without, every size stays a letter

    Raises `DeriveError` for what is no such equation, and `ShapeError` for an index that is neither on the left nor summed over, for a name
    whose number of indices changes, and for shapes that do not fit.
    """

    def __init__(self, equations: Iterable[str], **shapes: Any) -> None:
        if isinstance(equations, str) or not isinstance(equations, Iterable):
            raise DeriveError(f"{equations!r} is no list of equations", "Components", EXAMPLE)
        lines = [_Line(text, number) for number, text in enumerate(equations, 1)]
        if not lines:
            raise DeriveError("no equations were given", "Components", EXAMPLE)
        if lines[-1].letters:
            what = f"the last equation defines the array {lines[-1].name}, expected a number"
            raise DeriveError(what, "Components", "sum over its indices, so that there is one number to differentiate")
        axes = _Axes(lines)
        defined = [line.name for line in lines]
        given = [Quantity(name, axes.of(name), "parameter") for name in axes.ranks if name not in defined]
        known = {q.name: q for q in given}
        items = []
        with held():
            for line in lines:
                known[line.name] = Quantity(line.name, axes.of(line.name), "loss" if line is lines[-1] else "value")
                own = tuple(axes.index(line, letter) for letter in line.letters)
                items.append(Equation(known[line.name], own, _built(line.right, line, known, axes)))
        self.equations = NetworkEquations(tuple(items), tuple(given))
        self.sizes: dict[Axis, Any] = {axis: axis.size for axis in self.equations.axes}
        for name, shape in shapes.items():
            self._sized(name, shape)

    def _sized(self, name: str, shape: Any) -> None:
        quantity = self.equations.quantities.get(name)
        if quantity is None:
            raise DeriveError(f"{name} is in no equation", "Components", f"there are {', '.join(self.equations.quantities)}")
        sizes = shape if isinstance(shape, tuple) else (shape,)
        found = dict(self.sizes)
        for axis, n in zip(quantity.axes, sizes, strict=False):
            found[axis] = n if found[axis] == axis.size else found[axis]
        numbers = all(isinstance(n, int) and n > 0 for n in sizes)
        if not numbers or sizes != tuple(found[axis] for axis in quantity.axes):
            expected = tuple(self.sizes[axis] for axis in quantity.axes)
            what = f"{name} is given the shape {sizes}, expected {expected}"
            raise ShapeError(what, "Components", "a whole number for each index, the same wherever the index runs over the same axis")
        self.sizes = found

    def forward(self, samples: bool = False) -> NetworkEquations:
        """The equations themselves: there are no samples."""
        return self.equations

    def backprop(self) -> Gradients:
        """The derivative of the last name by every other, derived by one reverse sweep."""
        return self._gradients

    @cached_property
    def _gradients(self) -> Gradients:
        return Gradients(self.equations)

    def graph(self, form: str = "matrix") -> Any:
        """The graph on whole arrays, with a shape on every edge, or of all their entries ("scalar")."""
        unknown = [axis.letters[0] for axis, size in self.sizes.items() if not isinstance(size, int)]
        if form == "scalar" and unknown:
            raise DeriveError(f"how far the index {unknown[0]} runs is not known", "graph", "give a shape: Components([...], W=(2, 3))")
        return Graph.of_network(self, form)

    def __str__(self) -> str:
        return str(self.equations)

    def _repr_latex_(self) -> str:
        return self.equations._repr_latex_()


class Gradients(Backprop):
    """Backward equations of which every one is listed, also those that later ones put in."""

    @cached_property
    def equations(self) -> tuple[Equation, ...]:
        return tuple(adjoint.equation for adjoint in self.single.adjoints)

    def sheet(self, batch: bool) -> tuple[tuple[Equation, ...], Mapping[str, Quantity]]:
        return self.equations, super().sheet(False)[1]


class _Line:
    """One equation as typed: name_letters = right, where what is indexed is still a symbol such as W_ij."""

    def __init__(self, text: str, number: int) -> None:
        self.number = number
        left, self.right = read_equation(text, functions={"sum": Total})
        self.name, self.letters = parts(left)
        if len(set(self.letters)) < len(self.letters):
            raise DeriveError(f"{left} has one index twice", f"equation {number}", "write q_i on the left, and W_ii on the right")
        over = {s for total in self.right.atoms(Total) for s in total.args[1:]}
        # Every name with its letters, the left one first; what a sum runs over is no name.
        self.references = [(self.name, self.letters), *(parts(s) for s in sorted(self.right.free_symbols - over, key=str))]
        self.indices = {letter for _, letters in self.references for letter in letters} | {s.name for s in over}


def parts(symbol: Symbol) -> tuple[str, str]:
    """W_ij -> W, ij."""
    found = REFERENCE.fullmatch(symbol.name)
    return (found[1], found[2]) if found else (symbol.name, "")


class _Axes:
    """Which indices run over the same axis: a letter within one equation, and a place of a name within all."""

    def __init__(self, lines: list[_Line]) -> None:
        self.ranks: dict[str, int] = {}
        self._same: dict[Slot, Slot] = {}
        typed: dict[Slot, str] = {}  # the letters of an axis, in the order in which they were typed
        for line in lines:
            for name, letters in line.references:
                if self.ranks.setdefault(name, len(letters)) != len(letters):
                    what = f"the number of indices of {name} is {len(letters)} here and {self.ranks[name]} elsewhere"
                    raise ShapeError(what, f"equation {line.number}", "give every name its own number of indices")
                for place, letter in enumerate(letters):
                    self._same[self._root((name, place))] = self._root((line.number, letter))
        for line in lines:
            for letter in "".join(letters for _, letters in line.references):
                root = self._root((line.number, letter))
                typed[root] = typed.get(root, "") + letter * (letter not in typed.get(root, ""))
        others = "".join(c for c in NEURONS if not any(c in letters for letters in typed.values()))
        self._axes: dict[Slot, Axis] = {}
        for root, letters in typed.items():
            taken = [axis.name for axis in self._axes.values()]
            name = next(n for n in (f"n_{letters[0]}{'′' * k}" for k in range(len(typed))) if n not in taken)
            self._axes[root] = Axis(name, letters + others)

    def _root(self, slot: Slot) -> Slot:
        while self._same.get(slot, slot) != slot:
            slot = self._same[slot]
        return slot

    def of(self, name: str) -> tuple[Axis, ...]:
        """The axes of a name."""
        return tuple(self._axes[self._root((name, place))] for place in range(self.ranks[name]))

    def index(self, line: _Line, letter: str) -> Index:
        """What a letter stands for in an equation."""
        root = self._root((line.number, letter))
        if root not in self._axes:
            raise DeriveError(f"nothing has the index {letter}", f"equation {line.number}", "sum over an index of what is summed")
        return Index(letter, self._axes[root])


def _built(e: Expr, line: _Line, known: Mapping[str, Quantity], axes: _Axes) -> Expr:
    """The right side with entries of arrays, and sums over whole axes."""
    if isinstance(e, Total):
        body, *over = e.args
        if not over or not all(isinstance(s, Symbol) and len(s.name) == 1 for s in over):
            raise DeriveError("a sum needs the indices that it runs over", f"equation {line.number}", "write sum(W_ij*x_j, j)")
        return summed(_built(body, line, known, axes), [axes.index(line, s.name) for s in over])
    if isinstance(e, Symbol):
        name, letters = parts(e)
        if not letters and name in line.indices:
            raise DeriveError(f"{name} is an index here and cannot be a number too", f"equation {line.number}", "use another letter")
        if name not in known:
            what = f"{name} is used before it is defined"
            raise DeriveError(what, f"equation {line.number}", "an equation may use only what stands above it")
        return known[name][tuple(axes.index(line, letter) for letter in letters)]
    return e.func(*(_built(a, line, known, axes) for a in e.args)) if e.args else e
