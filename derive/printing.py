"""Expressions as text. SymPy's own printer sorts by its internal order; this one by the table in `ranking`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sympy
from sympy import (
    Abs,
    Add,
    E,
    Expr,
    Function,
    Heaviside,
    I,
    Indexed,
    Integer,
    KroneckerDelta,
    Max,
    Min,
    Mul,
    Number,
    Pow,
    Sum,
    Symbol,
    exp,
    nan,
    oo,
    pi,
)

from .glyphs import GREEK, parts
from .indices import Index, Quantity, bound, is_size, name_of
from .notation import LATEX, UNICODE, Notation, Style, Text
from .ops import Activation, RowActivation, Slope
from .partial import Braced, Direct, Partial, Total
from .ranking import BESIDE, Order, divisor, flat
from .tex import escape

# SymPy's functions that LaTeX has a command for, and how a terminal spells them.
FUNCTIONS = {name: name for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")}
FUNCTIONS |= {"log": "ln", "Max": "max", "Min": "min", "asin": "arcsin", "acos": "arccos", "atan": "arctan"}
BARE = frozenset({"log", "sin", "cos", "tan"})  # ln a: the brackets of a lone symbol may go
CONSTANTS = {E: "e", I: "i", pi: "pi"}


Quantities = Mapping[str, Quantity]


class Printer:
    """Prints expressions, steps and quantities in one style and one notation.

    `quantities` says what the names in an expression are: their letter, layer and place in a product follow from it.
    With `typed_order` the expression is printed as its tree stands, for what a person typed; else in textbook order.
    """

    def __init__(
        self,
        style: Style = LATEX,
        notation: Notation | None = None,
        quantities: Quantities | None = None,
        *,
        typed_order: bool = False,
    ) -> None:
        self.style = style
        self.notation = notation or Notation()
        self.quantities = dict(quantities or {})
        self.typed_order = typed_order
        self.order = Order(self.quantities)
        self._loss = next((q.name for q in self.quantities.values() if q.role == "loss"), "C")

    # Names

    def quantity(self, q: Quantity, indices: Iterable[Any] | None = None) -> Text:
        """delta^{2}, or with indices its entry delta^{2}_{j}; an adjoint or gradient is dC/d(what it belongs to)."""
        shown = tuple(indices or ())
        if q.role in ("adjoint", "gradient"):
            owner = self.quantities.get(q.of) or Quantity(q.of or q.name)
            return self.style.partial(self.symbol(self._loss), self.quantity(owner, shown))
        base, layer = self.notation.glyph(q)
        return self.style.scripted(base, "" if layer is None else str(layer), [str(i) for i in shown])

    def symbol(self, name: str) -> Text:
        """A plain name, or the quantity of that name."""
        known = self.quantities.get(name)
        return self.quantity(known) if known else self.style.name(name)

    def function(self, kind: type[Any]) -> Text:
        """The name of an activation, of a row activation such as softmax, or of one of SymPy's functions."""
        if issubclass(kind, (Activation, RowActivation)):
            return self.style.function(kind.latex, kind.unicode or kind.__name__)
        name = str(kind.__name__)
        known = FUNCTIONS.get(name)
        if known:
            return self.style.function(f"\\{known}", known)
        core = parts(name).core
        if len(core) == 1 or core in GREEK:
            return self.style.name(name)
        return self.style.function(rf"\operatorname{{{escape(name)}}}", name)

    # Expressions

    def expression(self, e: Expr) -> Text:
        """The expression, printed."""
        negative, text = self._signed(e)
        return self.style.sum([(-1, text)]) if negative else text

    def _signed(self, e: Expr) -> tuple[bool, Text]:
        """Whether the expression begins with a minus, and what follows it."""
        if isinstance(e, Number) and e.is_extended_negative:
            return True, self.expression(-e)
        if isinstance(e, Mul):
            return self._mul(e)
        if isinstance(e, Sum) and all(isinstance(limit[0], Index) for limit in e.limits):
            negative, body = self._signed(e.function)
            return negative, self.style.big_sum([i.name for i in bound(e)], body)
        for kind, method in _METHODS:
            if isinstance(e, kind):
                return False, method(self, e)
        return False, self._other(e)

    def _add(self, e: Expr) -> Text:
        parts = e.args if self.typed_order else flat(e, Add)
        terms = [(part, *self._signed(part)) for part in parts]
        if not self.typed_order:
            terms.sort(key=lambda term: (self.order.is_penalty(term[0]), term[1], self.order.term_key(term[0])))
        return self.style.sum([(-1 if negative else 1, text) for _, negative, text in terms])

    def _mul(self, e: Expr) -> tuple[bool, Text]:
        factors = list(e.args) if self.typed_order else flat(e, Mul)
        if not self.typed_order:
            numbers = [f for f in factors if isinstance(f, Number)]
            factors = [*numbers, *self.order.factors(f for f in factors if not isinstance(f, Number))]
        negative = isinstance(factors[0], Number) and bool(factors[0].is_negative)
        if negative:
            factors[0] = -factors[0]
        # A typed 1*x keeps its 1; that of -1*x is the sign.
        if factors[0] == 1 and len(factors) > 1 and (negative or not self.typed_order):
            factors = factors[1:]
        return negative, self._in_order(factors) if self.typed_order else self._in_rank(factors)

    def _in_order(self, factors: Sequence[Expr]) -> Text:
        """Factors as they stand; a reciprocal goes below what stands before it."""
        above: list[Text] = []
        for n, factor in enumerate(factors):
            # What is typed as x/2 is held as x * 1/2.
            halved = n > 0 and factor.is_Rational and factor.p == 1 and factor.q > 1
            below = Integer(factor.q) if halved else divisor(factor)
            if below is None:
                above.append(self._factor(factor, n == len(factors) - 1))
            else:
                over = self.style.product(above or [self.style.number(Integer(1))])
                above = [self.style.fraction(over, self.expression(below))]
        return self.style.product(above)

    def _in_rank(self, factors: Sequence[Expr]) -> Text:
        """1/(2m) as a fraction in front; if anything but constants is below, what is above goes into the fraction."""
        above: list[Expr] = []
        below: list[Expr] = []
        beside: list[Expr] = []
        for n, factor in enumerate(factors):
            under = divisor(factor)
            if under is not None:
                below.append(under)
            elif n == 0 and factor.is_Rational and not factor.is_Integer:
                above += [Integer(factor.p)] if factor.p != 1 else []
                below.append(Integer(factor.q))
            else:
                beside.append(factor)
        if not below:
            return self._row(beside)
        constant = all(f.is_Number or is_size(f) for f in below)
        roles = [self.order.role(f) for f in beside]
        moved = [r in ("number", "constant") if constant else r not in BESIDE for r in roles]
        above += [f for f, goes in zip(beside, moved, strict=True) if goes]
        rest = [f for f, goes in zip(beside, moved, strict=True) if not goes]
        return self._row(rest, self.style.fraction(self._row(above), self._row(below)))

    def _row(self, factors: Sequence[Expr], first: Text | None = None) -> Text:
        """Factors side by side; of none at all, 1."""
        texts = [self._factor(f, n == len(factors) - 1) for n, f in enumerate(factors)]
        return self.style.product([first, *texts] if first else texts or [self.style.number(Integer(1))])

    def _factor(self, e: Expr, last: bool) -> Text:
        return self.expression(e) if last or type(e).__name__ not in BARE else self._call(e, bare=False)

    def _pow(self, e: Expr) -> Text:
        below = divisor(e)
        if below is not None:
            return self.style.fraction(self.style.number(Integer(1)), self.expression(below))
        base, exponent = e.args
        if exponent == Number("1/2"):
            return self.style.root(self.expression(base))
        return self.style.power(self.expression(base), self.expression(exponent))

    def _exp(self, e: Expr) -> Text:
        return self.style.power(self.style.name("e"), self.expression(e.args[0]))

    def _entry(self, e: Expr) -> Text:
        known = self.quantities.get(name_of(e)) or Quantity(name_of(e))
        return self.quantity(known, e.indices)

    def _name(self, e: Expr) -> Text:
        return self.symbol(self.notation.size(e.name) if is_size(e) and e.name not in self.quantities else e.name)

    def _partial(self, e: Partial) -> Text:
        inside, x = self.expression(e.function), self.expression(e.variable)
        if not e.named:
            return self.style.partial_of(inside, x)
        shown = self.style.partial(inside, x, "d" if isinstance(e, Total) else "∂")
        return self.style.direct(shown) if isinstance(e, Direct) else shown

    def _slope(self, e: Slope) -> Text:
        return self.style.call(self.style.prime(self.function(e.activation)), self.expression(e.args[0]))

    def _heaviside(self, e: Expr) -> Text:
        return self.style.indicator(self.expression(e.args[0]), self.style.number(Integer(0)), ">")

    def _call(self, e: Expr, bare: bool = True) -> Text:
        free = isinstance(e, (Max, Min)) and not self.typed_order
        arguments = sorted(e.args, key=lambda a: (not a.is_Number, self.order.term_key(a))) if free else e.args
        shown = self.style.comma([self.expression(a) for a in arguments])
        return self.style.call(self.function(type(e)), shown, bare and type(e).__name__ in BARE)

    def _other(self, e: Expr) -> Text:
        return self.style.foreign(sympy.latex(e), str(e))


_METHODS: tuple[tuple[Any, Callable[[Printer, Any], Text]], ...] = (
    (type(oo), lambda p, e: p.style.function(r"\infty", "∞")),
    (type(nan), Printer._other),
    (Number, lambda p, e: p.style.number(e)),
    ((type(E), type(I), type(pi)), lambda p, e: p.style.name(CONSTANTS[e])),
    (Index, lambda p, e: p.style.name(e.name)),
    (Symbol, Printer._name),
    (Indexed, Printer._entry),
    (Add, Printer._add),
    (exp, Printer._exp),
    (Pow, Printer._pow),
    (KroneckerDelta, lambda p, e: p.style.indicator(p.expression(e.args[0]), p.expression(e.args[1]))),
    (Partial, Printer._partial),
    (Braced, lambda p, e: p.style.braced(p.expression(e.body), p.expression(e.label))),
    (Slope, Printer._slope),
    (Heaviside, Printer._heaviside),
    (Abs, lambda p, e: p.style.absolute(p.expression(e.args[0]))),
    ((Function, Max, Min), Printer._call),
)


def latex(e: Expr, quantities: Quantities | None = None, notation: Notation | None = None, *, typed_order: bool = False) -> str:
    """The expression as LaTeX, without dollar signs."""
    return Printer(LATEX, notation, quantities, typed_order=typed_order).expression(e).string


def unicode(e: Expr, quantities: Quantities | None = None, notation: Notation | None = None, *, typed_order: bool = False) -> str:
    """The expression as one line of Unicode, for a terminal."""
    return Printer(UNICODE, notation, quantities, typed_order=typed_order).expression(e).string
