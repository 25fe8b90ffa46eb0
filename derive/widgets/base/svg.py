"""The few pieces of SVG that figures are made of: elements, text, a picture of pixels, and the frame around all."""

from __future__ import annotations

import base64
import html
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...graph_drawing import text_width

__all__ = ["element", "figure", "png", "text", "text_width"]


def element(name: str, inside: str = "", **attributes: Any) -> str:
    """<name ...>inside</name>; `class_` is class, `_` in a name is `-`, numbers are written short, None is left out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(_short(value))}"' for key, value in attributes.items() if value is not None
    )
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"


def _short(value: Any) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def text(x: float, y: float, content: str, kind: str = "", anchor: str = "start", size: float | None = None, turned: bool = False) -> str:
    """A line of text; `turned`: written upwards."""
    style = f"font-size: {size:g}px" if size else None
    turn = f"rotate(-90 {x:.1f} {y:.1f})" if turned else None
    return element(
        "text", html.escape(content), x=float(x), y=float(y), class_=kind or None, text_anchor=anchor, style=style, transform=turn
    )


def png(pixels: NDArray[np.uint8]) -> str:
    """Rows of RGB pixels (height, width, 3) as the address of a PNG picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width, _ = pixels.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, width * 3)], axis=1).tobytes()
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(data).decode("ascii")


def figure(width: float, height: float, inside: str, title: str) -> str:
    """A whole picture. Its words for a screen reader stand beside it, so that here is only the title."""
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{html.escape(title)}">'
    return f'{head}<rect class="paper" width="100%" height="100%" rx="6"/>{inside}</svg>'
