"""`derive expr`: the derivative of an expression, step by step."""

from __future__ import annotations

import click

from .common import document_options, present
from .typed import Typed, numbers


@click.command(
    cls=Typed,
    short_help="The derivative of an expression, step by step.",
    epilog='\b\nExample:\n  derive expr "(w*x + b - y)**2" --wrt w --at "w=3 b=2 x=4 y=5"',
)
@click.argument("texts", nargs=-1, required=True, metavar="TEXT...")
@click.option("--wrt", required=True, metavar="NAME", help="The name to differentiate by.")
@click.option("--at", metavar="VALUES", help='Numbers to put in, such as "w=3 b=1/2".')
@click.option("--detail", type=click.Choice(["every-rule", "usual", "result"]), default="usual", help="How many lines; usual unless said.")
@click.option("--hints", is_flag=True, help="For each step the rule, how it is used here, and then the line.")
@document_options(code=False)
def expr(
    texts: tuple[str, ...], wrt: str, at: str | None, detail: str, hints: bool, view: str | None, file: str | None
) -> None:
    """Derive TEXT by a name: one line a step, with the rule in the margin.

    TEXT is written as on paper or in Python: 2x, x^2 or x**2, sigma(z), ln(a). Several texts are named equations, such as
    "a = w*x + b" "y = sigma(a)" "E = (y - d)^2/2": then the last one is derived, link by link.
    """
    from ..deriving import derive
    from ..show import derivation_sheet

    values = numbers(at) if at else {}
    several = len(texts) > 1 or "=" in texts[0]
    derivation = derive(list(texts) if several else texts[0], wrt).detail(detail.replace("-", " "))
    present(derivation_sheet(derivation, f"The derivative by {wrt.strip()}", values, hints=hints), view, file)
