"""A comment says where the minimum is, and is wrong."""

from sympy import Symbol, solve

from derive import derive
from derive.grading import Reveal, Task, varied

OTHER = "x^4 - 3*x^3 + 2"  # for which the comment was written


def minimum(text):
    """The place at which a function is least, among those where its derivative is 0."""
    x = Symbol("x")
    places = solve(derive(text, x).result, x)
    return min((p for p in places if p.is_real), key=lambda p: derive(text, x).start.function.subs(x, p))


@varied
def task(draw):
    a, c = draw.whole(1, 1, 4), draw.whole(2, 2, 9)
    function = f"{a}*(x - {c})^2".removeprefix("1*")
    return Task.numbers(
        "A comment to be checked",
        {"x": minimum(function)},
        mistaken={"x": {f"that is the minimum of {OTHER}: set the derivative of this function to 0": minimum(OTHER)}},
        decimals=3,
        distinct=False,
        statement=f"A program minimises F(x) = {function}; its derivative is written in the code as df = lambda x: {2 * a}*(x - {c}). "
        "A comment above it says: from calculation, it is expected that the minimum is at 9/4. Where is it?",
        reveal=Reveal(counterexample=False),
    )
