"""Questions about a network: forward(p, X), and value_and_grad(p, X, Y) with a row for each quantity.

The key is the code that is generated from the network's equations, and is itself compared with central differences each
time. What is wrong is named as in `check(net, against=...)`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...comparing import FLOOR, error
from ...compiling import Compiled
from ...errors import DeriveError, Disagreement
from ...expansion import sample_axes
from ...faults import raise_first_fault
from ...indices import SAMPLES
from ...judges import Point, at_sizes, differences, finite_points, own_sizes
from ...network import Network
from ...places import Truth, places
from ..verdicts import RIGHT, WRONG
from .agreement import as_array, finite, kind_of, mismatch, shown, shown_call
from .outcome import Answer
from .process import Call
from .questions import Script
from .running import Posed, Row

SLOPES = 1e-5  # how far central differences may be from the key
LARGE = (1000.0, -1000.0)  # times the weights: units further from 0 than exp and log can go, to both sides
ARGUMENTS = ("p", "X", "Y")


@dataclass(frozen=True)
class Gradients:
    """(C, {"w1": dC/dw1, ...}) of a network for parameters p, X (samples, inputs) and Y (samples, outputs).

    name       of the student's function
    samples    the batches that it is called with
    any_sizes  whether it has to work for layers of other sizes too: it is called with pairwise different ones, so that no
               transpose passes. Without, the sizes are those of the network.
    large      whether it is called with large weights too, at which exp and log overflow if they are used carelessly
    tolerance  largest relative error

    The rows: the loss C; then the gradients, from the last layer to the first; then whether p, X and Y are left as they are.
    """

    net: Network
    name: str = "value_and_grad"
    samples: tuple[int, ...] = (7, 1)
    any_sizes: bool = True
    large: bool = True
    tolerance: float = 1e-6

    def posed(self, rng: np.random.Generator) -> Posed:
        code = self.net.compile()
        truths = [_truth(self.net, code, point) for point in points(self.net, code, rng, self.samples, self.any_sizes, self.large)]
        _compare_with_differences(self.net, code, truths[0], rng)
        names = tuple(name for place in places(self.net) for name in place.parameters)
        parts = ("C", *(f"d{name}" for name in names), f"{self.name} leaves {', '.join(ARGUMENTS)} as they are")
        calls = tuple(Call(self.name, (t.point.p, t.point.X, t.point.Y)) for t in truths)

        def judged(answers: Sequence[Answer]) -> list[Row]:
            return self._rows(parts, names, truths, calls, answers)

        return Posed(parts, calls, judged)

    def _rows(
        self,
        parts: Sequence[str],
        names: Sequence[str],
        truths: Sequence[Truth],
        calls: Sequence[Call],
        answers: Sequence[Answer],
    ) -> list[Row]:
        wrong: dict[str, Row] = {}
        for truth, call, answer in zip(truths, calls, answers, strict=True):
            for row in self._faults(parts, names, truth, call, answer):
                # Of two counterexamples the shorter one. The first batch, with several samples, tells more mistakes apart.
                before = wrong.get(row.part, row)
                shorter = min(before, row, key=lambda r: len(r.counterexample))
                wrong[row.part] = replace(shorter, hint=before.hint or shorter.hint)
        # Leaving p as it is earns nothing: who returns zeros does that too.
        return [replace(wrong.get(part, Row(part, RIGHT)), counts=part != parts[-1]) for part in parts]

    def _faults(self, parts: Sequence[str], names: Sequence[str], truth: Truth, call: Call, answer: Answer) -> list[Row]:
        """The rows that are wrong at one point."""
        value = answer.value
        if answer.failure:
            return [Row(part, WRONG, answer.failure.sentence, "", shown_call(call.name, call.arguments)) for part in parts]
        faults = []
        if answer.changed:
            given = ", ".join(ARGUMENTS[n] for n in answer.changed if 0 <= n < len(ARGUMENTS))
            faults.append(Row(parts[-1], WRONG, f"it changes {given}", "write w = w - ..., not w -= ..., or work on a copy"))
        if not (isinstance(value, tuple | list) and len(value) == 2 and isinstance(value[1], dict)):
            text, hint = f"it returns {kind_of(value)}, expected (C, gradients)", "end with: return C, {'w1': dw1, ...}"
            return [*(Row(part, WRONG, text, hint) for part in parts[:-1]), *faults]
        C, given = value
        right = {"C": truth.C} | {f"d{name}": truth.gradients[name] for name in names}
        returned = {"C": C} | {f"d{name}": given[name] for name in names if name in given}
        texts = {part: self._text(part, returned, right[part], given) for part in right}
        # One number in an array of one entry is that number.
        if texts["C"] and (one := as_array(C)) is not None and one.size == 1 and error(one.ravel()[0], truth.C) <= self.tolerance:
            texts["C"] = ""
        bad = [part for part, text in texts.items() if text]
        told = self._diagnosis(truth, returned, names, bad)
        for part in bad:
            text, hint = told.get(part, (texts[part], f"look at {bad[0]} first" if part != bad[0] else ""))
            gives = f"gives {part} = {shown(returned[part])}" if part in returned else f"gives no {part}"
            example = f"{shown_call(call.name, call.arguments)} {gives}, expected {shown(right[part])}"
            faults.append(Row(part, WRONG, text, hint, example))
        return faults

    def _text(self, part: str, returned: Mapping[str, Any], right: Any, given: Mapping[str, Any]) -> str:
        if part not in returned:
            return f"there is no gradient for {part[1:]}: the keys are {', '.join(given) or 'none'}, and should be those of p"
        return mismatch(returned[part], right, self.tolerance)

    def _diagnosis(self, truth: Truth, returned: Mapping[str, Any], names: Sequence[str], bad: Sequence[str]) -> dict[str, tuple[str, str]]:
        """What is said of the first wrong quantity, and of the first wrong gradient, with a hint."""
        found = {}
        arrays = {part: array for part, value in returned.items() if (array := as_array(value)) is not None}
        if "C" in bad and "C" in arrays and arrays["C"].size == 1 and np.isfinite(arrays["C"]).all():
            found["C"] = self._told(truth, float(arrays["C"].item()), dict(truth.gradients))
        wrong = [part for part in bad if part != "C"]
        if wrong and all(f"d{name}" in arrays for name in names):
            found[wrong[0]] = self._told(truth, truth.C, {name: arrays[f"d{name}"] for name in names})
        return {part: words for part, words in found.items() if words is not None}

    def _told(self, truth: Truth, C: float, gradients: dict[str, Any]) -> tuple[str, str] | None:
        try:
            raise_first_fault(self.net, truth, C, gradients, self.tolerance)
        except Disagreement as fault:
            return f"{fault.where}: {fault.what}" if fault.where != "the loss C" else fault.what, fault.hint
        return None


def outputs(net: Network, name: str = "forward", samples: Sequence[int] = (7, 1), any_sizes: bool = True, large: bool = True) -> Script:
    """The question after the outputs of a network: forward(p, X), at the same points as `Gradients`."""
    code = net.compile()

    def calls(rng: np.random.Generator) -> Iterator[Call]:
        for point in points(net, code, rng, samples, any_sizes, large):
            yield Call(name, (point.p, point.X))

    return Script(calls, {name: code.functions["predict"]})


def points(
    net: Network,
    code: Compiled,
    rng: np.random.Generator,
    samples: Sequence[int] = (7, 1),
    any_sizes: bool = True,
    large: bool = True,
) -> list[Point]:
    """A point for every batch, with pairwise different sizes where the own ones are not; and two with large weights."""
    own = own_sizes(net)
    widths = [n for axis, n in own.items() if axis.letters != SAMPLES]
    sizes = [own | dict.fromkeys(sample_axes(net), m) for m in samples]
    if any_sizes and len(set(widths)) < len(widths):
        other = {axis: n for n, axis in zip(range(len(own) + 1, 1, -1), own, strict=True)}
        sizes = [other | dict.fromkeys(sample_axes(net), m) for m in samples] + sizes
    found = [_written(next(finite_points(net, at_sizes(code, net, s), s, rng)), net) for s in sizes]
    for factor in LARGE if large else ():
        far = replace(found[0], p={name: factor * value for name, value in found[0].p.items()})
        found += [far] if _known(net, code, far) else []  # where the loss has no value there is nothing to ask
    return found


def _known(net: Network, code: Compiled, point: Point) -> bool:
    with np.errstate(all="ignore"):
        C, gradients = at_sizes(code, net, point.sizes).value_and_grad(point.p, point.X, point.Y)
    return finite([C, *gradients.values()])


def _written(point: Point, net: Network) -> Point:
    """The same point with two decimals, as it is shown; targets that have to sum to 1 stay."""
    Y = point.Y if net.loss.targets == "distribution" else np.round(point.Y, 2)
    return replace(point, p={name: np.round(value, 2) for name, value in point.p.items()}, X=np.round(point.X, 2), Y=Y)


def _truth(net: Network, code: Compiled, point: Point) -> Truth:
    if not _known(net, code, point):
        raise DeriveError("the key is not finite at a random point", f"the gradients of {net!r}")
    here = at_sizes(code, net, point.sizes)
    C, gradients = here.value_and_grad(point.p, point.X, point.Y)
    return Truth(point, C, gradients, here.trace(point.p, point.X, point.Y))


def _compare_with_differences(net: Network, code: Compiled, truth: Truth, rng: np.random.Generator) -> None:
    """Raises `DeriveError` where the key is not the slope of the loss."""
    point, here = truth.point, at_sizes(code, net, truth.point.sizes)
    slopes, _ = differences(lambda p: here.value_and_grad(p, point.X, point.Y)[0], point.p, rng)
    floor = max(FLOOR, SLOPES * abs(truth.C))
    for name, gradient in truth.gradients.items():
        if error(gradient, slopes[name], floor) > SLOPES:
            raise DeriveError(f"the key is {shown(gradient)}, and central differences are {shown(slopes[name])}", f"d{name}")
