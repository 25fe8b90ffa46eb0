"""The arrays of one training: the parameters, and the buffers of every size of batch that it meets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..samples import Array, finite
from .memory import ones

Homes = tuple[tuple[tuple[int, ...], Mapping[str, Any]], ...]


@dataclass(frozen=True)
class BatchCode:
    """The code of one size of batch.

    source     the text; `build` is the function that it defines, to be called with the arrays of `homes`
    calls      NumPy and BLAS calls a step
    workspace  bytes of the buffers
    homes      for every array of parameters its shape, and the index of each parameter in it
    units      by letter of the data: columns behind the last, the first of which holds ones, the others zeros
    turned     whether targets are gathered with outputs as rows
    """

    source: str
    build: Callable[..., Any]
    calls: int
    workspace: int
    homes: Homes
    units: Mapping[str, int]
    turned: bool


@dataclass(frozen=True)
class Bound:
    """The functions of one size of batch, bound to their buffers; what is in `data` is the batch that they work on."""

    step: Callable[[float], float]
    gradients: Callable[[], tuple[float, dict[str, Array]]]
    data: Mapping[str, Array]


class Parameters:
    """The parameters in the arrays that a code wants them in: `homes` as in `BatchCode`."""

    def __init__(self, homes: Homes, dtype: str) -> None:
        self.homes = homes
        self.arrays = [ones(shape, dtype) for shape, _ in homes]
        self.views = {name: array[cut] for array, (_, cuts) in zip(self.arrays, homes, strict=True) for name, cut in cuts.items()}
        for array in self.arrays:
            array.fill(0.0)  # also what fills up the width


class Workspace:
    """theta <- theta - eta dC/dtheta, in place, in buffers that belong to this training alone.

    code_for  the code for batches of so many samples; `samples` is the size of most batches
    p         the parameters to begin with, copied
    """

    def __init__(self, code_for: Callable[[int], BatchCode], samples: int, dtype: str, p: Mapping[str, Array]) -> None:
        self._code_for, self._dtype = code_for, dtype
        self._now = Parameters(code_for(samples).homes, dtype)
        self._all = [self._now]
        self._bound: dict[int, tuple[Bound, Parameters]] = {}
        self.load(p)

    def at(self, samples: int) -> Bound:
        """The functions for batches of this many samples, to be used until the next call: the parameters are where they look for them.

        That is nearly always the same place. Where a factor such as 1/m becomes 1 for a single sample, it can be another one.
        """
        if samples not in self._bound:
            code = self._code_for(samples)
            mine = next((place for place in self._all if place.homes == code.homes), None)
            if mine is None:
                mine = Parameters(code.homes, self._dtype)
                self._all.append(mine)
            self._bound[samples] = Bound(*code.build(*mine.arrays)), mine
        bound, place = self._bound[samples]
        if place is not self._now:
            p, self._now = self._now.views, place
            self.load(p)
        return bound

    def load(self, p: Mapping[str, Array]) -> None:
        """Write parameters into the workspace."""
        for name, view in self._now.views.items():
            view[...] = p[name]

    def params(self) -> dict[str, Array]:
        """The parameters in the workspace, copied."""
        return {name: view.copy() for name, view in self._now.views.items()}

    def finite(self) -> bool:
        """Whether every parameter is a number."""
        return finite(self._now.arrays)

    def move(self, g: Mapping[str, Array], by: float) -> None:
        """theta <- theta + by g for every parameter theta."""
        for name, view in self._now.views.items():
            view += by * g[name]
