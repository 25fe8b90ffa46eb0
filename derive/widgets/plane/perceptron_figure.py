r"""The perceptron rule, one sample at a time: $w \leftarrow w + \eta\,(y - \hat y)\,x$ until an epoch passes without a mistake."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...data import seven_points
from ...errors import DeriveError
from ...numerals import short
from ...perceptron import PerceptronHistory, Update, decision_table, perceptron
from ...samples import generator
from ..base.controls import Button, Choice, Control, Slider
from ..base.figure import Figure
from ..base.interactive import Frame
from ..base.plot import Plot, draw
from ..base.plugged import added, equals, factor, tex, vector
from .plane import Line, Points, misclassified, plane

AS_GIVEN, SHUFFLED = "as in the data", "shuffled by a seed"
TIES = {"w·x + b ≥ 0": 1, "w·x + b > 0": 0}
EPOCHS_SEEN = 8  # room in the plot of mistakes, at least


@dataclass(frozen=True)
class Moment:
    """One sample taken: epoch from 1, the sample from 0, the line before and after, and the update, if it was a mistake."""

    epoch: int
    sample: int
    before: Line
    after: Line
    update: Update | None


class PerceptronFigure(Figure):
    """The rule on points of two classes, step by step, until an epoch has no mistake or the rule goes round in a circle.

    X       (samples, 2); y: classes 0 and 1, or -1 and +1. Without both, seven points that a line separates
    order   in which the samples are taken, counted from 0: one order, or several by name {"back": [2, 1, 0]}
    start   (w, b), by default zero
    rate    eta; from zero it changes no decision
    epochs  after so many the rule is stopped

    Raises `DeriveError` for data and settings that do not fit.
    """

    def __init__(
        self,
        X: Any = None,
        y: Any = None,
        order: Sequence[int] | Mapping[str, Sequence[int]] | None = None,
        start: tuple[Any, Any] | None = None,
        *,
        rate: float = 1,
        epochs: int = 100,
        title: str = "",
        intro: str = "",
    ) -> None:
        if (X is None) != (y is None):
            raise DeriveError("X goes with y", "PerceptronFigure", "give both, or none for seven points")
        data = seven_points() if X is None else None
        self.points = Points.checked(data.X if data else X, data.Y if data else y, "PerceptronFigure")
        self.rate, self.epochs, self.first = rate, epochs, start
        self.orders = _orders(order, len(self.points))
        for chosen in self.orders.values():
            perceptron(self.points.X, self.points.classes, order=chosen, start=start, rate=rate, epochs=epochs)  # says what does not fit
        controls: list[Control] = [
            Choice("order", "order of the samples", (*self.orders, SHUFFLED), next(iter(self.orders))),
            Slider("seed", "seed", 0, 20, 1, 0),
            Choice("ties", "class 1 where", tuple(TIES), next(iter(TIES))),
            Button("back", "Back", key="ArrowLeft"),
            Button("step", "Next sample", key="ArrowRight"),
            Button("epoch", "To the end of the epoch", key="ArrowDown"),
            Button("restart", "Start again", key="Home"),
        ]
        super().__init__(title or "The perceptron rule", controls, intro)
        self._run()

    # The run

    def _run(self) -> None:
        """The whole run, from which moments are taken; the learner is at its start again."""
        self.order, self.done = self._order(self.values), 0
        settings: dict[str, Any] = {"rate": self.rate, "epochs": self.epochs, "start": self.first, "at_zero": self.at_zero}
        self.history: PerceptronHistory = perceptron(self.points.X, self.points.classes, order=self.order, **settings)
        place = {s: n for n, s in enumerate(self.order)}
        self._steps = [(u.epoch - 1) * len(self.order) + place[u.sample] for u in self.history.updates]

    @property
    def at_zero(self) -> int:
        """The class of a point on the line."""
        return TIES[self.values["ties"]]

    def _order(self, values: Mapping[str, Any]) -> list[int]:
        chosen = values["order"]
        if chosen == SHUFFLED:
            return [int(s) for s in generator(int(values["seed"])).permutation(len(self.points))]
        return self.orders[chosen]

    @property
    def total(self) -> int:
        """Samples taken in the whole run."""
        return self.history.epochs * len(self.order)

    def line(self, taken: int) -> Line:
        """The line after so many samples."""
        n = bisect_left(self._steps, taken)
        updates = self.history.updates
        if n:
            return Line((updates[n - 1].w[0], updates[n - 1].w[1]), updates[n - 1].b)
        if updates:
            return Line((updates[0].w_before[0], updates[0].w_before[1]), updates[0].b_before)
        return Line((self.history.w[0], self.history.w[1]), self.history.b)

    def moment(self) -> Moment | None:
        """What was done last; None at the start."""
        if not self.done:
            return None
        step = self.done - 1
        n = bisect_left(self._steps, step)
        update = self.history.updates[n] if n < len(self._steps) and self._steps[n] == step else None
        epoch, place = divmod(step, len(self.order))
        return Moment(epoch + 1, self.order[place], self.line(step), self.line(self.done), update)

    def mistakes(self) -> list[int]:
        """Of every epoch begun, so far."""
        per = len(self.order)
        return [
            bisect_left(self._steps, min(start + per, self.done)) - bisect_left(self._steps, start) for start in range(0, self.done, per)
        ]

    # Controls

    def changed(self, name: str) -> None:
        self._run()

    def enabled(self, name: str) -> bool:
        if name in ("step", "epoch"):
            return self.done < self.total
        if name in ("back", "restart"):
            return self.done > 0
        return name != "seed" or self.values["order"] == SHUFFLED

    def on_step(self) -> None:
        self.done += 1

    def on_back(self) -> None:
        self.done -= 1

    def on_epoch(self) -> None:
        self.done += len(self.order) - self.done % len(self.order)

    def on_restart(self) -> None:
        self.done = 0

    # What is seen

    def frame(self) -> Frame:
        moment, now = self.moment(), self.line(self.done)
        picture = plane(
            self.points,
            now,
            before=moment.before if moment and moment.update else None,
            crossed=misclassified(self.points, now, self.at_zero),
            ringed=moment.sample if moment else None,
            crossed_name="misclassified",
            before_name="line before",
        )
        lines = self._lines(moment) if moment else self._rule()
        return Frame(draw([picture, self._epochs(picture.height)], self.title), lines, text=self._words(moment, now))

    def _epochs(self, height: float) -> Plot:
        counts, per = self.mistakes(), len(self.order)
        last = max(EPOCHS_SEEN, len(counts))
        most = min(per, max([4, *counts]))
        plot = Plot(280, height, (0.4, last + 0.6), (0, most * 1.08), x_label="epoch", title="mistakes in each epoch")
        plot.x_ticks = [float(n) for n in range(1, last + 1)] if last <= 12 else [t for t in plot.x_ticks if t >= 1]
        plot.y_ticks = [t for t in plot.y_ticks if t == int(t)]
        for n, count in enumerate(counts, 1):
            whole = n * per <= self.done
            plot.bar(n, 0.7, count, "s6f" if whole else "s6")
            if last <= 20:
                plot.label(n - 0.2, count, str(count), "soft")
        return plot

    def _rule(self) -> tuple[str, ...]:
        """The rule before anything is done."""
        sign = ">" if self.at_zero == 0 else r"\geq"
        at, eta = self.line(0), self._eta(r"\eta\,")
        first = f"Start: $w = {vector(at.w)}$, $b = {tex(at.b, 6)}$. Predicted is $\\hat y = 1$ where $w \\cdot x + b {sign} 0$, else $0$."
        return first, rf"$w \leftarrow w + {eta}(y - \hat y)\,x$", rf"$b \leftarrow b + {eta}(y - \hat y)$"

    def _eta(self, name: str = "") -> str:
        rate = float(self.rate)
        return "" if rate == 1 else name or rf"{tex(rate, 6)} \cdot "

    def _lines(self, moment: Moment) -> tuple[str, ...]:
        x, y = self.points.X[moment.sample].tolist(), self.points.classes[moment.sample]
        row = decision_table(moment.before.w, moment.before.b, [x])[0]
        predicted = moment.update.f if moment.update else y
        before, after, y_hat = moment.before, moment.after, r"(y - \hat y)"
        terms = added([*(rf"{tex(w, 6)} \cdot {factor(v, 6)}" for w, v in zip(before.w, x, strict=True)), tex(before.b, 6)])
        said, sign = [*before.w, *x, before.b], {1: " > 0", 0: "", -1: " < 0"}[row.sign]
        value = f"{equals(said, 6)} {terms} {equals([*said, row.value], 6)} {tex(row.value, 6)}{sign}"
        judged = "a mistake" if moment.update else "right"
        first = (
            rf"Epoch {moment.epoch}, sample {moment.sample + 1}: $\; w \cdot x + b {value}$, "
            rf"so $\hat y = {predicted}$; and $y = {y}$: {judged}."
        )
        if moment.update is None:
            return first, rf"$y - \hat y = 0: \quad w {equals(after.w, 6)} {vector(after.w)}$ stays", f"$b = {tex(after.b, 6)}$ stays"
        change, eta, named = f"({y} - {predicted})", self._eta(), self._eta(r"\eta\,")
        new_w = rf"{vector(before.w)} + {eta}{change} \cdot {vector(x)} {equals([*before.w, *x, *after.w], 6)} {vector(after.w)}"
        new_b = f"{tex(before.b, 6)} + {eta}{change} {equals([before.b, after.b], 6)} {tex(after.b, 6)}"
        return (
            first,
            rf"$w \leftarrow w + {named}{y_hat}\,x {equals([*before.w, *x], 6)} {new_w}$",
            rf"$b \leftarrow b + {named}{y_hat} {equals([before.b], 6)} {new_b}$",
        )

    def _words(self, moment: Moment | None, now: Line) -> str:
        numbers = ", ".join(str(s + 1) for s in self.order[:12]) + (" ..." if len(self.order) > 12 else "")
        held = f"w = ({short(now.w[0])}, {short(now.w[1])}), b = {short(now.b)}"
        if moment is None:
            none = "" if any(now.w) else " There is no line yet."
            return f"Nothing is done yet: {held}.{none} The samples are taken in the order {numbers}."
        updates = bisect_left(self._steps, self.done)
        if self.done == self.total:
            return self._ending(held, updates)
        told = f"Epoch {moment.epoch}, {(self.done - 1) % len(self.order) + 1} of {len(self.order)} samples taken: "
        changed = "a mistake, and the line was moved" if moment.update else "right, and nothing changed"
        return f"{told}sample {moment.sample + 1} was {changed}. {held}; {counted(updates)} so far."

    def _ending(self, held: str, updates: int) -> str:
        history = self.history
        if history.converged:
            return f"Epoch {history.epochs} is the first without a mistake: {held}, after {counted(updates)}. The rule has ended."
        if history.cycle is None:
            return f"{history.stopped}; {held}, after {counted(updates)}."
        return f"{held}: {history.stopped}. Every epoch from here on repeats one that has been."

    # State

    def state(self) -> dict[str, Any]:
        return {**super().state(), "done": self.done}

    def restore(self, state: Mapping[str, Any]) -> None:
        values = {**self.values, **{name: self._valued(name).accepted(v) for name, v in state.items() if name != "done"}}
        done, old = state.get("done", 0), (self.values, self.done)
        self.values = values
        self._run()
        if isinstance(done, bool) or not isinstance(done, int) or not 0 <= done <= self.total:
            self.values = old[0]
            self._run()
            self.done = old[1]
            raise DeriveError(f"{done!r} samples were taken, expected a whole number from 0 to {self.total}", self.title)
        self.done = done


def counted(updates: int) -> str:
    """1 update, 2 updates."""
    return f"{updates} update{'' if updates == 1 else 's'}"


def _orders(given: Any, m: int) -> dict[str, list[int]]:
    """The orders by name, those of a teacher first."""
    made: dict[str, list[int]] = {}
    try:
        if isinstance(given, Mapping):
            made = {str(name): [int(s) for s in order] for name, order in given.items()}
        elif given is not None:
            made = {"as given": [int(s) for s in given]}
    except (TypeError, ValueError):
        hint = 'for example order=[2, 0, 1], or order={"back": [2, 1, 0]}'
        raise DeriveError(f"order is {given!r}, expected an order of the samples, counted from 0", "PerceptronFigure", hint) from None
    return made | ({AS_GIVEN: list(range(m))} if AS_GIVEN not in made else {})
