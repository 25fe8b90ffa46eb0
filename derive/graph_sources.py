"""What a graph is made of: an expression, named equations, the same for several samples, or a network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Float, Number, Symbol

from .equations import Equations, Expander
from .errors import DeriveError, Unsupported
from .exact import held
from .indices import SAMPLES, Quantity
from .reading import read
from .scalars import names, pair, unified
from .wiring import Node, Wiring, as_written

Places = Mapping[str, NDArray[np.object_]]
Pair = tuple[str, Expr, bool]  # name, right side, whether it is to be taken as it stands


@dataclass(frozen=True)
class Source:
    """Nodes, the name of the output, and for every array the names of its entries, in the array's shape.

    written  the equations themselves, where there is one for each name
    """

    nodes: tuple[Node, ...]
    output: str
    arrays: Places = field(default_factory=dict)
    written: tuple[tuple[str, Expr], ...] = ()


class Expandable(Protocol):
    """What a graph needs of a network: the size of every axis, and the equations of one sample or of a batch."""

    sizes: Any

    def forward(self, samples: bool = True) -> Equations: ...


def of_expression(expr: Any, typed_order: bool | None) -> Source:
    """The gates of one expression: SymPy's, or a text."""
    typed = True if isinstance(expr, str) and typed_order is None else typed_order
    e = read(expr) if isinstance(expr, str) else expr
    if isinstance(e, (int, float)) and not isinstance(e, bool):
        e = Number(e)
    if not isinstance(e, Expr):
        several = isinstance(e, list | tuple | dict)
        hint = "named equations: Graph.from_equations([...])" if several else 'for example Graph("(w*x + b - y)^2")'
        raise DeriveError(f"expected an expression, not {type(e).__name__}", "Graph", hint)
    wiring = Wiring()
    with held():
        place = _wired(wiring, e, typed)
    nodes = wiring.finished()
    return Source(nodes, nodes[place].name, written=((nodes[place].name, e),))


def _wired(wiring: Wiring, e: Expr, typed: bool | None) -> int:
    try:
        return wiring.expression(as_written(e, typed))
    except RecursionError:
        raise Unsupported("the expression is nested too deep", "Graph", "name its parts: Graph.from_equations([...])") from None


def of_equations(equations: Any, output: str | None, samples: int, data: Any) -> Source:
    """The gates of named equations; over several samples, those that depend on `data` once for each, and the last one added up."""
    given = equations.items() if isinstance(equations, Mapping) else [equations] if isinstance(equations, str) else equations
    if not isinstance(given, Iterable):
        raise DeriveError(f"{equations!r} is no list of equations", "Graph.from_equations", 'for example ["z = w*x + b", "a = sigma(z)"]')
    named = [_named(e, number) for number, e in enumerate(given, 1)]
    pairs = [(*one, typed) for one, (_, _, typed) in zip(unified((n, rhs) for n, rhs, _ in named), named, strict=True)]
    if not pairs:
        raise DeriveError("no equations were given", "Graph.from_equations", 'for example ["z = w*x + b", "a = sigma(z)"]')
    if isinstance(samples, bool) or not isinstance(samples, int) or samples < 1:
        raise DeriveError(f"samples is {samples!r}, expected a whole number of at least 1", "Graph.from_equations")
    return _unrolled(pairs, output, samples, names(data) if samples > 1 else ())


def _named(e: Any, number: int) -> Pair:
    typed = isinstance(e, str) or (isinstance(e, tuple) and len(e) == 2 and isinstance(e[1], str))
    return (*pair(e, number), typed)


def _unrolled(pairs: list[Pair], output: str | None, samples: int, data: tuple[str, ...]) -> Source:
    if data and not any(_symbols(rhs) & set(data) for _, rhs, _ in pairs):
        hint = 'name what differs from sample to sample: data="x y"'
        raise DeriveError(f"no equation has {' or '.join(data)} in it", "Graph.from_equations", hint)
    own = list(data)  # what there is one of for each sample
    wiring, copies = Wiring(), list[int]()
    with held():
        for number, (name, rhs, typed) in enumerate(pairs):
            if not _symbols(rhs) & set(own):
                wiring.define(name, _wired(wiring, rhs, typed or None), copied=isinstance(rhs, Symbol))
                continue
            own.append(name)
            for k in range(1, samples + 1):
                wiring.scope = {n: f"{n}_{k}" for n in own}
                place = wiring.define(f"{name}_{k}", _wired(wiring, rhs, typed or None), copied=isinstance(rhs, Symbol))
                copies += [place] if number == len(pairs) - 1 else []
            wiring.scope = {}
        if copies:
            wiring.define(pairs[-1][0], wiring.total(copies))
    chosen = output or pairs[-1][0]
    defined = [name for name, _, _ in pairs]
    if chosen not in wiring.named or not {chosen, chosen.rpartition("_")[0]} & set(defined):
        hint = f"there are {', '.join(defined)}"
        raise DeriveError(f"the output {chosen} is not defined by an equation", "Graph.from_equations", hint)
    arrays = {n: np.array([f"{n}_{k}" for k in range(1, samples + 1)], dtype=object) for n in own if f"{n}_1" in wiring.named}
    return Source(wiring.finished(), chosen, arrays, () if data else tuple((name, rhs) for name, rhs, _ in pairs))


def _symbols(e: Expr) -> set[str]:
    return {s.name for s in e.free_symbols if isinstance(s, Symbol)}


def of_network(net: Expandable, samples: int) -> Source:
    """Every entry of every equation of a network as a named node: w1_2_1 is the weight from neuron 1 to neuron 2 of layer 1."""
    equations = net.forward(samples > 1)
    sizes = {axis: samples if axis.letters == SAMPLES else net.sizes[axis] for axis in equations.axes}
    unknown = [str(size) for size in sizes.values() if not isinstance(size, int)]
    if unknown:
        raise DeriveError(f"the size {unknown[0]} is a symbol", "Graph.of_network", "give every layer a number of neurons")
    expander = Expander(sizes)
    constants = {Quantity(name)[()]: Float(value) for name, value in equations.constants.items()}
    wiring, written = Wiring(), list[tuple[str, Expr]]()
    with held():
        for equation in equations:
            for symbol, entry in expander.entries(equation).items():
                written.append((symbol.name, entry.xreplace(constants)))
                wiring.define(symbol.name, _wired(wiring, written[-1][1], None), copied=isinstance(entry, Symbol))
    arrays = {q.name: _entries(q, expander) for q in equations.quantities.values() if q.axes}
    return Source(wiring.finished(), equations.items[-1].name, arrays, tuple(written))


def _entries(quantity: Quantity, expander: Expander) -> NDArray[np.object_]:
    """The names of a quantity's entries, samples in rows."""
    names = np.empty(tuple(expander.sizes[axis] for axis in quantity.axes), dtype=object)
    for at in expander.points(quantity.axes):
        names[tuple(n - 1 for n in at)] = expander.symbol(quantity.name, at).name
    samples_first = sorted(range(names.ndim), key=lambda n: quantity.axes[n].letters != SAMPLES)
    return names.transpose(samples_first)


def entries_of(name: str, value: Any, names: NDArray[np.object_]) -> Iterable[tuple[str, Any]]:
    """The entries of an array that was given for a name; raises `DeriveError` where its shape is another."""
    array = np.asarray(value, dtype=object)
    if array.shape != names.shape:
        raise DeriveError(f"the value has the shape {array.shape}, expected {names.shape}", name)
    return zip(map(str, names.flat), array.flat, strict=True)
