"""The colours of all figures, light and dark, and the style sheets that give them: one for a live page, one for a page without a kernel."""

from __future__ import annotations

from ...palette import PALETTE, variables

SERIES = tuple(name for name in PALETTE if name[0] == "s" and name[1:].isdigit())
FONT = "'DejaVu Sans', Verdana, 'Segoe UI', sans-serif"

_RULES = {
    "text": f"fill: var(--d-ink); font: 12px {FONT}; stroke: none",
    ".soft": "fill: var(--d-soft)",
    ".paper": "fill: var(--d-paper)",
    ".frame": "fill: none; stroke: var(--d-line); stroke-width: 1",
    ".grid": "stroke: var(--d-grid); stroke-width: 1",
    ".axis": "stroke: var(--d-line); stroke-width: 1",
    ".thin": "fill: none; stroke: var(--d-soft); stroke-width: 1; stroke-dasharray: 4 3",
    ".box": "fill: var(--d-box); stroke: var(--d-line); stroke-width: 1",
    ".ring": "fill: none; stroke: var(--d-current); stroke-width: 2.5",
    ".dash": "stroke-dasharray: 6 4",
    ".bold": "font-weight: bold",
    **{f".{name}": f"fill: none; stroke: var(--d-{name}); stroke-width: 2" for name in (*SERIES, "current", "ink", "line")},
    **{f".{name}f": f"fill: var(--d-{name}); stroke: none" for name in (*SERIES, "current", "ink", "above", "below")},
    **{f".{name}o": f"fill: var(--d-{name}); stroke: var(--d-paper); stroke-width: 1.2" for name in (*SERIES, "current")},
}


def _colours(dark: bool) -> str:
    return "; ".join(f"--d-{name}: {pair[dark]}" for name, pair in PALETTE.items())


def _figure(where: str) -> str:
    return "\n".join(f"{where} svg {name} {{ {rule} }}" for name, rule in _RULES.items())


LIVE = f"""
.derive-panel {{ {_colours(False)}; color: var(--d-ink); padding: 4px 2px; overflow: visible }}
[data-jp-theme-light="false"] .derive-panel, .vscode-dark .derive-panel, .theme-dark .derive-panel,
html[theme="dark"] .derive-panel {{ {_colours(True)} }}
.derive-panel .derive-picture {{ outline-offset: -2px; border-radius: 6px; width: fit-content; max-width: 100% }}
.derive-panel .derive-picture:focus-visible {{ outline: 2px solid var(--d-current) }}
.derive-panel .derive-picture svg {{ display: block; max-width: 100%; height: auto }}
.derive-panel .derive-scroll {{ overflow-x: auto; max-width: 100% }}
.derive-panel .derive-lines, .derive-panel .derive-words {{ line-height: 1.5; color: var(--d-ink); overflow: visible; height: auto }}
.derive-panel .widget-html-content, .derive-panel .widget-htmlmath-content {{ line-height: 1.5; color: var(--d-ink); white-space: normal }}
.derive-panel .widget-html-content > p, .derive-panel .widget-htmlmath-content > p {{ margin: 2px 0; max-width: 46em }}
.derive-panel .derive-line {{ min-height: 1.9em; overflow-x: auto; overflow-y: hidden; padding: 1px 0 1px 6px }}
.derive-panel .derive-line {{ border-left: 2px solid transparent }}
.derive-panel .derive-line.derive-later {{ color: transparent; user-select: none; border-left: 2px dotted var(--d-line) }}
.derive-panel .derive-told {{ color: var(--d-soft); min-height: 3em; max-width: 78em }}
.derive-panel .widget-label, .derive-panel .widget-readout {{ color: var(--d-ink) }}
.derive-panel button:focus-visible, .derive-panel .noUi-handle:focus-visible {{ outline: 2px solid var(--d-current); outline-offset: 1px }}
.derive-panel table {{ border-collapse: collapse }}
.derive-panel th, .derive-panel td {{ padding: 1px 10px 1px 0; text-align: left }}
{_figure(".derive-panel")}
"""

STATIC = f"""
{variables(".derive-static")}
.derive-static {{ color: var(--d-ink) }}
.derive-static {{ overflow-x: auto }}
.derive-static svg {{ max-width: max(100%, 36em); height: auto }}
.derive-static table {{ border-collapse: collapse }}
.derive-static th, .derive-static td {{ padding: 1px 10px 1px 0; text-align: left }}
{_figure(".derive-static")}
"""
