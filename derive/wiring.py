"""From expressions to the nodes of a graph: one gate for every operation as it is written, one node for what is written twice.

    w*x + b - y -> multiply, add, subtract     -z -> negate     a/b -> divide     1/u -> reciprocal     u^2 -> square

Sums and products are taken from left to right, two at a time, and brackets are kept. Nothing here recurses: an expression may be as deep
as it likes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Abs, Add, Expr, Float, Function, Heaviside, Integer, Max, Min, Mul, Number, NumberSymbol, Pow, Rational, Symbol, exp, log
from sympy import sign as sympy_sign

from .errors import DeriveError, DomainError, Unsupported
from .exact import held
from .function_gates import gate_of
from .gates import CONSTANT, GATES, VARIABLE, Gate, Value
from .numerals import short
from .printing import unicode
from .ranking import divisor
from .shape import evaluated, in_textbook_order

DEPTH, PARTS = 150, 20_000  # beyond these an expression is taken in the order in which SymPy has it
LETTERS = ("v", "u", "t", "s", "g", "node")

Join = Callable[[list[int]], int]
Plan = tuple[Join, list[Expr]]


@dataclass(frozen=True, slots=True)
class Node:
    """One gate, variable or constant of a graph; `inputs` are places of earlier nodes. `given`: the name is not made up here."""

    name: str
    gate: Gate
    inputs: tuple[int, ...] = ()
    constant: Value = None
    given: bool = False

    @property
    def is_gate(self) -> bool:
        return self.gate is not VARIABLE and self.gate is not CONSTANT


class Wiring:
    """Nodes in the making. Begins with the nodes of a graph, or with none."""

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        self.nodes: list[Node] = []
        self.named: dict[str, int] = {}
        self.scope: Mapping[str, str] = {}
        self._keys: dict[Any, int] = {}
        self._symbols: dict[str, Symbol] = {}
        for node in nodes:
            self.append(node)

    def append(self, node: Node) -> int:
        """One more node, whether or not there is one like it."""
        place = len(self.nodes)
        self.nodes.append(node)
        self._keys.setdefault(_key(node.gate, node.inputs, node.name if node.gate is VARIABLE else node.constant), place)
        if node.given:
            self.named[node.name] = place
        return place

    def gate(self, gate: Gate, inputs: Iterable[int]) -> int:
        """The node of a gate over these inputs: that which is there already, or a new one."""
        chosen = tuple(inputs)
        found = self._keys.get(_key(gate, chosen, None))
        return self.append(Node("", gate, chosen)) if found is None else found

    def constant(self, value: Value, name: str = "") -> int:
        """The node of a number; pi and e keep their names."""
        found = self._keys.get(_key(CONSTANT, (), value))
        return self.append(Node(name, CONSTANT, (), value)) if found is None else found

    def variable(self, symbol: Symbol) -> int:
        """The node of a name: an equation's, or a variable."""
        name = self.scope.get(symbol.name, symbol.name)
        if name in self.named:
            other = self._symbols.setdefault(name, symbol)
            if other != symbol and (other.is_Dummy or symbol.is_Dummy):
                raise DeriveError(f"two different symbols are called {name}", "Graph", "give each a name of its own")
            return self.named[name]
        self._symbols[name] = symbol
        return self.append(Node(name, VARIABLE, given=True))

    def total(self, places: Iterable[int]) -> int:
        """The sum of nodes, from left to right."""
        first, *rest = places
        for place in rest:
            first = self.gate(GATES["add"], (first, place))
        return first

    def define(self, name: str, place: int, *, copied: bool = False) -> int:
        """Gives a node the name of an equation; each name is one node. A name for what is just another name is a gate that copies."""
        if name in self.named:
            late = self.nodes[self.named[name]].gate is VARIABLE
            what = "is used before it is defined" if late else "is defined twice"
            raise DeriveError(f"{name} {what}", f"the equation of {name}", "an equation may use only what stands above it")
        node = self.nodes[place]
        if not node.is_gate or copied:
            node, place = Node("", GATES["copy"], (place,)), len(self.nodes)
            self.nodes.append(node)
        elif node.given:
            place = len(self.nodes)
            self.nodes.append(node)
        self.nodes[place] = Node(name, node.gate, node.inputs, given=True)
        self.named[name] = place
        return place

    def finished(self) -> tuple[Node, ...]:
        """The nodes, with a name for each gate that has none: v1, v2, ... or another letter where a given name looks like these."""
        taken = {node.name for node in self.nodes}
        letter = next(
            a for a in LETTERS if a == LETTERS[-1] or not any(n.startswith(a) and n[len(a) :].lstrip("_").isdecimal() for n in self.named)
        )
        numbers = (f"{letter}{n}" for n in range(1, 2 * len(self.nodes) + 2))
        made = []
        for node in self.nodes:
            name = node.name
            if not name:
                name = _numeral(node.constant) if node.gate is CONSTANT else next(n for n in numbers if n not in taken)
            made.append(Node(name, node.gate, node.inputs, node.constant, node.given))
        return tuple(made)

    def expression(self, e: Expr) -> int:
        """The node that computes an expression, with all that it needs."""
        done: dict[Expr, int] = {}
        plans: dict[Expr, Plan] = {}
        stack = [e]
        while stack:
            now = stack[-1]
            if now in done:
                stack.pop()
                continue
            if now not in plans:
                plans[now] = self._plan(now)
            join, parts = plans[now]
            missing = [part for part in parts if part not in done]
            if missing:
                stack += reversed(missing)
            else:
                done[now] = join([done[part] for part in parts])
                stack.pop()
        return done[e]

    def _plan(self, e: Expr) -> Plan:
        """The parts of an expression, and how their nodes are joined."""
        if isinstance(e, Symbol):
            return lambda _: self.variable(e), []
        if (value := constant_of(e)) is not None:
            return lambda _: self.constant(value, unicode(e) if isinstance(e, NumberSymbol) else ""), []
        for kind, method in _PLANS:
            if isinstance(e, kind):
                return method(self, e)
        shown = str(e) if len(e.args) < 5 else type(e).__name__
        raise Unsupported(f"there is no gate for {shown[:80]}", "Graph", "a graph is made of scalars: sums, products, powers, functions")

    def _joined(self, name: str, parts: Iterable[Expr]) -> Plan:
        return lambda places: self.gate(GATES[name], places), list(parts)

    def _sum(self, e: Expr) -> Plan:
        first, *rest = e.args
        signed = [(1, first), *map(_signed, rest)]

        def join(places: list[int]) -> int:
            total = places[0]
            for (sign, _), place in zip(signed[1:], places[1:], strict=True):
                total = self.gate(GATES["add" if sign > 0 else "subtract"], (total, place))
            return total

        return join, [part for _, part in signed]

    def _product(self, e: Expr) -> Plan:
        first, *rest = e.args
        if first == -1 and rest:
            return self._joined("negate", [_times(rest)])
        gates, parts = [""], [first]
        for factor in rest:
            halved = factor.is_Rational and factor.p == 1 and factor.q > 1
            below = Integer(factor.q) if halved else divisor(factor)
            gates.append("multiply" if below is None else "divide")
            parts.append(factor if below is None else below)

        def join(places: list[int]) -> int:
            whole = places[0]
            for name, place in zip(gates[1:], places[1:], strict=True):
                whole = self.gate(GATES[name], (whole, place))
            return whole

        return join, parts

    def _power(self, e: Expr) -> Plan:
        base, exponent = e.args
        if (below := divisor(e)) is not None:
            return self._joined("reciprocal", [below])
        if exponent == 1:
            return lambda places: places[0], [base]
        named = {Integer(2): "square", Rational(1, 2): "sqrt"}.get(exponent)
        return self._joined(named, [base]) if named else self._joined("power", [base, exponent])

    def _function(self, e: Expr) -> Plan:
        if len(e.args) != 1:
            raise Unsupported(f"there is no gate for {type(e).__name__} of {len(e.args)} arguments", "Graph")
        gate = gate_of(e)
        return lambda places: self.gate(gate, places), list(e.args)


_PLANS: tuple[tuple[Any, Callable[[Wiring, Any], Plan]], ...] = (
    (Add, Wiring._sum),
    (Mul, Wiring._product),
    (exp, lambda wiring, e: wiring._joined("exp", [e.exp])),
    (Pow, Wiring._power),
    (Abs, lambda wiring, e: wiring._joined("abs", e.args)),
    (sympy_sign, lambda wiring, e: wiring._joined("sign", e.args)),
    (Heaviside, lambda wiring, e: wiring._joined("step", e.args)),
    (Max, lambda wiring, e: wiring._joined("max", e.args)),
    (Min, lambda wiring, e: wiring._joined("min", e.args)),
    (log, lambda wiring, e: wiring._joined("ln", e.args) if len(e.args) == 1 else wiring._function(e)),
    (Function, Wiring._function),
)


def _numeral(value: Value) -> str:
    """A constant as it stands in a formula."""
    return short(value) if isinstance(value, float) else str(value).replace("-", "−")


def _key(gate: Gate, inputs: tuple[int, ...], value: Any) -> Any:
    """What makes two nodes one. A float and a fraction of the same value are two; the order of factors is not told apart."""
    return gate, tuple(sorted(inputs)) if gate.commutes else inputs, isinstance(value, float), value


def _signed(term: Expr) -> tuple[int, Expr]:
    """The sign of a term of a sum, and the term without it."""
    if isinstance(term, Number) and term.is_negative:
        return -1, -term
    if isinstance(term, Mul) and isinstance(term.args[0], Number) and term.args[0].is_negative:
        number, *rest = term.args
        return -1, _times(rest if number == -1 else [-number, *rest])
    return 1, term


def _times(factors: list[Expr]) -> Expr:
    return factors[0] if len(factors) == 1 else Mul(*factors, evaluate=False)


def constant_of(e: Expr) -> Value:
    """The value of a number, or nothing; raises `DomainError` for one that is not real and finite."""
    if isinstance(e, Integer):
        return int(e)
    if isinstance(e, Rational):
        return Fraction(int(e.p), int(e.q))
    if isinstance(e, (Float, NumberSymbol)) and e.is_finite:
        return float(e)
    if isinstance(e, Number) or e.is_Atom:
        raise DomainError(f"{e} is not a finite real number", "Graph", "use real numbers")
    return None


def as_written(e: Expr, typed_order: bool | None = None) -> Expr:
    """An expression in the order in which it was written: as it stands, or put into textbook order if SymPy has ordered it.

    Use within `held()`. Very large expressions stay as they are.
    """
    if typed_order is None:
        typed_order = _is_large(e) or _is_typed(e)
    return e if typed_order else in_textbook_order(e)


def _is_typed(e: Expr) -> bool:
    """Whether SymPy would have built another tree."""
    try:
        with held():
            return bool(evaluated(e) != e)
    except (TypeError, ValueError):
        return True


def _is_large(e: Expr) -> bool:
    """Whether an expression is too deep, or as a tree too long, for what recurses."""
    size: dict[Expr, tuple[int, int]] = {}
    stack = [e]
    while stack:
        now = stack[-1]
        missing = [a for a in now.args if a not in size]
        if now in size or not missing:
            size.setdefault(now, (1 + max((size[a][0] for a in now.args), default=0), 1 + sum(size[a][1] for a in now.args)))
            stack.pop()
        else:
            stack += missing
    return size[e][0] > DEPTH or size[e][1] > PARTS
