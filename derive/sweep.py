"""The reverse sweep: from forward equations to the derivative of the loss by every quantity, each act recorded as a step.

For a quantity u, over all equations v = rhs that use it:  dC/du = sum_v dC/dv dv/du.  SymPy differentiates rhs by u at fresh indices, the
indicators are contracted, and the result gets a name where it is needed again. The steps are the computation, not an account of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sympy import Expr, Indexed, KroneckerDelta, Pow, Symbol, exp, log

from .equations import PARAMETERS, Equation, Equations, uses
from .errors import DeriveError
from .exact import held, product, total
from .indices import Index, Quantity, canonical, contract, name_of, slope_by, summed
from .ops import Activation, Slope
from .partial import Partial, link
from .simplify import REWRITES
from .steps import CHAIN_RULE, Assumption, Context, Step


@dataclass(frozen=True)
class Adjoint:
    """dC/du: its equation, the steps that led there, and whether later lines refer to it by name or put its right side in."""

    of: Quantity
    equation: Equation
    steps: tuple[Step, ...]
    named: bool


@dataclass(frozen=True)
class Sweep:
    """The adjoints in the order in which they were found: from the loss back to the input, then the parameters."""

    forward: Equations
    adjoints: tuple[Adjoint, ...]
    loss: str = "C"

    def of(self, name: str) -> Adjoint | None:
        """The adjoint of a quantity, or that which is itself called `name`."""
        return next((a for a in self.adjoints if name in (a.of.name, a.equation.name)), None)

    @property
    def context(self) -> Context:
        """What every name in the steps means."""
        definitions = {e.name: e for e in (*self.forward, *(a.equation for a in self.adjoints))}
        return Context(definitions, {a.equation.name: a.of for a in self.adjoints}, self.loss)

    @property
    def backward(self) -> tuple[Equation, ...]:
        """The equations that have a name, in order: the program of the backward pass."""
        return tuple(a.equation for a in self.adjoints if a.named)


def reverse_sweep(forward: Equations, loss: str = "C", assumptions: Iterable[Assumption] = ()) -> Sweep:
    """dC/du for every u on the way from the parameters to the loss."""
    with held():
        return _sweep(forward, loss, tuple(assumptions))


def _sweep(forward: Equations, loss: str, assumptions: tuple[Assumption, ...]) -> Sweep:
    quantities = forward.quantities
    trained = [q.name for q in forward.parameters]
    active = forward.reaching(loss) & forward.depending(trained)
    for name in active:
        if (lhs := adjoint_quantity(quantities[name])).name in quantities:
            what = f"the name {lhs.name} is wanted for the gradient by {name}, and is taken"
            raise DeriveError(what, hint="give that quantity another name")
    consumers: dict[str, list[Equation]] = {name: [] for name in quantities}
    for equation in forward:
        if equation.name in active:
            for name in uses(equation.rhs) & active:
                consumers[name].append(equation)
    arguments = {
        name_of(f.args[0]) for e in forward for f in e.rhs.atoms(Activation) if isinstance(f.args[0], (Indexed, Symbol))
    }
    found: dict[str, Adjoint] = {}
    order = [e.name for e in reversed(forward.items) if e.name in active and e.name != loss]
    for name in order + trained:
        quantity = quantities[name]
        if not consumers[name]:
            continue
        named = quantity.role in (*PARAMETERS, "weighted_input") or len(consumers[name]) > 1 or name in arguments
        found[name] = _adjoint(quantity, consumers[name], found, loss, named, assumptions, forward)
    return Sweep(forward, tuple(found.values()), loss)


def adjoint_quantity(quantity: Quantity) -> Quantity:
    """The quantity dC/du: delta for the z of a layer, d<name> for all else."""
    if quantity.role == "weighted_input" and quantity.name == f"z{quantity.layer}":
        return Quantity(f"delta{quantity.layer}", quantity.axes, "error", quantity.layer, quantity.name)
    role = "gradient" if quantity.role in PARAMETERS else "adjoint"
    return Quantity(f"d{quantity.name}", quantity.axes, role, quantity.layer, quantity.name)


def _adjoint(
    quantity: Quantity,
    consumers: list[Equation],
    found: dict[str, Adjoint],
    loss: str,
    named: bool,
    assumptions: tuple[Assumption, ...],
    forward: Equations,
) -> Adjoint:
    own = quantity.indices()
    here = quantity[own]
    lhs = adjoint_quantity(quantity)
    taken = {i.name for i in own}
    lines = _Lines(lhs[own], taken)

    chain, defined, carried, by_output = [], [], [], []
    for consumer in consumers:
        at = consumer.lhs.indices(taken)
        names = taken | {i.name for i in at}
        rhs = canonical(consumer.at(at), names)
        upstream = [found[consumer.name].equation.lhs[at]] if consumer.name != loss else []
        local = slope_by(rhs, here)
        chain.append(summed(product([*upstream, link(consumer.lhs[at], here, loss, len(consumers) > 1)]), at))
        defined.append(summed(product([*upstream, Partial(rhs, here)]), at))
        carried.append(summed(product([*upstream, local]), at))
        by_output.append(summed(product([*upstream, _jacobian(consumer, at, here, local, consumer.row_argument(forward.quantities))]), at))
    several = len(consumers) > 1
    through = " and ".join(c.name for c in consumers)
    lines.add(
        CHAIN_RULE,
        total(chain),
        f"{quantity.name} acts on the loss through {through}" + (": the gradients add" if several else ""),
    )
    lines.add(f"definition of {through}", total(defined), "")
    lines.add(
        _rule_name(consumers),
        total(carried),
        "[j = p] is 1 where the two indices are equal, and 0 elsewhere" if own else "",
    )
    if any(c.rowwise for c in consumers):
        lines.add(
            "slope by the output",
            total(by_output),
            "the derivative is written with the outputs, which are already computed",
        )
    lines.add(
        "only equal indices remain",
        contract(lines.now, taken),
        "an indicator under a sum leaves the one term where it is 1",
    )
    inlined = {a.equation.name: a.equation for a in found.values() if not a.named}
    lines.add(
        "put in " + ", ".join(sorted(uses(lines.now) & set(inlined))), contract(put_in(lines.now, inlined), taken), ""
    )
    while True:
        step = next(filter(None, (rewrite(lines.now, forward, assumptions) for rewrite in REWRITES)), None)
        if step is None:
            break
        rule, after, why, assuming = step
        lines.add(rule, contract(after, taken), why, assuming)
    return Adjoint(quantity, Equation(lhs, own, lines.now), tuple(lines.steps), named)


class _Lines:
    """The lines of one derivation as they come; a line that changes nothing is left out."""

    def __init__(self, start: Expr, taken: set[str]) -> None:
        self.now, self.taken, self.steps = start, taken, list[Step]()

    def add(self, rule: str, after: Expr, why: str, assuming: Assumption | None = None) -> None:
        after = canonical(after, self.taken)
        if after != self.now:
            self.steps.append(Step(rule, self.now, after, why, assuming))
            self.now = after


def _jacobian(consumer: Equation, at: tuple[Index, ...], here: Expr, local: Expr, argument: Quantity | None) -> Expr:
    """For a row activation, its derivative in the outputs: a step that is proved like any other."""
    kind = consumer.rowwise
    if kind is None or argument is None or not isinstance(here, Indexed) or name_of(here) != argument.name:
        return local
    j, p = at[0], here.indices[0]
    rest = [KroneckerDelta(one, other) for one, other in zip(at[1:], here.indices[1:], strict=True)]
    return product([kind.jacobian(lambda i: consumer.lhs[(i, *at[1:])], KroneckerDelta(j, p), j, p), *rest])


def put_in(e: Expr, definitions: dict[str, Equation]) -> Expr:
    """Every reference to one of these quantities replaced by its right side."""
    if isinstance(e, Indexed):
        return definitions[name_of(e)].at(e.indices) if name_of(e) in definitions else e
    if isinstance(e, Symbol):
        return definitions[e.name].rhs if type(e) is Symbol and e.name in definitions else e
    if not e.args or not uses(e) & set(definitions):
        return e
    return e.func(*(put_in(a, definitions) if isinstance(a, Expr) else a for a in e.args))


def _rule_name(consumers: list[Equation]) -> str:
    """What a teacher would call the differentiation of these right sides."""
    table: tuple[tuple[str, Callable[[Expr], bool]], ...] = (
        ("slope of a row activation", lambda e: False),
        ("slope of the activation", lambda e: e.has(Activation, Slope)),
        ("derivative of the logarithm", lambda e: e.has(log)),
        ("exponential function", lambda e: e.has(exp)),
        ("power rule", lambda e: any(p.exp.is_Number and p.exp not in (-1, 1) for p in e.atoms(Pow))),
    )
    if any(c.rowwise for c in consumers):
        return table[0][0]
    return next(
        (name for name, holds in table if any(holds(c.rhs) for c in consumers)), "derivative of a sum, term by term"
    )
