"""Networks: layers, or equations written by hand, and what follows from them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Integer, Pow, Rational, Symbol

from .backprop import Backprop
from .compiling import Compiled
from .equations import Equation, Equations
from .errors import DeriveError, ShapeError
from .exact import held, product, total
from .expansion import Expanded, expand
from .indices import SAMPLES, Axis, Quantity, summed
from .layers import AnyActivation, Builder, Dense, Layer
from .losses import Loss, squared_error, written_loss
from .ops import sigmoid
from .samples import generator
from .scalars import scalar_equations
from .sheets import NetworkEquations
from .steps import Assumption
from .targets import code_for

if TYPE_CHECKING:
    from .fast.stepping import Fast

DECAY = "lambda"
SAMPLE_AXIS = Axis("m", SAMPLES)


class Network:
    r"""A network as an ordered list of equations: $z^l = w^l a^{l-1} + b^l$, $a^l = \sigma(z^l)$, and the loss $C(a^L, y)$.

        Network(3, Dense(4, tanh), Dense(2, sigmoid), loss=squared_error)
        Network.dense(2, 3, 1, activation=tanh, output=sigmoid)
        Network.from_equations(["z1 = w1*x + b1", "a1 = sigma(z1)", ...], inputs="x", targets="y")

    Sizes are integers or SymPy symbols, mixed as one likes. `l2` adds (l2/2) times the sum of the squared weights, each weight once.
    Raises `DeriveError` for sizes that do not fit, unknown ties, and a loss that the output activation does not fit.
    """

    def __init__(self, inputs: Any, *layers: Layer, loss: type[Loss] = squared_error, l2: float = 0.0) -> None:
        if not layers:
            raise DeriveError(
                "a network needs at least one layer", "Network", "for example Network(2, Dense(1, sigmoid))"
            )
        if isinstance(l2, bool) or not isinstance(l2, (int, float, np.number)) or not (math.isfinite(l2) and l2 >= 0):
            raise DeriveError(f"l2 is {l2!r}, expected a number of at least 0", "Network")
        if not (isinstance(loss, type) and issubclass(loss, Loss)):
            hint = "give the class itself, for example loss=cross_entropy after `from derive import cross_entropy`"
            raise DeriveError(f"the loss is {loss!r}, expected a class of losses", "Network", hint)
        for number, layer in enumerate(layers, 1):
            if not isinstance(layer, Layer):
                raise DeriveError(f"{layer!r} is not a layer", f"layer {number}", "for example Dense(3, sigmoid)")
        self.layers, self.l2 = layers, float(l2)
        self.loss = loss.for_output(layers[-1].outputs_like)
        sizes = [_size(inputs, "the input")]
        for number, layer in enumerate(layers, 1):
            inherited = layer.same_width and layer.size is None
            sizes.append(sizes[-1] if inherited else _size(layer.size, f"layer {number}"))
        self._axes = _shared(layers, sizes)
        self.sizes = dict(zip(self._axes, sizes, strict=True))
        self.n_in, self.n_out = sizes[0], sizes[-1]

    @classmethod
    def dense(
        cls,
        *sizes: Any,
        activation: AnyActivation = sigmoid,
        output: AnyActivation | None = None,
        loss: type[Loss] = squared_error,
        l2: float = 0.0,
    ) -> Network:
        """Dense layers of these sizes, the first being the number of inputs; `output` is the last layer's activation, if another."""
        if len(sizes) < 2:
            raise DeriveError(
                f"{len(sizes)} sizes were given, expected at least two",
                "Network.dense",
                "for example Network.dense(2, 3, 1)",
            )
        kinds = [activation] * (len(sizes) - 2) + [output or activation]
        return cls(sizes[0], *(Dense(n, kind) for n, kind in zip(sizes[1:], kinds, strict=True)), loss=loss, l2=l2)

    @staticmethod
    def from_equations(
        equations: Iterable[Any] | Equations,
        *,
        inputs: Any = "x",
        targets: Any = "y",
        over: str = "mean",
        output: str | None = None,
    ) -> Network:
        """A network of equations written by hand; see `derive.scalars.scalar_equations` for what an equation may be.

        The last equation is the loss of one sample; `over` says whether the samples are averaged ("mean") or added up ("sum").
        What is neither input nor target nor defined by an equation is a parameter. `output` names what `predict` returns (default: the last
        equation before the loss).
        """
        return WrittenNetwork(equations, inputs, targets, over, output)

    @property
    def output(self) -> AnyActivation | None:
        """The activation of the last layer."""
        return self.layers[-1].activation

    def forward(self, samples: bool = True) -> NetworkEquations:
        """The forward equations of a batch, or of one sample."""
        with held():
            return self._forward((SAMPLE_AXIS,) if samples else ())

    def _forward(self, samples: tuple[Axis, ...]) -> NetworkEquations:
        axes = self._axes
        x = Quantity("x", (axes[0], *samples), "input", 0)
        y = Quantity("y", (axes[-1], *samples), "target")
        known: dict[str, Quantity] = {}
        equations: list[Equation] = []
        given, a = [x, y], x
        for number, layer in enumerate(self.layers, 1):
            b = Builder(number, axes[number - 1], axes[number], samples, known)
            a = layer.equations(b, a)
            equations += b.equations
            given += b.given
        cost, assumptions = self._loss(a, y, samples)
        decay = [self._decay(q) for q in given if q.role == "weight"] if self.l2 else []
        equations.append(Equation(Quantity("C", (), "loss"), (), total([cost, *decay])))
        constants = {DECAY: self.l2} if self.l2 else {}
        return NetworkEquations(tuple(equations), tuple(given), constants, a.name, assumptions)

    def _loss(self, a: Quantity, y: Quantity, samples: tuple[Axis, ...]) -> tuple[Expr, tuple[Assumption, ...]]:
        j = a.axes[0].index("j")
        s = [axis.index(axis.letters[0]) for axis in samples]
        scale = [Pow(axis.size, -1) for axis in samples if self.loss.mean]
        number, entry = self.loss.entry(a[(j, *s)], y[(j, *s)]).as_coeff_Mul()
        cost = product([number, *scale, summed(entry, [j, *s])])
        if self.loss.targets != "distribution":
            return cost, ()
        return cost, (Assumption("the targets of a sample add up to 1", summed(y[(j, *s)], [j]), Integer(1)),)

    @staticmethod
    def _decay(w: Quantity) -> Expr:
        own = w.indices()
        return product([Rational(1, 2), Quantity(DECAY)[()], summed(w[own] ** 2, own)])

    @cached_property
    def equations(self) -> NetworkEquations:
        """The forward equations of a batch; `.single` holds those of one sample. Shows itself in Jupyter and in a terminal."""
        return replace(self.forward(), single=self.forward(samples=False))

    @cached_property
    def _backprop(self) -> Backprop:
        return Backprop(self.equations)

    def backprop(self) -> Backprop:
        """The backward equations, derived by one reverse sweep and labelled BP1 to BP4."""
        return self._backprop

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters, in order: w1, b1, w2, ..."""
        return tuple(q.name for q in self.equations.parameters)

    @property
    def symbolic_shapes(self) -> dict[str, tuple[Any, ...]]:
        """The shape of every parameter; sizes that were given as symbols stay symbols."""
        return {
            q.name: tuple(self.sizes[axis] for axis in q.axes) for q in self.equations.parameters
        }

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every parameter in numbers; raises `DeriveError` where a size is a symbol."""
        for name, shape in self.symbolic_shapes.items():
            if not all(isinstance(n, int) for n in shape):
                raise DeriveError(
                    f"the shape of {name} is {shape}, expected numbers",
                    "Network",
                    "give every layer a number as its size",
                )
        return self.symbolic_shapes

    def init(
        self, rng: np.random.Generator | int | None = None, scheme: str = "scaled"
    ) -> dict[str, NDArray[np.float64]]:
        """Random parameters. scheme "scaled": weights N(0, 1/n_in), biases 0; "nielsen": all N(0, 1). Seeded by rng."""
        if scheme not in ("scaled", "nielsen"):
            raise DeriveError(f"the scheme is {scheme!r}, expected 'scaled' or 'nielsen'", "init")
        chance = generator(rng)
        made: dict[str, NDArray[np.float64]] = {}
        for name, shape in self.shapes.items():
            if scheme == "scaled" and self.equations.quantities[name].role == "bias":
                made[name] = np.zeros(shape)
            else:
                scale = 1.0 if scheme == "nielsen" else math.sqrt(math.prod(shape[1:]))
                made[name] = np.asarray(chance.standard_normal(shape) / scale)
        return made

    @overload
    def compile(self, dtype: str = ..., backward: Iterable[Equation] | None = ..., *, target: Literal["readable"] = ...) -> Compiled: ...

    @overload
    def compile(self, dtype: str = ..., *, target: Literal["fast"], batch_size: int = ..., passes: Iterable[str] | None = ...) -> Fast: ...

    def compile(
        self, dtype: str = "float64", backward: Iterable[Equation] | None = None, *, target: str = "readable", batch_size: int = 10,
        passes: Iterable[str] | None = None,
    ) -> Compiled | Fast:
        """NumPy functions and their source: code to read, or with target="fast" code to train with.

        backward    replaces the derived backward equations (to plant a mistake, say); for the readable code
        batch_size  of the fast code that `.source` shows; `train` makes that of every size it needs
        passes      names from `derive.fast.passes.PASSES`: the tricks to use; all by default
        Raises `DeriveError` for another dtype, target or pass.
        """
        return code_for(self, target, dtype, backward, batch_size, passes)

    def expand(self, sizes: Any = None, samples: int = 1) -> Expanded:
        """The loss and its gradients as plain SymPy expressions in scalar symbols, for small sizes; see `derive.expansion.expand`."""
        return expand(self, sizes, samples)

    def __repr__(self) -> str:
        sizes = "-".join(str(self.sizes[axis]) for axis in self._axes)
        return f"<Network {sizes}, {self.loss.__name__}>"


class WrittenNetwork(Network):
    """A network whose equations were written by hand."""

    def __init__(
        self, equations: Iterable[Any] | Equations, inputs: Any, targets: Any, over: str, output: str | None
    ) -> None:
        written = scalar_equations(equations, inputs, targets, over, SAMPLE_AXIS)
        self._written = written
        self.layers, self.l2, self.sizes = (), 0.0, {}
        self.loss = written_loss
        self.n_in, self.n_out = len(written.inputs), len(written.targets)
        before = [e.name for e in written.batch.items[:-1]]
        told = written.batch.depending(written.targets)
        without = [name for name in before if name not in told]
        per_sample = [e.name for e in written.batch.items[:-1] if e.lhs.axes and e.name not in told]
        if output is not None and output not in before:
            raise DeriveError(
                f"the output {output!r} is not defined by an equation",
                "from_equations",
                f"there are {', '.join(before)}",
            )
        if not without or (output or without[-1]) in told:
            what = f"the output {output} uses the targets" if output else "every equation before the loss uses the targets"
            raise DeriveError(what, "from_equations", "the output is computed before the targets are known")
        self._output = output or (per_sample or without)[-1]

    @property
    def output(self) -> AnyActivation | None:
        return None

    def forward(self, samples: bool = True) -> NetworkEquations:
        chosen = self._written.batch if samples else self._written.single
        return NetworkEquations(chosen.items, chosen.given, chosen.constants, self._output)

    def __repr__(self) -> str:
        return f"<Network of {len(self.equations)} equations>"


def _size(given: Any, where: str) -> Any:
    """A size as a positive int or a symbol."""
    if isinstance(given, (Symbol,)):
        return given
    if isinstance(given, (bool, float)) or not isinstance(given, (int, np.integer, Integer)):
        raise DeriveError(f"the size is {given!r}, expected a whole number or a SymPy symbol", where)
    if given < 1:
        raise DeriveError(f"the size is {given}, expected at least 1", where)
    return int(given)


def _shared(layers: Sequence[Layer], sizes: list[Any]) -> list[Axis]:
    """One axis a layer; layers that share a weight or a connection share an axis, and must have the same size."""
    parent = list(range(len(sizes)))

    def root(n: int) -> int:
        while parent[n] != n:
            n = parent[n]
        return n

    for number, layer in enumerate(layers, 1):
        for one, other in layer.shared_axes(number):
            low, high = sorted((root(one), root(other)))
            if sizes[one] != sizes[other]:
                raise ShapeError(
                    f"layer {one} has {sizes[one]} neurons and layer {other} has {sizes[other]}, but layer {number} needs them equal",
                    f"layer {number}",
                )
            parent[high] = low
    return [Axis(f"n{root(n)}") for n in range(len(sizes))]
