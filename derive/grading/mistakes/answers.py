"""The numbers of a problem and of an answer at the same points: the answer is more nodes of the same graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from sympy import Expr, Indexed, Integer, Mul, Pow, Sum, Symbol

from ...errors import DeriveError
from ...exact import held
from ...gates import CONSTANT, VARIABLE
from ...indices import name_of
from ...partial import Partial
from ...reading import read
from ...shape import rebuilt, times
from ...values import nearest
from ...wiring import Node, Wiring, as_written
from .problems import Problem
from .sweeping import FAILURES, Array, Edge, NoPoint, Run, run, slope, value_of

Domain: TypeAlias = Mapping[Any, Any]  # by symbol or name: "real", "positive", "unit", or an interval (low, high)
POINTS, TRIES = 12, 40
INTERVALS = {"positive": (0.3, 1.7), "unit": (0.1, 0.9)}


def draw(problem: Problem, domain: Domain | None = None, seed: int = 0, count: int = POINTS) -> Run:
    """The problem at random points: no two values equal, none near 0 or very large, and L with a derivative at each.

    A name that has no domain is any real number; where L has no value for such numbers, a positive one.
    """
    domains = {str(key): value for key, value in (domain or {}).items()}
    rng = np.random.default_rng(seed)
    found: list[dict[str, Array]] = []
    for number in range(TRIES * count):
        given = _point(problem, domains, rng, "positive" if number % TRIES > TRIES // 2 else "real")
        try:
            at(problem, given)
        except NoPoint:
            continue
        found.append(given)
        if len(found) == count:
            return at(problem, {name: np.concatenate([g[name] for g in found]) for name in given})
    raise DeriveError("no values were found at which it can be computed", problem.output, "give the domain of each symbol")


def _point(problem: Problem, domains: Mapping[str, Any], rng: np.random.Generator, otherwise: str) -> dict[str, Array]:
    made = {}
    for node, varies in zip(problem.nodes, problem.varies, strict=True):
        if node.gate is VARIABLE:
            kind = domains.get(node.name, otherwise)
            size = (1, problem.samples if varies else 1)
            if kind == "real":
                made[node.name] = rng.uniform(*INTERVALS["positive"], size) * rng.choice((-1.0, 1.0), size)
            elif isinstance(kind, str) and kind not in INTERVALS:
                raise DeriveError(f"the domain {kind!r} is not known", node.name, f"known: real, {', '.join(INTERVALS)}, (low, high)")
            else:
                low, high = INTERVALS[kind] if isinstance(kind, str) else kind
                made[node.name] = rng.uniform(float(low), float(high), size)
    return made


def at(problem: Problem, given: Mapping[str, Array]) -> Run:
    """The problem at given values."""
    return run(problem.nodes, given, problem.varies, problem.end, problem.share)


class Numbers:
    """What every name that an answer may use is at the points, with dL/du and dv/du, for which an answer may write dL_du and dv_du."""

    def __init__(self, problem: Problem, right: Run, rate: Array) -> None:
        self.problem, self.right, self.rate = problem, right, rate
        self.gradients: dict[int, Array] = {place: array[0] for place, array in right.gradients().items()}

    def of(self, name: str) -> Array:
        """The value of a name that is not one of the graph; raises `DeriveError` for one that is not known."""
        base, _, number = name.rpartition("_")
        places = self.problem.places
        if name == self.problem.rate:
            return self.rate
        if base in places and self.problem.varies[places[base]] and number.isdecimal() and 0 < int(number) <= self.problem.samples:
            return self.right.values[places[base]][:, int(number) - 1 : int(number)]
        for cut in range(2, len(name)):
            above, below = name[1:cut], name[cut + 2 :]
            if name[:1] == "d" and name[cut : cut + 2] == "_d" and above in places and below in places:
                return self.derivative(places[above], places[below])
        if name in ("n", "m"):
            return np.full((1, 1), float(self.problem.samples))
        raise DeriveError(f"{name} is not in the problem", "answer", nearest(name, places))

    def derivative(self, above: int, below: int) -> Array:
        """dv/du, through all that lies between."""
        if above == self.problem.end and below in self.gradients:
            return self.gradients[below]
        found = self.right.tangents(below)
        return found[above] if above in found else np.zeros((1, 1))


class Evaluated(NamedTuple):
    """An answer at the points, nan where it has no value, and its derivative by wrt, if it has one. `bare`: it is a part of the problem."""

    values: Array
    slope: Array | None
    bare: bool


def evaluated(answer: Any, numbers: Numbers) -> Evaluated:
    """An answer as numbers.

    Raises `DeriveError` for a name that is not in the problem.
    """
    e = read(answer) if isinstance(answer, str) else answer
    if isinstance(e, (int, float)):
        e = Integer(e) if isinstance(e, int) else read(repr(e))
    if not isinstance(e, Expr):
        raise DeriveError(f"expected an expression, not {type(e).__name__}", "answer")
    problem, right = numbers.problem, numbers.right
    wiring = Wiring(problem.nodes)
    with held():
        place = wiring.expression(as_written(_in_scalars(e, problem.samples)))
    nodes = wiring.nodes
    values, slopes, whole = list(right.values), dict(right.slopes), True
    for number in range(len(problem.nodes), len(nodes)):
        node = nodes[number]
        if node.gate is VARIABLE:
            values.append(numbers.of(node.name))
            continue
        inputs = [values[i] for i in node.inputs]
        values.append(_where_possible(node, inputs))
        try:
            slopes |= _slopes(number, inputs, values, wiring)
        except NoPoint:
            whole = False
    tangents = Run(tuple(nodes), tuple(values), slopes, problem.varies, place).tangents(problem.target) if whole else {}
    return Evaluated(_spread(values[place], right), tangents.get(place), place < len(problem.nodes))


def _slopes(place: int, inputs: list[Array], values: list[Array], wiring: Wiring) -> dict[Edge, Array]:
    node, nodes = wiring.nodes[place], wiring.nodes
    wanted = [slot for slot, i in enumerate(node.inputs) if nodes[i].gate is not CONSTANT]
    return {(place, slot): slope(node, slot, values[place], inputs) for slot in wanted}


def _spread(array: Array, right: Run) -> Array:
    points = max(v.shape[0] for v in right.values)
    return np.array(np.broadcast_to(array, (points, array.shape[1])))


def _where_possible(node: Node, inputs: list[Array]) -> Array:
    """The value of a node, nan where it has none."""
    try:
        return value_of(node, {}, inputs)
    except NoPoint:
        if node.gate is CONSTANT:
            return np.full((1, 1), np.nan)

    def tried(*u: float) -> float:
        try:
            return float(node.gate.value(u)) if np.isfinite(u).all() else np.nan
        except FAILURES:
            return np.nan

    spread = np.broadcast_arrays(*inputs)
    made = [tried(*u) for u in zip(*(a.ravel().tolist() for a in spread), strict=True)]
    return np.array(made).reshape(spread[0].shape)


def _in_scalars(e: Expr, samples: int) -> Expr:
    """Sums over the samples carried out, x[k] as x_k, and derivatives that are only written down as one name each: dL/dz as dL_dz."""
    if isinstance(e, Sum):
        ends = {s: Integer(samples) for limit in e.limits for s in limit[2].free_symbols}
        return _in_scalars(e.subs(ends).doit(), samples)
    if isinstance(e, Indexed):
        return Symbol(f"{name_of(e)}_{e.indices[0]}")
    if isinstance(e, Partial):
        return Symbol(f"d{e.function}_d{e.variable}")
    if isinstance(e, Mul):
        return _joined([_in_scalars(a, samples) for a in e.args], e)
    return rebuilt(e, [_in_scalars(a, samples) if isinstance(a, Expr) else a for a in e.args]) if e.args else e


def _joined(factors: list[Expr], e: Expr) -> Expr:
    """dL times 1/dz, which is how a typed dL/dz is read, is one name."""
    found: list[Expr] = []
    for f in factors:
        above = found[-1] if found else None
        below = f.args[0] if isinstance(f, Pow) and f.args[1] == -1 else None
        if isinstance(above, Symbol) and isinstance(below, Symbol) and above.name[:1] == below.name[:1] == "d" and len(below.name) > 1:
            found[-1] = Symbol(f"{above.name}_{below.name}")
        else:
            found.append(f)
    return e if found == list(e.args) else found[0] if len(found) == 1 else times(*found)
