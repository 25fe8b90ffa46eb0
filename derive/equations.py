"""A network as an ordered list of named equations whose right sides are SymPy expressions in index form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product as cartesian
from typing import Any

from sympy import Add, Expr, Indexed, IndexedBase, Integer, KroneckerDelta, Sum, Symbol

from .errors import DeriveError, ShapeError
from .indices import Axis, Index, Quantity, bound, canonical, is_size, name_of, rename
from .ops import RowActivation
from .partial import Partial

PARAMETERS = ("weight", "bias", "parameter")  # the roles of what training changes


@dataclass(frozen=True)
class Equation:
    """lhs[indices] = rhs. `label` is what a textbook calls it (BP1); `rowwise` the operation that computes the whole row stably."""

    lhs: Quantity
    indices: tuple[Index, ...]
    rhs: Expr
    label: str = ""
    rowwise: type[RowActivation] | None = None

    @property
    def name(self) -> str:
        return self.lhs.name

    @property
    def reference(self) -> Expr:
        return self.lhs[self.indices]

    def row_argument(self, quantities: Mapping[str, Quantity]) -> Quantity | None:
        """The z in a = softmax(z), where the right side is the operation's own formula of one plain quantity; else None."""
        if self.rowwise is None:
            return None
        j, *rest = self.indices
        for name in sorted(uses(self.rhs)):
            z = quantities.get(name)
            if z is not None and z.axes == self.lhs.axes:
                formula = self.rowwise.formula(lambda i, z=z: z[(i, *rest)], j)  # type: ignore[misc]  # mypy cannot infer the default
                if canonical(formula) == canonical(self.rhs):
                    return z
        return None

    def at(self, indices: Iterable[Expr]) -> Expr:
        """The right side at other indices, without capture."""
        return rename(self.rhs, dict(zip(self.indices, indices, strict=True)))


@dataclass(frozen=True)
class Equations:
    """Ordered equations and the quantities they start from. Every name is defined once, before it is used."""

    items: tuple[Equation, ...]
    given: tuple[Quantity, ...]
    constants: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known: dict[str, Quantity] = {}
        axes: dict[str, Axis] = {}
        for quantity in self.given:
            self._admit(quantity, known, axes)
        for equation in self.items:
            used = uses(equation.rhs) - set(self.constants)
            unknown = sorted(used - set(known))
            if unknown:
                later = {e.name for e in self.items}
                what = "used before it is defined" if unknown[0] in later else "not defined"
                raise DeriveError(
                    f"{unknown[0]} is {what}",
                    f"the equation of {equation.name}",
                    "an equation may use only what stands above it",
                )
            self._admit(equation.lhs, known, axes)
            stray = {i for i in equation.rhs.free_symbols if isinstance(i, Index)} - set(equation.indices)
            if stray:
                raise ShapeError(
                    f"the index {min(map(str, stray))} is free on the right side but not on the left",
                    f"the equation of {equation.name}",
                )

    @staticmethod
    def _admit(quantity: Quantity, known: dict[str, Quantity], axes: dict[str, Axis]) -> None:
        if quantity.name in known:
            raise DeriveError(f"{quantity.name} is defined twice", hint="give every quantity a name of its own")
        known[quantity.name] = quantity
        for axis in quantity.axes:
            if axes.setdefault(axis.name, axis) != axis:
                raise ShapeError(f"two different axes are called {axis.name}", quantity.name)

    def __iter__(self) -> Iterator[Equation]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __contains__(self, name: object) -> bool:
        return any(e.name == name for e in self.items)

    def __getitem__(self, name: str) -> Equation:
        for equation in self.items:
            if equation.name == name:
                return equation
        raise DeriveError(
            f"there is no equation for {name!r}", hint=f"there are {', '.join(e.name for e in self.items)}"
        )

    @property
    def quantities(self) -> dict[str, Quantity]:
        """Every quantity by name: what is given, then what is defined."""
        return {q.name: q for q in (*self.given, *(e.lhs for e in self.items))}

    @property
    def axes(self) -> tuple[Axis, ...]:
        return tuple(dict.fromkeys(axis for q in self.quantities.values() for axis in q.axes))

    @property
    def parameters(self) -> tuple[Quantity, ...]:
        """What training changes, in order."""
        return tuple(q for q in self.given if q.role in PARAMETERS)

    def depending(self, names: Iterable[str]) -> set[str]:
        """What depends on these names, themselves included."""
        found = set(names)
        for equation in self.items:
            if uses(equation.rhs) & found:
                found.add(equation.name)
        return found

    def reaching(self, name: str) -> set[str]:
        """What acts on this name, itself included."""
        found = {name}
        for equation in reversed(self.items):
            if equation.name in found:
                found |= uses(equation.rhs)
        return found


def uses(e: Expr) -> set[str]:
    """The names of the quantities (and constants) in an expression; sizes and indices are neither."""
    plain = {s.name for s in e.free_symbols if type(s) is Symbol and not is_size(s)}
    bases = {b.args[0].name for b in e.atoms(IndexedBase)}
    return {name_of(r) for r in e.atoms(Indexed)} | (plain - bases)


@dataclass(frozen=True)
class Expander:
    """Index form -> plain SymPy expressions in scalar symbols, at given sizes: w1[j, k] at (2, 1) becomes the symbol w1_2_1.

    `definitions` is consulted where a derivative of a named quantity is written down: its equation is put in and differentiated by SymPy.
    """

    sizes: Mapping[Axis, int]
    definitions: Mapping[str, Equation] = field(default_factory=dict)

    def points(self, axes: Iterable[Axis]) -> Iterator[tuple[int, ...]]:
        """Every combination of index values, counted from 1."""
        return cartesian(*(range(1, self.sizes[a] + 1) for a in axes))

    def symbol(self, name: str, at: tuple[int, ...]) -> Symbol:
        return Symbol("_".join([name, *map(str, at)]), real=True)

    def entries(self, equation: Equation) -> dict[Symbol, Expr]:
        """Every entry of an equation's left side with its right side."""
        return {
            self.symbol(equation.name, at): self.scalar(equation.rhs, dict(zip(equation.indices, at, strict=True)))
            for at in self.points(equation.lhs.axes)
        }

    def scalar(self, e: Expr, at: Mapping[Index, int]) -> Expr:
        """An expression at given index values."""
        if isinstance(e, Index):
            return Integer(at[e])
        if isinstance(e, Sum):
            own = bound(e)
            return Add(
                *(
                    self.scalar(e.function, {**at, **dict(zip(own, p, strict=True))})
                    for p in self.points(i.axis for i in own)
                )
            )
        if isinstance(e, Indexed):
            return self.symbol(name_of(e), tuple(int(self.scalar(i, at)) for i in e.indices))
        if isinstance(e, KroneckerDelta):
            left, right = (self.scalar(i, at) for i in e.args)
            return Integer(1 if left == right else 0)
        if isinstance(e, Partial):
            return self._carried_out(e, at)
        if isinstance(e, Symbol):
            return next((Integer(n) for axis, n in self.sizes.items() if axis.size == e), e)
        return e.func(*(self.scalar(a, at) for a in e.args)) if e.args else e

    def _carried_out(self, e: Partial, at: Mapping[Index, int]) -> Expr:
        f = e.function
        own = e.named and name_of(f) == name_of(e.variable)  # d z[k]/d z[j] is [j = k], whatever z is defined as
        if e.named and not own and name_of(f) in self.definitions:
            f = self.definitions[name_of(f)].at(f.indices if isinstance(f, Indexed) else ())
        return self.scalar(f, at).diff(self.scalar(e.variable, at))
