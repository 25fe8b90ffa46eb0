"""The arrays of one training: the parameters, and the buffers of every size of batch that it meets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..samples import Array, finite
from .memory import ones


@dataclass(frozen=True)
class BatchCode:
    """The code of one size of batch.

    source     the text; `build` is the function that it defines, to be called with the arrays of `homes`
    calls      NumPy and BLAS calls a step
    workspace  bytes of the buffers
    homes      for every array of parameters its shape, and the index of each parameter in it
    units      by letter of the data: columns behind the last, the first of which holds ones, the others zeros
    """

    source: str
    build: Callable[..., Any]
    calls: int
    workspace: int
    homes: tuple[tuple[tuple[int, ...], Mapping[str, Any]], ...]
    units: Mapping[str, int]


@dataclass(frozen=True)
class Bound:
    """The functions of one size of batch, bound to their buffers; what is in `data` is the batch that they work on."""

    step: Callable[[float], float]
    gradients: Callable[[], tuple[float, dict[str, Array]]]
    data: Mapping[str, Array]


class Workspace:
    """theta <- theta - eta dC/dtheta, in place, in buffers that belong to this training alone.

    code_for  the code for batches of so many samples; `samples` is the size of most batches
    p         the parameters to begin with, copied
    """

    def __init__(self, code_for: Callable[[int], BatchCode], samples: int, dtype: str, p: Mapping[str, Array]) -> None:
        self._code_for = code_for
        self._homes = code_for(samples).homes
        self._arrays = [ones(shape, dtype) for shape, _ in self._homes]
        self._views = {name: array[cut] for array, (_, cuts) in zip(self._arrays, self._homes, strict=True) for name, cut in cuts.items()}
        self._bound: dict[int, Bound] = {}
        for array in self._arrays:
            array.fill(0.0)  # also what fills up the width
        self.load(p)

    def at(self, samples: int) -> Bound:
        """The functions for batches of this many samples."""
        if samples not in self._bound:
            code = self._code_for(samples)
            if code.homes != self._homes:
                raise AssertionError("the parameters lie differently for another size of batch")
            step, gradients, data = code.build(*self._arrays)
            self._bound[samples] = Bound(step, gradients, data)
        return self._bound[samples]

    def load(self, p: Mapping[str, Array]) -> None:
        """Write parameters into the workspace."""
        for name, view in self._views.items():
            view[...] = p[name]

    def params(self) -> dict[str, Array]:
        """The parameters in the workspace, copied."""
        return {name: view.copy() for name, view in self._views.items()}

    def finite(self) -> bool:
        """Whether every parameter is a number."""
        return finite(self._arrays)

    def move(self, g: Mapping[str, Array], by: float) -> None:
        """theta <- theta + by g for every parameter theta."""
        for name, view in self._views.items():
            view += by * g[name]
