"""Universal approximation by hand: bumps of two sigmoids each, as high as f, and how large the error stays; and the same by training."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from ...errors import DeriveError
from ...numerals import short
from ...printing import unicode
from ..base.controls import Button, Choice, Control, Field, Slider, Switch
from ..base.figure import Figure
from ..base.functions import Values, expression, numeric, symbol
from ..base.interactive import Frame
from ..base.plot import Plot, draw
from ..base.scales import around
from .network import DEGREES, GRID, UNITS, best_output, bumps, least_error, sup
from .network import Bumps as Made
from .telling import formulas, missed, polynomial
from .training import SAMPLES, Learner

MOST = 40
HEIGHT = 340


class Bumps(Figure):
    r"""a(x) = sum over i of h_i (sigma(k(x - a_i)) - sigma(k(x - b_i))) beside f, and max |f - a| for every number of bumps.

    f           a text or an expression in one variable; the learner can type another
    x           the range on which f is to be met
    bumps       how many at first; steepness: k at first; activation: sigmoid, step, z² or z³
    typed       whether the learner can type another f

    With z² and z³ there are no bumps: the output weights are chosen best, and still the error stays above that of the best polynomial.
    Raises `DeriveError` where f is not defined on the whole range.
    """

    def __init__(
        self,
        f: Any = "sin(3*x)",
        x: tuple[float, float] = (0.0, 1.0),
        *,
        bumps: int = 5,
        steepness: float = 50.0,
        activation: str = "sigmoid",
        typed: bool = True,
        title: str = "",
        intro: str = "",
    ) -> None:
        try:
            low, high = map(float, x)
        except (TypeError, ValueError):
            raise DeriveError(f"{x!r} is no pair of numbers", "Bumps: x", "for example x=(0, 1)") from None
        if not (np.isfinite([low, high]).all() and low < high):
            raise DeriveError(f"the range goes from {low:g} to {high:g}", "Bumps: x", "the smaller end first: x=(0, 1)")
        self.x = (low, high)
        self.xs, self.samples = np.linspace(low, high, GRID), np.linspace(low, high, SAMPLES)
        e = expression(f, "Bumps: f")
        names = sorted(s.name for s in e.free_symbols)
        if len(names) != 1:
            raise DeriveError(f"f has the variables {', '.join(names) or 'none'}", "Bumps: f", "one is needed: sin(3*x)")
        self.name = names[0]
        self._take(f, "Bumps: f")
        self.typed = self.problem = ""
        self.given = f
        field = [Field("f", f"f({self.name}) =", f if isinstance(f, str) else str(e), example="sin(3*x)")] if typed else []
        sharp = 1 / (high - low)
        controls: list[Control] = [
            *field,
            Slider("bumps", "bumps N", 1, MOST, 1, bumps),
            Slider("steepness", "steepness k", 2 * sharp, 2000 * sharp, 0.05, steepness, log=True),
            Choice("activation", "activation", tuple(UNITS), activation),
            Switch("best", "output weights chosen best"),
            Slider("rate", "learning rate", 0.01, 10, 0.05, 0.3, log=True),
            Button("more", "One more", key="ArrowRight"),
            Button("fewer", "One fewer", key="ArrowLeft"),
            Button("train", "Train a network of this size"),
            Button("stop", "Stop", key="Escape"),
            Button("forget", "Forget the training"),
        ]
        for c in controls:
            if isinstance(c, Slider | Choice):
                c.accepted(c.value)
        super().__init__(title or "Universal approximation by bumps", controls, intro)
        self.learner: Learner | None = None
        self._errors = lru_cache(8)(self._all_errors)
        self._best = lru_cache(8)(self._best_output)
        self._least = lru_cache(8)(lambda degree, _: least_error(self.xs, self.ys, degree))

    def _take(self, f: Any, where: str) -> None:
        """Another f; nothing has changed if it cannot be one."""
        e = expression(f, where)
        strange = sorted({s.name for s in e.free_symbols} - {self.name})
        if strange:
            raise DeriveError(f"{strange[0]} is in it", where, f"a function of {self.name} is needed")
        symbols = [symbol(e, self.name, where)] if e.free_symbols else []
        try:
            compiled = numeric(e, symbols)
            ys, samples = (compiled(v) if symbols else np.full(len(v), float(compiled())) for v in (self.xs, self.samples))
        except (ArithmeticError, AttributeError, NameError, TypeError) as error:
            raise DeriveError(f"it cannot be computed ({error})", where) from None
        if not np.isfinite(ys).all() or not np.isfinite(samples).all():
            at = short(float(self.xs[np.flatnonzero(~np.isfinite(ys))[0]]) if not np.isfinite(ys).all() else self.x[0], 4)
            raise DeriveError(f"it has no finite value at {self.name} = {at}", where, "f is needed on the whole range")
        self.f, self.ys, self.sampled = e, ys, samples
        self.function = compiled if symbols else lambda v: np.full(np.shape(v), float(compiled()))

    # What it is made of

    @property
    def count(self) -> int:
        """N."""
        return int(self.values["bumps"])

    @property
    def degree(self) -> int:
        """Of a polynomial activation; 0 of any other."""
        return DEGREES.get(self.values["activation"], 0)

    def made(self, count: int) -> Made:
        """The network made by hand, with so many bumps."""
        return bumps(self.function, self.x, count, self.values["steepness"], UNITS[self.values["activation"]])

    def _all_errors(self, steepness: float, activation: str, _: Any) -> list[float]:
        if not self.degree:
            return [sup(self.ys, self.made(n)(self.xs)) for n in range(1, MOST + 1)]
        # From three edges on the hidden units and the bias span the same polynomials, and so give the same fit.
        few = [sup(self.ys, best_output(self.made(n).sigmoids(self.xs), self.ys)) for n in range(1, 4)]
        return few + few[-1:] * (MOST - len(few))

    def _best_output(self, count: int, steepness: float, activation: str, _: Any) -> Values:
        return best_output(self.made(count).sigmoids(self.xs), self.ys)

    @property
    def errors(self) -> list[float]:
        """max |f - a| for 1 .. 40 bumps of this steepness."""
        return self._errors(self.values["steepness"], self.values["activation"], self.f)

    @property
    def best(self) -> Values:
        """The output of the same hidden units with the output weights chosen best."""
        return self._best(self.count, self.values["steepness"], self.values["activation"], self.f)

    # What the learner does

    def changed(self, name: str) -> None:
        if name in ("bumps", "activation"):
            self.on_forget()
        if name != "f":
            return
        try:
            self._take(self.values["f"], "f")
        except DeriveError as error:
            self.problem = str(error).splitlines()[0]
            return
        self.typed, self.problem = self.values["f"], ""
        self.on_forget()

    def enabled(self, name: str) -> bool:
        if name == "steepness":
            return bool(self.values["activation"] == "sigmoid")
        if name == "best":
            return not self.degree
        if name == "train":
            return not (self.running or self.degree)
        if name in ("stop", "forget"):
            return self.running if name == "stop" else self.learner is not None
        return self.count < MOST if name == "more" else self.count > 1 if name == "fewer" else True

    def on_more(self) -> None:
        self.set("bumps", self.count + 1)

    def on_fewer(self) -> None:
        self.set("bumps", self.count - 1)

    def on_train(self) -> None:
        if self.learner is None or self.learner.stopped:
            self.learner = Learner(self.x, 2 * self.count)
        self.running = True

    def on_stop(self) -> None:
        self.running = False

    def on_forget(self) -> None:
        self.running, self.learner = False, None

    def advance(self) -> None:
        if self.learner is None:
            self.running = False
            return
        self.learner.learn(self.samples, self.sampled, self.values["rate"])
        self.running = not self.learner.stopped

    # What is seen

    def frame(self) -> Frame:
        made = self.made(self.count)
        output = self.best if self.degree else made(self.xs)
        learned = None if self.learner is None else self.learner(self.xs)
        plots = [self._functions(made, output, learned), self._sizes(learned)]
        return Frame(draw(plots, self.title), self._lines(made, output), text=self._told(output, learned))

    def _functions(self, made: Made, output: Values, learned: Values | None) -> Plot:
        plot = Plot(480, HEIGHT, self.x, around([*self.ys, 0.0], 0.2), x_label=self.name, title="f and the network")
        if not self.degree:
            each = made.each(self.xs).T
            for n, bump in enumerate(each, 1):
                there = np.flatnonzero(np.abs(bump) > 0.002 * plot.y[1])  # elsewhere it lies on the axis
                part = slice(max(there[0] - 1, 0), there[-1] + 2) if there.size else slice(0)
                plot.line(
                    self.xs[part], bump[part], "s5" if n == self._shown else "thin", f"bump {self._shown}" if n == self._shown else ""
                )
        plot.line(self.xs, self.ys, "s1", "f")
        plot.line(self.xs, output, "s2", f"sum of units {self.values['activation']}" if self.degree else "sum of bumps")
        if self.values["best"] and not self.degree:
            plot.line(self.xs, self.best, "s3", "weights chosen best", dash=True)
        if learned is not None:
            plot.line(self.xs, learned, "s4", "trained")
        return plot

    def _sizes(self, learned: Values | None) -> Plot:
        errors, least = self.errors, self._least(self.degree, self.f) if self.degree else 0.0
        others = {"s3": sup(self.ys, self.best)} if self.values["best"] and not self.degree else {}
        if learned is not None:
            others["s4"] = sup(self.ys, learned)
        known = [v for v in (*errors, least, *others.values()) if v > 1e-12] or [1e-12, 1.0]
        ends = 10.0 ** np.floor(np.log10(min(known) * 0.9)), 10.0 ** np.ceil(np.log10(max(known) * 1.1))
        plot = Plot(360, HEIGHT, (0, MOST + 1), (float(ends[0]), float(ends[1])), x_label="N", title="largest error |f − a|", log_y=True)
        if least > 1e-12:
            plot.line(plot.x, [least, least], "s6", f"no polynomial of degree {self.degree} is below", dash=True)
        plot.line(range(1, MOST + 1), errors, "s2", "best output weights" if self.degree else "sum of bumps")
        for kind, error in others.items():
            plot.points(self.count, error, kind + "f", {"s3": "chosen best", "s4": "trained"}[kind], size=5, shape="square")
        plot.points(self.count, errors[self.count - 1], "currento", size=5)
        plot.ring(self.count, errors[self.count - 1])
        return plot

    @property
    def _shown(self) -> int:
        """The number of the bump whose formula is shown: the middle one."""
        return (self.count + 1) // 2

    def _lines(self, made: Made, output: Values) -> tuple[str, ...]:
        if self.degree:
            return polynomial(self.f, self.name, self.count, self.degree, self.xs, self.ys, output)
        return formulas(self.f, self.name, made, self._shown, self.values["activation"] == "sigmoid", sup(self.ys, output))

    def _told(self, output: Values, learned: Values | None) -> str:
        units = f"{2 * self.count} hidden units"
        said = [f"This is not taken: {self.problem}. The picture shows {unicode(self.f)} still."] if self.problem else []
        if self.degree:
            least = short(self._least(self.degree, self.f), 4)
            said.append(f"{units} of {self.values['activation']}, output weights chosen best (least squares): {missed(self, output)}.")
            said.append(f"With more units it stays at or above {least}, the error of the best polynomial of degree {self.degree}.")
        else:
            said.append(f"{self.count} bump{'s' * (self.count > 1)}, {units}: {missed(self, output)}.")
        if self.values["best"] and not self.degree:
            said.append(f"The same hidden units, output bias and weights chosen best (least squares): {missed(self, self.best)}.")
        if self.learner is not None and learned is not None:
            said.append(f"A trained network of {units}, after {self.learner.epochs:,} epochs: {missed(self, learned)}.")
            said += [f"{self.learner.stopped}."] if self.learner.stopped else ["It is learning."] if self.running else []
        return " ".join(said)

    # State

    def state(self) -> dict[str, Any]:
        learned = None if self.learner is None else self.learner.state()
        return {**self.values, "function": self.typed, "learned": learned}

    def restore(self, state: Mapping[str, Any]) -> None:
        rest = dict(state)
        typed, learned = rest.pop("function", ""), rest.pop("learned", None)
        ready = {name: self._valued(name).accepted(value) for name, value in rest.items()}
        if not isinstance(typed, str):
            raise DeriveError(f"{typed!r} is no function", self.title)
        learner = None
        if learned is not None:
            learner = Learner(self.x, 2 * int(ready.get("bumps", self.count)))
            learner.restore(learned)
        self._take(typed or self.given, "f")  # raises before anything has changed
        self.problem = ""
        super().restore(ready)
        self._take(typed or self.given, "f")
        self.typed = typed
        self.running, self.learner = False, learner
