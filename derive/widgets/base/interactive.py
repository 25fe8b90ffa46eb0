"""What every figure of a lesson is: controls with values, and from these a picture, formulas and words. Views come later, or not at all.

A subclass gives its controls to `__init__` and makes a `Frame` from `self.values`; buttons call the method of their name with `on_` before
it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import DeriveError
from .controls import Button, Control, Valued


@dataclass(frozen=True)
class Frame:
    """What is seen at one moment.

    picture  SVG, coloured by the classes of `theme`
    lines    words with formulas between dollar signs, one line each
    later    lines that are not shown yet: room is kept for them
    text     what there is to see, in words: shown below, and read by screen readers in place of the picture
    html     more, as HTML already
    """

    picture: str = ""
    lines: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    text: str = ""
    html: str = ""


class Interactive:
    """A figure that a learner can play with.

    title     what it is called: for screen readers, and to find its state again
    intro     words with formulas between dollar signs, above the controls
    heading   a line above all, for a figure that needs one
    """

    heading = ""

    running = False  # whether `advance` wants to be called again and again

    def __init__(self, title: str, controls: Sequence[Control], intro: str = "") -> None:
        self.title, self.intro, self.controls = title, intro, tuple(controls)
        self.view: Any = None  # the live one, made when it is first shown
        self.values: dict[str, Any] = {c.name: c.value for c in self.controls if not isinstance(c, Button)}

    # What a subclass says

    def frame(self) -> Frame:
        """What is seen now."""
        raise NotImplementedError

    def still(self) -> Frame:
        """What is left of it on a page without a kernel: by default what is seen now."""
        return self.frame()

    def changed(self, name: str) -> None:
        """Called after a value was changed by the learner."""

    def enabled(self, name: str) -> bool:
        """Whether a control can be used now."""
        return True

    def advance(self) -> None:
        """A little work, of a few milliseconds, while `running`."""

    # What is done to it

    def set(self, name: str, value: Any) -> None:
        """Gives a control another value; raises `DeriveError` for a name or a value that it does not have."""
        self.values[name] = self._valued(name).accepted(value)
        self.changed(name)

    def press(self, name: str) -> None:
        """Presses a button."""
        if not any(c.name == name and isinstance(c, Button) for c in self.controls):
            known = ", ".join(c.name for c in self.controls if isinstance(c, Button))
            raise DeriveError(f"there is no button {name!r}", self.title, f"buttons: {known or 'none'}")
        if self.enabled(name):
            getattr(self, f"on_{name}")()

    def key(self, key: str) -> None:
        """Presses the button that a key on the picture stands for, if there is one."""
        found = next((c.name for c in self.controls if isinstance(c, Button) and c.key == key), None)
        if found is not None:
            self.press(found)

    @property
    def keys(self) -> list[str]:
        """The keys that do something while the picture has the focus."""
        return [c.key for c in self.controls if isinstance(c, Button) and c.key]

    def _valued(self, name: str) -> Valued:
        found = next((c for c in self.controls if c.name == name and not isinstance(c, Button)), None)
        if found is None:
            raise DeriveError(f"there is no control {name!r}", self.title, f"controls: {', '.join(self.values) or 'none'}")
        return found

    # State

    def state(self) -> dict[str, Any]:
        """All that has to be kept to go on later, as plain data."""
        return dict(self.values)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on where `state` was taken; raises `DeriveError` for a state that does not fit, and then nothing has changed."""
        ready = {name: self._valued(name).accepted(value) for name, value in state.items()}
        for name, value in ready.items():
            self.values[name] = value
            self.changed(name)
