"""Mistakes that are seen in what comes out: a sign, a factor, a sample, an integral, a step in the wrong direction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from ...gates import CONSTANT
from ...numerals import short
from .broken_names import in_equation, partial_words
from .planting import Mistake, Plant, Work
from .problems import GRADIENT, STEP, VALUE
from .sweeping import Array, close

DIRECTION = "In which direction does {output} fall: along the gradient or against it?"
BATCH = "A parameter acts on the loss of every sample. How do their gradients go together?"
SCALE = "Follow the constants: which factor stands in front, and what does a square add to it?"
INTEGRAL = "Is the answer to be a slope or an area? Differentiate it and compare."
FACTORS = "Write the product of all links from {output} to {wrt} and strike out what is in your answer: what is left?"
ENOUGH = 3  # points: with fewer, what is read off from the answer itself explains nothing


def _times(factor: Callable[[Work], float | None], *asks: str) -> Callable[[Work], Iterator[Plant]]:
    def plants(work: Work) -> Iterator[Plant]:
        number = factor(work)
        if number is not None and work.problem.asks in asks:
            yield Plant(_words(work), result=number * work.truth)

    return plants


def _words(work: Work, **more: str) -> dict[str, str]:
    problem = work.problem
    return {"wrt": problem.wrt, "output": problem.output, "n": str(problem.samples), "rate": problem.rate, **more}


def _samples(work: Work, power: int, mean: bool) -> float | None:
    problem = work.problem
    return float(problem.samples) ** power if problem.samples > 1 and problem.mean == mean else None


def _one_sample(work: Work) -> Iterator[Plant]:
    """The part of the first or of the last sample, with and without the 1/n of a mean."""
    problem = work.problem
    if problem.samples == 1 or problem.varies[problem.target] or problem.asks == VALUE:
        return
    parts = work.right.gradients(summed=False).get(problem.target)
    if parts is None or parts.shape[-1] == 1:
        return
    for number, which in ((0, "first"), (-1, "last")):
        part = parts[0][:, number][:, None]
        yield Plant(_words(work, which=which), result=part)
        if problem.mean:
            yield Plant(_words(work, which=which), result=part / problem.share)


def _undifferentiated(work: Work) -> Iterator[Plant]:
    if work.problem.asks == GRADIENT and work.problem.target != work.problem.end:
        yield Plant(_words(work), result=_loss(work))


def _loss(work: Work) -> Array:
    whole: Array = work.right.values[work.problem.end].sum(axis=-1, keepdims=True)
    return whole * work.problem.share


def _integrated(work: Work) -> Iterator[Plant]:
    """An answer whose own derivative by wrt is L: an integral, with whatever constant."""
    slope = work.answer_slope
    if slope is not None and work.points >= ENOUGH and work.problem.asks == GRADIENT:
        if close(slope + np.zeros_like(work.answer), _loss(work)).all():
            yield Plant(_words(work), result=work.answer)


# One step of descent; work.answer is the gradient that the step claims, (theta - answer)/rate.


def _step(claimed: Callable[[Array, Array, Array], Array]) -> Callable[[Work], Iterator[Plant]]:
    def plants(work: Work) -> Iterator[Plant]:
        if work.problem.asks == STEP:
            theta = work.right.values[work.problem.target]
            yield Plant(_words(work), result=(theta - claimed(theta, work.rate, work.truth)) / work.rate)

    return plants


# Ratios of the answer to what is right


def _ratio(work: Work) -> Array | None:
    with np.errstate(all="ignore"):
        ratio: Array = np.divide(work.answer, work.truth)
    if work.points < ENOUGH or not np.isfinite(ratio).all() or (ratio == 0).any():
        return None
    return ratio


def _constant(work: Work) -> Iterator[Plant]:
    ratio = _ratio(work)
    if ratio is not None and close(ratio, ratio[:1, :1] + np.zeros_like(ratio)).all():
        yield Plant(_words(work, k=short(_whole(float(ratio[0, 0])))), result=work.answer)


def _whole(number: float) -> float | int:
    return round(number) if abs(number - round(number)) < 1e-7 else number


def _known_factors(work: Work) -> Iterator[tuple[Callable[[], str], Array]]:
    """What may be a factor too many or too few, with words: dz3/dw3 = a1 + a2, the values of all nodes, all local derivatives."""
    marks = [p for p in work.landmarks if work.nodes[p].given]
    for above in marks:
        for below in marks:
            if work.nodes[above].is_gate and in_equation(work, above, below):
                yield partial(partial_words, work, above, below), work.right.tangents(below).get(above, np.zeros((1, 1)))
    for place, node in enumerate(work.nodes):
        if node.gate is not CONSTANT and place != work.problem.end:
            yield partial(work.shown, place), work.right.values[place]
    for (place, slot), local in work.right.slopes.items():
        yield partial(_slope_words, work, place, slot), local


def _slope_words(work: Work, place: int, slot: int) -> str:
    return f"the derivative of {work.formula(place)} by {work.shown(work.nodes[place].inputs[slot])}"


def _known(extra: bool, sign: float = 1.0) -> Callable[[Work], Iterator[Plant]]:
    def plants(work: Work) -> Iterator[Plant]:
        ratio = _ratio(work)
        if ratio is None or close(ratio, ratio[:1] + np.zeros_like(ratio)).all():
            return
        wanted = ratio if extra else 1 / ratio
        for text, factor in _known_factors(work):
            if close(factor + np.zeros_like(work.truth), work.truth).all():
                continue
            if factor.shape[-1] in (1, wanted.shape[-1]) and close(wanted, sign * factor + np.zeros_like(wanted)).all():
                yield Plant({**_words(work), "x": text}, result=work.answer)
                return

    return plants


GENERIC = 2
RESULTS: tuple[Mistake, ...] = (
    Mistake("sign", "the sign is wrong", "Which factors of the chain are negative?", _times(lambda work: -1.0, GRADIENT, VALUE), GENERIC),
    Mistake("factor.twice", "it is twice what it should be: a factor 1/2 is lost, or there is a 2 too many", SCALE,
            _times(lambda work: 2.0, GRADIENT, VALUE, STEP), GENERIC),
    Mistake("factor.half", "it is half of what it should be: a factor 2 is lost, or there is a 1/2 too many", SCALE,
            _times(lambda work: 0.5, GRADIENT, VALUE, STEP), GENERIC),
    Mistake("batch.not_divided", "the division by the number of samples, n = {n}, is missing", BATCH,
            _times(lambda work: _samples(work, 1, True), GRADIENT, VALUE, STEP)),
    Mistake("batch.divided_twice", "it is divided by the number of samples, n = {n}, once too often", BATCH,
            _times(lambda work: _samples(work, -1, True), GRADIENT, VALUE, STEP)),
    Mistake("batch.mean_for_sum", "it is the mean over the n = {n} samples, and must be their sum", BATCH,
            _times(lambda work: _samples(work, -1, False), GRADIENT, VALUE, STEP)),
    Mistake("batch.multiplied", "it is multiplied by the number of samples, n = {n}", BATCH,
            _times(lambda work: _samples(work, 1, False), GRADIENT, VALUE, STEP)),
    Mistake("batch.one_sample", "only the {which} sample is counted: the gradient is not summed over the samples", BATCH, _one_sample),
    Mistake("not_differentiated", "this is {output} itself, not its derivative", INTEGRAL, _undifferentiated),
    Mistake("integrated", "{output} was integrated over {wrt}, and is to be differentiated", INTEGRAL, _integrated),
    Mistake("step.ascends", "the step ascends: {wrt} + {rate}·d{output}/d{wrt} makes {output} larger, the sign must be a minus", DIRECTION,
            _step(lambda theta, rate, g: theta + rate * g), 0),
    Mistake("step.rate_missing", "the learning rate {rate} is missing", DIRECTION, _step(lambda theta, rate, g: theta - g)),
    Mistake("step.ascends_without_rate", "the step ascends, and the learning rate {rate} is missing",
            DIRECTION, _step(lambda theta, rate, g: theta + g), 2),
    Mistake("step.divided_by_rate", "the gradient is divided by the learning rate {rate}, and must be multiplied by it", DIRECTION,
            _step(lambda theta, rate, g: theta - g / rate)),
    Mistake("step.not_added", "this is the change of {wrt}, and not {wrt} after it", DIRECTION, _step(lambda theta, rate, g: -rate * g)),
    Mistake("step.change_negated", "this is {rate} times the gradient, and not {wrt} after the step",
            DIRECTION, _step(lambda theta, rate, g: rate * g)),
    Mistake("step.gradient_only", "this is the gradient, and not {wrt} after the step", DIRECTION, _step(lambda theta, rate, g: g)),
    Mistake("step.gradient_missing", "{rate} is subtracted, and must be multiplied by the gradient first", DIRECTION,
            _step(lambda theta, rate, g: theta - rate + 0 * g)),
    Mistake("factor.constant", "your answer is {k} times the right one", SCALE, _constant, 3),
    Mistake("factor.extra", "there is an extra factor {x}", FACTORS, _known(True), 3),
    Mistake("factor.missing", "a factor is missing: {x}", FACTORS, _known(False), 3),
    Mistake("factor.extra", "the sign is wrong, and there is an extra factor {x}", FACTORS, _known(True, -1.0), 5),
    Mistake("factor.missing", "the sign is wrong, and a factor is missing: {x}", FACTORS, _known(False, -1.0), 5),
)  # fmt: skip
