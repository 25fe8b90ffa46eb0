"""The computational graph, forward one node at a time and then backward: at every gate upstream, local and their product."""

from __future__ import annotations

import copy
import html
import math
from collections.abc import Mapping
from random import Random
from typing import Any

from sympy import Expr

from ...errors import DeriveError
from ...graph import Graph
from ...graph_picture import description, picture, pretty
from ...linked import is_equations
from ...numerals import number as checked
from ...ops import relu, sigmoid, softplus, tanh
from ...printing import unicode
from ..base.controls import Button, Control, Slider, Switch
from ..base.figure import Figure
from ..base.interactive import Frame
from .room import Room
from .telling import BLANK, step_lines, step_told
from .walk import Moment, Walk

LARGEST = 120  # nodes of a graph that is looked at gate by gate
UNFOLDED = 30  # gates up to which writing out an activation is offered unasked
SAMPLES = 60  # values of the sliders that the picture is given room for
TAKEN = ("fold", "next", "back", "end", "again", "step")  # by controls and by the state
ACTIVATIONS = (sigmoid, tanh, softplus, relu)


class GraphStepper(Figure):
    r"""A graph that is computed before the learner's eyes.

    graph    a `Graph`, an expression or a text, or named equations ["z = w*x + b", "L = (z - y)^2"]
    at       a number for each variable: {"w": 3, "x": 4}; without, the graph has to have values already
    wrt      the variables whose gradients are wanted: all of them, unless named
    sliders  variables that the learner moves: {"w": (low, high)}; the first value is that of `at`
    fold     what the switch makes one gate: an activation (`derive.sigmoid`), a part "w*x + b"; an activation that is written out, or can
             be, is found unasked; False: no switch

    Raises `DeriveError` for what is no graph of numbers, and for names, values and ranges that do not fit.
    """

    def __init__(
        self,
        graph: Any,
        at: Mapping[Any, Any] | None = None,
        *,
        wrt: Any = None,
        sliders: Mapping[str, tuple[float, float]] | None = None,
        fold: Any = None,
        title: str = "",
        intro: str = "",
    ) -> None:
        made = _graph(graph)
        if len(made.nodes) > LARGEST:
            raise DeriveError(f"the graph has {len(made.nodes)} nodes, and more than {LARGEST} are not to be seen", "GraphStepper")
        if at is not None:
            made.forward(at)
        self._at = {variable: made.values[variable] for variable in made.variables}
        if None in self._at.values():
            raise DeriveError("there are no values yet", "GraphStepper", "give a number for each variable: at={...}")
        plain, folded, starts = _variants(made, fold)
        self.walks = {False: Walk(plain, wrt)} | ({True: Walk(folded, wrt)} if folded is not None else {})
        self._moved = {variable: _slider(made, variable, ends, self._at[variable]) for variable, ends in _checked(made, sliders).items()}
        controls: list[Control] = list(self._moved.values())
        controls += [Switch("fold", _folding(fold), starts)] if folded is not None else []
        controls += [Button("next", "Next", "ArrowRight"), Button("back", "Back", "ArrowLeft")]
        controls += [Button("end", "To the end of this pass"), Button("again", "Start again")]
        self.step, self._was = 0, starts
        self._last: tuple[Any, Moment] | None = None
        super().__init__(title or f"Forward and backward through the graph of {_shown(made)}", controls, intro)
        self._rooms = {folded: Room(self._samples(walk)) for folded, walk in self.walks.items()}
        self._lines = max(len(self._said(walk, step)) for walk in self.walks.values() for step in range(walk.end + 1))

    @property
    def walk(self) -> Walk:
        """The steps through the graph as it is folded now."""
        return self.walks[self._folded]

    @property
    def _folded(self) -> bool:
        return bool(self.values.get("fold", False))

    @property
    def given(self) -> dict[str, Any]:
        """The value of every variable now."""
        return self._at | {variable: self.values[slider.name] for variable, slider in self._moved.items()}

    def moment(self) -> Moment:
        """The graph as far as it is computed now."""
        key = (self._folded, self.step, tuple(self.given.values()))
        if self._last is None or self._last[0] != key:
            self._last = key, self.walk.at(self.step, self.given)
        return self._last[1]

    # What is done to it

    def enabled(self, name: str) -> bool:
        if name in ("next", "end"):
            return self.step < self.walk.end and not self.moment().problem
        return self.step > 0 if name in ("back", "again") else True

    def on_next(self) -> None:
        self.step += 1

    def on_back(self) -> None:
        moment = self.moment()
        self.step = moment.reached if moment.problem else self.step - 1

    def on_end(self) -> None:
        gates = self.walk.seed - 1
        self.step = gates if self.step < gates else self.walk.end
        if self.moment().problem:  # the pass ends at the gate that cannot be passed
            self.step = self.moment().reached + 1

    def on_again(self) -> None:
        self.step = 0

    def changed(self, name: str) -> None:
        """Folded or unfolded, the graph stays as far as it was."""
        if name == "fold" and self.values["fold"] != self._was:
            self.step = self.walk.step_of(self.walks[self._was], self.step)
            self._was = self.values["fold"]

    # What is seen

    def frame(self) -> Frame:
        walk, moment = self.walk, self.moment()
        sizes = [room.size for room in self._rooms.values()]
        shown = self._rooms[self._folded].drawn(picture(moment.state), (max(w for w, _ in sizes), max(h for _, h in sizes)))
        lines = [] if moment.problem else step_lines(walk, moment, self.step)
        return Frame(shown, tuple(lines), (BLANK,) * (self._lines - len(lines)), moment.problem or step_told(walk, moment, self.step))

    def still(self) -> Frame:
        """What is left without a kernel: the graph with all values and gradients, and every step to be opened."""
        walk = self.walk
        steps = range(1, walk.end + 1)
        made = [_details("Forward, one gate a line", [line for n in steps if n < walk.seed for line in self._said(walk, n)])]
        made += [_details("Backward, one gate after the other", [line for n in steps if n >= walk.seed for line in self._said(walk, n)])]
        last = walk.at(walk.end, self.given)
        shown = self._rooms[self._folded].drawn(picture(last.state))
        return Frame(f'<div style="overflow-x: auto">{shown}</div>', html="".join(made), text=last.problem or description(last.state))

    def _said(self, walk: Walk, step: int) -> list[str]:
        moment = walk.at(step, self.given)
        return [] if moment.problem else step_lines(walk, moment, step)

    def _samples(self, walk: Walk) -> list[Any]:
        """Pictures with everything known, at values all over the ranges of the sliders."""
        random, given = Random(0), [self.given]
        for _ in range(SAMPLES if self._moved else 0):
            given.append(
                self.given | {v: s.low + s.step * random.randint(0, round((s.high - s.low) / s.step)) for v, s in self._moved.items()}
            )
        return [picture(walk.at(walk.end, values).state) for values in given]

    # State

    def state(self) -> dict[str, Any]:
        return {**self.values, "step": self.step}

    def restore(self, state: Mapping[str, Any]) -> None:
        given = dict(state)
        step = given.pop("step", 0)
        ready = {control: self._valued(control).accepted(value) for control, value in given.items()}
        end = self.walks[bool(ready.get("fold", self._was))].end
        if isinstance(step, bool) or not isinstance(step, int) or not 0 <= step <= end:
            raise DeriveError(f"there is no step {step!r}", self.title, f"steps go from 0 to {end}")
        self.values |= ready
        self._was = self._folded
        self.step = step


def _details(summary: str, lines: list[str]) -> str:
    inside = "".join(f"<div>{html.escape(line.removesuffix(BLANK))}</div>" for line in lines)
    return f'<details style="margin: 4px 0"><summary>{html.escape(summary)}</summary>{inside}</details>'


# What was given


def _graph(given: Any) -> Graph:
    if isinstance(given, Graph):
        return copy.copy(given)  # a teacher's own graph keeps its values
    if isinstance(given, str | Expr):
        return Graph(given)
    if is_equations(given):
        return Graph.from_equations(given)
    what = f"expected a graph of numbers, an expression or equations, not {type(given).__name__}"
    raise DeriveError(what, "GraphStepper", 'for a network: Graph.of_network(net, "scalar")')


def _checked(graph: Graph, sliders: Mapping[str, tuple[float, float]] | None) -> dict[str, tuple[float, float]]:
    found = {}
    for variable, ends in (sliders or {}).items():
        graph.names_of([variable])
        if not isinstance(ends, tuple | list) or len(ends) != 2 or not float(ends[0]) < float(ends[1]):
            raise DeriveError(f"{ends!r} is no range", f"slider of {variable}", 'the smaller end first: {"w": (-3, 3)}')
        found[variable] = (float(ends[0]), float(ends[1]))
    return found


def _slider(graph: Graph, variable: str, ends: tuple[float, float], first: Any) -> Slider:
    low, high = ends
    slider = Slider(
        variable if variable not in TAKEN else f"at {variable}",
        pretty(variable),
        low,
        high,
        _step(high - low),
        float(checked(first, variable)),
    )
    slider.accepted(slider.value)
    return slider


def _shown(graph: Graph) -> str:
    """The formula, if it is short enough for a title."""
    formula = graph.formula
    return unicode(formula) if formula is not None and len(unicode(formula)) <= 60 else pretty(graph.output)


def _step(span: float) -> float:
    """1, 2 or 5 times a power of ten: about fifty steps."""
    power = float(f"1e{math.floor(math.log10(span / 40))}")
    return power * max(n for n in (1, 2, 5) if n * power <= span / 40 * (1 + 1e-9))


def _folding(fold: Any) -> str:
    return f"fold {fold}" if isinstance(fold, str | Expr) else "fold the activation"


def _variants(graph: Graph, fold: Any) -> tuple[Graph, Graph | None, bool]:
    """The graph as its single gates, the same with a part folded, and whether it is folded at first."""
    if fold is False:
        return graph, None, False
    unasked = fold is None or fold is True
    for part in ACTIVATIONS if unasked else (fold,):
        try:
            folded = graph.fold(part)
        except DeriveError:
            if not unasked and not isinstance(part, type):
                raise
            continue
        if len(folded.nodes) < len(graph.nodes):
            return graph, folded, False
    try:
        plain = graph.unfold() if unasked else graph.unfold(fold)
    except DeriveError:
        if fold is None:
            return graph, None, False
        raise
    if fold is None and not len(graph.nodes) < len(plain.nodes) <= UNFOLDED:
        return graph, None, False
    return plain, graph, True
