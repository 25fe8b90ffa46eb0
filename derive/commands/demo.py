"""`derive demo`: from a network to its gradients, its code and a trained model."""

from __future__ import annotations

import importlib.util

import click


@click.command(short_help="All of it at once, in some seconds.", epilog="\b\nExample:\n  derive demo")
@click.option("--seed", type=click.IntRange(min=0), default=0, metavar="N", help="Of the training.")
@click.pass_context
def demo(ctx: click.Context, seed: int) -> None:
    """Show a network's equations, derive and prove its gradients, check its code, and train it on handwritten digits."""
    from sympy import symbols

    from ..checking import check
    from ..network import Network
    from ..ops import sigmoid, tanh
    from ..show import proofs_in_words
    from .train import train

    def heading(text: str) -> None:
        click.echo("\n" + click.style(text, bold=True))

    net = Network.dense(*symbols("n k q", integer=True, positive=True), activation=tanh, output=sigmoid)
    bp = net.backprop()
    heading("A network of two layers of any size, index by index")
    click.echo(net.equations.unicode("component"))
    heading("The four equations of backpropagation, derived, as matrices")
    click.echo(bp.unicode("matrix"))
    click.echo(f"Derived for one sample and for a batch: {proofs_in_words(bp.verify())}")
    heading("One of these derivations: the error of the hidden layer, by way of its activations")
    click.echo(f"{bp.derivation('a1').unicode()}\n{bp.derivation('z1').unicode()}")
    small = Network.dense(2, 3, 1, activation=tanh, output=sigmoid)
    heading("The generated NumPy code of 2-3-1")
    click.echo(small.compile().source.rstrip())
    heading("That code against every other way to the same numbers")
    click.echo(str(check(small)))
    if importlib.util.find_spec("sklearn") is None:
        heading("Training on XOR; the handwritten digits need scikit-learn: pip install 'derive-nn[data]'")
        ctx.invoke(train, name="xor", seed=seed)
        return
    heading("Training on handwritten digits")
    ctx.invoke(train, name="digits", seed=seed)
