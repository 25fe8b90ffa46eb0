"""A figure that shows itself: live in a notebook where ipywidgets is installed, everywhere else as a picture and words."""

from __future__ import annotations

from typing import Any

from .interactive import Interactive
from .static import as_html, as_text

# What a notebook shows is what there is to save. Of two with one name, such as a cell that was run twice, the later one is on the page.
_SHOWN: dict[tuple[type, str], Figure] = {}


class Figure(Interactive):
    """What all figures of lessons are; see `Interactive` for what a subclass says."""

    def __str__(self) -> str:
        return as_text(self)

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        _SHOWN[type(self), self.title] = self
        bundle: dict[str, Any] = {"text/plain": str(self), "text/html": as_html(self)}
        try:
            from .panel import shown
        except ImportError:  # the extra is not installed
            return bundle
        return shown(self) | bundle


def shown_figures() -> tuple[Figure, ...]:
    """The figures that were shown in this notebook, in the order in which they were first shown."""
    return tuple(_SHOWN.values())
