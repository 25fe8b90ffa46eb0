"""`derive worksheet`: for each student of a class a sheet of his or her own, and a key."""

from __future__ import annotations

import click


@click.command(
    short_help="Print worksheets, a variant for each student.",
    epilog="\b\nExample:\n  derive worksheet sigmoid.py --variants roster.csv -o sheets --tex",
)
@click.argument("tasks", nargs=-1, required=True, metavar="TASK...")
@click.option("--variants", required=True, metavar="ROSTER.csv", help="The roster: columns student and, if wanted, seed.")
@click.option("-o", "folder", required=True, metavar="FOLDER", help="Where sheets/STUDENT and keys/STUDENT are written.")
@click.option("--pdf", is_flag=True, help="Only PDF.")
@click.option("--tex", is_flag=True, help="Only LaTeX.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
def worksheet(tasks: tuple[str, ...], variants: str, folder: str, pdf: bool, tex: bool, quiet: bool) -> None:
    """Print each TASK for every student of a roster: a sheet with blanks, and apart from it the key, as .tex and .pdf.

    The same roster grades what is handed in: derive grade TASK... SUBMISSIONS --variants ROSTER.csv -o FOLDER.
    """
    from ..grading.roster import read_roster
    from ..grading.worksheets import KEYS, PDF, SHEETS, TEX, write_worksheets

    endings = [ending for ending, wanted in ((TEX, tex or not pdf), (PDF, pdf or not tex)) if wanted]
    written = write_worksheets(tasks, read_roster(variants), folder, endings=endings, progress=False if quiet else None)
    for notice in written.notices:
        click.echo(notice, err=True)
    click.echo(f"{len(written.files)} files in {folder}/{SHEETS} and {folder}/{KEYS}")
