"""Hidden units with the activation z^2 add up to one parabola, however many there are."""

from derive.grading import Reveal, Task, numbers, pick, varied

OPTIONS = ("x^2/3 - 5x + 7", "abs(x - 1/2)", "sin(10x)")


@varied
def task(draw):
    w, b, v = ([draw.whole(n, -4, 4) for n in row] for row in ((2, 1), (1, -2), (3, -1)))
    draw.require(all([*w, *b, *v]), "a number is 0")
    units = list(zip(v, w, b, strict=True))
    A, B, C = (sum(v * w ** (2 - n) * b**n for v, w, b in units) * (1, 2, 1)[n] for n in range(3))
    singly = {"A": sum(v * w for v, w, _ in units), "C": sum(v * b for v, _, b in units)}
    draw.require(len({A, B, C, B / 2, 0}) == 5 and A != singly["A"] and C != singly["C"], "two of the numbers are the same")
    a = " + ".join(f"{v} ({w}x + {b})^2" for v, w, b in units).replace("+ -", "- ").replace("1x", "x")
    return Task.of(
        "Units of z^2",
        numbers(
            "coefficients",
            {"A": A, "B": B, "C": C},
            mistaken={
                "A": {"w is squared, too: (w x)^2 = w^2 x^2": singly["A"]},
                "B": {"(p + q)^2 has the middle term 2 p q": B / 2, "(p + q)^2 is not p^2 + q^2": 0},
                "C": {"b is squared, too": singly["C"]},
            },
            decimals=0,
        ),
        pick(
            "with 1000 units",
            OPTIONS,
            OPTIONS[0],
            why={OPTIONS[1]: "a parabola has no corner", OPTIONS[2]: "a parabola turns once, and this turns several times"},
        ),
        statement=f"Two hidden units with the activation z^2 make a(x) = {a}. 1. coefficients: it is A x^2 + B x + C for every x. Write "
        "A = ...; B = ...; C = ... 2. with 1000 units of this kind, with other weights, which of these can be met on [0, 1] with an error "
        f"below 0.01: {'; '.join(OPTIONS)}?",
        reveal=Reveal(counterexample=False),
    )
