"""What shows itself as a drawing: in a notebook, as SVG, and as a file."""

from __future__ import annotations

import os
from importlib import import_module

from .errors import DeriveError
from .graph_drawing import Picture, drawing
from .palette import variables
from .saving import extension, save


class Drawn:
    """A graph with a picture. A subclass says what is in it, and whether it is small enough to be looked at."""

    @property
    def drawable(self) -> bool:
        """Whether a notebook shows the drawing rather than the table."""
        return True

    def picture(self, title: str = "") -> Picture:
        """Boxes and wires, with all that stands beside them."""
        raise NotImplementedError

    def svg(self, theme: str = "auto", title: str = "") -> str:
        """The drawing as SVG: what flows forward above and what flows back below each edge, the gate that was passed last marked.

        theme  "light", "dark", or "auto": as the reader's system is set
        """
        return drawing(self.picture(title), theme)

    def save(self, path: str | os.PathLike[str], theme: str = "") -> None:
        """Writes .svg or .png, whole or not at all. PNG is made by cairosvg; raises `DeriveError` if it is not installed."""
        ending = extension(path, (".svg", ".png"))
        if ending == ".svg":
            save(path, self.svg(theme or "auto").encode("utf-8"))
            return
        try:
            cairosvg = import_module("cairosvg")
        except (ImportError, OSError) as error:  # OSError: the package is there, the library cairo is not
            what = f"PNG needs the package cairosvg and the library cairo: {error}"
            raise DeriveError(what, os.fspath(path), "pip install cairosvg, or save as .svg") from None
        # cairo has no reader whose setting it could follow.
        save(path, cairosvg.svg2png(bytestring=self.svg(theme or "light").encode("utf-8"), scale=2))

    def _repr_svg_(self) -> str | None:
        return self.svg() if self.drawable else None

    def _repr_html_(self) -> str | None:
        """The SVG as a part of the page: a notebook makes a picture of SVG alone, shrunk to its own width and dumb to a screen reader."""
        if not self.drawable:
            return None
        unshrunk = self.svg("page").replace("<svg ", '<svg style="max-width: none" ', 1)
        return f'<div class="derive-drawn" style="overflow-x: auto"><style>{variables(".derive-drawn")}</style>{unshrunk}</div>'
