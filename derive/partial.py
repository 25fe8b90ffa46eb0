"""A derivative that is written down and not yet carried out: what stands before the sign of equality in a step.

And a factor with its name under a brace. Both are inert: SymPy carries nothing out in them.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Indexed, Symbol


class Partial(Expr):  # type: ignore[misc]  # SymPy's Expr is untyped
    r"""$\partial f/\partial x$, inert. `f` is an expression, or the name of a quantity that an equation defines.

    SymPy's own `Derivative` takes d z3[p]/d a2[k] for zero, since the symbol z3 does not contain a2. Here it stands until the definition is
    put in.
    """

    is_commutative = True

    def __new__(cls, f: Expr, x: Expr) -> Partial:
        made: Partial = Expr.__new__(cls, f, x)
        return made

    @property
    def function(self) -> Expr:
        return self.args[0]

    @property
    def variable(self) -> Expr:
        return self.args[1]

    @property
    def named(self) -> bool:
        """Whether what is differentiated is a quantity's name and not an expression."""
        return isinstance(self.function, (Indexed, Symbol))

    def _eval_derivative(self, s: Expr) -> Any:
        raise NotImplementedError("a Partial is differentiated only after it was carried out")


class Total(Partial):
    r"""$df/dx$ on every path, where $\partial f/\partial x$ holds all else fixed that f is made of."""


class Direct(Partial):
    r"""$\left.\partial C/\partial w\right|_{\text{direct}}$: what w does to C by standing in its formula, all else held fixed."""


def link(v: Expr, u: Expr, loss: str, others: bool) -> Partial:
    """dv/du within a chain rule for the loss; of the loss itself beside other paths, so that it is not taken for the whole derivative."""
    return Direct(v, u) if others and isinstance(v, Symbol) and v.name == loss else Partial(v, u)


class Braced(Expr):  # type: ignore[misc]  # SymPy's Expr is untyped
    r"""$\underbrace{f}_{\partial v/\partial u}$: an expression, and under a brace the derivative that it is."""

    is_commutative = True

    def __new__(cls, f: Expr, label: Expr) -> Braced:
        made: Braced = Expr.__new__(cls, f, label)
        return made

    @property
    def body(self) -> Expr:
        return self.args[0]

    @property
    def label(self) -> Expr:
        return self.args[1]


def partials(e: Expr) -> list[Partial]:
    """The derivatives that are still to be carried out, from left to right, each once."""
    if isinstance(e, Partial):
        return [e]
    return list(dict.fromkeys(part for a in e.args if isinstance(a, Expr) for part in partials(a)))
