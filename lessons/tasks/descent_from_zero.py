"""The same from the other side, and with the values of the function."""

from derive.grading import Reveal, Task, varied


@varied
def task(draw):
    c, rate, a = draw.whole(2, 1, 5), draw.one_of(0.01, 0.02, 0.05), draw.one_of(1, 2, 3)
    factor = "" if a == 1 else f"{a} "
    return Task.descent(
        "Three steps from 0",
        f"{a}*(x - {c})^2",
        start={"x": 0},
        rate=rate,
        steps=3,
        output="F",
        cells="x_1 F_1 x_2 F_2 x_3 F_3",
        decimals=4,
        statement=f"F(x) = {factor}(x - {c})^2. Start at x = 0 with the learning rate {rate}. Write x_1, F_1, x_2, F_2, x_3, F_3 to 4 "
        "decimals.",
        reveal=Reveal(counterexample=False),
    )
