"""Which mistakes give the same numbers as an answer.

    diagnose(answer, problem)            a formula: its numbers at random points are compared with those of every mistake of the table
    diagnose_number(given, problem, at)  a number at one point
    diagnose_numbers(given, problem, at) several, by name, as in a table that was filled in

    p = Problem.of_expression((sigmoid(w*x + b) - y)**2/2, w, names={"a": sigmoid(w*x + b)})
    diagnose("(a - y)*a*(1 + a)*x", p).sentence        # the slope σ′ = a (1 - a) was written a (a + 1): a sign is wrong

A right answer has no diagnosis, and neither has one that nothing explains. Causes whose numbers cannot be told apart are all named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, overload

import numpy as np

from ...errors import DeriveError
from ...values import nearest
from .answers import Domain, Numbers, at, draw, evaluated
from .problems import STEP, Problem
from .search import Found, best
from .sweeping import NoPoint, Run, close
from .table import MISTAKES, Mistake, Work

ENOUGH = 4  # points at which an answer must have a value
SAME = 1e-9  # two formulas agree if their numbers do but for this share of themselves
RIGHT = 1e-7  # an answer so near to what is right is left alone, whatever rounding may have done to it


class Cause(NamedTuple):
    """One explanation: a stable code, what was done, and a hint. The code of two mistakes at once is "one+other"."""

    code: str
    sentence: str
    hint: str


@dataclass(frozen=True)
class Diagnosis:
    """All explanations that are equally good; none where nothing explains the answer.

    weak      several fit, and all that is known is a number at one point
    together  all of them hold, and not one or the other
    """

    causes: tuple[Cause, ...] = ()
    weak: bool = False
    together: bool = False

    def __bool__(self) -> bool:
        return bool(self.causes)

    @property
    def sentence(self) -> str:
        """What is wrong: "either ... or ..." where it cannot be told."""
        sentences = [cause.sentence for cause in self.causes]
        if self.together:
            return "; and ".join(sentences)
        return sentences[0] if len(sentences) == 1 else f"either {', or '.join(sentences)}" if sentences else ""

    @property
    def hint(self) -> str:
        return self.causes[0].hint if self.causes else ""

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(cause.code for cause in self.causes)


NONE = Diagnosis()


def diagnose(
    answer: Any, problem: Problem, domain: Domain | None = None, seed: int = 0, *, mistakes: Sequence[Mistake] = MISTAKES
) -> Diagnosis:
    """The mistakes that explain a formula.

    answer   a SymPy expression, or a text that `read` reads, in the names of the problem: variables, everything that an equation defines,
             x_1 or x[1] for the first of several samples, dL_dz for the right dL/dz, and the learning rate
    domain   by name, where a value is not any real number: "positive", "unit", or an interval (low, high)

    Raises `DeriveError` for a name that is not in the problem.
    """
    right = draw(problem, domain, seed)
    points = len(next(iter(right.given.values()), right.values[problem.end]))
    rate = np.random.default_rng(seed + 1).uniform(0.2, 0.9, (points, 1))
    made, slope, bare = evaluated(answer, Numbers(problem, right, rate))
    usable = np.isfinite(made).all(axis=1)
    if usable.sum() < ENOUGH:
        return NONE
    right = at(problem, {name: values[usable] for name, values in right.given.items()})
    rate = rate[usable]
    slope = slope if slope is None or len(slope) == 1 else slope[usable]
    return explained(Work(problem, right, rate, made[usable], slope), mistakes, single=bare)


def diagnose_update(
    answer: Any, problem: Problem, rate: str = "eta", domain: Domain | None = None, seed: int = 0, *, mistakes: Sequence[Mistake] = MISTAKES
) -> Diagnosis:
    """The same for one step of descent, theta - eta dL/dtheta, with theta = problem.wrt."""
    return diagnose(answer, problem.step(rate), domain, seed, mistakes=mistakes)


def diagnose_number(
    given: Any, problem: Problem, at: Mapping[str, Any], tolerance: float = 1e-3, *, mistakes: Sequence[Mistake] = MISTAKES
) -> Diagnosis:
    """The single mistakes that explain a number at one point.

    given      a number, or one for each sample
    at         a value for each variable, a list where there is one for each sample
    tolerance  by how much of itself a number may be off
    """
    right = _at_point(problem, at)
    rate = np.full((1, 1), float(at.get(problem.rate, 1.0)))
    number = np.atleast_2d(np.asarray(given, dtype=float))
    if not np.isfinite(number).all() or number.shape[1] not in (1, problem.samples):
        raise DeriveError(f"{given!r} is no finite number", "diagnose_numbers")
    found = explained(Work(problem, right, rate, number), mistakes, tolerance, single=True)
    return replace(found, weak=len(found.causes) > 1)


@overload
def diagnose_numbers(
    given: Mapping[str, Any], problem: Problem, at: Mapping[str, Any], tolerance: float = ..., *, mistakes: Sequence[Mistake] = ...
) -> dict[str, Diagnosis]: ...


@overload
def diagnose_numbers(
    given: float, problem: Problem, at: Mapping[str, Any], tolerance: float = ..., *, mistakes: Sequence[Mistake] = ...
) -> Diagnosis: ...


def diagnose_numbers(
    given: Any, problem: Problem, at: Mapping[str, Any], tolerance: float = 1e-3, *, mistakes: Sequence[Mistake] = MISTAKES
) -> dict[str, Diagnosis] | Diagnosis:
    """The diagnoses by name: "dL/dz1" is the derivative of the problem's L by z1, "z1" the value of z1; otherwise as `diagnose_number`.

    Of a number alone, its diagnosis.
    """
    if not isinstance(given, Mapping):
        return diagnose_number(given, problem, at, tolerance, mistakes=mistakes)
    return {name: diagnose_number(number, _asked(problem, name), at, tolerance, mistakes=mistakes) for name, number in given.items()}


def _asked(problem: Problem, name: str) -> Problem:
    head = f"d{problem.output}/d"
    return problem.by(name.removeprefix(head)) if name.startswith(head) else problem.value(name)


def _at_point(problem: Problem, values: Mapping[str, Any]) -> Run:
    known = {str(name): value for name, value in values.items()}
    missing = sorted(_variables(problem) - set(known))
    if missing:
        raise DeriveError(f"there is no value for {', '.join(missing)}", "diagnose_numbers", nearest(missing[0], known))
    try:
        return at(problem, {name: np.atleast_2d(np.asarray(known[name], dtype=float)) for name in _variables(problem)})
    except NoPoint as error:
        raise DeriveError(f"the problem has no value there: {error}", "diagnose_numbers") from None


def _variables(problem: Problem) -> set[str]:
    return {node.name for node in problem.nodes if node.gate.name == "variable"}


def explained(work: Work, mistakes: Sequence[Mistake], tolerance: float = SAME, single: bool = False) -> Diagnosis:
    """The diagnosis of numbers. With `single`, two mistakes at once explain nothing: to a bare name or a number many pairs lead."""
    truth = work.truth
    per_sample = truth.shape[1] == 1 and work.answer.shape[1] > 1
    if work.problem.asks == STEP:
        with np.errstate(all="ignore"):
            work = replace(work, answer=(work.right.values[work.problem.target] - work.answer) / work.rate)
    # A formula for one sample, where a sum over all is asked for, is taken to be under the sum; or under that of the mean.
    readings = [work.answer.sum(axis=1, keepdims=True), work.answer.mean(axis=1, keepdims=True)] if per_sample else [work.answer]
    if any(close(reading, truth + np.zeros_like(reading), max(tolerance, RIGHT)).all() for reading in readings):
        return NONE
    work = replace(work, answer=readings[-1] if work.problem.mean else readings[0])
    single = single or bool(np.ptp(work.answer) == 0 and np.ptp(truth) > 0)
    causes: dict[str, Cause] = {}
    with np.errstate(all="ignore"):
        for found in best(work, mistakes, tolerance, single):
            cause = _cause(work, found)
            causes.setdefault(cause.sentence, cause)
    return Diagnosis(tuple(causes.values()))


def _cause(work: Work, found: Found) -> Cause:
    base = {"wrt": work.problem.wrt, "output": work.problem.output, "rate": work.problem.rate}
    sentences, hints = [], []
    for mistake, given in found.made:
        words = {name: word if isinstance(word, str) else word() for name, word in given.items()}
        try:
            sentences.append(mistake.sentence.format_map({**base, **words}))
            hints.append(mistake.hint.format_map({**base, **words}))
        except (KeyError, IndexError, ValueError) as error:
            hint = f"words: {', '.join(sorted({*base, *words}))}"
            raise DeriveError(f"its sentence or hint cannot be filled in: {error}", f"mistake {mistake.code}", hint) from None
    if found.everywhere:
        sentences = [f"the same mistake at every such place: {sentences[0]}"]
    elif len(sentences) > 1:
        sentences = [f"two mistakes: {sentences[0]}; and {sentences[1]}"]
    return Cause(found.code, sentences[0], hints[0])
