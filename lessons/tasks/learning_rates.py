"""Learning rates that creep, swing and diverge, on a parabola whose limits can be computed by hand."""

from derive import descend
from derive.grading import Task, varied


@varied
def task(draw):
    c, at = draw.number(0.5, low=0.5, high=4, step="0.5"), draw.whole(2, 1, 6)

    def check(v):
        for name, rate in v.items():
            if not 0 < rate < 1e6:
                return f"{name} is {rate:g}: a learning rate is above 0, and here below a million"
            run = descend(lambda x: c * (x - at) ** 2, at + 1, float(rate), 1, gradient=lambda x: 2 * c * (x - at))
            before, after = (p - at for p in run.points)
            found = "diverges" if abs(after) >= abs(before) else "swings" if after < 0 else "creeps"
            if found != name:
                return f"with {name} = {rate:g} the distance {before:.4g} becomes {after:.4g}: it {found}"
        return ""

    return Task.choice(
        "Three learning rates",
        {"creeps": (), "swings": (), "diverges": ()},
        check,
        example={"creeps": 0.25 / c, "swings": 0.75 / c, "diverges": 1.5 / c},
        statement=f"F(x) = {c} (x - {at})^2. Give three learning rates: one with which x comes nearer to the minimum and stays on its "
        "side, one with which it jumps to the other side at every step and still comes nearer, and one with which it moves away. "
        "Write: creeps = ...; swings = ...; diverges = ...",
    )
