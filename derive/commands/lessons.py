"""`derive lessons`: the lessons in a folder of one's own and opened in Jupyter, or as web pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..lessons.library import Lesson

DEFAULT = "derive-lessons"


@click.command(
    short_help="Learn: interactive lessons in Jupyter, or as web pages.",
    epilog="\b\nExamples:\n  derive lessons\n  derive lessons --html pages --only 02,05",
)
@click.argument("folder", required=False, metavar="[FOLDER]")
@click.option("--list", "listed", is_flag=True, help="Only list the lessons.")
@click.option("--copy-only", is_flag=True, help="Only copy the lessons, and open nothing.")
@click.option("--html", "pages", metavar="DIR", help="Execute the lessons and write them as web pages into DIR.")
@click.option("--only", metavar="NUMBERS", help="Only these lessons, for example 02,05.")
@click.option("--voila", is_flag=True, help="Open them in Voila, as pages without code, instead of JupyterLab.")
@click.option("--no-browser", is_flag=True, help="Open no browser; the address is printed.")
@click.option("--port", type=click.IntRange(1, 65535), metavar="N", help="The port of the server.")
def lessons(
    folder: str | None, listed: bool, copy_only: bool, pages: str | None, only: str | None, voila: bool, no_browser: bool, port: int | None
) -> int:
    """Copy the lessons into FOLDER, unless said derive-lessons here, and open them in JupyterLab until Ctrl-C.

    A notebook that is in FOLDER already is never changed. The server answers on this machine only.
    """
    from ..lessons.library import chosen
    from ..lessons.library import lessons as found

    serving = {"--voila": voila, "--no-browser": no_browser, "--port": port is not None}
    modes = {"--list": listed, "--copy-only": copy_only, "--html": pages is not None}
    given = [name for name, there in modes.items() if there]
    if len(given) > 1 or (given and any(serving.values())):
        other = given[1] if len(given) > 1 else next(name for name, there in serving.items() if there)
        raise click.UsageError(f"{given[0]} and {other} do not go together")
    if folder is not None and (listed or pages is not None):
        raise click.UsageError(f"with {given[0]} nothing is copied, and FOLDER {folder!r} has no use")
    every = found()
    wanted = chosen(every, only)
    if listed:
        for lesson in wanted:
            click.echo(f"{lesson.number}  {lesson.title}")
        return 0
    if pages is not None:
        return _pages(wanted, every, pages)
    shown, server = folder if folder is not None else DEFAULT, "voila" if voila else "jupyterlab"
    if port is not None:
        _port_is_free(server, port)
    _copy(wanted, shown)
    return 0 if copy_only else _serve(server, shown, port, not no_browser)


def _copy(wanted: list[Lesson], folder: str) -> None:
    from ..lessons.folder import copy

    copied = copy(wanted, Path(folder))
    if copied.new:
        click.echo(f"{_counted(len(copied.new))} copied into {folder}", err=True)
    if copied.kept:
        left = "it is" if len(copied.kept) == 1 else "they are"
        click.echo(f"{_counted(len(copied.kept))} in {folder} already, left as {left}", err=True)


def _counted(number: int) -> str:
    return f"{number} lesson{'' if number == 1 else 's'}"


def _port_is_free(server: str, port: int) -> None:
    """Raises `DeriveError` before anything is copied for a server that could not start."""
    from ..lessons.serving import free_port

    free_port(server, port)


def _serve(server: str, folder: str, port: int | None, browser: bool) -> int:
    from ..lessons.serving import serve

    return serve(server, Path(folder), port, browser, say=lambda line: click.echo(line, err=True))


def _pages(wanted: list[Lesson], every: list[Lesson], folder: str) -> int:
    from ..lessons.pages import write_pages

    failures = write_pages(wanted, Path(folder), every, say=lambda line: click.echo(line, err=True))
    click.echo(f"{len(wanted) - len(failures)} of {_counted(len(wanted))} written into {folder}", err=True)
    return 1 if failures else 0
