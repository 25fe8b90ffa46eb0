"""`derive show`: a network's equations and what is derived from them."""

from __future__ import annotations

from typing import Any, Literal

import click

from .common import document_options, network, network_options, present


@click.command(
    short_help="The equations of a network, forward and backward.",
    epilog="\b\nExample:\n  derive show 2-3-1 --activation tanh --output sigmoid --loss cross-entropy --form matrix",
)
@click.argument("spec")
@network_options
@click.option(
    "--form",
    type=click.Choice(["component", "matrix", "batch"]),
    default="component",
    help="Index by index, as matrices for one sample, or as matrices for a batch.",
)
@click.option("--steps", is_flag=True, help="Derive every backward equation line by line.")
@click.option("--code", is_flag=True, help="The NumPy code as well.")
@click.option("--layers-from", type=click.Choice(["0", "1"]), default="0", help="The number of the input layer.")
@click.option(
    "--samples",
    type=click.Choice(["rows", "columns"]),
    default="rows",
    help="How a batch stands in its matrix.",
)
@document_options(code=True)
def show(
    spec: str,
    form: str,
    steps: bool,
    code: bool,
    layers_from: str,
    samples: Literal["rows", "columns"],
    view: str | None,
    file: str | None,
    **options: Any,
) -> None:
    """Print the equations of the network SPEC, and the backward equations derived from them, labelled BP1 to BP4.

    SPEC is the size of each layer: 2-3-1, or n-30-10 with a symbol.
    """
    from ..notation import Notation
    from ..show import network_sheet

    net = network(spec, **options)
    notation = Notation(layers_from=1 if layers_from == "1" else 0, samples=samples)
    source = view == "source" or (file or "").lower().endswith(".py")
    present(network_sheet(net, form, notation, steps=steps, code=code or source), view, file)
