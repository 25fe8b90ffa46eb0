"""`derive grade`: the submissions of a class, judged, with tables and a page."""

from __future__ import annotations

import click

NOTICES = 5  # shown on the screen; the page has all


@click.command(
    short_help="Grade what a class handed in.",
    epilog="\b\nExample:\n  derive grade sigmoid.py submissions -o results --jobs 2",
)
@click.argument("tasks", nargs=-1, required=True, metavar="TASK...")
@click.argument("submissions")
@click.option("-o", "folder", required=True, metavar="FOLDER", help="Where the results go; an interrupted run goes on there.")
@click.option("--jobs", type=click.IntRange(min=1, max=256), default=1, metavar="N", help="Processes that judge at the same time.")
@click.option("--dask", metavar="ADDRESS", help="Judge on a Dask cluster, such as tcp://127.0.0.1:8786.")
@click.option("--variants", metavar="ROSTER.csv", help="The roster of the worksheets.")
@click.option("--seed", type=click.IntRange(min=0), default=0, metavar="N", help="Of the points at which answers are compared.")
@click.option("--limit", type=click.FloatRange(min=0, min_open=True), default=60.0, metavar="SECONDS", help="Time for a submission.")
@click.option("--retry", is_flag=True, help="Judge again what took too long, or what a lost process was judging.")
@click.option("--quiet", is_flag=True, help="No progress bar, and no notices.")
def grade(
    tasks: tuple[str, ...],
    submissions: str,
    folder: str,
    jobs: int,
    dask: str | None,
    variants: str | None,
    seed: int,
    limit: float,
    retry: bool,
    quiet: bool,
) -> None:
    """Grade SUBMISSIONS to each TASK: a file that defines `task`, or a name from the library.

    \b
    SUBMISSIONS is a folder:  STUDENT/TASK.txt (.tex, .py, .json, .ipynb),
                              or STUDENT.json, STUDENT.ipynb; for one task STUDENT.txt, .tex, .py;
    or a CSV file:            columns student, task, answer; or student and a column for each task.

    Run it again to go on where it was stopped; only what is new or was changed is judged.
    """
    from pathlib import Path

    from ..grading.classroom import grade_class

    results = grade_class(
        tasks, submissions, folder, jobs=jobs, seed=seed, variants=variants, dask=dask, limit=limit, retry=retry,
        progress=False if quiet else None,
    )  # fmt: skip
    if not quiet:
        for notice in results.notices[:NOTICES]:
            click.echo(f"left out: {printable(notice)}", err=True)
        if len(results.notices) > NOTICES:
            click.echo(f"left out: {len(results.notices) - NOTICES} more, which are on the page", err=True)
    total = len(results.reports)
    counts = ", ".join(f"{n} {verdict}" for verdict, n in results.counts.items())
    click.echo(f"{total} submission{'s' * (total != 1)}: {counts}")
    click.echo(f"the page is {Path(folder) / 'index.html'}")


def printable(text: str) -> str:
    """A text without what a terminal would obey: a file may be called anything."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
