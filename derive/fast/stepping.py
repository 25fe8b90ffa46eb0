"""The fast code of a network: its source, its workspace, and training steps that work on parameters kept inside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

import numpy as np

from ..compiling import Compiled, built
from ..equations import Equation, Equations
from ..errors import DeriveError, Unsupported
from ..exact import held
from ..indices import SAMPLES, Axis
from ..lift import Node, lifted
from ..program import for_code, identifiers, reserved
from ..samples import Array
from .instructions import Step
from .lowering import Lowering
from .memory import empty
from .passes import ALL, FEW, NEED_SCIPY, PASSES, SMALL_CALL, run_passes
from .workspace import BatchCode, Workspace
from .writing import Writer


@dataclass
class Fast:
    """theta <- theta - eta dC/dtheta in place: code of its own for each size of batch.

    `readable` is the code to read, which computes the same; it also answers `value_and_grad` and `predict`.
    `fallback` says why there is no fast code, where there is none: then `train` uses the readable code.
    The code belongs to nobody, the buffers to the training that `begin` begins: one code can serve several at a time.
    """

    readable: Compiled
    forward: Equations
    backward: tuple[Equation, ...]
    sizes: Mapping[Axis, int]
    passes: frozenset[str] = ALL
    batch_size: int = 10
    fallback: str = ""
    _nodes: dict[str, Node] = field(default_factory=dict, repr=False)
    _code: dict[int, BatchCode] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        try:
            if any(not isinstance(n, int) for n in self.sizes.values()):
                raise Unsupported("a size is a symbol")
            self._lift()
            self.at(self.batch_size)
        except Unsupported as reason:
            self.fallback = str(reason)

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.readable.dtype

    @property
    def source(self) -> str:
        """The text for batches of `batch_size`; where there is a fallback, the readable text with the reason."""
        if self.fallback:
            return f"# No fast code: {self.fallback}. This is the readable code, which `train` uses.\n{self.readable.source}"
        return self.at(self.batch_size).source

    @property
    def calls(self) -> int:
        """NumPy and BLAS calls a step; raises `DeriveError` where there is a fallback."""
        return self._own.calls

    @property
    def workspace(self) -> int:
        """Bytes of the buffers for batches of `batch_size`, without the parameters; raises `DeriveError` where there is a fallback."""
        return self._own.workspace

    @property
    def _own(self) -> BatchCode:
        if self.fallback:
            raise DeriveError(f"there is no fast code: {self.fallback}", "compile", "`readable` is the code that `train` uses instead")
        return self.at(self.batch_size)

    def value_and_grad(self, p: Any, X: Any, Y: Any) -> tuple[float, dict[str, Array]]:
        return self.readable.value_and_grad(p, X, Y)

    def predict(self, p: Any, X: Any) -> Array:
        return self.readable.predict(p, X)

    def __repr__(self) -> str:
        return self.source

    def _lift(self) -> None:
        names = {**self.forward.quantities, **{e.name: e.lhs for e in self.backward}}
        with held():
            for e in (*self.forward.items, *self.backward):
                self._nodes[e.name] = lifted(for_code(e, self.forward), names, rows=False)

    def at(self, samples: int) -> BatchCode:
        """The code for batches of this many samples, made when it is asked for the first time."""
        if samples not in self._code:
            self._code[samples] = self._made(samples)
        return self._code[samples]

    def _step(self, samples: int, passes: frozenset[str]) -> Step:
        sizes = {axis: samples if axis.letters == SAMPLES else self.sizes[axis] for axis in self.forward.axes}
        quantities = [*self.forward.quantities, *(e.name for e in self.backward), *self.forward.constants]
        names = identifiers(quantities, reserved(self.forward, self.backward))
        step = Lowering(self.forward, self._nodes, sizes, names, passes).step(self.backward)
        run_passes(step, passes)
        return step

    def _made(self, samples: int) -> BatchCode:
        widest = max((n for axis, n in self.sizes.items() if axis.letters != SAMPLES), default=1)
        passes = self.passes - ({"expit"} if samples * widest > SMALL_CALL else set())
        step = self._step(samples, passes)
        source, calls, size = Writer(step, self.dtype.name, passes).source()
        units = {letter: value.unit for letter, value in step.data.items()}
        homes = tuple((home.shape, cuts) for home, cuts in step.homes.items())
        return BatchCode(source, built(source), calls, size * self.dtype.itemsize, homes, units, "turn targets" in step.used)

    def begin(self, p: Mapping[str, Array]) -> Workspace:
        """A training that begins with these parameters, in buffers of its own."""
        return Workspace(self.at, self.batch_size, self.dtype.name, p)

    def prepared(self, X: Array, Y: Array, samples: int) -> tuple[Array, Array]:
        """Inputs and targets as batches of so many samples are gathered from them.

        X is copied, with the constant unit where there is one: rows are samples. Y is turned where `BatchCode.turned` says so: then
        columns are samples.
        """
        code = self.at(samples)
        more, targets = code.units["X"], np.ascontiguousarray(Y.T) if code.turned else Y
        if not more:
            return X, targets
        out = empty((len(X), X.shape[1] + more), X.dtype.name)
        out[:, :-more] = X
        out[:, X.shape[1]] = 1
        out[:, X.shape[1] + 1 :] = 0
        return out, targets


def fast_code(
    readable: Compiled, forward: Equations, backward: tuple[Equation, ...], sizes: Mapping[Axis, int], batch_size: int, passes: Any = None
) -> Fast:
    """The fast code of a network's equations, with the passes of these names (None: all); raises `DeriveError` for an unknown one."""
    given = ALL if passes is None else (passes,) if isinstance(passes, str) or not isinstance(passes, Iterable) else tuple(passes)
    unknown = [name for name in given if not isinstance(name, str) or name not in PASSES]
    if unknown:
        raise DeriveError(f"there is no pass {unknown[0]!r}", "passes", f"there are {', '.join(PASSES)}")
    chosen = frozenset(given)
    if batch_size > FEW:
        chosen -= {"fill width"}
    if find_spec("scipy") is None:  # it comes with the extra "fast"; NumPy alone does the same in more calls
        chosen -= NEED_SCIPY
    return Fast(readable, forward, backward, sizes, chosen, batch_size)
