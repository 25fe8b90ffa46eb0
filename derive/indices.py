"""Index form: axes, indices, capture-free renaming, and the contraction of indicators. All facts about index form live here.

An indicator `[j = p]` is SymPy's `KroneckerDelta(j, p)`. It appears when an indexed quantity is differentiated by itself at other indices:
dw[j,k]/dw[p,q] = [j = p][k = q].
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from itertools import product as cartesian
from typing import Any

from sympy import Add, Expr, Indexed, IndexedBase, Integer, KroneckerDelta, Mul, Pow, Sum, Symbol

from .errors import ShapeError, Unsupported
from .exact import product, total

NEURONS = "jkpriluv"  # letters that have a Unicode subscript, in the order in which textbooks use them
SAMPLES = "st"


@dataclass(frozen=True)
class Axis:
    """A direction along which a quantity has entries: the neurons of one layer, or the samples.

    An axis is known by its name, never by its size: two layers of equal width have two axes. `size` is a symbol; integers are bound later.
    """

    name: str
    letters: str = NEURONS

    @property
    def size(self) -> Symbol:
        return Symbol(self.name, integer=True, positive=True)

    def index(self, letter: str) -> Index:
        return Index(letter, self)


class Index(Symbol):  # type: ignore[misc]  # SymPy's Symbol is untyped
    """A symbol that runs from 1 to the size of its axis."""

    __slots__ = ("axis",)
    axis: Axis

    def __new__(cls, name: str, axis: Axis) -> Index:
        made: Index = Symbol.__xnew__(cls, name, integer=True, positive=True)
        made.axis = axis
        return made

    def _hashable_content(self) -> tuple[Any, ...]:
        return (self.name, self.axis.name, self.axis.letters)

    def __getnewargs_ex__(self) -> tuple[tuple[str, Axis], dict[str, Any]]:
        return (self.name, self.axis), {}

    @property
    def limits(self) -> tuple[Index, Integer, Symbol]:
        return (self, Integer(1), self.axis.size)


@dataclass(frozen=True)
class Quantity:
    """A named array: `w2` with axes (n2, n1). `role` says what it is in a network, `layer` where; `of` names what an adjoint belongs to.

    Roles: input, target, weight, bias, parameter, constant, weighted_input (z), activation (a), value, loss; and of the backward equations
    error (dC/dz), adjoint (any other dC/dv), gradient (dC/d parameter).
    """

    name: str
    axes: tuple[Axis, ...] = ()
    role: str = "value"
    layer: int | None = None
    of: str = ""

    def __getitem__(self, indices: Index | Iterable[Index]) -> Expr:
        """The entry at these indices; a quantity without axes is a plain symbol."""
        chosen = (indices,) if isinstance(indices, Index) else tuple(indices)
        for index, axis in zip(chosen, self.axes, strict=True):
            if isinstance(index, Index) and index.axis != axis:
                raise ShapeError(
                    f"index {index} runs over {index.axis.name}, but this place of {self.name} runs over {axis.name}",
                    self.name,
                )
        return IndexedBase(self.name, real=True)[chosen] if chosen else Symbol(self.name, real=True)

    def indices(self, taken: Iterable[str] = ()) -> tuple[Index, ...]:
        """Fresh textbook indices for every axis: j, k, ... for neurons, s for samples."""
        used = set(taken)
        made: list[Index] = []
        for axis in self.axes:
            letter = next(name for name in letters(axis) if name not in used)
            used.add(letter)
            made.append(Index(letter, axis))
        return tuple(made)


def letters(axis: Axis) -> Iterator[str]:
    """The names that an index of this axis may have, best first, without end."""
    yield from axis.letters
    for number in count(1):
        for letter in axis.letters:
            yield f"{letter}_{number}"


def name_of(reference: Expr) -> str:
    """The quantity's name in `w2[j, k]` or in the plain symbol `b`."""
    return str(reference.base.label) if isinstance(reference, Indexed) else str(reference.name)


def is_size(e: Expr) -> bool:
    """Whether a symbol is the size of an axis, such as m: a constant, whatever its letter."""
    return bool(isinstance(e, Symbol) and not isinstance(e, Index) and e.is_integer and e.is_positive)


def bound(e: Sum) -> tuple[Index, ...]:
    """The indices of a sum."""
    for limit in e.limits:
        if not isinstance(limit[0], Index) or len(limit) != 3 or limit[1] != 1 or limit[2] != limit[0].axis.size:
            raise Unsupported(
                f"the sum over {limit} does not run over one whole axis",
                hint="use an index of an Axis, from 1 to its size",
            )
    own = tuple(limit[0] for limit in e.limits)
    if len(set(own)) < len(own):
        raise Unsupported(f"the sum {e} runs twice over one index", hint="give the inner sum an index of its own")
    return own


def summed(e: Expr, indices: Iterable[Index]) -> Expr:
    """The sum of an expression over whole axes; without indices, the expression itself."""
    chosen = tuple(indices)
    return Sum(e, *(i.limits for i in chosen)) if chosen else e


def rename(e: Expr, names: Mapping[Expr, Expr]) -> Expr:
    """Replace free indices; a bound index that would capture a new name is itself renamed first.

    `subs` and `xreplace` turn Sum(w[j,k]*x[k], k) with j -> k into Sum(w[k,k]*x[k], k). Nothing else in the package renames indices.
    """
    active = {old: new for old, new in names.items() if old != new and old in e.free_symbols}
    if not active:
        return e
    if isinstance(e, Sum):
        own = bound(e)
        coming = {s.name for new in active.values() for s in new.free_symbols}
        taken = coming | {s.name for s in e.function.free_symbols}
        inner, limits = dict(active), []
        for index in own:
            if index.name in coming:
                fresh = Index(next(n for n in letters(index.axis) if n not in taken), index.axis)
                taken.add(fresh.name)
                inner[index] = fresh
                index = fresh
            limits.append(index.limits)
        return Sum(rename(e.function, inner), *limits)
    if e in active:
        return active[e]
    return e.func(*(rename(a, active) if isinstance(a, Expr) else a for a in e.args))


def canonical(e: Expr, taken: Iterable[str] = ()) -> Expr:
    """The same expression with textbook names for bound indices, counted anew: what is printed does not depend on what came before."""
    return _canonical(e, set(taken) | {s.name for s in e.free_symbols})


def _canonical(e: Expr, taken: set[str]) -> Expr:
    if not e.has(Sum):
        return e
    if isinstance(e, Sum):
        here, chosen = set(taken), dict[Expr, Index]()
        for index in _by_appearance(e):
            letter = next(n for n in letters(index.axis) if n not in here)
            here.add(letter)
            chosen[index] = Index(letter, index.axis)
        body = e.function
        if any(old != new for old, new in chosen.items()):
            # Two steps, by way of names that no letter table has, so that swapping j and k does not make them one.
            apart = {old: Index(f"_{n}", new.axis) for n, (old, new) in enumerate(chosen.items())}
            body = rename(rename(body, apart), {apart[old]: new for old, new in chosen.items()})
        return Sum(_canonical(body, here), *(i.limits for i in chosen.values()))
    return e.func(*(_canonical(a, taken) if isinstance(a, Expr) else a for a in e.args))


def _by_appearance(e: Sum) -> list[Index]:
    """The sum's own indices, neurons before samples, in the order in which the first factors mention them."""
    own = bound(e)
    mentioned = [
        i for part in sorted(e.function.atoms(Indexed), key=lambda r: (name_of(r), r.sort_key())) for i in part.indices
    ]
    return sorted(
        own, key=lambda i: (i.axis.letters == SAMPLES, mentioned.index(i) if i in mentioned else len(mentioned), i.name)
    )


@dataclass
class Term:
    """One product under a sum: factors and the indices that are summed over."""

    factors: list[Expr]
    bound: list[Index]

    def expression(self) -> Expr:
        """The term as an expression, with every factor that does not depend on a summed index outside of the sum."""
        over = set(self.bound)
        inside = [f for f in self.factors if f.free_symbols & over]
        outside = [f for f in self.factors if not f.free_symbols & over]
        if not inside:
            return product(outside)
        return product([*outside, summed(product(inside), self.bound)])


def terms(e: Expr, fresh: Iterator[int] | None = None) -> list[Term]:
    """An expression as a list of products under sums; a bracket is opened only where a sum or an indicator is inside."""
    counter = count(_above(e)) if fresh is None else fresh
    if isinstance(e, Add) and e.has(KroneckerDelta, Sum):
        return [t for a in e.args for t in terms(a, counter)]
    if isinstance(e, Sum):
        apart: dict[Expr, Expr] = {i: Index(f"_{next(counter)}", i.axis) for i in bound(e)}
        body = rename(e.function, apart)
        return [Term(t.factors, [*t.bound, *apart.values()]) for t in terms(body, counter)]
    if isinstance(e, Mul):
        parts = [terms(a, counter) if a.has(KroneckerDelta, Sum) else [Term([a], [])] for a in e.args]
        return [Term([f for t in ts for f in t.factors], [b for t in ts for b in t.bound]) for ts in cartesian(*parts)]
    return [Term([e], [])]


def _above(e: Expr) -> int:
    """A number above those of the parked names _0, _1, ... that an enclosing sum may have left free in this expression."""
    parked = [s.name[1:] for s in e.free_symbols if s.name.startswith("_") and s.name[1:].isdigit()]
    return max(map(int, parked), default=-1) + 1


def contract(e: Expr, taken: Iterable[str] = ()) -> Expr:
    """sum_j [j = p] f(j) = f(p): every indicator that meets its sum disappears with it; sum_s 1 = m.

    Raises `Unsupported` where an indicator is not [index = index] over one axis (a shifted index, say): a range would be lost in silence.
    """
    free = {s.name for s in e.free_symbols} | set(taken)
    return total(canonical(_contracted(t).expression(), free) for t in terms(e))


def _contracted(term: Term) -> Term:
    factors, over = list(term.factors), list(term.bound)
    while True:
        indicator = next(
            (f for f in factors if isinstance(f, KroneckerDelta) and set(f.free_symbols) & set(over)), None
        )
        if indicator is None:
            break
        left, right = indicator.args
        if not (isinstance(left, Index) and isinstance(right, Index)):
            raise Unsupported(
                f"the indicator [{left} = {right}] compares something other than two indices", "contraction"
            )
        if left.axis != right.axis:
            raise Unsupported(
                f"the indicator [{left} = {right}] compares indices of {left.axis.name} and {right.axis.name}",
                "contraction",
            )
        gone, kept = (left, right) if left in over else (right, left)
        factors.remove(indicator)
        factors = [g for f in factors for g in Mul.make_args(rename(f, {gone: kept}))]
        over.remove(gone)
    if any(f.is_zero for f in factors):
        return Term([Integer(0)], [])
    for index in [i for i in over if not any(i in f.free_symbols for f in factors)]:
        over.remove(index)
        factors.append(index.axis.size)
    return Term(_merged(factors), over)


def _merged(factors: list[Expr]) -> list[Expr]:
    """Equal bases as one power, so that a*(1/a) is gone before anyone looks; the rest in the given order."""
    whole = product(factors)
    return list(Mul.make_args(whole)) if not isinstance(whole, Pow) else [whole]


def slope_by(e: Expr, reference: Expr) -> Expr:
    """d e / d reference by SymPy; an index of the reference must not be one that `e` binds, or the result would be wrong."""
    own = {i for s in e.atoms(Sum) for i in bound(s)}
    indices = set(reference.indices) if isinstance(reference, Indexed) else set()
    if own & indices:
        raise Unsupported(
            f"cannot differentiate by {reference}: its index is the name of a sum's own index", hint="use a fresh index"
        )
    return e.diff(reference)
