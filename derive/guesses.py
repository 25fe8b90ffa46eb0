"""What was likely done to a wrong gradient: each guess is computed, and compared with what was given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sympy import Indexed

from .comparing import error
from .equations import Equation, uses
from .indices import Quantity, name_of
from .judges import activation_pair
from .network import Network
from .ops import Activation
from .places import Array, Place, Truth
from .sweep import adjoint_quantity

Guess = tuple[str, Array]  # what was done, and the array that it gives


@dataclass(frozen=True)
class Guesses:
    """Explanations of wrong numbers, in words; an empty text where nothing fits."""

    net: Network
    truth: Truth
    given: Mapping[str, Array]
    tolerance: float

    def fits(self, one: Array, other: Array) -> bool:
        return error(one, other) <= self.tolerance

    @property
    def m(self) -> int:
        return len(self.truth.point.X)

    def of_factor(self, names: list[str]) -> str:
        """A factor that is common to these gradients."""
        given, right = ([gradients[n] for n in names] for gradients in (self.given, self.truth.gradients))
        return of_factor(given, right, self.m, self.tolerance)

    def _in_words(self, factor: float) -> str:
        return in_words(factor, self.m)

    def of_loss(self, C: float) -> str:
        """What was done to C."""
        decay = self.net.l2 / 2 * sum(float((self.truth.point.p[n] ** 2).sum()) for n in self._weights())
        if decay and error(C, self.truth.C - decay) <= self.tolerance:
            return "the weight decay is missing"
        return self._in_words(C / self.truth.C) if self.truth.C else ""

    def of_shape(self, name: str) -> str:
        """How a gradient came to a wrong shape."""
        given, right = self.given[name].shape, self.truth.gradients[name].shape
        if given == right[::-1]:
            return "it is transposed"
        if given == (self.m, *right):
            return "it is not summed over the samples: .sum(axis=0)"
        if [n for n in given if n != 1] == [n for n in right if n != 1]:
            return "leave out keepdims, or take .reshape"
        return "a gradient has the shape of its parameter"

    # --- The delta of a place, where it is known by name.

    def of_delta(self, place: Place, wrong: list[str]) -> str:
        """What was done to the delta that these gradients are made of."""
        delta = self.truth.trace.get(place.adjoint)
        if delta is not None and place.equation.lhs.role == "weighted_input":
            for text, guess in self._deltas(place, delta):
                made = {n: self._remade(place, n, guess) for n in wrong}
                if all(value is not None and self.fits(self.given[n], value) for n, value in made.items()):
                    return text
        return self.of_factor(wrong)

    def _deltas(self, place: Place, delta: Array) -> Iterator[Guess]:
        """Common mistakes: a factor, a slope that is missing or taken elsewhere, a matrix turned the wrong way."""
        for factor in (-1.0, float(self.m), 1 / self.m, 2.0, 0.5):
            yield self._in_words(factor), factor * delta
        z, trace = place.equation.name, self.truth.trace
        output, kind = next(((e, k) for e in self.net.equations if (k := _activation_of(e, z))), (None, None))
        if output is None or kind is None:
            return
        slope, mark = activation_pair(kind)[1], f"{kind.__name__}'"
        with np.errstate(all="ignore"):
            here = slope(trace[z])
            carried = self._carried(output.name, turned=False)
            carried = delta / here if carried is None else carried
            yield f"the slope {mark}({z}) is missing", carried
            yield f"the slope {mark}({z}) is there once too often", delta * here
            for name, value in trace.items():
                if name != z and value.shape == delta.shape:
                    yield f"the slope is taken at {name}, and should be at {z}", carried * slope(value)
            turned = self._carried(output.name, turned=True)
            if turned is not None:
                yield "a weight matrix is transposed and should not be, or the other way round", turned * here

    def _carried(self, a: str, turned: bool) -> Array | None:
        """dC/da, the sum of delta w over the layers above; or delta w^T. None where that is not how it comes about."""
        total: list[Array] = []
        for e in self.net.equations:
            if a in uses(e.rhs):
                weight = next((n for n in uses(e.rhs) if n in self._weights()), None)
                delta = self.truth.trace.get(adjoint_quantity(e.lhs).name)
                if e.lhs.role != "weighted_input" or weight is None or delta is None:
                    return None
                w = self.truth.point.p[weight]
                w = w if _in_order(e, weight) != turned else w.T
                if turned and w.shape[0] != w.shape[1]:
                    return None
                total.append(delta @ w)
        return np.asarray(np.sum(total, axis=0)) if total else None

    # --- A gradient whose delta is right.

    def of_product(self, place: Place, name: str) -> str:
        """What was done on the way from a right delta to this gradient."""
        given, right = self.given[name], self.truth.gradients[name]
        role = self.net.equations.quantities[name].role
        decay = self.net.l2 * self.truth.point.p[name]
        if right.ndim == 2 and right.shape[0] == right.shape[1] and self.fits(given, right.T):
            return "it is transposed"
        if self.net.l2 and self.fits(given, right - decay if role == "weight" else right + decay):
            return "the weight decay is missing" if role == "weight" else "only weights decay"
        if role == "bias" and self.fits(given, right / self.m):
            return "it is the mean over the samples, and should be the sum"
        return self._of_shared(name, decay if role == "weight" else 0.0) or self._of_stand_in(place, name) or self.of_factor([name])

    def _of_shared(self, name: str, decay: Array | float) -> str:
        users = [e for e in self.net.equations if name in uses(e.rhs) and e.lhs.role == "weighted_input"]
        for e in users if len(users) > 1 else []:
            use = self._use(Place(e, (name,)), name, self.truth.trace[adjoint_quantity(e.lhs).name])
            if use is not None and self.fits(self.given[name], use + decay):
                both = " and ".join(u.name for u in users)
                return f"{name} is used in {both}, and only {e.name} was counted: the gradients add"
        return ""

    def _of_stand_in(self, place: Place, name: str) -> str:
        """Another array of the same shape in the place of delta or of the activation below."""
        delta, below = self.truth.trace.get(place.adjoint), _below(self.net, place)
        if delta is None or below is None:
            return ""
        for other, value in self.truth.trace.items():
            if value.shape == delta.shape and other != place.adjoint:
                made = self._remade(place, name, value)
                if made is not None and self.fits(self.given[name], made):
                    return f"{other} stands in it where {place.adjoint} should"
            if value.shape == self._values(below).shape and other != below.name:
                made = self._remade(place, name, delta, replace(below, name=other, role="value"))
                if made is not None and self.fits(self.given[name], made):
                    return f"{other} stands in it where {below.name} should"
        return ""

    def _remade(self, place: Place, name: str, delta: Array, below: Quantity | None = None) -> Array | None:
        """The gradient of a parameter if this were the delta (or what is below) at this place; None if that is not known."""
        old = self._use(place, name, self.truth.trace[place.adjoint])
        new = self._use(place, name, delta, below)
        return None if old is None or new is None else self.truth.gradients[name] - old + new

    def _use(self, place: Place, name: str, delta: Array, below: Quantity | None = None) -> Array | None:
        """What one use of a parameter adds to its gradient: sum of delta, or delta^T a, or its transpose."""
        role, below = self.net.equations.quantities[name].role, below or _below(self.net, place)
        if role == "bias":
            return np.asarray(delta.sum(axis=0))
        if role != "weight" or below is None:
            return None
        product: Array = delta.T @ self._values(below)
        return product if _in_order(place.equation, name) else product.T

    def _values(self, q: Quantity) -> Array:
        return self.truth.point.X if q.role == "input" else self.truth.trace[q.name]

    def _weights(self) -> list[str]:
        return [q.name for q in self.net.equations.parameters if q.role == "weight"]


def of_factor(given: Sequence[Array], right: Sequence[Array], m: int, tolerance: float) -> str:
    """The factor that arrays have in common against the right ones, in words; empty where there is none."""
    if any(g.shape != r.shape or not np.isfinite(g).all() for g, r in zip(given, right, strict=True)):
        return ""
    one, other = (np.concatenate([np.ravel(a) for a in arrays]) for arrays in (given, right))
    square = float(other @ other)
    factor = float(one @ other) / square if square else 0.0
    if abs(factor) < tolerance or error(one, factor * other) > tolerance:
        return ""
    return in_words(factor, m) or f"it is {factor:.6g} times what it should be"


def in_words(factor: float, m: int) -> str:
    """What a factor means where there are m samples; empty where it means nothing in particular."""
    known = {
        -1.0: "the sign is wrong",
        float(m): f"it is m = {m} times too large: the division by m is missing",
        1.0 / m: f"it is divided by m = {m} once too often",
        2.0: "it is twice as large as it should be: look for a lost 1/2",
        0.5: "it is half as large as it should be: a square gives a 2",
    }
    return next((text for number, text in known.items() if abs(factor - number) < 1e-5), "")


def _below(net: Network, place: Place) -> Quantity | None:
    used = [net.equations.quantities[name] for name in sorted(uses(place.equation.rhs))]
    return next((q for q in used if q.role in ("activation", "input")), None)


def _in_order(e: Equation, weight: str) -> bool:
    """Whether the equation uses the weight as w[j, k] and not as its transpose w[k, j]."""
    entry = next(r for r in e.rhs.atoms(Indexed) if name_of(r) == weight)
    return entry.indices[0] in e.indices


def _activation_of(e: Equation, z: str) -> type[Activation] | None:
    """The elementwise activation that an equation applies to z, if it does."""
    return next((f.func for f in e.rhs.atoms(Activation) if z in uses(f.args[0])), None)
