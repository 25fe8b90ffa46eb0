"""A progress bar where somebody sees it: in a terminal and in a notebook."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable


def bar(total: int, wanted: bool | None = None, unit: str = "epoch") -> Callable[[str | None], None]:
    """A bar over `total` units, as a function: called with a text after each unit, and with None at the end.

    `wanted` None: a bar only where `watched()`.
    """
    if not (watched() if wanted is None else wanted):
        return lambda text: None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # in a notebook without ipywidgets tqdm warns, and then draws in text
        from tqdm.auto import tqdm

        drawn = tqdm(total=total, unit=unit)

    def show(text: str | None) -> None:
        if text is None:
            drawn.close()
            return
        drawn.set_postfix_str(text, refresh=False)
        drawn.update()

    return show


def watched() -> bool:
    """Whether the output is a terminal or goes to a notebook."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel") or bool(sys.stderr and sys.stderr.isatty())
