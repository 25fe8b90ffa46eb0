"""Sliders whose value lies between two of their steps, and the curve with data and without a slope."""

from __future__ import annotations

import pytest

from derive.widgets import Curve, NetworkFigure

WEIGHTS = {"w1": [[0.4967], [-0.1383]], "b1": [0.0, 0.0], "w2": [[0.6477, 1.523]], "b2": [0.0]}


def test_a_page_that_moves_a_slider_to_its_nearest_step_changes_no_weight() -> None:
    pytest.importorskip("ipywidgets")
    from derive.widgets.base.panel import Panel

    figure = NetworkFigure((1, 2, 1), WEIGHTS)
    view = Panel(figure)
    view.views["value"].value = 0.5  # what JupyterLab answers, as the step is 0.05
    assert figure.values["value"] == 0.4967 and not figure.enabled("reset")
    view.views["value"].value = 0.55
    assert figure.values["value"] == 0.55 and figure.enabled("reset")


def test_without_a_slope_there_is_the_curve_alone_and_data_are_drawn() -> None:
    plain = Curve("w*x", parameters={"w": (-1, 1, 0.5)}, slope=False).frame()
    assert "slope" not in plain.text and not any("frac" in line for line in plain.lines) and "tangent" not in plain.picture
    with_data = Curve("w*x", parameters={"w": (-1, 1, 0.5)}, slope=False, points=[(0, 1), (1, 3)]).frame()
    assert with_data.picture.count("s6f") >= 2 > plain.picture.count("s6f")
