"""From the rules of a parse tree to SymPy nodes of the shape that was typed: nothing is evaluated or reordered.

    a - b -> Add(a, Mul(-1, b))     a/b -> Mul(a, Pow(b, -1))     1/2 -> Rational(1, 2)     -2*x -> Mul(-2, x)

A row of the same operation is one flat node; a bracket keeps what is inside as one argument.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import gcd
from typing import Any

from sympy import Abs, Add, E, Expr, Integer, Mul, Pow, Rational, exp
from sympy.core.function import FunctionClass

from .errors import ReadError
from .letters import Lexeme
from .names import Function


@dataclass(frozen=True)
class Limits:
    """What is read at most: characters, nesting, digits of a number, size of an exponent, nodes of the expression."""

    length: int = 1000
    depth: int = 60
    digits: int = 30
    exponent: int = 1000
    nodes: int = 1000


@dataclass(frozen=True)
class Part:
    """A piece of the expression: its node, its first lexeme, and what the rules above it need to know.

    kind     "number" (as typed, with its sign), "bracket" (closed on both sides), "raised" (e to a number), "other"
    factors  the factors of a product without brackets, else the node itself
    depth    height of the tree of nodes
    nodes    number of nodes
    degree   the numeric exponents on one path, multiplied
    """

    expr: Expr
    first: int
    kind: str = "other"
    factors: tuple[Expr, ...] = ()
    depth: int = 0
    nodes: int = 1
    degree: float = 1


class Builder:
    """One method for each rule of the grammar: (parts and signs of the node, number of its first lexeme) -> part.

    `blanks` says whether a blank can tell how a product is meant; in LaTeX it cannot, since it does not show.
    Raises ReadError beyond a limit, at a division by zero, and where a product without a sign can be read in two ways.
    """

    def __init__(self, text: str, lexemes: list[Lexeme], limits: Limits, blanks: bool = True) -> None:
        self.text, self.lexemes, self.limits, self.blanks = text, lexemes, limits, blanks

    def number(self, children: list[Any], first: int) -> Part:
        mantissa, _, power = children[0].text.lower().replace("−", "-").partition("e")
        whole, _, decimals = mantissa.partition(".")
        digits = len((whole + decimals).lstrip("0"))
        if digits > self.limits.digits:
            raise self._error(f"the number has {digits} digits, the limit is {self.limits.digits}", first)
        if len(power) > 9 or abs(int(power or 0)) > self.limits.exponent:
            raise self._error(f"the number has the exponent {power}, the limit is {self.limits.exponent}", first)
        scale = int(power or 0) - len(decimals)
        value = Rational(int(whole + decimals) * 10 ** max(scale, 0), 10 ** max(-scale, 0))
        return Part(value, first, "number", (value,))

    def symbol(self, children: list[Any], first: int) -> Part:
        return Part(children[0].value, first, "other", (children[0].value,))

    def group(self, children: list[Any], first: int) -> Part:
        return self._part(children[0].expr, children, first, "bracket", deeper=0, nodes=0)

    def absolute(self, children: list[Any], first: int) -> Part:
        return self._part(Abs(children[0].expr, evaluate=False), children, first, "bracket")

    def plus(self, children: list[Any], first: int) -> Part:
        return self._part(children[1].expr, children, first, children[1].kind, nodes=0)

    def minus(self, children: list[Any], first: int) -> Part:
        part: Part = children[1]
        return self._part(_negated(part), children, first, "number" if part.kind == "number" else "other")

    def sum(self, children: list[Any], first: int) -> Part:
        terms = [children[0].expr]
        for sign, part in zip(children[1::2], children[2::2], strict=True):
            terms.append(part.expr if sign.kind == "PLUS" else _negated(part))
        signs = _count(children, "MINUS")
        return self._part(Add(*terms, evaluate=False), children, first, deeper=1 + (signs > 0), nodes=1 + 2 * signs)

    def product(self, children: list[Any], first: int) -> Part:
        factors: list[Expr] = []
        sign = divides = ""
        above = last = None
        for item in children:
            if isinstance(item, Lexeme):
                sign = item.kind
                continue
            if last and not sign:
                self._refuse_two_readings(above if divides else None, last, item)
            divides = sign if sign == "DIVIDE" else ""
            if divides:
                self._divide(factors, item)
            else:
                factors.append(item.expr)
            above, last, sign = last, item, ""
        quotients = _count(children, "DIVIDE")
        part = self._part(_product(factors), children, first, deeper=1 + (quotients > 0), nodes=1 + 2 * quotients)
        return replace(part, factors=tuple(factors))

    def power(self, children: list[Any], first: int) -> Part:
        base, exponent = [x for x in children if isinstance(x, Part)]
        size = self._exponent(exponent)
        degree = base.degree * max(size, 1)
        if degree > self.limits.exponent:
            what = f"the exponents amount to {degree:,.6g}, the limit is {self.limits.exponent:,}"
            raise self._error(what, exponent.first)
        if exponent.expr.is_Rational and exponent.expr.is_negative and _is_zero(base.expr):
            raise self._error("this divides by zero", first)
        if base.expr == E:
            kind = "raised" if exponent.kind == "number" else "other"
            return self._part(exp(exponent.expr, evaluate=False), children, first, kind, degree=degree)
        return self._part(Pow(base.expr, exponent.expr, evaluate=False), children, first, degree=degree)

    def call(self, children: list[Any], first: int) -> Part:
        function: Function = children[0].value
        arguments = [x for x in children if isinstance(x, Part)]
        primes = len(children) - 1 - len(arguments)
        name = children[0].text + "'" * primes
        build = self.applied(function, children[0].text, primes, len(arguments), first)
        if function.steep:
            self._exponent(arguments[0])
        still = {"evaluate": False} if isinstance(build, FunctionClass) else {}
        try:
            applied = build(*[x.expr for x in arguments], **still)
        except (TypeError, ValueError) as error:
            raise self._error(f"'{name}' cannot be applied to this: {error}", first) from error
        if not isinstance(applied, Expr):
            raise self._error(f"'{name}' gives no expression here", first)
        return self._part(applied, children, first, "bracket")

    def applied(self, function: Function, name: str, primes: int, given: int, first: int) -> Callable[..., Expr]:
        """What builds an application, or that of the slope; refused with a wrong number of arguments."""
        build = function.build
        for n in range(primes):
            build = getattr(build, "prime", None)  # type: ignore[assignment]  # told apart in the next line
            if build is None:
                raise self._error(f"there is no slope named {name}{chr(39) * (n + 1)}", first, "activations have one: sigma'(z)")
        least, most = function.least, function.most
        if given < least or (most is not None and given > most):
            wanted = f"{least} argument{'s' * (least != 1)}" + (" or more" if most != least else "")
            if most is not None and given > most > least:
                wanted = f"at most {most} arguments"
            raise self._error(f"'{name}{chr(39) * primes}' takes {wanted}, not {given}", first)
        return build

    def _part(
        self,
        expr: Expr,
        children: list[Any],
        first: int,
        kind: str = "other",
        *,
        deeper: int = 1,
        nodes: int = 1,
        degree: float = 1,
    ) -> Part:
        parts = [x for x in children if isinstance(x, Part)]
        depth = max(x.depth for x in parts) + deeper
        nodes += sum(x.nodes for x in parts)
        if depth > self.limits.depth:
            raise self._error(f"this is nested deeper than {self.limits.depth}, the limit", first)
        if nodes > self.limits.nodes:
            raise self._error(f"the expression has more than {self.limits.nodes:,} nodes, the limit", first)
        return Part(expr, first, kind, (expr,), depth, nodes, max(degree, *(x.degree for x in parts)))

    def _exponent(self, part: Part) -> float:
        """The size of an exponent made of numbers only (0 for one with symbols in it); refused beyond the limit."""
        if part.expr.free_symbols:
            return 0
        try:
            value = part.expr if part.expr.is_Rational else Abs(part.expr.evalf(15))
        except (TypeError, ValueError) as error:  # SymPy cannot compare parts that it has not worked out
            raise self._error("this exponent cannot be worked out", part.first, "write it as a number") from error
        if not value.is_Rational and not value.is_Float:
            return 0
        if abs(value) > self.limits.exponent:
            raise self._error(f"an exponent is larger than {self.limits.exponent:,}, the limit", part.first)
        return float(abs(value))

    def _divide(self, factors: list[Expr], divisor: Part) -> None:
        above, below = factors[-1], divisor.expr
        if _is_zero(below):
            raise self._error("this divides by zero", divisor.first)
        if below.is_Integer and below > 1:
            if above.is_Integer and gcd(int(above), int(below)) == 1:
                factors[-1] = Rational(above, below)
            else:
                factors.append(Rational(1, below))
        elif above == 1:
            factors[-1] = Pow(below, -1, evaluate=False)
        else:
            factors.append(Pow(below, -1, evaluate=False))

    def _refuse_two_readings(self, above: Part | None, last: Part, part: Part) -> None:
        """`1/2x` and `e^2x`: people differ. `1/2 x`, `1/2(a-y)` and `1/(2m) x` are read from left to right."""
        before, here = self.lexemes[part.first - 1], self.lexemes[part.first]
        spaced = self.blanks and before.end < here.start
        if last.kind == "raised" and not spaced:
            what = "this product after an exponent can be read in two ways"
            raise self._error(what, part.first, "write e^(2*x) or e^2*x")
        seen = last.kind == "bracket" and self.lexemes[last.first].text != "{"  # braces of LaTeX do not show in a formula
        if above is None or seen:
            return
        fraction = above.kind == "number" and last.kind == "number"
        if not fraction or not (spaced or here.kind in ("_LPAR", "_OPENBAR", "FUNCTION")):
            what = "this product after a division can be read in two ways"
            hint = "write a/b*c or a/(b*c)" if self.blanks else "write \\frac{a}{b} c or \\frac{a}{b c}"
            raise self._error(what, part.first, hint)

    def _error(self, what: str, first: int, hint: str = "") -> ReadError:
        return ReadError(what, self.text, self.lexemes[first].start, hint)


def _count(children: list[Any], kind: str) -> int:
    return sum(isinstance(x, Lexeme) and x.kind == kind for x in children)


def _is_zero(expr: Expr) -> bool:
    """Whether a number, or an expression of numbers only, is 0."""
    # Not by `is_zero`, which searches SymPy's assumptions at any cost.
    if expr.is_Rational or expr.free_symbols:
        return bool(expr == 0)
    try:
        value = expr.evalf(15)
    except (TypeError, ValueError, RecursionError):  # SymPy cannot compare its parts; then nothing says that it is 0
        return False
    # A precision of 1 bit is how SymPy says that all digits cancelled.
    return bool(value == 0 or (value.is_Float and value._prec == 1))


def _product(factors: list[Expr] | tuple[Expr, ...]) -> Expr:
    return Mul(*factors, evaluate=False)


def _negated(part: Part) -> Expr:
    """Mul(-1, ...), with the sign drawn into a leading number: -2x is Mul(-2, x)."""
    number, *others = part.factors
    if number.is_Rational and number.is_positive:
        return _product([-number, *others])
    return _product([Integer(-1), *part.factors])
