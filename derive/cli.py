"""The command line: `derive demo | show | expr | graph | check | train | lessons | worksheet | grade`.

Exit status: 0; 1 if two computations disagree or a training diverges; 2 for what cannot be used; 130 after Ctrl-C.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence

import click

from . import __version__
from .commands.check import check
from .commands.demo import demo
from .commands.expr import expr
from .commands.grade import grade
from .commands.graph import graph
from .commands.lessons import lessons
from .commands.show import show
from .commands.train import train
from .commands.worksheet import worksheet
from .errors import DeriveError, Disagreement, ReadError
from .terminal import width

COLUMNS = 76  # of a typed text that is shown again with a caret below it


class InOrder(click.Group):
    """Commands are listed in the order in which one would try them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(
    cls=InOrder,
    commands=[demo, show, expr, graph, check, train, lessons, worksheet, grade],
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\b\nExample:\n  derive show 2-3-1 --activation tanh --output sigmoid --loss cross-entropy -o sheet.pdf",
)
@click.version_option(__version__, prog_name="derive", message="%(prog)s %(version)s")
@click.pass_context
def group(ctx: click.Context) -> None:
    """From a neural network to its equations, its gradients, its NumPy code and a trained model."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns the exit status; what a user did wrong is said in one line."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            # A pipe gets UTF-8 everywhere; a terminal keeps its encoding and shows what it can.
            stream.reconfigure(**({"errors": "replace"} if stream.isatty() else {"encoding": "utf-8"}))  # type: ignore[union-attr]  # sys.stdout may be replaced
    try:
        return int(group.main(args=arguments, prog_name="derive", standalone_mode=False) or 0)
    except click.Abort:
        return _said("interrupted", 130)
    except click.UsageError as error:
        asked = f"; see {error.ctx.command_path} --help" if error.ctx else ""
        return _said(f"{error.format_message().rstrip('.')}{asked}", 2)
    except click.ClickException as error:
        return _said(error.format_message(), 2)
    except ReadError as error:
        status = _said(str(error.args[0]), 2)
        click.echo(pointer(error.text, error.position), err=True)
        return status
    except DeriveError as error:
        return _said(str(error), 1 if isinstance(error, Disagreement) else 2)
    except OSError as error:
        return _said(f"{error.filename}: {error.strerror}" if error.filename else str(error), 2)
    except MemoryError:
        return _said("there is not enough memory for this; try a smaller network or batch", 2)


def _said(message: str, status: int) -> int:
    click.echo(f"derive: {' '.join(message.split())}", err=True)
    return status


def pointer(text: str, position: int) -> str:
    """The part of a typed text around a position, and below it a caret; every character takes one column."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    start = max(0, min(position - COLUMNS // 2, len(plain) - COLUMNS))
    shown, cut = plain[start : start + COLUMNS], "…" if start else ""
    return f"  {cut}{shown}\n  {' ' * (len(cut) + width(plain[start:position]))}^"
