"""The loss of a network and its gradient by SymPy, in scalar symbols: the shortest way from the equations to a number.

The forward equations are put into each other, entry by entry, and SymPy differentiates the one expression that is left.
No reverse sweep, no index form, no arrays: what the longer ways compute is compared with this. It grows with every path
through the network, so it is for small sizes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from math import prod
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Indexed, Integer, Rational, Sum, Symbol, preorder_traversal, simplify

from .equations import Equations, Expander
from .errors import DeriveError
from .indices import SAMPLES, Axis, Quantity, bound, name_of
from .ops import Activation

LIMIT = 300_000  # operations of the loss times the number of parameters: SymPy needs a quarter of a minute
Objects = NDArray[np.object_]
Sizes = Mapping[Any, int] | Sequence[int]
Z = Symbol("z", real=True)


class Expandable(Protocol):
    """What an expansion needs of a network: the size of every axis, and the equations of a batch or of one sample."""

    sizes: Any

    def forward(self, samples: bool = True) -> Equations: ...


@dataclass(frozen=True)
class Expanded:
    """C and dC/dp as plain SymPy expressions.

    loss       C
    gradients  for every parameter an array of expressions, with the parameter's shape
    symbols    for every parameter, input and target an array of symbols: w1 (n1, n0), b1 (n1,), x (samples, n0),
               y (samples, nL); in a network of named scalars w1 (), x (samples,), y (samples,)
    """

    loss: Expr
    gradients: Mapping[str, Objects]
    symbols: Mapping[str, Objects]


def expand(net: Expandable, sizes: Sizes | None = None, samples: int = 1) -> Expanded:
    """C and dC/dp of a network in symbols w1_2_1, b1_2, x_1: the equations put into each other, then SymPy's `diff`.

    `sizes` gives the sizes that are symbols, or others instead of the network's own: {n1: 2}, or {1: 2} for layer 1, or
    all of them in order, (3, 2, 1). With several `samples`, x and y have the sample as a last index: x_1_2. Constants
    become numbers.
    Raises `DeriveError` for a size without a number, and where the expressions would be too long to be of use.
    """
    return expanded(net, axis_sizes(net, sizes, samples))


def axis_sizes(net: Expandable, sizes: Sizes | None, samples: int) -> dict[Axis, int]:
    """A number for every axis of a network, the sample axis included; raises `DeriveError` where there is none."""
    if not isinstance(sizes, (Mapping, Sequence, type(None))) or isinstance(sizes, str):
        raise DeriveError(f"the sizes are {sizes!r}, expected a dictionary or a list", "expand", "for example sizes={1: 2} for layer 1")
    quantities = net.forward(False).quantities.values()
    layers = {q.layer: q.axes[0] for q in quantities if q.role in ("input", "activation") and q.axes}
    given = dict(sizes) if isinstance(sizes, Mapping) else dict(enumerate(sizes or ()))
    if given and not isinstance(sizes, Mapping) and len(given) != len(layers):
        raise DeriveError(f"{len(given)} sizes were given, expected {len(layers)}, from the input on", "expand")
    found = dict(net.sizes)
    for key, size in given.items():
        chosen = [axis for axis, own in net.sizes.items() if isinstance(key, Symbol) and own == key]
        chosen += [layers[key]] if key in layers and not isinstance(key, Symbol) else []
        if not chosen:
            known = [*dict.fromkeys(str(n) for n in net.sizes.values() if isinstance(n, Symbol)), *map(str, layers)]
            raise DeriveError(f"{key} is no size of this network", "expand", f"there are {', '.join(known) or 'none'}")
        found |= dict.fromkeys(chosen, _whole(size, f"the size {key}"))
    for size in found.values():
        if not isinstance(size, int):
            raise DeriveError(f"the size {size} is a symbol", "expand", f"give it a number: sizes={{{size}: 2}}")
    return found | dict.fromkeys(sample_axes(net), _whole(samples, "samples"))


def sample_axes(net: Expandable) -> list[Axis]:
    """The axis along which samples are counted."""
    return [axis for axis in net.forward(True).axes if axis.letters == SAMPLES]


def _whole(size: Any, where: str) -> int:
    if isinstance(size, bool) or not isinstance(size, (int, np.integer, Integer)) or size < 1:
        raise DeriveError(f"it is {size!r}, expected a whole number of at least 1", where)
    return int(size)


class _Formulas(dict[type[Activation], Expr]):
    """An activation's formula in SymPy's own functions, simplified if z stands in it more than once: tanh is one call."""

    def __missing__(self, kind: type[Activation]) -> Expr:
        formula = Activation.written_out(kind(Z))
        self[kind] = min(formula, simplify(formula), key=_times) if _times(formula) > 1 else formula
        return self[kind]

    def written_out(self, e: Expr) -> Expr:
        """The expression with the formulas in the place of the activations."""
        return e.replace(lambda f: isinstance(f, Activation), lambda f: self[type(f)].xreplace({Z: f.args[0]}))


def _times(formula: Expr) -> int:
    return sum(part == Z for part in preorder_traversal(formula))


def work(net: Expandable, sizes: Mapping[Axis, int]) -> int:
    """How long the expressions get: about the operations of C, as one expression, times the number of parameters."""
    equations, formulas, of = net.forward(True), _Formulas(), dict[str, int]()
    for equation in equations:
        of[equation.name] = _operations(equation.rhs, of, sizes, formulas)
    return of[equations.items[-1].name] * sum(prod(sizes[axis] for axis in q.axes) for q in equations.parameters)


def _operations(e: Expr, of: Mapping[str, int], sizes: Mapping[Axis, int], formulas: _Formulas) -> int:
    if isinstance(e, Sum):
        return prod(sizes[i.axis] for i in bound(e)) * (1 + _operations(e.function, of, sizes, formulas))
    if isinstance(e, (Indexed, Symbol)):
        return of.get(name_of(e), 1)
    if isinstance(e, Activation):
        formula = formulas[type(e)]
        inner = 1 + _operations(e.args[0], of, sizes, formulas)
        return max(1, _times(formula)) * inner + int(formula.count_ops())
    return 1 + sum(_operations(a, of, sizes, formulas) for a in e.args if isinstance(a, Expr))


@dataclass(frozen=True)
class _Apart(Expander):
    """An expander in whose names no two quantities meet: x_1, or x__1 where a scalar is already called x_1."""

    joint: str = "_"

    def symbol(self, name: str, at: tuple[int, ...]) -> Symbol:
        return Symbol(self.joint.join([name, *map(str, at)]), real=True)

    def symbols(self, q: Quantity) -> Objects:
        made = np.empty(tuple(self.sizes[axis] for axis in q.axes), dtype=object)
        for at in self.points(q.axes):
            made[tuple(n - 1 for n in at)] = self.symbol(q.name, at)
        return made


def _expander(equations: Equations, sizes: Mapping[Axis, int]) -> _Apart:
    for length in count(1):
        expander = _Apart(sizes, joint="_" * length)
        names = [s for q in equations.quantities.values() for s in expander.symbols(q).flat]
        if len(set(names)) == len(names):
            break
    return expander


def expanded(net: Expandable, sizes: Mapping[Axis, int]) -> Expanded:
    """The expansion at a number for every axis; see `expand`."""
    size = work(net, sizes)
    if size > LIMIT:
        shown = ", ".join(f"{axis.name} = {n}" for axis, n in sizes.items())
        raise DeriveError(
            f"at {shown} the derivatives would have about {size:.0e} operations, and the limit is {LIMIT:.0e}",
            "expand",
            "give smaller sizes, for example sizes={1: 2} for layer 1, or a network of fewer layers",
        )
    equations = net.forward(any(sizes[axis] > 1 for axis in sample_axes(net)))
    expander, formulas, known = _expander(equations, sizes), _Formulas(), dict[Symbol, Expr]()
    constants = {name: _number(value) for name, value in equations.constants.items()}
    for equation in equations:
        for entry, rhs in expander.entries(equation).items():
            # Formulas go in while the right side is still short, and before its symbols are lost.
            numbers = {s: constants[s.name] for s in rhs.free_symbols if s.name in constants}
            known[entry] = formulas.written_out(rhs).xreplace(numbers).xreplace(known)
    loss = known[expander.symbol(equations.items[-1].name, ())]
    symbols = {q.name: expander.symbols(q) for q in equations.given}
    derivative = np.frompyfunc(loss.diff, 1, 1)
    gradients = {q.name: np.asarray(derivative(symbols[q.name]), dtype=object) for q in equations.parameters}
    data = {q.name: _rows(symbols[q.name], q) for q in equations.given if q not in equations.parameters}
    return Expanded(loss, gradients, symbols | data)


def _number(value: Any) -> Expr:
    """0.1 as 1/10, as it was typed and not as it is stored."""
    exact = Fraction(repr(float(value)))
    return Rational(exact.numerator, exact.denominator)


def _rows(symbols: Objects, q: Quantity) -> Objects:
    """Data with one row a sample, also where there is one sample only."""
    return symbols.T if any(axis.letters == SAMPLES for axis in q.axes) else symbols[None, ...]
