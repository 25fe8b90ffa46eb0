"""The gates of a computational graph, as data: what each computes, its local derivatives, what it does to a gradient, what it costs.

A gate works on whole numbers, fractions and floats, and keeps what is exact exact as far as its operation allows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from .tally import ADDITION, CALL, MULTIPLICATION, NONE, Operations

Value: TypeAlias = Any  # int, Fraction or float: mypy has no arithmetic over the three
Values: TypeAlias = Sequence[Any]

# Exact numbers with more bits go on as floats: a fraction that is squared again and again doubles in length each time.
BITS = 1000


class NoValue(ArithmeticError):
    """A gate has no value at its inputs; the text says why."""


class NoSlope(ArithmeticError):
    """A gate has a value, but no derivative by one of its inputs; the text says why."""


OVERFLOW = "overflow: the result is too large for a number of 64 bits"


def reason(error: Exception, otherwise: str) -> str:
    """Why a gate has no value or no derivative, in words."""
    if isinstance(error, (NoValue, NoSlope)):
        return str(error)
    if isinstance(error, OverflowError):
        return OVERFLOW
    return "division by zero" if isinstance(error, ZeroDivisionError) else otherwise


@dataclass(frozen=True, eq=False)
class Gate:
    """One operation of a graph.

    value     (inputs) -> output; raises `NoValue`, or an ArithmeticError of Python
    slope     (which input, output, inputs) -> the local derivative d output / d input; raises `NoSlope`
    label     what stands in the drawing; `beside` the same with a constant as the first or as the second input
    written   how the operation is written: a template with {0}, {1}, or the sign between the inputs
    does      what the gate does to the gradient that arrives, in words
    cost      operations of `value`, for each input after the first (of the only one, once); `local` those of one local derivative
    factor    whether a gradient is multiplied by the local derivative: not where that is 1, -1 or 0 at any inputs
    remark    (output, inputs) -> what a learner has to know about the derivative at just these inputs, or nothing
    kind      the activation that the gate is, if it is one
    """

    name: str
    label: str
    value: Callable[[Values], Value]
    slope: Callable[[int, Value, Values], Value]
    written: str = ""
    does: str = "multiplies by the local derivative"
    cost: Operations = CALL
    local: Operations = NONE
    factor: bool = True
    commutes: bool = False
    beside: tuple[str, str] = ("", "")
    remark: Callable[[Value, Values], str] | None = None
    kind: Any = None

    def slopes(self, wanted: Sequence[int], output: Value, inputs: Values) -> list[Value]:
        """The local derivatives by some of the inputs."""
        return [self.slope(i, output, inputs) for i in wanted]

    def formula(self, names: Sequence[str]) -> str:
        """The operation written with the names of its inputs: `v3 + b`, `exp(v5)`, `x^(1/3)`."""
        if not self.written:
            return f"{self.label}({', '.join(names)})"
        sign = "{" not in self.written
        shown = [f"({n})" if (n[:1] == "−" and (place or not sign)) or ("/" in n and not sign) else n for place, n in enumerate(names)]
        return f" {self.written} ".join(shown) if sign else self.written.format(*shown)

    def operations(self, inputs: int) -> Operations:
        """What one value costs."""
        return self.cost.times(max(inputs - 1, 1))

    def local_operations(self, wanted: Sequence[int], inputs: int) -> Operations:
        """What the local derivatives by some inputs cost."""
        return self.local.times(len(wanted))


def exact(*values: Value) -> bool:
    """Whether all are whole numbers or fractions."""
    return not any(isinstance(v, float) for v in values)


def bounded(value: Value) -> Value:
    """The value itself; as a float if it is exact and very long. Raises OverflowError beyond the range of floats."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise OverflowError
        return value
    if isinstance(value, int):
        return value if value.bit_length() <= BITS else float(value)
    if value.numerator.bit_length() <= BITS and value.denominator.bit_length() <= BITS:
        return value.numerator if value.denominator == 1 else value
    return float(value)


def quotient(a: Value, b: Value) -> Value:
    """a/b, exact where both are."""
    if b == 0:
        raise NoValue("division by zero")
    return Fraction(a) / b if not isinstance(a, float) and not isinstance(b, float) else a / b


def _power(u: Values) -> Value:
    base, n = u
    if base == 0 and n < 0:
        raise NoValue("division by zero")
    if base < 0 and n != int(n):
        raise NoValue("a negative number to a power that is not whole is complex")
    if exact(base, n) and n == int(n):
        size = max(abs(Fraction(base).numerator), Fraction(base).denominator).bit_length()
        if size * abs(n) <= 4 * BITS:
            return Fraction(base) ** int(n)
    return float(float(base) ** n)


def _power_slope(i: int, y: Value, u: Values) -> Value:
    base, n = u
    if i == 0:
        if n == 0:
            return 0
        if base == 0 and n < 1:
            raise NoSlope("its slope is infinite at 0")
        return n * _power((base, n - 1))
    if base < 0 or (base == 0 and n <= 0):
        what = "a negative number to a power" if base < 0 else "0 to a power that is not positive"
        raise NoSlope(f"{what} has no derivative by the exponent")
    return y * math.log(base) if base else 0


def _root(u: Values) -> Value:
    x = u[0]
    if x < 0:
        raise NoValue("the square root of a negative number is complex")
    if not isinstance(x, float):
        p, q = (math.isqrt(n) for n in (Fraction(x).numerator, Fraction(x).denominator))
        if Fraction(p * p, q * q) == x:
            return Fraction(p, q)
    return math.sqrt(x)


def _root_slope(i: int, y: Value, u: Values) -> Value:
    if y == 0:
        raise NoSlope("its slope is infinite at 0")
    return quotient(1, 2 * y)


def _ln(u: Values) -> Value:
    if u[0] <= 0:
        raise NoValue("the logarithm of a negative number is complex" if u[0] < 0 else "the logarithm of 0 does not exist")
    return 0 if u[0] == 1 and exact(u[0]) else math.log(u[0])


def _exp(u: Values) -> Value:
    return 1 if u[0] == 0 and exact(u[0]) else math.exp(u[0])


def _sign(x: Value) -> int:
    return int(x > 0) - int(x < 0)


def _no_kink(x: Value, slope: Value) -> Value:
    if x == 0:
        raise NoSlope("it has a kink or a jump at 0, and no derivative there")
    return slope


def _share(i: int, y: Value, u: Values) -> Value:
    """1 for the largest input and 0 for the others; several that are largest share the gradient equally."""
    return quotient(1, sum(v == y for v in u)) if u[i] == y else 0


def _tie(y: Value, u: Values) -> str:
    tied = [n + 1 for n, v in enumerate(u) if v == y]
    if len(tied) < 2:
        return ""
    named = f"{', '.join(map(str, tied[:-1]))} and {tied[-1]}"
    return f"tie: the inputs {named} are equal, there is no derivative here; each is given 1/{len(tied)} of the gradient"


def _product_of_others(i: int, y: Value, u: Values) -> Value:
    return u[1 - i] if len(u) == 2 else math.prod(v for n, v in enumerate(u) if n != i)


def _unset(*given: object) -> Value:
    raise NoValue("it has no value yet")


PASSES = "passes the gradient on unchanged"
DISTRIBUTES = "distributes: every input receives the same gradient"
SWITCHES = "switches: each input receives the gradient times the other input"
ROUTES = "routes: the whole gradient goes to the input that was chosen"
STOPS = "stops the gradient: it is flat"

VARIABLE = Gate("variable", "", _unset, _unset, cost=NONE)
CONSTANT = Gate("constant", "", _unset, _unset, cost=NONE)

GATES: dict[str, Gate] = {
    gate.name: gate
    for gate in (
        Gate("copy", "=", lambda u: u[0], lambda i, y, u: 1, "{0}", PASSES, cost=NONE, factor=False),
        Gate("add", "+", sum, lambda i, y, u: 1, "+", DISTRIBUTES, ADDITION, factor=False, commutes=True, beside=("+{c}", "+{c}")),
        Gate(
            "subtract",
            "−",
            lambda u: u[0] - u[1],
            lambda i, y, u: 1 - 2 * i,
            "−",
            "distributes, with the sign changed for the second input",
            ADDITION,
            factor=False,
            beside=("{c}−x", "−{c}"),
        ),
        Gate("negate", "·(−1)", lambda u: -u[0], lambda i, y, u: -1, "−{0}", "changes the sign", NONE, factor=False),
        Gate("multiply", "×", math.prod, _product_of_others, "·", SWITCHES, MULTIPLICATION, commutes=True, beside=("·{c}", "·{c}")),
        Gate(
            "divide",
            "÷",
            lambda u: quotient(u[0], u[1]),
            lambda i, y, u: -quotient(y, u[1]) if i else quotient(1, u[1]),
            "{0}/{1}",
            "divides by the divisor; for the divisor itself, multiplies by −output/divisor",
            MULTIPLICATION,
            MULTIPLICATION,
            beside=("{c}/x", "÷{c}"),
        ),
        Gate(
            "reciprocal",
            "1/x",
            lambda u: quotient(1, u[0]),
            lambda i, y, u: -y * y,
            "1/{0}",
            "multiplies by −output²",
            MULTIPLICATION,
            MULTIPLICATION,
        ),
        Gate(
            "square",
            "x²",
            lambda u: u[0] * u[0],
            lambda i, y, u: 2 * u[0],
            "{0}²",
            "multiplies by twice the input",
            MULTIPLICATION,
            MULTIPLICATION,
        ),
        Gate("power", "xʸ", _power, _power_slope, "{0}^{1}", cost=CALL, local=Operations(1, 1, 1), beside=("{c}ˣ", "x{up}")),
        Gate("sqrt", "√", _root, _root_slope, "√({0})", "divides by twice the output", local=Operations(0, 2)),
        Gate("exp", "exp", _exp, lambda i, y, u: y, does="multiplies by the output"),
        Gate("ln", "ln", _ln, lambda i, y, u: quotient(1, u[0]), does="divides by the input", local=MULTIPLICATION),
        Gate("max", "max", max, _share, does=ROUTES, factor=False, commutes=True, beside=("max({c}, x)",) * 2, remark=_tie),
        Gate("min", "min", min, _share, does=ROUTES, factor=False, commutes=True, beside=("min({c}, x)",) * 2, remark=_tie),
        Gate(
            "abs",
            "|x|",
            lambda u: abs(u[0]),
            lambda i, y, u: _no_kink(u[0], _sign(u[0])),
            "|{0}|",
            "passes the gradient on, with the sign changed for a negative input",
            local=CALL,
            factor=False,
        ),
        Gate("sign", "sign", lambda u: _sign(u[0]), lambda i, y, u: _no_kink(u[0], 0), does=STOPS, factor=False),
        # The second input is the value at 0, which SymPy takes as 1/2 and the slope of relu as 0.
        Gate(
            "step",
            "step",
            lambda u: u[1] if u[0] == 0 else int(u[0] > 0),
            lambda i, y, u: _no_kink(u[0], 0),
            "[{0} > 0]",
            STOPS,
            factor=False,
            beside=("step", "step"),
        ),
    )
}
