"""The loss against the epochs."""

from __future__ import annotations

import math

import numpy as np

from ...samples import Array
from ..base.plot import Plot
from .learning import Run

DRAWN = 400  # points of a curve


def curves(run: Run, size: int | None, width: float, height: float) -> Plot:
    """Training and held-out loss; a loss that is a sum over samples is divided by their number, so that the two can be compared."""
    found = [("s5", "training", *thinned(run.loss, _samples(run, size)))]
    if run.data.held_out is not None:
        found.append(("s4", "held out", *thinned(run.held_out_loss, 1.0 if run.net.loss.mean else len(run.data.held_out[0]))))
    values = [float(v) for _, _, _, ys in found for v in ys if math.isfinite(v)]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    log = low > 0 and high > 30 * low
    ends = (low / 1.4, high * 1.4) if log else (0.0, max(high * 1.08, 1e-9))
    title = "loss" if run.net.loss.mean else "loss of a sample"
    plot = Plot(width, height, (0.0, _round_up(run.epoch)), ends, x_label="epoch", title=title, log_y=log)
    for kind, name, xs, ys in found:
        plot.line(xs, ys, kind, name, dash=name == "held out")
        plot.points(xs[-1:], ys[-1:], f"{kind}o", size=3.5)
    return plot


def _samples(run: Run, size: int | None) -> float:
    """The samples of a batch, on average, where a loss is their sum."""
    count = len(run.data.X)
    return 1.0 if run.net.loss.mean else count / math.ceil(count / (size or count))


def thinned(values: list[float], divisor: float = 1.0) -> tuple[Array, Array]:
    """Epochs and values of a curve, few enough to be drawn often; the last one is among them."""
    stride = max(1, len(values) // DRAWN)
    at = np.arange(len(values) - 1, -1, -stride)[::-1]
    return at + 1, np.array([values[i] for i in at]) / divisor


def _round_up(epochs: int) -> float:
    """The end of the axis: it moves seldom, so that the curve can be watched."""
    power = 10.0 ** math.floor(math.log10(max(epochs, 10)))
    return float(next(m * power for m in (1, 2, 5, 10) if m * power >= epochs))
