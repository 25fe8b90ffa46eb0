"""Steps of descent on the toy graph, with the learning rate divided by a power of ten where the slope is steep."""

import math

from derive.grading import Reveal, Task, varied


@varied
def task(draw):
    start, at = {"w": draw.whole(3, 2, 5), "b": draw.whole(2, 1, 4)}, {"x": draw.whole(4, 3, 5), "y": draw.whole(5, 2, 6)}
    draw.require(start["w"] * at["x"] + start["b"] - at["y"] >= 4, "the slope falls below 10")
    return Task.descent(
        "Damped steps",
        "(w*x + b - y)^2",
        start=start,
        at=at,
        rate=lambda slope: 1 / 18 / 10 ** int(math.log10(max(1, slope["w"]))),
        steps=6,
        cells="w_1 b_1 L_1 w_2 b_2 L_2 w_3 b_3 L_3",
        relative=1e-3,
        statement=f"L = (w x + b - y)^2 for one sample, x = {at['x']}, y = {at['y']}. Start at w = {start['w']}, b = {start['b']}. The "
        "learning rate is 1/18, divided by 10 while dL/dw is between 10 and 100, and by 100 from 100 on. Make three steps: write "
        "w_1, b_1, L_1 after the first, w_2, b_2, L_2 after the second, and so on.",
        reveal=Reveal(counterexample=False),
    )
