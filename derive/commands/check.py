"""`derive check`: a network's generated code against every other way to the same numbers."""

from __future__ import annotations

from typing import Any

import click

from .common import network, network_options


@click.command(
    short_help="The agreement of all ways to compute a gradient.",
    epilog="\b\nExample:\n  derive check 5-4-3-2 --activation tanh --output sigmoid --loss cross-entropy",
)
@click.argument("spec")
@network_options
def check(spec: str, **options: Any) -> None:
    """Compare the generated code of the network SPEC with hand-written backpropagation, differences and SymPy.

    Ends with status 1 if two of them disagree.
    """
    from ..checking import check as compare

    click.echo(str(compare(network(spec, **options))))
