"""Which quantity of somebody's backward pass is the first that is wrong.

A gradient is walked in the order of backpropagation, from the last layer to the first. Where dC/db and dC/dw of a layer
are both wrong they have one cause, the delta of that layer. Where one alone is wrong, so is the way from delta to it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .comparing import error, worst_entry
from .errors import Disagreement
from .guesses import Guesses
from .network import Network
from .places import Array, Place, Truth, places


def raise_first_fault(net: Network, truth: Truth, C: float, gradients: Mapping[str, Array], tolerance: float) -> None:
    """Raises `Disagreement` for the first quantity that is wrong, with both numbers; does nothing where all are right."""
    guesses = Guesses(net, truth, gradients, tolerance)
    if error(C, truth.C) > tolerance:
        hint = guesses.of_loss(C) or "compare your z1, a1, ... with net.compile().trace(p, X, Y)"
        raise Disagreement(f"it {_both(C, truth.C)}", "the loss C", hint)
    order = places(net)
    names = [name for place in order for name in place.parameters]
    wrong = [name for name in names if not guesses.fits(gradients[name], truth.gradients[name])]
    common = guesses.of_factor(names) if wrong and len(names) > 1 else ""
    if common:
        raise Disagreement(f"every gradient is wrong by the same factor: {_where(guesses, wrong[0])}", order[0].where, common)
    for place in order:
        for name in place.parameters:
            _look_at(guesses, name, place)
        bad = [name for name in place.parameters if name in wrong]
        if bad:
            raise _fault(guesses, place, bad)


def _look_at(guesses: Guesses, name: str, place: Place) -> None:
    """Raises for a shape that is wrong and for numbers that are none."""
    given, right = guesses.given[name], guesses.truth.gradients[name]
    if given.shape != right.shape:
        raise Disagreement(f"d{name} has shape {given.shape}, expected {right.shape}", place.where, guesses.of_shape(name))
    if not np.isfinite(given).all():
        raise Disagreement(_where(guesses, name), place.where, "look for a division by 0 or an overflow")


def _fault(guesses: Guesses, place: Place, bad: list[str]) -> Disagreement:
    where, name, delta = _where(guesses, bad[0]), bad[0], place.adjoint
    if len(place.parameters) == 1:
        hint = guesses.of_product(place, name) or guesses.of_delta(place, bad) or f"look at {delta} first"
        return Disagreement(f"d{name} is wrong, and so is {delta} or what was made of it; {where}", place.where, hint)
    if len(bad) == len(place.parameters):
        hint = guesses.of_delta(place, bad) or f"look at how {delta} is made from what comes before it"
        both = " and ".join(f"d{n}" for n in bad)
        return Disagreement(f"{delta} is wrong, and with it {both}; {where}", place.where, hint)
    right = next(n for n in place.parameters if n not in bad)
    hint = guesses.of_product(place, name) or f"look at how d{name} is made from {delta}"
    return Disagreement(f"d{name} is wrong, while {delta} is right, since d{right} is; {where}", place.where, hint)


def _where(guesses: Guesses, name: str) -> str:
    place, yours, right = worst_entry(guesses.given[name], guesses.truth.gradients[name])
    return f"d{name}{place} {_both(yours, right)}"


def _both(yours: float, right: float) -> str:
    return f"is {yours:.9g} and should be {right:.9g}"
