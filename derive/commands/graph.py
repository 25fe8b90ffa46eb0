"""`derive graph`: an expression or named equations as gates, with values forward and gradients backward."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from .typed import Typed, numbers

if TYPE_CHECKING:
    from ..graph import Graph


@click.command(
    cls=Typed,
    short_help="The gates of an expression, values forward, gradients backward.",
    epilog="""\b
Example:
  derive graph "1/(1+exp(-(w*x+b)))" --at "w=2 x=-1 b=3" --steps 2""",
)
@click.argument("texts", metavar="TEXT...", nargs=-1, required=True)
@click.option("--at", metavar="VALUES", help='A number for each variable, such as "w=3 b=1/2".')
@click.option("--wrt", metavar="NAMES", help="Gradients by these variables only.")
@click.option("--steps", type=click.IntRange(min=0), metavar="N", help="Pass only N gates backward, and tell of each what it sends.")
@click.option("--fold", multiple=True, metavar="PART", help="Make one gate of an activation's formula (sigmoid), or of a part of TEXT.")
@click.option("--ways", is_flag=True, help="Each gradient by its formula, by the graph and by finite differences.")
@click.option("--theme", type=click.Choice(["light", "dark"]), help="Colours of the drawing.")
@click.option("-o", "file", metavar="FILE", help="Draw it: .svg or .png.")
def graph(
    texts: tuple[str, ...],
    at: str | None,
    wrt: str | None,
    steps: int | None,
    fold: tuple[str, ...],
    ways: bool,
    theme: str | None,
    file: str | None,
) -> None:
    """Print the gates of TEXT; with --at, the value of each and the gradient of the output by it.

    TEXT is one expression, or several equations of which each may use the names above it: "z = w*x + b" "a = sigma(z)".
    """
    from ..graph import Graph
    from ..ways import three_ways

    if theme is not None and file is None:
        raise click.UsageError("--theme is for a drawing; give -o FILE as well")
    made = Graph(texts[0]) if len(texts) == 1 and "=" not in texts[0] else Graph.from_equations(texts)
    for part in fold:
        made = made.fold(_activation(part) or part)
    if at is None and made.variables and (wrt is not None or steps is not None or ways):
        raise click.UsageError(f"a backward pass needs values; give --at with {', '.join(made.variables[:12])}")
    told, compared = "", None
    if at is not None or not made.variables:
        # One number with a point, and all are decimals: the learner wants 0.02, not 1/50.
        values = {name: float(v) if "." in (at or "") else v for name, v in numbers(at or "").items()}
        made.forward(values)
        told = _passed(made, wrt, steps)
        compared = three_ways(made.formula, values, made.names_of(wrt)) if ways else None
    if file is not None:
        made.save(file, theme or "")
        click.echo(f"wrote {file}", err=True)
    else:
        click.echo("\n\n".join(filter(None, (str(made), told, str(compared or "")))))
    if compared is not None:
        compared.verify()


def _activation(name: str) -> Any:
    """The activation of this name that has a formula for one entry; None if it is not one."""
    from ..ops import ACTIVATIONS, Activation

    kind = ACTIVATIONS.get(name.strip())
    return kind if kind is not None and issubclass(kind, Activation) else None


def _passed(made: Graph, wrt: str | None, steps: int | None) -> str:
    """The backward pass as far as is asked; what each gate sent, if that is a number of them."""
    if steps is not None:
        return "\n".join(map(str, islice(made.backward_steps(wrt), steps)))
    made.backward(wrt)
    return ""
