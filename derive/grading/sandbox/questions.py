"""Questions about functions and classes: the same calls are made with a key here and with the student's source there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...comparing import error
from ...errors import DeriveError
from ..verdicts import RIGHT, UNDECIDED, WRONG
from . import child
from .agreement import as_array, finite, guessed, mismatch, shown, shown_call
from .outcome import MISSING, Answer, Failure
from .process import Call
from .running import Posed, Row

TOLERANCE = 1e-6  # a student may compute in float32
CHANGED = "it changes what it was given: write w = w - ..., not w -= ..., or work on a copy"
Draw = Callable[[np.random.Generator], Iterable[tuple[Any, ...]]]


# --- Inputs. Small ones first, so that a counterexample is small; two decimals, so that it can be typed in again.


def numbers(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> Any:
    """Normal numbers of this scale with two decimals, none of them 0."""
    drawn = np.round(rng.normal(0.0, scale, shape), 2)
    return np.where(drawn == 0, 0.01, drawn)


def entrywise(rng: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    """Arguments of a function of one array that works entry by entry: one entry, several, two axes, large ones, 0."""
    for shape in ((1,), (7,), (3, 4)):
        yield (numbers(rng, *shape),)
    for size in (30.0, 1000.0):
        yield (np.array([size, -size]) + np.round(rng.uniform(-5, 5, 2), 2),)


# --- Questions.


@dataclass(frozen=True)
class Script:
    """Calls that have to return what they return with the key; a row for each function and method.

    calls      draws the calls with a generator; see `Call` for objects that are kept and used later
    key        what the names in the calls stand for here: functions and classes
    tolerance  largest relative error
    in_place   whether a function may change its arguments
    """

    calls: Callable[[np.random.Generator], Iterable[Call]]
    key: Mapping[str, Any]
    tolerance: float = TOLERANCE
    in_place: bool = False

    def posed(self, rng: np.random.Generator) -> Posed:
        calls = tuple(self.calls(rng))
        names = part_names(calls)
        right = expected(calls, self.key)
        parts = tuple(dict.fromkeys(name for name, call in zip(names, calls, strict=True) if not call.keep))

        def judged(answers: Sequence[Answer]) -> list[Row]:
            every = list(zip(names, calls, right, blamed(calls, answers), strict=True))
            return [self._row(part, [entry[1:] for entry in every if entry[0] == part and not entry[1].keep]) for part in parts]

        return Posed(parts, calls, judged)

    def _row(self, part: str, entries: Sequence[tuple[Call, Any, Answer]]) -> Row:
        faults = [(call, right, answer, text) for call, right, answer in entries if (text := self._fault(right, answer))]
        if not faults:
            return Row(part, RIGHT) if entries else Row(part, WRONG, "nothing was returned")
        call, right, answer, text = faults[0]
        if all(text == CHANGED for *_, text in faults):
            told = "gives what is right, and is expected to leave its arguments as they were"
            return Row(part, WRONG, text, "", f"{shown_call(call.name, call.arguments)} {told}")
        given = "has no value" if answer.failure else f"gives {shown(answer.value)}"
        example = f"{shown_call(call.name, call.arguments)} {given}, expected {shown(right)}"
        return Row(part, WRONG, text, self._hint(faults), example)

    def _hint(self, faults: Sequence[tuple[Call, Any, Answer, str]]) -> str:
        """What was likely done. A guess that explains one wrong answer and not the next explains neither."""
        wrong = [(call, right, answer.value) for call, right, answer, _ in faults if answer.failure is None]
        several = [entry for entry in wrong if (array := as_array(entry[1])) is not None and array.size > 1]  # one says less
        causes = [guessed(value, right, samples(call), self.tolerance) for call, right, value in several or wrong]
        return causes[0] if len({re.sub(r"m = \d+", "", cause) for cause in causes}) == 1 else ""

    def _fault(self, right: Any, answer: Answer) -> str:
        if answer.failure:
            return answer.failure.sentence
        if answer.changed and not self.in_place:
            return mismatch(answer.value, right, self.tolerance) or CHANGED
        return mismatch(answer.value, right, self.tolerance)


def function(
    name: str,
    key: Callable[..., Any],
    inputs: Draw = entrywise,
    *,
    slope_of: Callable[..., Any] | None = None,
    tolerance: float = TOLERANCE,
) -> Script:
    """A function that has to return what the key returns, on inputs drawn by `inputs`.

    With `slope_of`, a function f that works entry by entry, the key is first compared with (f(z + h) - f(z - h)) / 2h.
    """

    def calls(rng: np.random.Generator) -> Iterator[Call]:
        for arguments in inputs(rng):
            if slope_of is not None:
                _compare_with_differences(name, key, slope_of, arguments)
            yield Call(name, arguments)

    head, *rest = name.split(".")
    return Script(calls, {head: _nested(rest, key)}, tolerance)


@dataclass(frozen=True)
class Property:
    """Calls with more than one right answer: `holds` gets their values, and returns what is wrong in a sentence, or None.

    part   the name of the row
    like   values of the same kind and shape as the right ones; what is not of that kind is wrong before `holds` is asked
    """

    part: str
    calls: Callable[[np.random.Generator], Iterable[Call]]
    holds: Callable[[Sequence[Any]], str | None]
    like: Sequence[Any] = ()

    def posed(self, rng: np.random.Generator) -> Posed:
        calls = tuple(self.calls(rng))
        asked = [call for call in calls if not call.keep]
        if self.like and len(self.like) != len(asked):
            raise DeriveError(f"there are {len(asked)} values and {len(self.like)} in `like`", self.part)

        def judged(answers: Sequence[Answer]) -> list[Row]:
            seen = [answer for call, answer in zip(calls, blamed(calls, answers), strict=True) if not call.keep]
            failed = next((answer.failure for answer in seen if answer.failure), None)
            if failed or not seen:
                return [Row(self.part, WRONG, failed.sentence if failed else "nothing was returned")]
            values = [answer.value for answer in seen]
            example = "; ".join(f"{shown_call(c.name, c.arguments)} gives {shown(v)}" for c, v in zip(asked, values, strict=True))
            kinds = [text for v, right in zip(values, self.like, strict=False) if (text := mismatch(v, right, np.inf))]
            if kinds:
                return [Row(self.part, WRONG, kinds[0], counterexample=example)]
            try:
                wrong = self.holds(values)
            except Exception as problem:  # the teacher's function; of the answer nothing is known
                return [Row(self.part, UNDECIDED, f"its property stopped with {type(problem).__name__}: {problem}", "", example)]
            return [Row(self.part, WRONG, wrong, counterexample=example) if wrong else Row(self.part, RIGHT)]

        return Posed((self.part,), calls, judged)


# --- What they share.


def expected(calls: Sequence[Call], key: Mapping[str, Any]) -> list[Any]:
    """What the calls return with the key, made in the same way as in the student's process; raises `DeriveError`."""
    names, values = dict(key), []
    for call in calls:
        where = f"the key for {call.name}"
        try:
            with np.errstate(all="ignore"):
                value = child.unpacked(*child.packed(child.made(*call.data(), names)[0]))
        except DeriveError:
            raise
        except Exception as problem:  # a key is a teacher's code
            raise DeriveError(f"it stops with {type(problem).__name__}: {problem}", where) from None
        if not finite(value):
            raise DeriveError(f"it gives {shown(value)}, which is not finite", where, "draw other inputs")
        values.append(value)
    return values


def part_names(calls: Sequence[Call]) -> list[str]:
    """What each call is a call of, with the class in the place of an object: "net.run" is "NeuralNetwork.run"."""
    classes: dict[str, str] = {}
    names = []
    for call in calls:
        head, dot, rest = call.name.partition(".")
        names.append(classes.get(head, head) + dot + rest)
        if call.keep:
            classes[call.keep] = names[-1]
    return names


def blamed(calls: Sequence[Call], answers: Sequence[Answer]) -> list[Answer]:
    """The answers; where an object was not made, whatever is asked of it fails for the reason for which it was not."""
    reasons: dict[str, Failure] = {}
    found = []
    for call, answer in zip(calls, answers, strict=True):
        head = call.name.partition(".")[0]
        if answer.failure and answer.failure.kind == MISSING and head in reasons:
            answer = Answer(failure=reasons[head])
        if answer.failure and call.keep:
            reasons[call.keep] = Failure(answer.failure.kind, f"{call.name}: {answer.failure.message}", answer.failure.line)
        found.append(answer)
    return found


def samples(call: Call) -> int:
    """The rows of the first table among the arguments."""
    return next((len(a) for a in call.arguments or () if isinstance(a, np.ndarray) and a.ndim == 2 and len(a)), 1)


def _nested(path: Sequence[str], value: Any) -> Any:
    """The value as an attribute of an attribute of ...: so that the key of "Sigmoid.fn" is found as the student's is."""
    for name in reversed(path):
        value = type("Key", (), {name: staticmethod(value) if callable(value) else value})
    return value


def _compare_with_differences(name: str, key: Callable[..., Any], f: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    z, h = np.asarray(arguments[0], dtype=np.float64), 1e-5
    with np.errstate(all="ignore"):
        slope, difference = np.asarray(key(z)), (np.asarray(f(z + h)) - np.asarray(f(z - h))) / (2 * h)
    if error(slope, difference, floor=1e-4) > 1e-5:
        what = f"{shown(z)} gives {shown(slope)}, and the differences of the function are {shown(difference)}"
        raise DeriveError(what, f"the key for {name}", "the key is not the slope of this function")
