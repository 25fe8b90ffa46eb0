"""`derive train`: gradient descent on data, with a progress bar, and what came of it."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from .common import network, network_options

if TYPE_CHECKING:
    from ..schedules import Schedule
    from ..training import History

LINES = 10  # of the table of epochs


@click.command(
    short_help="Train a network on data.",
    epilog="\b\nExample:\n  derive train --data digits --network 64-30-10 --epochs 30 --batch-size 10 --rate 3 --seed 1",
)
@click.option(
    "--data",
    "name",
    required=True,
    metavar="NAME",
    help="digits, xor, clouds, circle, seven-points, or FILE.csv with the target in the last column.",
)
@click.option("--network", "spec", metavar="SPEC", help="The size of each layer, such as 64-30-10.")
@click.option("--epochs", type=click.IntRange(min=0), metavar="N", help="Times through all the samples.")
@click.option("--batch-size", metavar="N", help='Samples an update, or "all".')
@click.option("--rate", type=float, metavar="ETA", help="The learning rate, or where its schedule begins.")
@click.option(
    "--schedule",
    metavar="NAME[:SETTINGS]",
    default="constant",
    help="constant, step, exponential, inverse-time or cosine, counted in epochs: exponential:decay=0.1,warmup=2.",
)
@network_options
@click.option(
    "--init", type=click.Choice(["scaled", "nielsen"]), default="scaled", help="N(0, 1/n) weights or N(0, 1)."
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Of the data, the start and the order of samples.",
)
@click.option(
    "--held-out",
    type=click.FloatRange(0, 1, max_open=True),
    metavar="SHARE",
    help="Share of the samples that only judge, such as 0.2.",
)
@click.option("--target", metavar="COLUMN", help="The column of FILE.csv to be learned, if not the last.")
@click.option("--dtype", type=click.Choice(["float64", "float32"]), default="float64")
@click.option("--save", "parameters", metavar="FILE.npz", help="Write the parameters.")
@click.option("--history", "record", metavar="FILE.csv", help="Write loss, accuracy, rate and gradient norms by epoch.")
@click.pass_context
def train(
    ctx: click.Context,
    /,
    name: str,
    spec: str | None,
    epochs: int | None,
    batch_size: str | None,
    rate: float | None,
    schedule: str,
    init: str,
    seed: int,
    held_out: float | None,
    target: str | None,
    dtype: str,
    parameters: str | None,
    record: str | None,
    **options: Any,
) -> None:
    """Train a network on data. What is not given is chosen to suit the data.

    Ctrl-C ends the training and keeps what was learned. Ends with status 1 if the training diverges.
    """
    import numpy as np

    from ..errors import DeriveError
    from ..losses import LOSSES
    from ..ops import ACTIVATIONS
    from ..samples import generator
    from ..saving import extension, save, writable
    from ..show import in_words
    from ..training import train as descend
    from .presets import load

    for file, ending in ((parameters, ".npz"), (record, ".csv")):
        if file is not None:
            extension(file, (ending,))
            writable(file)
    rng = generator(seed)
    loaded = load(name, target, held_out, seed)
    data, preset = loaded.data, loaded.preset
    features, outputs = data.X.shape[1], data.Y.shape[1]
    usual_sizes = "-".join(map(str, (features, *preset.hidden, outputs)))
    chosen = spec or usual_sizes
    usual: dict[str, Any] = {"activation": ACTIVATIONS[preset.activation]}
    if options["loss"] is None and options["output"] is None:
        usual |= {"output": ACTIVATIONS[preset.output], "loss": LOSSES[preset.loss]}
    net = network(chosen, **{**options, **{key: value for key, value in usual.items() if options[key] is None}})
    if (net.n_in, net.n_out) != (features, outputs):
        what = f"{chosen} is for {net.n_in} features and {net.n_out} target columns, but {name} has {features} and {outputs}"
        raise DeriveError(what, "--network", f"for example --network {usual_sizes}")
    count = preset.epochs if epochs is None else epochs
    batch = preset.batch if batch_size is None else _batch(batch_size)
    updates = -(-len(data.X) // (batch or len(data.X)))
    eta = _schedule(schedule, preset.rate if rate is None else rate, count, updates)
    begin, compiled = net.init(rng, init), net.compile(dtype, target="fast", batch_size=min(batch or len(data.X), len(data.X)))

    click.echo(f"{in_words(net)}\n{data}")
    pace = f"rate {eta.rate:g}" + ("" if schedule == "constant" else f" with {schedule}")
    click.echo(f"{count} epochs, {f'batches of {batch}' if batch else 'all samples at once'}, {pace}, seed {seed}")
    if loaded.scale:
        click.echo("features standardised: (x - mean) / deviation")
    start = time.perf_counter()
    history = descend(
        net,
        data.X,
        data.Y,
        epochs=count,
        batch_size=batch,
        rate=eta,
        rng=rng,
        params=begin,
        held_out=data.held_out,
        compiled=compiled,
    )
    click.echo(summary(history))
    click.echo(f"{result(history)} ({time.perf_counter() - start:.1f} s)")
    if parameters is not None:
        buffer = io.BytesIO()
        arrays: dict[str, Any] = {**history.params, **loaded.scale}
        np.savez(buffer, **arrays)
        save(parameters, buffer.getvalue())
        click.echo(f"wrote {parameters}", err=True)
    if record is not None:
        save(record, record_of(history).encode("utf-8"))
        click.echo(f"wrote {record}", err=True)
    if history.stopped.startswith(("interrupted", "diverged")):
        click.echo(f"derive: {history.stopped}", err=True)
        ctx.exit(130 if history.stopped.startswith("interrupted") else 1)


def _batch(text: str) -> int | None:
    if text == "all":
        return None
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text)):
        raise click.BadParameter(f'{text!r} is neither a number of at least 1 nor "all"', param_hint="'--batch-size'")
    return int(text)


def _schedule(text: str, rate: float, epochs: int, updates: int) -> Schedule:
    """exponential:decay=0.1 as a schedule that counts in epochs; a cosine ends with the training unless told otherwise."""
    from dataclasses import fields

    from ..errors import DeriveError
    from ..schedules import SCHEDULES

    name, _, settings = text.partition(":")
    kind = SCHEDULES.get(name.replace("-", "_"))
    if kind is None:
        raise DeriveError(f"there is no {name!r}; there are {', '.join(SCHEDULES).replace('_', '-')}", "--schedule")
    known = {field.name for field in fields(kind)} - {"rate", "unit"}
    given: dict[str, Any] = {"steps": max(epochs, 1)} if "steps" in known else {}
    for setting in filter(None, settings.split(",")):
        key, _, value = (part.strip() for part in setting.partition("="))
        if key not in known:
            raise DeriveError(f"{key!r} is no setting of {name}; there are {', '.join(sorted(known))}", "--schedule")
        try:
            given[key] = int(value) if value.isdigit() and len(value) < 10 else float(value)
        except ValueError:
            raise DeriveError(f"{value!r} is not a number", f"--schedule, {key}", "for example step:drop=0.5") from None
    return kind(rate, unit=updates, **given)


def columns(history: History) -> dict[str, list[float]]:
    """The lists of a history that have an entry for each epoch, by name."""
    found = {
        "loss": history.loss,
        "held_out_loss": history.held_out_loss,
        "accuracy": history.accuracy or [],
        "rate": history.rates,
    }
    found |= {f"norm_{name}": norms for name, norms in history.gradient_norms.items()}
    return {name: values for name, values in found.items() if values}


def summary(history: History) -> str:
    """A table of at most `LINES` epochs, the first and the last among them."""
    shown = {name: values for name, values in columns(history).items() if not name.startswith("norm_")}
    if len(set(history.rates)) < 2:
        shown.pop("rate", None)
    last = history.epochs - 1
    picked = sorted({round(n * last / (LINES - 1)) for n in range(LINES)}) if history.epochs else []
    lines = [_line("epoch", [name.replace("_", " ") for name in shown])]
    lines += [_line(str(n + 1), [f"{values[n]:.4g}" for values in shown.values()]) for n in picked]
    return "\n".join(lines)


def _line(first: str, rest: Iterable[str]) -> str:
    return f"{first:>6}" + "".join(f"{cell:>15}" for cell in rest)


def result(history: History) -> str:
    """The last loss and accuracy, in a line."""
    if not history.epochs:
        return history.stopped
    said = f"loss {history.loss[-1]:.4g}"
    if history.accuracy:
        said += f", {'held-out ' if history.held_out_loss else ''}accuracy {100 * history.accuracy[-1]:.1f} %"
    return f"{said}, {history.epochs} epoch{'s' * (history.epochs != 1)}"


def record_of(history: History) -> str:
    """The history as CSV, a line an epoch."""
    shown = columns(history)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["epoch", *shown])
    writer.writerows([n + 1, *(repr(float(values[n])) for values in shown.values())] for n in range(history.epochs))
    return text.getvalue()
