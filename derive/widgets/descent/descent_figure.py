"""Gradient descent step by step, on a curve or on contours, with the rule and its numbers: p_k = p_{k-1} - eta_k grad F(p_{k-1})."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from ...descent import Descent
from ...errors import DeriveError
from ...numerals import short
from ...printing import unicode
from ...schedules import SCHEDULES, Schedule, cosine
from ...stopping import Stop
from ..base.contour import Ground
from ..base.controls import Button, Choice, Control, Field, Slider, Switch
from ..base.figure import Figure
from ..base.interactive import Frame
from ..base.plot import draw
from ..base.scales import around
from .descending import Terrain, ends, minima, ran_away, terrain, way
from .fitting import Fit, fit
from .pictures import POINTS, Basins, Seen, among_data, contours, curve, heights
from .settings import PLAIN, ends_of, grain, names_of, schedule_of, stops_of, whole
from .telling import lines, table, told

OPTIONAL = ("f", "schedule", "warmup", "momentum", "log")


class DescentFigure(Figure):
    r"""p_k = p_{k-1} - eta_k grad F(p_{k-1}), one step after the other; with momentum v_k = mu v_{k-1} - eta_k grad F, p_k = p_{k-1} + v_k.

    f          F of one or two variables, a text or an expression; the learner can type another of the same variables
    variables  their names in order; by default those in f in alphabetical order
    x, y       the ranges that are drawn and in which it starts, of the first and of the second variable
    start      p_0, a number or two
    rate       the learning rate at first; rates: the ends of its slider
    schedule   a name (constant, step, exponential, inverse_time, cosine), or a schedule, which brings its own rate
    steps      shown at first; most: the largest number of steps
    stop       a precision, or rules as `descend` has them
    minimum    where F is least, if it is known: then F(p_k) - F* is drawn, against a logarithmic scale
    bound      whether ||p_0 - p*||^2 / (2 eta k) and the least alpha / k are drawn above it; needs `minimum`
    model      in place of f: y^ as an expression in x and one or two parameters, fitted to data, pairs (x, y): F is the mean of (y^ - y)^2
    without    controls to leave out: f, schedule, warmup, momentum, log

    Raises `DeriveError` for what does not fit together.
    """

    def __init__(
        self,
        f: Any = "(x - 2)^2",
        variables: Sequence[str] | str | None = None,
        *,
        x: tuple[float, float] = (-1.0, 5.0),
        y: tuple[float, float] = (-3.0, 3.0),
        start: Any = None,
        rate: float = 0.1,
        rates: tuple[float, float] = (0.001, 10.0),
        schedule: str | Schedule = "constant",
        momentum: float = 0.0,
        steps: int = 0,
        most: int = 100,
        stop: float | Stop | Sequence[Stop] | None = None,
        minimum: Any = None,
        bound: bool = False,
        model: Any = None,
        data: Any = None,
        without: Sequence[str] = (),
        title: str = "",
        intro: str = "",
    ) -> None:
        self.fit: Fit | None = None if model is None else fit(model, data, variables)
        if self.fit is not None:
            f, variables = self.fit.loss, self.fit.names
        names = names_of(f, variables)
        self.ranges = tuple(ends_of(ends_, name) for name, ends_ in zip(names, (x, y), strict=False))
        self.given = self.on = terrain(f, names, "DescentFigure: f")
        self.typed = ""  # the text of the learner's own function, once there is one
        self.problem = ""
        self.most = whole(most, 1, 5000, "most")
        own, options = schedule_of(schedule, rate)
        self.own = own
        self.stops = stops_of(stop)
        at = self._at(minimum, "minimum") if minimum is not None else None
        if bound and at is None:
            raise DeriveError("the bound needs the place of the minimum", "DescentFigure: bound", "for example minimum=2")
        self.at, self.bound = at, bool(bound)
        left_out = set(without) | ({"f"} if at is not None or self.fit else set())
        if strange := sorted(left_out - set(OPTIONAL)):
            raise DeriveError(f"there is no control {strange[0]!r} to leave out", "DescentFigure: without", ", ".join(OPTIONAL))
        p = self._at([(a + 3 * b) / 4 for a, b in self.ranges] if start is None else start, "start")
        self.plain: dict[str, Any] = {
            "warmup": float(own.warmup),
            "schedule": type(own).__name__,
            "momentum": float(momentum),
            "log": at is not None,
        }
        all_controls = self._controls(f, p, own.rate, rates, options, whole(steps, 0, self.most, "steps"))
        for c in all_controls:
            if not isinstance(c, Button | Field):
                c.accepted(c.value)
        super().__init__(title or "Gradient descent", [c for c in all_controls if c.name not in left_out], intro)
        if not np.isfinite(self.on.at(p)):
            raise DeriveError(f"F has no value at {start}", "DescentFigure: start", "start where F is defined")
        self._way = lru_cache(4)(self._walk)
        self._minima = lru_cache(4)(lambda on: minima(on, self.ranges[0]))
        self._ends = lru_cache(4)(self._destinations)
        self._ground = lru_cache(2)(lambda on: Ground(on.value, *self.ranges))
        self._curve = lru_cache(2)(self._drawn)

    def _at(self, given: Any, where: str) -> Any:
        """A point as numbers: a float of one variable, else a tuple."""
        try:
            p = np.array(given, dtype=float).reshape(-1)
        except (TypeError, ValueError):
            p = np.array([])
        if len(p) != len(self.ranges) or not np.isfinite(p).all():
            raise DeriveError(f"{given!r} does not give a number for each of the {len(self.ranges)} variables", f"DescentFigure: {where}")
        return float(p[0]) if len(p) == 1 else tuple(p.tolist())

    def _controls(self, f: Any, p: Any, rate: float, rates: tuple[float, float], options: Sequence[str], k: int) -> list[Control]:
        starts = p if isinstance(p, tuple) else (p,)
        symbols = [s.name for s in self.on.symbols]
        named = ["start"] if len(starts) == 1 else [f"start_{n}" for n in symbols]
        low, high = ends_of(rates, "rates")
        if not low > 0:
            raise DeriveError(f"the rates go from {low:g} to {high:g}", "DescentFigure: rates", "both above 0: rates=(0.001, 1)")
        return [
            Field("f", "F =", f if isinstance(f, str) else str(self.on.f), example="x^4/4 - x^2/2 + x/8"),
            Slider("rate", "learning rate η", low, high, 0.05, rate, log=True),
            *(Slider(n, f"start {s}", a, b, grain(a, b), v) for n, s, (a, b), v in zip(named, symbols, self.ranges, starts, strict=True)),
            Choice("schedule", "schedule", tuple(options), self.plain["schedule"]),
            Slider("warmup", "warm-up steps", 0, max(20, self.own.warmup), 1, float(self.own.warmup)),
            Slider("momentum", "momentum μ (0: off)", 0, 0.95, 0.05, self.plain["momentum"]),
            Slider("k", "steps shown", 0, self.most, 1, k),
            Switch("log", "F on a log scale", self.plain["log"]),
            Button("step", "Step", key="ArrowRight"),
            Button("back", "Back", key="ArrowLeft"),
            Button("ten", "10 steps", key="ArrowUp"),
            Button("again", "Start again", key="Home"),
        ]

    # What is set

    def value(self, name: str) -> Any:
        """The value of a control, also of one that was left out."""
        return self.values.get(name, self.plain.get(name))

    @property
    def start(self) -> Any:
        """p_0."""
        found = tuple(v for name, v in self.values.items() if name.startswith("start"))
        return found[0] if len(found) == 1 else found

    @property
    def schedule(self) -> Schedule:
        """The schedule as it is set now."""
        name, rate, warmup = self.value("schedule"), self.values["rate"], int(self.value("warmup"))
        if name == type(self.own).__name__:
            # A least rate that was above the new one would be no schedule at all.
            least = {"least": min(self.own.least, rate)} if isinstance(self.own, cosine) else {}
            return replace(self.own, rate=rate, warmup=warmup, **least)
        return SCHEDULES[name](rate, warmup=warmup, **PLAIN.get(name, {}))

    @property
    def run(self) -> Descent:
        """The whole descent, as `descend` gives it."""
        return self._way(self.on, self.start, self.schedule, float(self.value("momentum")))

    @property
    def seen(self) -> Seen:
        """The descent as far as it is shown."""
        run = self.run
        return Seen(run, min(int(self.values["k"]), run.steps))

    def _walk(self, on: Terrain, start: Any, eta: Schedule, momentum: float) -> Descent:
        if not np.isfinite(here := on.at(start)):
            return Descent([start], [here], stopped="F has no value at the start")
        middle, size = zip(*(((a + b) / 2, b - a) for a, b in self.ranges), strict=True)
        return way(on, start, eta, momentum, self.most, [ran_away(middle, max(size)), *self.stops])

    def _destinations(self, on: Terrain, eta: Schedule, momentum: float) -> Basins:
        found = self._minima(on)
        return Basins(found, *ends(on, self.ranges[0], found, eta, momentum, self.most))

    @property
    def basins(self) -> Basins | None:
        """Which start ends in which minimum, where a curve has more than one."""
        if not self.on.flat or len(self._minima(self.on)) < 2:
            return None
        return self._ends(self.on, self.schedule, float(self.value("momentum")))

    def _drawn(self, on: Terrain) -> tuple[Any, Any, tuple[float, float]]:
        xs = np.linspace(*self.ranges[0], POINTS)
        ys = on.value(xs)
        return xs, ys, around(ys, 0.1)

    # What the learner does

    def changed(self, name: str) -> None:
        if name != "f":
            return
        try:
            on = terrain(self.values["f"], [s.name for s in self.given.symbols], "F")
        except DeriveError as error:
            self.problem = str(error).splitlines()[0]
            return
        self.on, self.typed, self.problem = on, self.values["f"], ""

    def enabled(self, name: str) -> bool:
        if name in ("step", "ten"):
            return self.seen.k < self.run.steps
        return self.seen.k > 0 if name in ("back", "again") else True

    def on_step(self) -> None:
        self._to(self.seen.k + 1)

    def on_ten(self) -> None:
        self._to(self.seen.k + 10)

    def on_back(self) -> None:
        self._to(self.seen.k - 1)

    def on_again(self) -> None:
        self._to(0)

    def _to(self, k: int) -> None:
        self.values["k"] = float(min(max(k, 0), self.run.steps))

    # What is seen

    def frame(self) -> Frame:
        seen = self.seen
        least = None if self.at is None else self.on.at(self.at)
        if self.on.flat:
            xs, ys, y = self._curve(self.on)
            plots = [curve(self.on, xs, ys, y, seen, self.basins, 400 if self.fit else 460)]
        else:
            plots = [contours(self.on, self._ground(self.on), seen, 370 if self.fit else 460)]
        if self.fit is not None:
            plots.append(among_data(self.fit.model, self.fit.data, seen.points[0], seen.points[-1], self.fit.axes, 270))
        limits, remark = self._limits(seen)
        plots.append(heights(seen, bool(self.value("log")), 260 if self.fit else 360, least, limits, 1e-16))
        words = " ".join(filter(None, (self._unread(), told(self.on, seen, self.ranges, self.basins, self.most), remark)))
        momentum = float(self.value("momentum"))
        shown = lines(self.on, seen, self.schedule, momentum)
        return Frame(draw(plots, self.title), shown, text=words, html=table(self.on, seen))

    def _unread(self) -> str:
        return f"This is not taken: {self.problem}. The picture shows {unicode(self.on.f)} still." if self.problem else ""

    def _limits(self, seen: Seen) -> tuple[list[tuple[str, Any]], str]:
        """The curves above F - F*, and what is to be said about them."""
        run = seen.run
        if not self.bound or not run.steps:
            return [], ""
        if float(self.value("momentum")) or len(set(run.rates)) > 1:
            return [], "The bound is one for a constant learning rate without momentum, and is not drawn."
        least = self.on.at(self.at)
        above, alpha = run.bound(self.at), run.alpha(least)
        curves = [("‖p₀ − p*‖²/(2ηk)", lambda ks: above[0] / ks), (f"α/k, α = {short(alpha, 4)}", lambda ks: alpha / ks)]
        over = np.flatnonzero(run.gap(least)[1:] > above * (1 + 1e-9))
        small = (
            f"the least α with F − F* ≤ α/k in all {run.steps} steps is {short(alpha, 4)}, that of the bound is {short(float(above[0]), 4)}"
        )
        if over.size:
            return curves, f"In step {over[0] + 1} F − F* is above the bound, which holds for a convex F and η ≤ 1/L only; {small}."
        return curves, f"F − F* stays below the bound; {small}."

    # State

    def state(self) -> dict[str, Any]:
        return {**self.values, "function": self.typed}

    def restore(self, state: Mapping[str, Any]) -> None:
        rest = dict(state)
        typed, before = rest.pop("function", ""), (self.on, self.typed, self.problem)
        if not isinstance(typed, str) or (typed and "f" not in self.values):
            raise DeriveError(f"{typed!r} is no function of this figure", self.title)
        on = terrain(typed, [s.name for s in self.given.symbols], "F") if typed else self.given
        self.on, self.problem = on, ""  # what is restored is about this function
        try:
            super().restore(rest)
        except DeriveError:
            self.on, self.typed, self.problem = before
            raise
        self.on, self.typed = on, typed
