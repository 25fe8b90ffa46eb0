"""Gradient descent in two dimensions, with another learning rate at each step."""

from derive.grading import Reveal, Task, varied


@varied
def task(draw):
    a, c = draw.whole(1, 1, 3), draw.whole(3, 2, 4)
    start = {"p": draw.number(2, low=-3, high=3, step="0.5"), "q": draw.number(1, low=-3, high=3, step="0.5")}
    rates = [draw.one_of(0.1, 0.2, 0.15), draw.one_of(0.05, 0.08, 0.1)]
    factor = "" if a == 1 else f"{a} "
    return Task.descent(
        "Two steps with falling rates",
        f"{a}*p^2 + {c}*q^2",
        start=start,
        rate=rates,
        steps=2,
        cells="p_1 q_1 L_1 p_2 q_2 L_2",
        statement=f"L(p, q) = {factor}p^2 + {c} q^2. Start at p = {start['p']}, q = {start['q']} and make two steps of gradient "
        f"descent: the first with the learning rate {rates[0]}, the second with {rates[1]}. Write p_1, q_1, L_1 after the first step "
        "and p_2, q_2, L_2 after the second, to 3 decimals.",
        reveal=Reveal(counterexample=False),
    )
