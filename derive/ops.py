r"""Activations: one class each, which states formula, LaTeX, slope, NumPy code and range of an operation, each once.

A teacher adds one with a class of four lines:

    class swish(Activation):
        r"$z\,\sigma(z)$"
        latex = r"\operatorname{swish}"
        formula = lambda z: z*sigmoid(z)

The slope follows from the formula. Where `slope` or `by_output` is given, it is not trusted: a test proves it for every class.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from sympy import Dummy, Expr, Function, Heaviside, Integer, Interval, Max, Rational, Reals, Set, exp, log, oo

from .errors import DeriveError
from .indices import Index, summed


class Slope(Function):  # type: ignore[misc]  # SymPy's Function is untyped
    """sigma'(z), by name: the derivative of an activation, not yet written out. `activation` is the class that it belongs to."""

    nargs = 1
    activation: ClassVar[type[Activation]]

    def fdiff(self, argindex: int = 1) -> Expr:
        t = Dummy("t", real=True)
        return self.activation.slope_formula(t).diff(t).xreplace({t: self.args[0]})


class Activation(Function):  # type: ignore[misc]  # SymPy's Function is untyped
    """a = sigma(z), elementwise. A subclass states what it is; instances are SymPy expressions such as `sigmoid(w*x + b)`.

    formula     a function of z, in SymPy
    latex       the name in LaTeX
    unicode     the name in a terminal (default: the class's name)
    slope       sigma'(z) as a function of z; default: SymPy's derivative of the formula
    by_output   sigma'(z) as a function of a = sigma(z), where there is one: the output is already computed
    numpy       the body of a NumPy function of z, where the formula as it stands would overflow
    numpy_slope likewise for the slope
    range       the values that a can take
    sample      an interval in which tests draw z
    kinks       points at which the formula has no derivative, and `slope` says what we take
    logs        log(a) and log(1-a) as functions of z, where they can be written without overflow
    """

    nargs = 1
    formula: ClassVar[Callable[[Any], Any]]
    latex: ClassVar[str]
    unicode: ClassVar[str] = ""
    slope: ClassVar[Callable[[Any], Any] | None] = None
    by_output: ClassVar[Callable[[Any], Any] | None] = None
    numpy: ClassVar[str] = ""
    numpy_slope: ClassVar[str] = ""
    range: ClassVar[Set] = Reals
    sample: ClassVar[tuple[float, float]] = (-4.0, 4.0)
    kinks: ClassVar[tuple[float, ...]] = ()
    logs: ClassVar[tuple[Callable[[Any], Any], Callable[[Any], Any]] | None] = None
    prime: ClassVar[type[Slope]]
    rowwise: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        missing = [name for name in ("formula", "latex") if not hasattr(cls, name)]
        if missing:
            raise DeriveError(
                f"it lacks {' and '.join(missing)}", f"activation {cls.__name__}", "add them as class attributes"
            )
        # Nested under a dotted name, so that expressions with a slope in them can be pickled like any other.
        named = {"__module__": cls.__module__, "__qualname__": f"{cls.__qualname__}.prime", "activation": cls}
        cls.prime = type(Slope)("prime", (Slope,), named)  # type: ignore[misc]  # mypy does not know SymPy's metaclass

    def __new__(cls, *args: Any, **options: Any) -> Any:
        if any(isinstance(a, str) for a in args):  # which SymPy would read as code
            raise DeriveError(f"{cls.__name__} of a text", hint="give an expression, or write the whole as text")
        return super().__new__(cls, *args, **options)

    def fdiff(self, argindex: int = 1) -> Expr:
        return type(self).prime(self.args[0])

    @classmethod
    def slope_formula(cls, z: Expr) -> Expr:
        """sigma'(z) written out."""
        if cls.by_output is not None:
            return cls.by_output(cls(z))
        if cls.slope is not None:
            return cls.slope(z)
        t = Dummy("t", real=True)
        return cls.formula(t).diff(t).xreplace({t: z})

    @classmethod
    def proved_slope(cls) -> None:
        """Compare the slope that a class states with the derivative of its formula, to 30 digits; `DeriveError` if they differ."""
        if cls.slope is None and cls.by_output is None:
            return
        t = Dummy("t", real=True)
        stated, derived = cls.written_out(cls.slope_formula(t)), cls.written_out(cls.formula(t)).diff(t)
        low, high = map(Rational, cls.sample)
        for share in (Rational(1, 7), Rational(2, 5), Rational(5, 8), Rational(9, 10)):
            at = {t: low + share * (high - low)}
            one, other = stated.xreplace(at).evalf(30), derived.xreplace(at).evalf(30)
            if not abs(one - other) < Rational(1, 10**20) * (1 + abs(other)):
                what = f"its slope at {float(at[t]):g} is stated as {float(one):.6g}, but the formula's is {float(other):.6g}"
                raise DeriveError(what, f"activation {cls.__name__}", "correct `slope` or `by_output`, or leave them out")

    @classmethod
    def written_out(cls, e: Expr) -> Expr:
        """An expression with every activation and every slope in it replaced by its formula, down to SymPy's own functions."""
        while e.has(Activation, Slope):
            e = e.replace(lambda f: isinstance(f, Slope), lambda f: f.activation.slope_formula(f.args[0]))
            e = e.replace(lambda f: isinstance(f, Activation), lambda f: type(f).formula(f.args[0]))
        return e

    def _eval_evalf(self, prec: int) -> Expr:
        return type(self).written_out(self)._eval_evalf(prec)


class identity(Activation):
    r"""$a = z$: no activation."""

    latex = r"\operatorname{id}"
    formula = lambda z: z
    slope = lambda z: Integer(1)
    numpy = "z"

    @classmethod
    def eval(cls, z: Expr) -> Expr:
        return z


class sigmoid(Activation):
    r"""$\sigma(z) = 1/(1+e^{-z})$, with $\sigma' = \sigma(1-\sigma)$."""

    latex = r"\sigma"
    unicode = "σ"
    formula = lambda z: 1 / (1 + exp(-z))
    by_output = lambda a: a * (1 - a)
    numpy = "0.5*np.tanh(0.5*z) + 0.5"
    range = Interval.open(0, 1)
    logs = (lambda z: -softplus(-z), lambda z: -softplus(z))


class tanh(Activation):
    r"""$\tanh z = 2\sigma(2z) - 1$, with $\tanh' = 1 - \tanh^2$."""

    latex = r"\tanh"
    formula = lambda z: (exp(z) - exp(-z)) / (exp(z) + exp(-z))
    by_output = lambda a: 1 - a**2
    numpy = "np.tanh(z)"
    range = Interval.open(-1, 1)


class relu(Activation):
    r"""$\max(0, z)$; at the kink we take the slope 0, where SymPy takes 1/2."""

    latex = r"\operatorname{relu}"
    formula = lambda z: Max(0, z)
    slope = lambda z: Heaviside(z, 0)
    numpy = "np.maximum(z, 0)"
    numpy_slope = "(z > 0).astype(z.dtype)"
    range = Interval(0, oo)
    kinks = (0.0,)


class softplus(Activation):
    r"""$\ln(1+e^z)$, a smooth ramp, with slope $\sigma(z)$."""

    latex = r"\operatorname{softplus}"
    formula = lambda z: log(1 + exp(z))
    slope = lambda z: sigmoid(z)
    numpy = "np.logaddexp(z, 0)"
    range = Interval.open(0, oo)


class RowActivation:
    """An activation that mixes the neurons of a layer: it has a formula in index form, and a Jacobian by its own outputs.

    formula   a_j as a function of (z, j): z maps an index to an entry
    jacobian  da_j/dz_p as a function of (a, j, p), with the indicator; proved from the formula wherever it is used
    numpy     the body of a NumPy function of z, neurons along the last axis
    log       ln(a) as a function of z that does not overflow
    """

    name: ClassVar[str]
    latex: ClassVar[str]
    unicode: ClassVar[str] = ""
    rowwise: ClassVar[bool] = True
    range: ClassVar[Set] = Reals
    numpy: ClassVar[str]
    log: ClassVar[type[RowLog] | None] = None

    @staticmethod
    def formula(z: Callable[[Index], Expr], j: Index) -> Expr:
        raise NotImplementedError

    @staticmethod
    def jacobian(a: Callable[[Index], Expr], indicator: Expr, j: Index, p: Index) -> Expr:
        raise NotImplementedError


class RowLog(Function):  # type: ignore[misc]  # SymPy's Function is untyped
    """The logarithm of a row activation's output as a function of z, computed without overflow. Appears in generated code only."""

    nargs = 1
    numpy: ClassVar[str]


class log_softmax(RowLog):
    r"""$\ln a_j = z_j - \ln \sum_p e^{z_p}$, shifted by the maximum."""

    numpy = "z = z - z.max(axis=-1, keepdims=True); z - np.log(np.exp(z).sum(axis=-1, keepdims=True))"


class softmax(RowActivation):
    r"""$a_j = e^{z_j} / \sum_p e^{z_p}$, with $\partial a_j/\partial z_p = a_j([j=p] - a_p)$.

    Shifting every $z$ by the maximum changes nothing, and keeps the exponentials small.
    """

    name = "softmax"
    latex = r"\operatorname{softmax}"
    range = Interval.open(0, 1)
    numpy = "e = np.exp(z - z.max(axis=-1, keepdims=True)); e / e.sum(axis=-1, keepdims=True)"
    log = log_softmax

    @staticmethod
    def formula(z: Callable[[Index], Expr], j: Index) -> Expr:
        p = Index("p" if j.name != "p" else "r", j.axis)
        return exp(z(j)) / summed(exp(z(p)), [p])

    @staticmethod
    def jacobian(a: Callable[[Index], Expr], indicator: Expr, j: Index, p: Index) -> Expr:
        return a(j) * (indicator - a(p))


ACTIVATIONS: dict[str, type[Activation] | type[RowActivation]] = {
    f.__name__: f
    for f in (sigmoid, tanh, relu, softplus, identity, softmax)
}
