"""Stopping rules, asked after each epoch of `train` or step of `descend`: a rule answers with a sentence, or None; True will do, too.

    def no_better_than_chance(history):
        return "no better than chance" if history.epochs == 10 and history.accuracy[-1] <= 0.5 else None

The number of epochs or steps is a limit of `train` and `descend` themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from .errors import DeriveError

Stop = Callable[[Any], str | None]


@dataclass(frozen=True)
class small_change:
    """|C_k - C_{k-1}| < precision for `patience` epochs in a row; with held-out data, C is still the training loss."""

    precision: float
    patience: int = 1

    def __post_init__(self) -> None:
        if not (self.precision > 0 and self.patience >= 1 and self.patience == int(self.patience)):
            what = (
                f"precision {self.precision!r} must be above 0, patience {self.patience!r} a whole number of at least 1"
            )
            raise DeriveError(what, "small_change")

    def __call__(self, history: Any) -> str | None:
        last = history.loss[-self.patience - 1 :]
        if len(last) <= self.patience or any(abs(b - a) >= self.precision for a, b in pairwise(last)):
            return None
        return f"the loss changed by less than {self.precision:g}" + (
            f" {self.patience} times in a row" if self.patience > 1 else ""
        )


@dataclass(frozen=True)
class reached:
    """accuracy_k >= accuracy, or C_k <= loss: whichever of the two is given and comes first."""

    accuracy: float | None = None
    loss: float | None = None

    def __post_init__(self) -> None:
        if self.accuracy is None and self.loss is None:
            raise DeriveError(
                "neither an accuracy nor a loss is given", "reached", "write reached(0.97) or reached(loss=0.01)"
            )

    def __call__(self, history: Any) -> str | None:
        if self.loss is not None and history.loss[-1] <= self.loss:
            return f"the loss reached {self.loss:g}"
        if self.accuracy is None:
            return None
        if history.accuracy is None:
            raise DeriveError(
                "these targets name no classes, so that there is no accuracy to wait for",
                "stop",
                "use small_change or reached(loss=...)",
            )
        return f"the accuracy reached {self.accuracy:g}" if history.accuracy[-1] >= self.accuracy else None


def rules(stop: Stop | Iterable[Stop] | None) -> Sequence[Stop]:
    """One rule, several or none, as a tuple; raises `DeriveError` for anything that is not a rule."""
    if stop is None:
        return ()
    several = isinstance(stop, Iterable) and not callable(stop) and not isinstance(stop, str)
    given: tuple[Any, ...] = tuple(stop) if isinstance(stop, Iterable) and several else (stop,)
    for rule in given:
        if not callable(rule) or isinstance(rule, type):
            raise DeriveError(
                f"{rule!r} is not a stopping rule",
                "stop",
                "give small_change(1e-4), reached(0.97), or a function of the history",
            )
    return given


def first_said(stops: Sequence[Stop], history: Any) -> str:
    """What the first rule that wants to stop says; empty to go on. Raises `DeriveError` for an answer that is none."""
    for rule in stops:
        answer: Any = rule(history)
        if answer is True or (isinstance(answer, np.bool_) and answer):
            answer = f"{getattr(rule, '__name__', type(rule).__name__)} says stop"
        if not (answer is None or isinstance(answer, (str, bool, np.bool_))):
            raise DeriveError(f"a rule answered {answer!r}", "stop", "answer with a sentence to stop, and with None to go on")
        if isinstance(answer, str) and answer:
            return answer
    return ""
