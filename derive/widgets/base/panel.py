"""The live view of a figure: its controls as ipywidgets, its picture, formulas and words, kept up to date. One engine for every figure."""

from __future__ import annotations

import asyncio
import contextlib
import html
import time
from collections.abc import Callable
from typing import Any, cast

import ipywidgets

from ...errors import DeriveError
from ...numerals import short
from .controls import Button, Choice, Control, Field, Slider, Switch
from .interactive import Frame, Interactive
from .picture import PictureView

SECONDS = 1 / 30  # of work between two pictures


def _room(label: str) -> float:
    """How wide a label is, in em."""
    return 0.62 * len(label) + 0.8 if label else 0.0


def _sized(room: float, box: float = 17.0) -> dict[str, Any]:
    """Style and layout: as much room for the label as it needs."""
    style, layout = {"description_width": f"{room:.1f}em"}, {"width": f"{room + box:.1f}em", "margin": "2px 14px 2px 2px"}
    return {"style": style, "layout": layout}


def _slider(c: Slider, room: float) -> Any:
    places = max(len(f"{number:.6f}".rstrip("0").partition(".")[2]) for number in (c.step, c.value))
    common = {"description": c.label, "continuous_update": True, **_sized(_room(c.label))}
    if c.log:
        return ipywidgets.SelectionSlider(options=[(short(stop, 3), stop) for stop in c.stops], value=float(c.value), **common)
    if c.step == int(c.step) and c.low == int(c.low):
        return ipywidgets.IntSlider(value=int(c.value), min=int(c.low), max=int(c.high), step=int(c.step), **common)
    return ipywidgets.FloatSlider(value=c.value, min=c.low, max=c.high, step=c.step, readout_format=f".{places}f", **common)


def _choice(c: Choice, room: float) -> Any:
    longest = min(max(len(option) for option in c.options), 70)
    sized = _sized(max(room, _room(c.label)), max(10.0, 0.55 * longest + 3))
    return ipywidgets.Dropdown(options=list(c.options), value=c.value, description=c.label, **sized)


def _switch(c: Switch, room: float) -> Any:
    return ipywidgets.Checkbox(value=c.value, description=c.label, indent=False, layout={"width": "auto", "margin": "2px 12px 2px 4px"})


def _field(c: Field, room: float) -> Any:
    style = {"description_width": f"{max(room, _room(c.label)):.1f}em"}
    if c.lines > 1:
        layout = {"width": "min(100%, 48em)", "height": f"{1.45 * c.lines + 1:.1f}em"}
        made = ipywidgets.Textarea(value=c.value, description=c.label, placeholder=c.example, style=style, layout=layout)
        made.add_class("derive-code")
        return made
    layout = {"width": "min(100%, 48em)"}
    return ipywidgets.Text(value=c.value, description=c.label, placeholder=c.example, style=style, layout=layout)


def _button(c: Button, room: float) -> Any:
    return ipywidgets.Button(description=c.label, tooltip=f"key on the picture: {c.key}" if c.key else "", layout={"width": "auto"})


VIEWS: dict[type[Control], Callable[[Any, float], Any]] = {
    Slider: _slider,
    Choice: _choice,
    Switch: _switch,
    Field: _field,
    Button: _button,
}


def _whole(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


class Panel:
    """The view of one figure. What goes wrong in a callback is shown in the figure: nobody sees the log of a kernel."""

    def __init__(self, figure: Interactive) -> None:
        self.figure = figure
        self.stacked = all(isinstance(c, Field | Choice | Button) for c in figure.controls)  # a form: labels end at one place
        room = max((_room(c.label) for c in figure.controls if not isinstance(c, Button)), default=0.0) if self.stacked else 0.0
        self.views = {c.name: VIEWS[type(c)](c, room) for c in figure.controls}
        self.picture = PictureView(key_names=figure.keys)
        whole = {"width": "100%"}
        self.lines, self.more, self.told = (kind(layout=whole) for kind in (ipywidgets.HTMLMath, ipywidgets.HTMLMath, ipywidgets.HTML))
        for view, kind in ((self.lines, "derive-lines"), (self.more, "derive-more"), (self.told, "derive-words")):
            view.add_class(kind)
        self._following = False
        self._task: asyncio.Task[None] | None = None
        for control in figure.controls:
            view = self.views[control.name]
            if isinstance(control, Button):
                view.on_click(lambda _, name=control.name: self._do(lambda: figure.press(name)))
            else:
                view.observe(lambda change, name=control.name: self._given(name, change["new"]), "value")
        self.picture.on_msg(lambda _, content, __: self._do(lambda: figure.key(str(content.get("key", "")))))
        self.box = ipywidgets.VBox(self._parts())
        self.box.add_class("derive-panel")
        self.refresh()

    def _parts(self) -> list[Any]:
        heading = f"<p><strong>{html.escape(self.figure.heading)}</strong></p>" if self.figure.heading else ""
        told = f'<p style="white-space: pre-wrap">{html.escape(self.figure.intro.strip())}</p>' if self.figure.intro else ""
        intro = ipywidgets.HTMLMath(heading + told, layout={"width": "100%"})
        valued = [self.views[c.name] for c in self.figure.controls if not isinstance(c, Button)]
        buttons = [self.views[c.name] for c in self.figure.controls if isinstance(c, Button)]
        flow = {"flex_flow": "column", "align_items": "stretch"} if self.stacked else {"flex_flow": "row wrap", "align_items": "center"}
        rows = [ipywidgets.Box(views, layout=flow) for views in (valued,) if views]
        rows += [ipywidgets.Box(buttons, layout={"flex_flow": "row wrap"})] if buttons else []
        head = [intro] if heading or told else []
        return [*head, *rows, self.picture, self.lines, self.more, self.told]

    # From the page to the figure

    def _given(self, name: str, value: Any) -> None:
        if not self._following and not self._rounded(name, value):
            self._do(lambda: self.figure.set(name, _whole(value)))

    def _rounded(self, name: str, value: Any) -> bool:
        """Whether the page only moved a slider to its nearest step: the figure keeps the value that it has."""
        control, had = next(c for c in self.figure.controls if c.name == name), self.figure.values[name]
        if not isinstance(control, Slider) or value == had:
            return False
        return not control.log and bool(abs(value - had) < 0.501 * control.step)

    def _do(self, act: Callable[[], None]) -> None:
        problem = ""
        try:
            act()
        except DeriveError as error:
            problem = str(error)
        except Exception as error:  # seen by nobody otherwise
            problem = f"this should not happen ({type(error).__name__}: {error}); please report it"
        self.refresh(problem)
        if self.figure.running and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        """Works in small pieces, so that the page can be answered in between: a loop in a callback would keep it from stopping."""
        while self.figure.running:
            until = time.perf_counter() + SECONDS
            try:
                while self.figure.running and time.perf_counter() < until:
                    self.figure.advance()
            except Exception as error:
                self.figure.running = False
                self.refresh(str(error) if isinstance(error, DeriveError) else f"{type(error).__name__}: {error}")
                return
            self.refresh()
            await asyncio.sleep(0.001)

    # From the figure to the page

    def refresh(self, problem: str = "") -> None:
        """Puts what is seen now on the page."""
        try:
            frame = self.figure.frame()
        except DeriveError as error:
            frame = Frame(self.picture.svg, text=str(error))
        with self.picture.hold_sync():  # one message, and the first: the picture is what the eye waits for
            self.picture.svg = frame.picture
            self.picture.alt = f"{self.figure.title}. {frame.text}"
        self._put(self.lines, "".join(_line(line) for line in frame.lines) + "".join(_line(line, later=True) for line in frame.later))
        self._put(self.more, frame.html)
        shown = html.escape(problem or frame.text)
        self._put(self.told, f'<div class="derive-told" role="status" aria-live="polite">{shown}</div>' if shown else "")
        self.picture.layout.display = "" if frame.picture else "none"
        self._following = True
        try:
            for control in self.figure.controls:
                self._follow(control)
        finally:
            self._following = False

    def _put(self, view: Any, content: str) -> None:
        view.layout.display = "" if content else "none"
        if view.value != content:
            view.value = content

    def _follow(self, control: Control) -> None:
        view, allowed = self.views[control.name], self.figure.enabled(control.name)
        if view.disabled == allowed:
            view.disabled = not allowed
        if not isinstance(control, Button) and _whole(view.value) != self.figure.values[control.name]:
            with contextlib.suppress(Exception):  # a slider may round what it is given
                view.value = self.figure.values[control.name]


def _line(line: str, later: bool = False) -> str:
    return f'<div class="derive-line{" derive-later" if later else ""}"{" aria-hidden=true" if later else ""}>{html.escape(line)}</div>'


def panel(figure: Interactive) -> Panel:
    """The view of a figure: one, however often it is shown."""
    if figure.view is None:
        figure.view = Panel(figure)
    return cast(Panel, figure.view)


def shown(figure: Interactive) -> dict[str, Any]:
    """What a notebook is given to show a figure live."""
    return dict(panel(figure).box._repr_mimebundle_() or {})
