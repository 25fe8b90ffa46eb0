"""In which of its letters a model is linear."""

from sympy import Symbol

from derive import derive
from derive.grading import Task, pick, varied


def linear(model, letters):
    """Whether no derivative by one of the letters has any of them in it."""
    symbols = {Symbol(name) for name in letters.split()}
    return not any(symbols & derive(model, s).result.free_symbols for s in symbols)


@varied
def task(draw):
    three, two = ["a*x^2 + b*x + c", "a*ln(x) + b*x + c"], ["a*x^3 + b*x", "a*e^x + b*x^2"]
    model = draw.one_of(*three, *two)
    letters = "a b c" if model in three else "a b"
    options = draw.several(4, [letters, "x", f"x {letters}", "a x"])
    right = next(option for option in options if linear(model, option))
    told = "linear in a letter means: the derivative by it does not have it in it. Try it with this one"
    return Task.of(
        "Linear in what?",
        pick("letters", dict(enumerate(options, 1)), right, why=dict.fromkeys([o for o in options if o != right], told)),
        statement=f"In which letters, taken together, is the model {model} linear: {'; '.join(options)}? Give the number of the one that "
        "is right, counted from 1.",
    )
