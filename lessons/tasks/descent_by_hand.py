"""Three steps of gradient descent on a parabola."""

from derive.grading import Reveal, Task, varied


@varied
def task(draw):
    c, rate = draw.whole(2, 1, 5), draw.one_of(0.01, 0.05, 0.1, 0.02)
    start = c + draw.one_of(2, -2, 3, -3, 4)
    return Task.descent(
        "Three steps on a parabola",
        f"(x - {c})^2",
        start={"x": start},
        rate=rate,
        steps=3,
        output="F",
        decimals=4,
        statement=f"F(x) = (x - {c})^2. Start at x = {start} with the learning rate {rate}. Write x_1, x_2, x_3 after one, two and "
        "three steps of gradient descent, to 4 decimals.",
        reveal=Reveal(counterexample=False),
    )
