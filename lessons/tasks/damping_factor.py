"""A damping factor for the learning rate, and what is wrong with 10^(-int(log10(dL/dw)))."""

import math

from derive.grading import Reveal, Task, diagnose_damping, free_formula, numbers, pick


def published(slope):
    return 10.0 ** -int(math.log10(slope))


def defined(slope):
    try:
        return published(slope) > 0
    except ValueError:
        return False


SLOPES = (72, 5, 0.05, -72)

task = Task.of(
    "Damping the learning rate",
    numbers("factor", {"at 72": published(72), "at 5": published(5), "at 0.05": published(0.05)}, relative=1e-6, decimals=None,
            mistaken={"at 0.05": {"for a slope below 1 the logarithm is negative, and the factor grows above 1": 0.1}}),
    pick("undefined", map(str, SLOPES), next(s for s in SLOPES if not defined(s))),
    free_formula("better", diagnose_damping, symbols="d_w", example="1/(1 + abs(d_w))"),
    statement="To avoid long steps, a program multiplies its learning rate by 10^(-int(log10(d_w))), where d_w = dL/dw and int cuts "
    "off the decimals. 1. factor: what is it at d_w = 72, at 5 and at 0.05? Write at 72 = ...; at 5 = ...; at 0.05 = ... 2. For "
    "which of 72, 5, 0.05, -72 is it undefined? 3. better: give a factor, as a formula of d_w, that does this for slopes of either "
    "sign: it is positive and never above 1, and however steep the slope is, factor times d_w stays between -10 and 10.",
    reveal=Reveal(counterexample=False),
)  # fmt: skip
