"""Backpropagation of a network: the sweep's equations, labelled as Nielsen labels them, and the derivation of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any

from .equations import Equation, Equations
from .sweep import Sweep, reverse_sweep


class Backprop:
    """The backward equations. `bp["w2"]` is the equation of dC/dw2, `bp.derivation("w2")` its steps."""

    def __init__(self, forward: Callable[[bool], Any]) -> None:
        self._forward = forward

    @cached_property
    def batch(self) -> Sweep:
        """The sweep over the equations of a batch."""
        given = self._forward(True)
        return reverse_sweep(given.equations, given.equations.items[-1].name, given.assumptions)

    @cached_property
    def single(self) -> Sweep:
        """The sweep over the equations of one sample."""
        given = self._forward(False)
        return reverse_sweep(given.equations, given.equations.items[-1].name, given.assumptions)

    @cached_property
    def equations(self) -> tuple[Equation, ...]:
        """The backward pass of a batch, in order, labelled."""
        return labelled(self.batch)

    def __getitem__(self, name: str) -> Equation:
        return Equations.__getitem__(replace_items(self.batch.forward, self.equations), name)


def replace_items(forward: Equations, backward: tuple[Equation, ...]) -> Equations:
    return forward.then(backward)


def labelled(sweep: Sweep) -> tuple[Equation, ...]:
    return tuple(replace(e) for e in sweep.backward)
