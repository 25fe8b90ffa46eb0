"""Rules of differentiation as they are misremembered: for each gate the wrong local derivatives, y the output and u the inputs."""

from __future__ import annotations

import numpy as np

from .planting import Broken, Mistake

POWER = "What does the power rule do to the exponent, and where does it go?"
ROOT = "Write the root as a power: what is its exponent, and by how much is it lowered?"
RECIPROCAL = "Write 1/u as u to the power -1: what does the power rule give?"
QUOTIENT = "Say the quotient rule aloud: which product comes first, and what stands below the line?"
PRODUCT = "In a product of two factors, what is the derivative by one of them?"
EXPONENTIAL = "Which function is its own derivative?"
LOGARITHM = "How steep is the logarithm at u = 1, at u = 2 and at u = 10?"
ANGLE = "Look at the graph of the function: where does it rise, and where does it fall?"
DIFFERENCE = "Which of the two terms carries a minus, and what does it do to the derivative?"
KINK = "Draw the graph: how steep is it to the left of the kink, and to the right?"


Row = tuple[str, str, int | None, Broken, str, str]  # code, gate, by which input, the wrong derivative, sentence, hint

COMMON: tuple[Row, ...] = (
    # Squares and powers
    ("power.not_lowered", "square", 0, lambda y, u: 2 * y,
     "the exponent was not lowered: (u^2)' = 2u, and you have 2u^2, a power too many, with u = {u}", POWER),
    ("power.not_brought_down", "square", 0, lambda y, u: u[0],
     "the exponent was not brought down: (u^2)' = 2u, and you have u, with u = {u}", POWER),
    ("power.not_lowered", "power", 0, lambda y, u: u[1] * y,
     "the exponent was not lowered: u^{v} was differentiated to {v}·u^{v}, a power too many, with u = {u}", POWER),
    ("power.not_brought_down", "power", 0, lambda y, u: y / u[0],
     "the exponent was not brought down: it belongs in front of the power of u, with u = {u}", POWER),
    ("power.sign_lost", "square", 0, lambda y, u: 2 * abs(u[0]),
     "the root of a square is |u| and not u, with u = {u}: the sign is lost where {u} is negative, and the step goes the wrong way",
     "Try values at which the expression under the square is negative."),
    # (u^2)' is the same for -u: a learner who has turned the difference round makes these with the other sign.
    ("power.not_lowered", "square", 0, lambda y, u: -2 * y,
     "the exponent was not lowered: (u^2)' = 2u, and you have 2u^2, a power too many, with u = −({u})", POWER),
    ("power.sign_lost", "square", 0, lambda y, u: -2 * abs(u[0]),
     "the root of a square is |u| and not u, with u = −({u}): the sign is lost where {u} is positive, and the step goes the wrong way",
     "Try values at which the expression under the square is negative."),
    ("power.for_exponential", "power", 1, lambda y, u: u[1] * u[0] ** (u[1] - 1),
     "the power rule was used on an exponential function: in {f} the exponent is what varies",
     "Where does the variable stand: in the base or in the exponent?"),
    ("root.not_brought_down", "sqrt", 0, lambda y, u: 1 / y, "the factor 1/2 of the root rule is missing at {f}", ROOT),
    ("root.not_lowered", "sqrt", 0, lambda y, u: y / 2, "the root did not go below the line: (√u)' = 1/(2√u), with u = {u}", ROOT),
    ("root.sign", "sqrt", 0, lambda y, u: -1 / (2 * y), "the derivative of {f} has the wrong sign", ROOT),
    # Quotients
    ("reciprocal.sign", "reciprocal", 0, lambda y, u: y * y, "the sign of (1/u)' = -1/u^2 is lost, with u = {u}", RECIPROCAL),
    ("reciprocal.not_lowered", "reciprocal", 0, lambda y, u: -y,
     "the power below the line is wrong: (1/u)' = -1/u^2, and you have -1/u, with u = {u}", RECIPROCAL),
    ("reciprocal.as_logarithm", "reciprocal", 0, lambda y, u: np.log(abs(u[0])),
     "1/u was integrated: ln u is what has the derivative 1/u, with u = {u}", RECIPROCAL),
    ("quotient.sign", "divide", 1, lambda y, u: y / u[1], "the minus of the quotient rule is lost at {f}", QUOTIENT),
    ("quotient.not_squared", "divide", 1, lambda y, u: -y,
     "the divisor is not squared: the derivative of {f} by {u} has its square below the line", QUOTIENT),
    # Products and sums
    ("product.kept", "multiply", None, lambda y, u: y, "{f} was not differentiated: its derivative by {u} is the other factor", PRODUCT),
    ("difference.sign", "subtract", 1, lambda y, u: np.ones_like(y),
     "the sign of the inner derivative is lost: {f} has the derivative -1 by {u}", DIFFERENCE),
    ("difference.swapped", "subtract", 0, lambda y, u: -np.ones_like(y),
     "the sign is wrong: {v} − {u} stands where {u} − {v} belongs", DIFFERENCE),
    ("negation.sign", "negate", 0, lambda y, u: np.ones_like(y), "the minus of {f} is lost: it is a factor -1 of the derivative",
     DIFFERENCE),
    # Functions
    ("exponential.lowered", "exp", 0, lambda y, u: u[0] * np.exp(u[0] - 1),
     "the power rule was used on e^u: it is its own derivative, with u = {u}", EXPONENTIAL),
    ("exponential.times_exponent", "exp", 0, lambda y, u: u[0] * y, "the exponent {u} came down in front of {f}: that is the power rule",
     EXPONENTIAL),
    ("logarithm.kept", "ln", 0, lambda y, u: y, "the logarithm was not differentiated: (ln u)' = 1/u, with u = {u}", LOGARITHM),
    ("logarithm.of_reciprocal", "ln", 0, lambda y, u: np.log(1 / u[0]), "(ln u)' is 1/u and not ln(1/u), with u = {u}", LOGARITHM),
    ("logarithm.sign", "ln", 0, lambda y, u: -1 / u[0], "the derivative of {f} has the wrong sign", LOGARITHM),
    ("logarithm.squared", "ln", 0, lambda y, u: 1 / u[0] ** 2, "(ln u)' is 1/u and not 1/u^2, with u = {u}", LOGARITHM),
    ("sine.sign", "sin", 0, lambda y, u: -np.cos(u[0]), "the sign is wrong: (sin u)' = cos u, with u = {u}", ANGLE),
    ("cosine.sign", "cos", 0, lambda y, u: np.sin(u[0]), "the sign is lost: (cos u)' = -sin u, with u = {u}", ANGLE),
    ("sine.kept", "sin", 0, lambda y, u: y, "{f} was not differentiated", ANGLE),
    ("cosine.kept", "cos", 0, lambda y, u: y, "{f} was not differentiated", ANGLE),
    ("tangent.sign", "tan", 0, lambda y, u: 1 - y * y, "the sign is wrong: (tan u)' = 1 + tan(u)^2, with u = {u}", ANGLE),
    # Kinks
    ("maximum.to_all", "max", None, lambda y, u: np.ones_like(y), "{f} sends its gradient to the largest input alone, not to all", KINK),
    *(
        ("maximum.to_smallest", "max", k, lambda y, u, k=k: (y != u[k]) * 1.0,
         "{f} sends its gradient to the largest input, not to the other", KINK)
        for k in (0, 1)
    ),
    ("absolute.sign_lost", "abs", 0, lambda y, u: np.ones_like(y), "the slope of {f} is -1 where {u} is negative", KINK),
    ("absolute.kept", "abs", 0, lambda y, u: y, "{f} was not differentiated", KINK),
    ("relu.argument", "relu", 0, lambda y, u: u[0], "the slope of relu is 0 or 1; you have its argument {u}", KINK),
    ("relu.reversed", "relu", 0, lambda y, u: (u[0] < 0) * 1.0,
     "the slope of relu at {u} is the wrong way round: it is 1 for a positive argument", KINK),
    ("relu.sign", "relu", 0, lambda y, u: np.sign(u[0]), "the slope of relu is 0 and not -1 where {u} is negative", KINK),
)  # fmt: skip

INTEGRATED = "Does your formula get steeper where it should, or is it an area?"

UNUSUAL: tuple[Row, ...] = (
    ("power.kept", "square", 0, lambda y, u: y, "{f} was not differentiated: (u^2)' = 2u, with u = {u}", POWER),
    ("power.kept", "power", 0, lambda y, u: y, "{f} was not differentiated", POWER),
    ("power.integrated", "square", 0, lambda y, u: u[0] ** 3 / 3, "u^2 was integrated, to u^3/3, with u = {u}", INTEGRATED),
    ("power.integrated", "power", 0, lambda y, u: y * u[0] / (u[1] + 1), "{f} was integrated: its power went up", INTEGRATED),
    ("root.integrated", "sqrt", 0, lambda y, u: y * y * y / 1.5, "{f} was integrated: its power went up", INTEGRATED),
    ("logarithm.integrated", "ln", 0, lambda y, u: u[0] * y - u[0], "{f} was integrated", INTEGRATED),
    ("logarithm.as_exponential", "ln", 0, lambda y, u: np.exp(u[0]), "e^u is the inverse of ln u, not its derivative, with u = {u}",
     LOGARITHM),
    *(
        ("product.own_factor", "multiply", k, lambda y, u, k=k: u[k], "the derivative of {f} by {u} is the other factor, and not {u}",
         PRODUCT)
        for k in (0, 1)
    ),
    ("quotient.constant_divisor", "divide", 0, lambda y, u: u[1], "it was multiplied by {v} where {f} divides by it", QUOTIENT),
    ("quotient.divisor_lost", "divide", 0, lambda y, u: np.ones_like(y), "the divisor {v} of {f} is lost", QUOTIENT),
)  # fmt: skip

RULES: tuple[Mistake, ...] = tuple(
    Mistake.of_rule(code, gate, broken, sentence, hint, slot=slot, cost=cost)
    for cost, rows in ((1, COMMON), (2, UNUSUAL))
    for code, gate, slot, broken, sentence, hint in rows
)
