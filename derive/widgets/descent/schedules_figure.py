r"""Learning-rate schedules side by side: eta_k against k, with the formula of each and the numbers of one k put in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import DeriveError
from ...numerals import short
from ...schedules import SCHEDULES, Schedule
from ..base.controls import Button, Control, Slider, Switch
from ..base.figure import Figure
from ..base.interactive import Frame
from ..base.plot import Plot, draw
from ..base.plugged import equals, tex

KINDS = dict(zip(SCHEDULES, ("s1", "s2", "s3", "s4", "s5"), strict=True))
SETTINGS = {"constant": (), "step": ("drop", "every"), "exponential": ("decay",), "inverse_time": ("decay",), "cosine": ("last", "least")}


def schedule(name: str, rate: float, warmup: int, settings: Mapping[str, float]) -> Schedule:
    """A schedule by its name; settings: drop, every, decay, last (the K of cosine) and least (as a share of the rate)."""
    more: dict[str, Any] = {
        "constant": {},
        "step": {"drop": settings["drop"], "every": int(settings["every"])},
        "exponential": {"decay": settings["decay"]},
        "inverse_time": {"decay": settings["decay"]},
        "cosine": {"steps": int(settings["last"]), "least": settings["least"] * rate},
    }[name]
    return SCHEDULES[name](rate, **more, warmup=warmup)


def with_numbers(name: str, eta: Schedule, k: int) -> str:
    """eta_k = formula = numbers = value, as LaTeX."""
    value, rate, after = eta(k), eta.rate, k - eta.warmup
    if after < 0:
        formula, put_in = r"\eta_0\,\frac{k+1}{K}", rf"{tex(rate)} \cdot \frac{{{k + 1}}}{{{eta.warmup}}}"
    else:
        formula = eta.latex.replace("{K}", "{K_c}")  # K is the warm-up here
        formula = formula.replace("k", "(k-K)") if eta.warmup else formula
        put_in = _numbers(name, eta, after)
    numbers = "" if name == "constant" and after >= 0 else f" {equals([rate])} {put_in}"
    return rf"\eta_{{k={k}}} = {formula}{numbers} {equals([value])} {tex(value)}"


def _numbers(name: str, eta: Any, k: int) -> str:
    rate = tex(eta.rate)
    if name == "step":
        return rf"{rate} \cdot {tex(eta.drop)}^{{\lfloor {k}/{eta.every} \rfloor}}"
    if name == "exponential":
        return rf"{rate}\, e^{{-{tex(eta.decay)} \cdot {k}}}"
    if name == "inverse_time":
        return rf"\frac{{{rate}}}{{1 + {tex(eta.decay)} \cdot {k}}}"
    if name == "cosine":
        least, angle = tex(eta.least), rf"\frac{{\pi \cdot {min(k, eta.steps)}}}{{{eta.steps}}}"
        return rf"{least} + \tfrac{{1}}{{2}}({rate} - {least})\left(1 + \cos {angle}\right)"
    return rate


class Schedules(Figure):
    """eta_k for k = 0 .. steps.

    show   the schedules, by name: constant, step, exponential, inverse_time, cosine
    rate   eta_0 at first
    steps  how far k goes

    Raises `DeriveError` for names that are none.
    """

    def __init__(
        self, show: Sequence[str] = tuple(SCHEDULES), *, rate: float = 0.1, steps: int = 100, title: str = "", intro: str = ""
    ) -> None:
        names = (show,) if isinstance(show, str) else tuple(show)
        strange = [name for name in names if name not in SCHEDULES]
        if strange or not names:
            raise DeriveError(
                f"there is no schedule {strange[0]!r}" if strange else "no schedule is named", "Schedules", ", ".join(SCHEDULES)
            )
        if isinstance(steps, bool) or not isinstance(steps, int) or not 10 <= steps <= 1000:
            raise DeriveError(f"{steps!r} is no whole number from 10 to 1000", "Schedules: steps")
        low, high = 0.001, 10.0
        if isinstance(rate, bool) or not isinstance(rate, int | float) or not low <= rate <= high:
            raise DeriveError(f"{rate!r} is no number from {low:g} to {high:g}", "Schedules: rate")
        self.names, self.steps = names, steps
        used = {setting for name in names for setting in SETTINGS[name]}
        settings = (
            Slider("drop", "drop d", 0.1, 1, 0.05, 0.5),
            Slider("every", "every s steps", 1, steps, 1, max(1, steps // 5)),
            Slider("decay", "decay λ", 0, 0.2, 0.005, 0.03),
            Slider("last", "cosine: steps K_c", 1, steps, 1, steps),
            Slider("least", "η_min as a share of η₀", 0, 1, 0.05, 0),
        )
        controls: list[Control] = [
            Slider("rate", "η₀", low, high, 0.05, float(rate), log=True),
            Slider("warmup", "warm-up K", 0, steps // 2, 1, 0),
            *(s for s in settings if s.name in used),
            Slider("k", "k", 0, steps, 1, 0),
            Switch("log", "η on a log scale"),
            Button("next", "Next k", key="ArrowRight"),
            Button("back", "Back", key="ArrowLeft"),
        ]
        self._rest = {s.name: s.value for s in settings}
        super().__init__(title or "Learning-rate schedules", controls, intro)

    @property
    def k(self) -> int:
        """The step that is looked at."""
        return int(self.values["k"])

    def enabled(self, name: str) -> bool:
        return self.k < self.steps if name == "next" else self.k > 0 if name == "back" else True

    def on_next(self) -> None:
        self.values["k"] = float(self.k + 1)

    def on_back(self) -> None:
        self.values["k"] = float(self.k - 1)

    def schedules(self) -> dict[str, Schedule]:
        """The schedules as they are set now: to be given to `descend` or `train`."""
        settings = self._rest | self.values
        return {name: schedule(name, self.values["rate"], int(self.values["warmup"]), settings) for name in self.names}

    def frame(self) -> Frame:
        made = self.schedules()
        rate, ks = self.values["rate"], range(self.steps + 1)
        ends = (rate * 1e-4, rate * 1.5) if self.values["log"] else (0.0, rate * 1.08)
        plot = Plot(
            760, 320, (0, self.steps), ends, x_label="k", y_label="η", log_y=self.values["log"], title="the learning rate of step k"
        )
        stairs = [k for k in ks for _ in (0, 1)]  # a rate holds for a whole step, and then jumps
        for name, eta in made.items():
            plot.line([*stairs[1:], stairs[-1] + 1], [eta(k) for k in stairs], KINDS[name], name.replace("_", " "))
        plot.vertical(self.k)
        for name, eta in made.items():
            plot.points(self.k, eta(self.k), KINDS[name] + "o", size=5)
        lines = tuple(rf"{name.replace('_', ' ')}: $\displaystyle {with_numbers(name, eta, self.k)}$" for name, eta in made.items())
        told = ", ".join(f"{name.replace('_', ' ')} {short(eta(self.k), 4)}" for name, eta in made.items())
        warm = int(self.values["warmup"])
        note = f" The first {warm} steps are the warm-up: η grows in equal parts up to η₀." if warm else ""
        return Frame(draw([plot], self.title), lines, text=f"At k = {self.k} the learning rates are: {told}.{note}")
