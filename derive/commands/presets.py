"""What `derive train` takes for each data set unless told otherwise."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..errors import DeriveError

if TYPE_CHECKING:
    from ..data import Data
    from ..samples import Array


@dataclass(frozen=True)
class Preset:
    """Hidden layers, names of activations and loss, and how to go on; batch None is all samples at once."""

    hidden: tuple[int, ...]
    activation: str
    output: str
    loss: str
    epochs: int
    batch: int | None
    rate: float
    standardise: bool = False


PRESETS = {
    "digits": Preset((30,), "sigmoid", "sigmoid", "squared_error", 30, 10, 3.0),
    "xor": Preset((3,), "tanh", "sigmoid", "cross_entropy", 500, None, 1.0),
    "clouds": Preset((16,), "tanh", "sigmoid", "cross_entropy", 100, 10, 0.5),
    "circle": Preset((8,), "tanh", "tanh", "squared_error", 100, 10, 0.1),
    "seven-points": Preset((), "sigmoid", "sigmoid", "cross_entropy", 500, None, 2.0),
}
# A CSV file, by what its target column holds.
TWO_CLASSES = Preset((8,), "tanh", "sigmoid", "cross_entropy", 100, 10, 0.1, True)
CLASSES = Preset((8,), "tanh", "softmax", "cross_entropy", 100, 10, 0.1, True)
NUMBERS = Preset((8,), "tanh", "identity", "squared_error", 200, 10, 0.05, True)


@dataclass(frozen=True)
class Loaded:
    """Data, what suits them, and x_mean and x_deviation of each feature if they were standardised."""

    data: Data
    preset: Preset
    scale: Mapping[str, Array]


def load(name: str, target: str | None, held_out: float | None, seed: int) -> Loaded:
    """The data of that name or file. `held_out` None: as the data come, and a fifth of a file."""
    from ..data import DATASETS, read_csv

    if name in DATASETS:
        if target is not None:
            raise DeriveError("--target names a column of a CSV file", f"--data {name}")
        data, preset = DATASETS[name](seed), PRESETS[name]
    elif name.lower().endswith(".csv") or os.path.exists(name):
        data = read_csv(name, target)
        preset = CLASSES if len(data.classes) > 2 else TWO_CLASSES if data.classes else NUMBERS
        held_out = 0.2 if held_out is None and len(data.X) >= 10 else held_out
    else:
        hint = f"give one of {', '.join(DATASETS)}, or a file that ends in .csv"
        raise DeriveError(f"there are no data called {name!r}", "--data", hint)
    if held_out is not None:
        data = split(data, held_out, seed)
    return standardised(data, preset) if preset.standardise else Loaded(data, preset, {})


def split(data: Data, share: float, seed: int) -> Data:
    """All the samples, this share of them held out, or none."""
    import numpy as np

    if data.held_out is not None:
        X, Y = (np.concatenate(pair) for pair in zip((data.X, data.Y), data.held_out, strict=True))
        data = replace(data, X=X, Y=Y, held_out=None)
    return data if share == 0 else data.split(share, seed)


def standardised(data: Data, preset: Preset) -> Loaded:
    """(x - mean) / deviation of the training samples, for the held-out ones too, so that these stay unseen."""
    from ..data import standardise

    held = None if data.held_out is None else (standardise(data.held_out[0], like=data.X), data.held_out[1])
    scale = {"x_mean": data.X.mean(axis=0), "x_deviation": data.X.std(axis=0)}
    return Loaded(replace(data, X=standardise(data.X), held_out=held), preset, scale)
