"""The computational graph of an expression: its gates as written, values forward, gradients backward.

    g = Graph((w*x + b - y)**2)
    g.forward({w: 3, b: 2, x: 4, y: 5})      # 81
    g.backward()                             # {"w": 72, "x": 54, "b": 18, "y": -18}
    print(g)                                 # a table; in a notebook, g is a drawing
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from sympy import Symbol

from .drawn import Drawn
from .errors import DeriveError
from .exact import held
from .folding import Fold, foldable, folded, place_of, written_out
from .gates import CONSTANT, VARIABLE, Value
from .graph_drawing import Picture
from .graph_picture import State, picture, table
from .graph_sources import Source, entries_of, of_equations, of_expression, of_network
from .letters import fold as folded_name
from .matrix_graph import MatrixGraph
from .numerals import number
from .ops import Activation
from .passes import Backward, GateStep, forward
from .printing import unicode
from .reading import read
from .shape import swapped
from .values import nearest
from .wiring import Node, Wiring, as_written

DRAWN = 250  # nodes; a larger graph shows itself as a table


class Graph(Drawn):
    """f as gates: forward the value of each, backward d f / d each.

    Graph(expr)                a SymPy expression, or a text such as "(w*x + b - y)^2"
    Graph.from_equations(...)  named equations; Graph.of_network(net) those of a network
    nodes, output, variables   the structure, which never changes: `fold` and `unfold` return a new graph

    Sums and products are taken two at a time, from left to right, brackets kept. What SymPy has ordered is put into textbook order, unless
    `typed_order` says otherwise. A minus between two terms is a gate that subtracts, one before a term is a gate "·(−1)". What occurs twice
    is one node; where a value is used several times, its gradients add. Raises `Unsupported` for what has no gate.
    """

    def __init__(self, expr: Any, *, typed_order: bool | None = None) -> None:
        self._begin(of_expression(expr, typed_order))

    def _begin(self, source: Source, folds: tuple[Fold, ...] = ()) -> None:
        self._source, self._folds = source, folds
        nodes = source.nodes
        for fold in folds:
            nodes = folded(nodes, fold, place_of(nodes, source.output))
        self.nodes: tuple[Node, ...] = nodes
        self.output = source.output
        self._places = {node.name: n for n, node in enumerate(nodes) if node.gate is not CONSTANT}
        self._places.setdefault(self.output, place_of(nodes, self.output))
        self._spelled = {folded_name(node.name): node.name for node in nodes if node.given}
        self.variables = tuple(node.name for node in nodes if node.gate is VARIABLE)
        self._given: dict[str, Value] = {}
        self._values: list[Value] | None = None
        self._passing: Backward | None = None

    @classmethod
    def _of(cls, source: Source, folds: tuple[Fold, ...] = ()) -> Graph:
        made = cls.__new__(cls)
        made._begin(source, folds)
        return made

    @classmethod
    def from_equations(cls, equations: Any, *, output: str | None = None, samples: int = 1, data: Any = "x y") -> Graph:
        """The graph of named equations, each using only what stands above it: texts "z = w*x + b", pairs, SymPy's `Eq`, or a dict.

        output   whose gradient is taken: the last equation, unless named
        samples  with several, what depends on `data` (x and y) is there once for each sample, x_1, x_2, ..., and the last equation is added
                 up; `forward` then takes a list of values for each name in `data`
        """
        return cls._of(of_equations(equations, output, samples, data))

    @classmethod
    def of_network(cls, net: Any, form: str = "matrix", samples: int = 1) -> Any:
        """The forward equations of a network: in matrices for one sample ("matrix") or a batch ("batch"), or entry by entry ("scalar")."""
        if not hasattr(net, "forward"):
            raise DeriveError(f"{net!r} is no network", "Graph.of_network", "for example Network.dense(3, 2, 1)")
        if form == "scalar":
            return cls._of(of_network(net, samples))
        return MatrixGraph.of_network(net, form)

    # Forward and backward

    def forward(self, values: Mapping[Any, Any] | None = None, /, **named: Any) -> Value:
        """The value of the output, and with it that of every node. Values by symbol or name: numbers, fractions, SymPy's rationals.

        Whole numbers and fractions stay exact through + − × ÷, powers and maxima; what is not rational goes on as a float.
        Raises `DeriveError` for an unknown or missing name, and `DomainError`, naming the node and its inputs, where there is no real
        value; then the graph is as it was before.
        """
        if not isinstance(values, Mapping | None):
            raise DeriveError(f"expected a dict of values, not {type(values).__name__}", "forward", "for example {'x': 1}")
        given = self._numbers({**{_name(k): v for k, v in (values or {}).items()}, **named})
        missing = [name for name in self.variables if name not in given]
        if missing:
            raise DeriveError(f"there is no value for {', '.join(missing[:12])}", "forward", "give a number for each variable")
        found = forward(self.nodes, {self._places[name]: value for name, value in given.items()})
        self._given, self._values, self._passing = given, found, None
        return found[self._places[self.output]]

    def _numbers(self, values: Mapping[str, Any]) -> dict[str, Value]:
        given: dict[str, Value] = {}
        for key, value in values.items():
            if key in self._source.arrays and not (key in self.variables and np.ndim(value) == 0):
                given |= {name: number(v, name) for name, v in entries_of(key, value, self._source.arrays[key])}
                continue
            name = key if key in self._places else self._spelled.get(folded_name(key), key)
            if name not in self._places:
                raise DeriveError(f"{key} is not in the graph", "forward", nearest(key, [*self.variables, *self._source.arrays]))
            if name not in self.variables:
                hint = f"variables: {', '.join(self.variables)}"
                raise DeriveError(f"{key} is computed by the graph, it cannot be given", "forward", hint)
            given[name] = number(value, name)
        return given

    def backward(self, wrt: Any = None, *, steps: int | None = None) -> dict[str, Value]:
        """d output / d variable, for every variable or those in `wrt`; of every node in between it is then known too: `g.gradients`.

        With `steps`, only so many gates are passed, beginning at the output; what is not known yet is None.
        Raises `DomainError` at a gate that has no derivative at its inputs; what was computed before stays.
        """
        if steps is not None and (isinstance(steps, bool) or not isinstance(steps, int) or steps < 0):
            raise DeriveError(f"steps is {steps!r}, expected a whole number of at least 0", "backward")
        passing = self._started(wrt)
        left = len(self.nodes) if steps is None else steps
        while not passing.finished and left > 0:
            passing.advance()
            left -= 1
        if steps is None:
            passing.current = None
        return {name: passing.gradients[self._places[name]] for name in self.names_of(wrt)}

    def backward_steps(self, wrt: Any = None) -> Iterator[GateStep]:
        """The backward pass one gate at a time: upstream, local derivatives and products; the graph shows how far it is."""
        return self._steps(self._started(wrt))

    def _steps(self, passing: Backward) -> Iterator[GateStep]:
        while not passing.finished:
            if (step := passing.record(passing.advance())) is not None:
                yield step

    def _started(self, wrt: Any) -> Backward:
        if self._values is None:
            raise DeriveError("there are no values yet", "backward", "call g.forward({...}) first")
        wanted = [self._places[name] for name in self.names_of(wrt)]
        self._passing = Backward(self.nodes, self._places[self.output], self._values, wanted)
        return self._passing

    def names_of(self, wrt: Any = None) -> tuple[str, ...]:
        """The variables that `wrt` names: all, or those of a text, a list, a symbol or an array's name."""
        if wrt is None:
            return self.variables
        chosen = wrt.replace(",", " ").split() if isinstance(wrt, str) else [wrt] if isinstance(wrt, Symbol) else wrt
        if not isinstance(chosen, Iterable):
            raise DeriveError(f"{wrt!r} names no variables", "wrt", f"variables: {', '.join(self.variables)}")
        arrays = self._source.arrays
        names = [str(n) for part in chosen for n in (arrays[_name(part)].flat if _name(part) in arrays else [_name(part)])]
        for name in names:
            if name not in self.variables:
                raise DeriveError(f"{name} is not a variable of the graph", "wrt", nearest(name, self.variables))
        return tuple(dict.fromkeys(names))

    # Looking up

    @property
    def values(self) -> dict[str, Value | None]:
        """The value of every variable and gate by name; None before `forward`."""
        return {name: None if self._values is None else self._values[n] for name, n in self._places.items()}

    @property
    def gradients(self) -> dict[str, Value | None]:
        """d output / d node for every variable and gate by name; None where it is not known yet."""
        return {name: None if self._passing is None else self._passing.gradients[n] for name, n in self._places.items()}

    def value(self, part: Any) -> Any:
        """The value of a node: by its name, or by the expression that it computes; of an array's name, the array."""
        return self._looked_up(part, self.values)

    def gradient(self, part: Any) -> Any:
        """d output / d node, looked up as a value is."""
        return self._looked_up(part, self.gradients)

    def _looked_up(self, part: Any, found: Mapping[str, Any]) -> Any:
        names = self._source.arrays.get(_name(part)) if isinstance(part, (str, Symbol)) else None
        if names is not None and _name(part) not in self._places:
            entries: list[Any] = [found.get(str(name)) for name in names.flat]
            return np.array(entries, dtype=object).reshape(names.shape)
        return found[self.find(part)]

    def find(self, part: Any) -> str:
        """The name of the node that computes an expression; raises `DeriveError` where there is none."""
        if isinstance(part, (str, Symbol)):
            name = _name(part)
            name = name if name in self._places else self._spelled.get(folded_name(name), name)
            if name in self._places:
                return name
        wiring = Wiring(self.nodes)
        try:
            with held():
                e = as_written(read(part), True) if isinstance(part, str) else as_written(part)
                place = wiring.expression(e)
        except (DeriveError, AttributeError):  # nothing that could be an expression
            place = len(self.nodes)
        if place >= len(self.nodes):
            raise DeriveError(f"{part} is no node of the graph", "Graph", nearest(str(part), self._places))
        return self.nodes[place].name

    @property
    def formula(self) -> Any:
        """The output as one expression of the variables, all equations put into each other as they stand; None for several samples."""
        known: dict[str, Any] = {}
        for name, e in self._source.written:
            known[name] = swapped(e, {s: known[s.name] for s in e.free_symbols if s.name in known})
        return known.get(self.output)

    # Folding

    def fold(self, part: Any, label: str = "") -> Graph:
        """A graph with a part as one gate: a sub-expression, a named node, or an activation where its formula is written out.

        The gradients of what remains do not change: values that were there are computed again. Raises `DeriveError` if nothing can be
        folded.
        """
        if isinstance(part, type) and not issubclass(part, Activation):
            raise DeriveError(f"{part.__name__} is no activation of a single number", "fold", "for example fold(sigmoid)")
        if not isinstance(part, type):
            root = self.find(part)
            shown = label or (root if root == part else _label(part, root))
            return self._again(Graph._of(self._source, (*self._folds, Fold(root, label=shown))))
        return self._again(Graph._of(self._source, (*self._folds, *foldable(self.nodes, part, self.output))))

    def unfold(self, part: Any = None) -> Graph:
        """The graph with what was folded as its gates again: all of it, or that of one node or activation.

        Where nothing was folded, activations are written out as the gates of their formulas.
        """
        kept = [f for f in self._folds if part is not None and part not in (f.root, f.label, f.kind)]
        if len(kept) < len(self._folds):
            return self._again(Graph._of(self._source, tuple(kept)))
        kinds = {n.gate.kind for n in self.nodes if n.gate.kind is not None and part in (None, n.name, n.gate.kind)}
        if not kinds:
            raise DeriveError("nothing is folded here", "unfold", "fold a part first")
        nodes, place = written_out(self._source.nodes, place_of(self._source.nodes, self.output), kinds)
        return self._again(Graph._of(Source(nodes, nodes[place].name, self._source.arrays), self._folds))

    def _again(self, other: Graph) -> Graph:
        """The other graph with the values of this one, and the gradients if they are all known."""
        if self._values is not None:
            other.forward(self._given)
            if self._passing is not None and self._passing.finished:
                other.backward([name for name in self.variables if self._passing.gradients[self._places[name]] is not None])
        return other

    # Showing

    def _state(self) -> State:
        return State(self.nodes, self._places[self.output], self._values, self._passing)

    @property
    def drawable(self) -> bool:
        """Whether a notebook shows the drawing rather than the table."""
        return len(self.nodes) <= DRAWN

    def picture(self, title: str = "") -> Picture:
        """The gates as boxes; on each edge the value above, the gradient below."""
        return picture(self._state(), title)

    def __str__(self) -> str:
        return table(self._state())

    def __repr__(self) -> str:
        return table(self._state(), DRAWN)


def _name(key: Any) -> str:
    return str(key.name) if isinstance(key, Symbol) else str(key)


def _label(part: Any, root: str) -> str:
    text = part if isinstance(part, str) else unicode(part)
    return text if len(text) <= 14 else root

