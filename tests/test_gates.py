"""Every gate of the tables: its local derivatives against differences of its value, exactness, and where it has no value or no slope."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from sympy import Float, Function, asin, besselj, erf, floor, gamma, sin

from derive import ops
from derive.errors import Unsupported
from derive.function_gates import STABLE, activation_gate, function_gate, slope_gate
from derive.gates import BITS, GATES, NoSlope, NoValue, bounded
from derive.ops import ACTIVATIONS, Activation
from derive.tally import Operations, of_expression

INPUTS = {
    **dict.fromkeys(("copy", "negate", "square", "exp", "abs", "sign"), ((0.7,), (-1.3,), (2.0,))),
    **dict.fromkeys(("sqrt", "ln", "reciprocal"), ((0.7,), (2.5,))),
    **dict.fromkeys(("add", "subtract", "multiply", "divide"), ((0.7, -1.3), (-2.0, 0.4))),
    **dict.fromkeys(("max", "min"), ((0.7, -1.3), (0.2, 0.3), (0.5, 0.1, 0.9))),
    "power": [(0.7, 2.5), (1.9, -1.2), (-1.5, 3.0)],
    "step": [(0.7, 0.5), (-0.2, 0.5)],
}
SMOOTH = [f for f in ACTIVATIONS.values() if issubclass(f, Activation) and f is not ops.identity]


def wrong_slopes(gate, points):
    """Where a local derivative is not the slope of the value: (inputs, which one)."""
    h, found = 1e-6, []
    for u in points:
        for i in range(len(u)):
            if (gate.name == "power" and i == 1 and u[0] < 0) or (gate.name == "step" and i == 1):
                continue  # there is none by the exponent, and the value at 0 is no input that varies
            above, below = ([v + s * (k == i) for k, v in enumerate(u)] for s in (h, -h))
            expected = (gate.value(above) - gate.value(below)) / (2 * h)
            if not math.isclose(gate.slopes([i], gate.value(list(u)), list(u))[0], expected, rel_tol=1e-6, abs_tol=1e-6):
                found.append((u, i))
    return found


@pytest.mark.parametrize("name", GATES)
def test_local_derivatives(name):
    assert not wrong_slopes(GATES[name], INPUTS[name])


@pytest.mark.parametrize("kind", SMOOTH)
def test_local_derivatives_of_activations(kind):
    points = [(z,) for z in (-3.0, -0.4, 0.3, 2.2)]
    assert not wrong_slopes(activation_gate(kind), points)
    assert not wrong_slopes(slope_gate(kind), points)


def test_a_planted_wrong_slope_is_found():
    square, multiply = GATES["square"], GATES["multiply"]
    assert wrong_slopes(replace(square, slope=lambda i, y, u: u[0]), INPUTS["square"])
    assert wrong_slopes(replace(multiply, slope=lambda i, y, u: u[i]), INPUTS["multiply"])
    assert wrong_slopes(replace(activation_gate(ops.sigmoid), slope=lambda i, y, u: y), [(0.3,)])


@pytest.mark.parametrize("name", GATES)
def test_every_gate_says_what_it_is(name):
    gate = GATES[name]
    number = len(INPUTS[name][0])
    names = [f"p{n}" for n in range(number)]
    assert gate.name == name and gate.label and gate.does
    # The value at 0 of a step is written nowhere.
    assert all(n in gate.formula(names) for n in names[: 1 if name == "step" else number])
    assert isinstance(gate.operations(number), Operations)


@pytest.mark.parametrize(
    ("name", "inputs", "expected"),
    [
        ("add", (1, Fraction(1, 3)), Fraction(4, 3)),
        ("multiply", (Fraction(2, 3), 6), 4),
        ("divide", (1, 3), Fraction(1, 3)),
        ("reciprocal", (4,), Fraction(1, 4)),
        ("power", (2, -2), Fraction(1, 4)),
        ("power", (Fraction(2, 3), 3), Fraction(8, 27)),
        ("sqrt", (Fraction(9, 4),), Fraction(3, 2)),
        ("exp", (0,), 1),
        ("ln", (1,), 0),
        ("max", (Fraction(1, 3), Fraction(1, 2)), Fraction(1, 2)),
        ("abs", (Fraction(-1, 2),), Fraction(1, 2)),
    ],
)
def test_what_is_rational_stays_exact(name, inputs, expected):
    found = GATES[name].value(list(inputs))
    assert found == expected and not isinstance(found, float)


def test_long_exact_numbers_become_floats():
    assert bounded(7) == 7 and isinstance(bounded(Fraction(4, 2)), int)
    assert isinstance(bounded(1 << BITS), float) and isinstance(bounded(Fraction(1, 3) ** BITS), float)
    assert isinstance(GATES["power"].value([3, 5000 // 10]), (int, Fraction))
    with pytest.raises(OverflowError):
        bounded(GATES["power"].value([10, 10**9]))
    with pytest.raises(OverflowError):
        bounded(float("inf"))


@pytest.mark.parametrize(
    ("name", "inputs", "why"),
    [
        ("divide", (1, 0), "division by zero"),
        ("reciprocal", (0.0,), "division by zero"),
        ("power", (0, -1), "division by zero"),
        ("power", (-1.5, 0.5), "complex"),
        ("sqrt", (-1,), "complex"),
        ("ln", (-2.0,), "complex"),
        ("ln", (0,), "logarithm of 0"),
    ],
)
def test_where_there_is_no_value(name, inputs, why):
    with pytest.raises(NoValue, match=why):
        GATES[name].value(list(inputs))


@pytest.mark.parametrize(
    ("name", "slot", "inputs"),
    [("abs", 0, (0,)), ("sqrt", 0, (0,)), ("power", 0, (0.0, 0.5)), ("power", 1, (-2.0, 3)), ("sign", 0, (0,)), ("step", 0, (0, 0))],
)
def test_where_there_is_no_slope(name, slot, inputs):
    gate = GATES[name]
    with pytest.raises(NoSlope):
        gate.slopes([slot], gate.value(list(inputs)), list(inputs))


def test_a_tie_is_named_and_shared():
    gate = GATES["max"]
    assert gate.slopes([0, 1, 2], 5, [5, 2, 5]) == [Fraction(1, 2), 0, Fraction(1, 2)]
    assert "tie" in gate.remark(5, [5, 2, 5]) and "1 and 3" in gate.remark(5, [5, 2, 5]) and "1/2" in gate.remark(5, [5, 2, 5])
    assert gate.remark(5, [5, 2]) == ""


def test_a_kink_of_an_activation_is_named():
    gate = activation_gate(ops.relu)
    assert gate.slopes([0], 0, [0]) == [0] and "kink" in gate.remark(0, [0]) and gate.remark(1, [1]) == ""
    assert gate.value([Fraction(1, 2)]) == Fraction(1, 2)


@pytest.mark.parametrize("kind", STABLE)
def test_stable_forms_are_the_formula(kind):
    """Relative to the formula at 30 digits, also where the formula as it stands overflows or loses its digits."""
    for z in (-1000.0, -40.0, -3.0, -1e-9, 0.0, 1e-12, 0.5, 2.0, 40.0, 1000.0):
        expected = float(kind.formula(Float(z, 40)).evalf(30))
        assert math.isclose(STABLE[kind](z), expected, rel_tol=4e-16, abs_tol=1e-300), z


@pytest.mark.parametrize("kind", SMOOTH)
def test_saturation(kind):
    gate = activation_gate(kind)
    for z in (-1000.0, 1000.0):
        y = gate.value([z])
        assert math.isfinite(y) and math.isfinite(gate.slopes([0], y, [z])[0])


def test_an_activation_of_a_teacher_has_a_gate():
    class swish(Activation):
        latex = r"\operatorname{swish}"
        formula = lambda z: z * ops.sigmoid(z)

    gate = activation_gate(swish)
    assert gate.label == "swish" and math.isclose(gate.value([1.0]), 0.7310585786300049)
    assert gate.value([-1000.0]) == 0 and not wrong_slopes(gate, [(0.4,), (-2.0,)])


def test_other_functions():
    assert math.isclose(function_gate(sin).value([0.5]), math.sin(0.5))
    for kind in (asin, erf, gamma):
        assert not wrong_slopes(function_gate(kind), [(0.4,), (0.8,)])
    with pytest.raises(NoValue, match="complex"):
        function_gate(asin).value([2])
    with pytest.raises(NoSlope):
        function_gate(asin).slopes([0], math.pi / 2, [1])


@pytest.mark.parametrize("kind", [besselj, floor, Function("f")])
def test_functions_without_a_gate(kind):
    with pytest.raises(Unsupported):
        function_gate(kind)


def test_operations_of_a_formula():
    from sympy import exp, symbols

    x, y = symbols("x y")
    assert of_expression(x * y + exp(x) / y - 1) == Operations(2, 2, 1)
    assert of_expression(-x) == Operations() and of_expression(x**2) == Operations(0, 1, 0)
    assert Operations(1, 2, 3).plus(Operations(1, 1, 1)).times(2) == Operations(4, 6, 8) and Operations(1, 2, 3).total == 6
