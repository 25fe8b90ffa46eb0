"""What the commands share: the options of a network, names from the tables of the package, and where a document goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from ..network import Network
    from ..show import Document

Command = TypeVar("Command", bound=Callable[..., Any])
VIEWS = ("text", "latex", "html", "markdown", "source")


def _activations() -> dict[str, Any]:
    from ..ops import ACTIVATIONS

    return dict(ACTIVATIONS)


def _losses() -> dict[str, Any]:
    from ..losses import LOSSES

    return dict(LOSSES)


def named(table: Callable[[], dict[str, Any]]) -> Callable[[click.Context, click.Parameter, str | None], Any]:
    """Makes an option's text the entry of a table, `_` and `-` alike; the table is loaded when a name is given."""

    def found(ctx: click.Context, param: click.Parameter, value: str | None) -> Any:
        if value is None:
            return None
        names = {name.replace("_", "-"): entry for name, entry in table().items()}
        if value.replace("_", "-") not in names:
            raise click.BadParameter(f"there is no {value!r}; there are {', '.join(names)}", ctx, param)
        return names[value.replace("_", "-")]

    return found


ACTIVATION, LOSS = named(_activations), named(_losses)
# Stated here for --help, which does not load the tables; a test compares.
ACTIVATION_NAMES = "sigmoid, tanh, relu, softplus, identity, softmax"
LOSS_NAMES = "squared-error, half-sum-of-squares, sum-of-squares, cross-entropy"


def network_options(command: Command) -> Command:
    """--activation, --output, --loss and --l2, with which `network` is called."""
    for option in (
        click.option("--l2", type=float, metavar="NUMBER", help="Weight decay: (l2/2) times the squared weights."),
        click.option("--loss", callback=LOSS, metavar="NAME", help=f"One of {LOSS_NAMES}."),
        click.option("--output", callback=ACTIVATION, metavar="NAME", help="Activation of the last layer, if another."),
        click.option("--activation", callback=ACTIVATION, metavar="NAME", help=f"One of {ACTIVATION_NAMES}."),
    ):
        command = option(command)
    return command


def document_options(*, code: bool) -> Callable[[Command], Command]:
    """--as and -o, with which `present` is called; `code`: whether there is source text that may stand alone."""
    views = VIEWS if code else VIEWS[:-1]
    endings = ".pdf, .tex, .html, .md, .txt or .py" if code else ".pdf, .tex, .html, .md or .txt"

    def added(command: Command) -> Command:
        command = click.option("-o", "file", metavar="FILE", help=f"Write a file: {endings}.")(command)
        on_screen = "What to print on the screen; text unless said."
        return click.option("--as", "view", type=click.Choice(views), help=on_screen)(command)

    return added


def sizes(spec: str) -> list[Any]:
    """2-3-1 or n-30-10 as numbers and symbols; raises `DeriveError` naming the part that is neither."""
    from sympy import Symbol

    from ..errors import DeriveError

    found: list[Any] = []
    parts = spec.strip().split("-")
    for number, part in enumerate(parts, 1):
        where, hint = f"size {number} of {spec!r}", "for example 2-3-1, or n-30-10 with a symbol"
        if part.isascii() and part.isdigit():
            if not 1 <= len(part.lstrip("0")) <= 6:
                raise DeriveError(f"{part} is not between 1 and 999999", where, hint)
            found.append(int(part))
        elif part.isascii() and part.isidentifier() and len(part) <= 20:
            found.append(Symbol(part, integer=True, positive=True))
        else:
            what = f"{part!r} is neither a number nor a name" if part else "there is nothing where a size should be"
            raise DeriveError(what, where, hint)
    if len(found) < 2:
        raise DeriveError(f"{spec!r} is one size, and a network has at least two", hint="for example 2-3-1")
    return found


def network(
    spec: str, activation: Any = None, output: Any = None, loss: Any = None, l2: float | None = None
) -> Network:
    """The network that SPEC and the options describe; what is not given is as in `Network.dense`."""
    from ..network import Network

    given = {"activation": activation, "output": output, "loss": loss, "l2": l2}
    return Network.dense(*sizes(spec), **{name: value for name, value in given.items() if value is not None})


def present(document: Document, view: str | None, file: str | None) -> None:
    """Writes the document into the file, or prints it; LaTeX on the screen comes without the frame of an article."""
    from ..formats import FORMATS

    if file is not None:
        if view is not None:
            raise click.UsageError("--as is for the screen; with -o the ending of the file's name says what it is")
        document.write(file)
        click.echo(f"wrote {file}", err=True)
        return
    if view == "latex":
        click.echo(FORMATS[".tex"].body(document.blocks))
        return
    ending = {"html": ".html", "markdown": ".md", "source": ".py"}.get(view or "", ".txt")
    click.echo(document.text(ending), nl=False)
