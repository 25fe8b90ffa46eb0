"""The agreement of all ways to a gradient: generated code, by hand, central differences, SymPy's own derivative."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .comparing import FLOOR, Agreement, Row, error, worst_entry
from .compiling import Compiled
from .errors import DeriveError, Disagreement, Unsupported
from .expansion import sample_axes
from .faults import raise_first_fault
from .indices import SAMPLES
from .judges import Point, at_sizes, by_hand, finite_points, good_point, own_sizes, small_sizes, symbolic
from .network import Network
from .places import Truth, blamed

BY_HAND, DIFFERENCES, SYMBOLIC, YOURS = "by hand", "central differences", "symbolic", "yours"
# Differences lose digits to rounding, and a learner may compute in float32. The others are exact up to rounding.
TOLERANCE = {BY_HAND: 1e-9, DIFFERENCES: 1e-5, SYMBOLIC: 1e-9, YOURS: 1e-6}
Gradients = Mapping[str, Any]


@dataclass(frozen=True)
class _Way:
    """What one way found at a point: C, if it has one of its own, gradients, and other named arrays."""

    name: str
    point: Point
    C: float | None
    gradients: Gradients
    trace: Gradients = field(default_factory=dict)


def check(
    net: Network,
    *,
    against: Any = None,
    samples: int = 3,
    rng: np.random.Generator | int | None = None,
    tolerance: float | None = None,
    compiled: Compiled | None = None,
) -> Agreement:
    """The largest error between the generated gradient and each other way to it, for the loss and for every parameter.

    By hand: `reference.py`. Central differences of the loss, at up to 40 entries of a parameter. Symbolic: SymPy's
    derivative of the loss as one expression, at small sizes. Errors are relative, see `comparing.error`; the tolerance is
    1e-9, and 1e-5 for differences, unless given. The point is random (`rng`, a generator or a seed), away from kinks, with
    `samples` rows of data; sizes that are symbols become small numbers, pairwise different.

    With `against`, a function (p, X, Y) -> (C, gradients) is compared with the generated code instead, and the first
    quantity that is wrong is named: C first, then layer by layer from the last to the first. `compiled` is code to be
    checked in place of `net.compile()`.

    Raises `Disagreement`: names the quantity, the pair, both numbers, and what most likely is wrong.
    """
    if not isinstance(net, Network):
        raise DeriveError(f"{net!r} is not a network", "check", "for example check(Network.dense(2, 3, 1))")
    if not isinstance(rng, (np.random.Generator, int, np.integer, type(None))):
        raise DeriveError(f"rng is {rng!r}, expected a whole number or a NumPy generator", "check")
    if isinstance(samples, bool) or not isinstance(samples, (int, np.integer)) or samples < 1:
        raise DeriveError(f"samples is {samples!r}, expected a whole number of at least 1", "check")
    chance = rng if isinstance(rng, np.random.Generator) else np.random.default_rng(0 if rng is None else rng)
    code = net.compile() if compiled is None else compiled
    sizes = own_sizes(net) | dict.fromkeys(sample_axes(net), int(samples))
    here = at_sizes(code, net, sizes)
    try:
        if against is not None:
            return _against(net, against, here, next(finite_points(net, here, sizes, chance)), tolerance)
        point, slopes, said = good_point(net, here, sizes, chance)
        errors, notes = dict[str, Mapping[str, float]](), list[str]()
        for name, way in _ways(net, code, point, slopes, chance):
            try:
                found = way()
                errors[name] = _errors(net, at_sizes(code, net, found.point.sizes), found, tolerance)
            except Unsupported as reason:
                notes.append(f"{name}: {reason.what}")
            else:
                notes += [f"{name}: at {_shown(found.point)}"] if found.point is not point else []
    except (ArithmeticError, IndexError, TypeError, ValueError) as problem:
        if isinstance(problem, DeriveError):
            raise
        raise Disagreement(f"the generated code stops with: {problem}", _line(problem, code)) from None
    shape = {"C": ()} | {name: value.shape for name, value in point.p.items()}
    rows = tuple(Row(name, shape[name], {way: found.get(name) for way, found in errors.items()}) for name in shape)
    title = f"{net!r}: error of the generated code against other ways, at {_shown(point)}"
    return Agreement(title, (BY_HAND, DIFFERENCES, SYMBOLIC), rows, (*notes, *said))


def _ways(
    net: Network, code: Compiled, point: Point, slopes: Gradients, rng: np.random.Generator
) -> list[tuple[str, Callable[[], _Way]]]:
    """The other ways, cheapest first: one that disagrees ends the search."""

    def in_scalars() -> _Way:
        sizes = small_sizes(net)
        small = next(finite_points(net, at_sizes(code, net, sizes), sizes, rng))
        return _Way(SYMBOLIC, small, *symbolic(net, small))

    return [
        (BY_HAND, lambda: _Way(BY_HAND, point, *by_hand(net, point))),
        (DIFFERENCES, lambda: _Way(DIFFERENCES, point, None, slopes)),
        (SYMBOLIC, in_scalars),
    ]


def _shown(point: Point) -> str:
    """The sizes of a point, as in "widths 4-3-2, 3 samples"."""
    widths = [str(n) for axis, n in point.sizes.items() if axis.letters != SAMPLES]
    m = f"{len(point.X)} sample{'s' if len(point.X) > 1 else ''}"
    return f"widths {'-'.join(widths)}, {m}" if widths else m


def _generated(code: Compiled, point: Point) -> tuple[float, Gradients]:
    return code.value_and_grad(point.p, point.X, point.Y)


def _errors(net: Network, code: Compiled, way: _Way, tolerance: float | None) -> dict[str, float]:
    """The error of C and of every gradient; raises `Disagreement` where one is too large."""
    C, gradients = _generated(code, way.point)
    limit = TOLERANCE[way.name] if tolerance is None else tolerance
    # Differences of C lose what is small against C: the rounding of C does not shrink with the gradient.
    floor = FLOOR if way.name != DIFFERENCES else max(FLOOR, 1e-5 * abs(C))
    errors = {} if way.C is None else {"C": error(C, way.C)}
    errors |= {name: error(gradients[name], way.gradients[name], floor) for name in net.parameters}
    wrong = {name for name, e in errors.items() if not e <= limit}
    if not wrong:
        return errors
    if "C" in wrong:
        name, cause, given, expected = "C", "C", C, way.C
    else:
        name, cause = blamed(net, wrong)
        given, expected = gradients[name], way.gradients[name]
    if way.trace:
        made = code.trace(way.point.p, way.point.X, way.point.Y)
        cause = next((q for q in made if q in way.trace and error(made[q], way.trace[q]) > limit), cause)
    raise Disagreement(_difference(given, expected, way.name), name if name == "C" else f"d{name}", f"most likely {cause} is wrong")


def _difference(given: Any, expected: Any, way: str) -> str:
    if np.shape(given) != np.shape(expected):
        return f"generated and {way} differ: shapes {np.shape(given)} and {np.shape(expected)}"
    place, one, other = worst_entry(given, expected)
    return f"generated and {way} differ{f' at {place}' if place else ''}: {one:.9g} and {other:.9g}"


def _line(problem: Exception, code: Compiled) -> str:
    """The line of the generated source at which it stopped."""
    frames = [f for f in traceback.extract_tb(problem.__traceback__) if f.filename.startswith("<derive")]
    lines = code.source.splitlines()
    numbers = [f.lineno for f in frames if f.lineno is not None and f.lineno <= len(lines)]
    return lines[numbers[0] - 1].strip() if numbers else "check"


# --- Somebody's own function.


def _against(net: Network, function: Any, code: Compiled, point: Point, tolerance: float | None) -> Agreement:
    C, gradients = _generated(code, point)
    yours, given = _called(getattr(function, "value_and_grad", function), point)
    missing = [name for name in net.parameters if name not in given]
    if missing:
        has = ", ".join(map(str, given)) or "none"
        hint = f"the keys are {has}, and should be those of p"
        raise Disagreement(f"there is no gradient for {', '.join(missing)}", "your function", hint)
    arrays = {name: _numbers(given[name], f"d{name}") for name in net.parameters}
    truth = Truth(point, C, gradients, code.trace(point.p, point.X, point.Y))
    raise_first_fault(net, truth, float(_numbers(yours, "C").item()), arrays, TOLERANCE[YOURS] if tolerance is None else tolerance)
    rows = [Row("C", (), {YOURS: error(yours, C)})]
    rows += [Row(name, arrays[name].shape, {YOURS: error(arrays[name], gradients[name])}) for name in net.parameters]
    return Agreement(f"{net!r}: your function agrees with the generated code at {_shown(point)}", (YOURS,), tuple(rows))


def _called(function: Callable[..., Any], point: Point) -> tuple[Any, Gradients]:
    """What the function gives; raises `Disagreement` where it stops, gives something else, or changes what it was given."""
    if not callable(function):
        raise DeriveError(f"{function!r} is not a function", "check", "against=f with f(p, X, Y) -> (C, gradients)")
    p, X, Y = {name: value.copy() for name, value in point.p.items()}, point.X.copy(), point.Y.copy()
    try:
        with np.errstate(all="ignore"):
            result = function(p, X, Y)
    except Exception as problem:  # whatever a learner's function does, the answer is a sentence
        raise Disagreement(f"it stops with {type(problem).__name__}: {problem}", _place(function, problem)) from None
    if not (isinstance(result, tuple | list) and len(result) == 2 and isinstance(result[1], Mapping)):
        what = f"a {type(result).__name__}" + (f" of {len(result)}" if isinstance(result, tuple | list) else "")
        raise Disagreement(f"it returns {what}, expected (C, gradients)", "your function", "end with: return C, {'w1': dw1, ...}")
    changed = [name for name in point.p if name not in p or not np.array_equal(p[name], point.p[name])]
    changed += [name for name, now, was in (("X", X, point.X), ("Y", Y, point.Y)) if not np.array_equal(now, was)]
    if changed:
        raise Disagreement(f"it changes {', '.join(changed)}", "your function", "write w = w - ..., not w -= ..., or work on a copy")
    return result[0], result[1]


def _place(function: Any, problem: Exception) -> str:
    """Your function, and the line of its file that stopped."""
    own = getattr(getattr(function, "__code__", None), "co_filename", None)
    lines = [f.lineno for f in traceback.extract_tb(problem.__traceback__) if f.filename == own]
    return f"your function, line {lines[-1]}" if lines else "your function"


def _numbers(given: Any, where: str) -> Any:
    try:
        array = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise Disagreement(f"it is {given!r}, expected numbers", where) from None
    if where == "C" and array.size != 1:
        raise Disagreement(f"its shape is {array.shape}, expected one number", where, "the loss is one number for the whole batch")
    if where == "C" and not np.isfinite(array).all():
        raise Disagreement(f"it is {array.item()}", where, "look for log(0), a division by 0 or an overflow")
    return array
