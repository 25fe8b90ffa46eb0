"""The same descent with a constant rate: the error changes its sign at every step and still shrinks."""

from derive.grading import Reveal, Task, varied


@varied
def task(draw):
    start, at = {"w": draw.whole(3, 2, 5), "b": draw.whole(2, 1, 4)}, {"x": draw.whole(4, 3, 4), "y": draw.whole(5, 1, 5)}
    return Task.descent(
        "Steps that are not damped",
        "(w*x + b - y)^2",
        start=start,
        at=at,
        rate=1 / 18,
        steps=6,
        cells="w_1 b_1 L_1 w_2 b_2 L_2 w_3 b_3 L_3",
        decimals=2,
        statement=f"L = (w x + b - y)^2, x = {at['x']}, y = {at['y']}, from w = {start['w']}, b = {start['b']} with the learning rate "
        "1/18 at every step. Write w_1, b_1, L_1 after the first step, w_2, b_2, L_2 after the second and w_3, b_3, L_3 after the third, "
        "to 2 decimals. By which factor does one step change the error w x + b - y?",
        reveal=Reveal(counterexample=False),
    )
