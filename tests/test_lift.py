"""Random index expressions as NumPy source, against their plain evaluation entry by entry; and the traps that such a search has found."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from sympy import Abs, Add, Expr, Indexed, Integer, Max, Mul, Pow, Rational, Sum, Symbol, pi, sqrt

from derive.checking import check
from derive.equations import Equation
from derive.errors import DeriveError
from derive.exact import held
from derive.indices import SAMPLES, Axis, Index, Quantity, summed
from derive.layers import Dense, Layer
from derive.lift import arranged, lifted
from derive.losses import Loss, cross_entropy
from derive.network import Network
from derive.numpy_form import source
from derive.ops import Activation, sigmoid, softmax, tanh

A, B, D, M = Axis("n1"), Axis("n2"), Axis("n3"), Axis("m", SAMPLES)
LETTERS = {A: "jkp", B: "ril", D: "uo", M: "st"}
SHAPES = [(), (A,), (B,), (D,), (A, B), (B, D), (A, A), (D, B), (A, B, D), (B, A, B), (A, M), (B, M), (D, M), (A, B, M), (M,)]
QUANTITIES = {f"q{n}": Quantity(f"q{n}", axes) for n, axes in enumerate(SHAPES)}


def product(chance: random.Random, free: list[Index]) -> Expr:
    factors = []
    for _ in range(chance.randint(1, 3)):
        quantity = chance.choice([q for q in QUANTITIES.values() if all(any(i.axis == a for i in free) for a in q.axes)])
        chosen: list[Index] = []
        for axis in quantity.axes:
            fitting = [i for i in free if i.axis == axis and i not in chosen]
            chosen += [chance.choice(fitting)] if fitting else []
        factors += [quantity[tuple(chosen)]] if len(chosen) == len(quantity.axes) else []
    return Mul(*factors, chance.choice([Integer(1), Integer(2), Rational(-1, 3), 1 / M.size]))


def expression(chance: random.Random, free: list[Index], depth: int) -> Expr:
    kind = chance.choice(["product"] + ["sum", "sum", "add", "call", "power", "times"] * (depth > 0))
    if kind == "product":
        return product(chance, free)
    if kind == "sum":
        own: list[Index] = []
        for axis in chance.sample(list(LETTERS), chance.randint(1, 2)):
            own.append(axis.index(chance.choice(LETTERS[axis])))
        body = expression(chance, [i for i in free if i not in own] + own, depth - 1)
        clash = any(set(own) & {limit[0] for limit in s.limits} for s in [body] if isinstance(s, Sum))
        return body if clash else summed(body, own)
    inner = expression(chance, free, depth - 1)
    if kind == "call":
        return chance.choice([tanh(inner), Max(inner, Rational(1, 2))])
    if kind == "power":
        return Pow(1 + inner**2, chance.choice([2, -1, Rational(1, 2), -2]))
    other = expression(chance, free, depth - 1)
    return Add(inner, other) if kind == "add" else Mul(inner, other)


def entry(e: Expr, at: dict[Index, int], arrays: dict[str, np.ndarray], sizes: dict[Axis, int]) -> float:
    """The expression at given indices, by the meaning of each node and nothing else."""

    def inside(part: Expr) -> float:
        return entry(part, at, arrays, sizes)

    if isinstance(e, Sum):
        own = [limit[0] for limit in e.limits]
        points = itertools.product(*(range(sizes[i.axis]) for i in own))
        return sum(entry(e.function, {**at, **dict(zip(own, p, strict=True))}, arrays, sizes) for p in points)
    if isinstance(e, Indexed):
        return arrays[str(e.base.label)][tuple(at[i] for i in e.indices)]
    if isinstance(e, Symbol):
        return next((n for axis, n in sizes.items() if axis.size == e), None) or float(arrays[e.name])
    kinds = {Add: sum, Mul: np.prod, Max: max}
    if type(e) in kinds:
        return kinds[type(e)]([inside(a) for a in e.args])
    if isinstance(e, Pow):
        return inside(e.base) ** inside(e.exp)
    return float(np.tanh(inside(e.args[0]))) if isinstance(e, tanh) else float(e)


@pytest.mark.parametrize("rows", [True, False], ids=["rows", "columns"])
@pytest.mark.parametrize("sizes", [{A: 2, B: 3, D: 4, M: 5}, {A: 3, B: 3, D: 3, M: 3}], ids=["unequal", "equal"])
def test_random_expressions_are_lifted_to_what_they_mean(rows, sizes):
    rng, right = np.random.default_rng(0), 0
    arrays = {n: rng.uniform(0.3, 1.2, [sizes[a] for a in q.axes]) for n, q in QUANTITIES.items()}

    def layout(axes: tuple[Axis, ...]) -> list[int]:
        return sorted(range(len(axes)), key=lambda n: axes[n] != M) if rows else list(range(len(axes)))

    space = {"np": np, "tanh": np.tanh} | {a.name: n for a, n in sizes.items()}
    space |= {n: np.transpose(arrays[n], layout(q.axes)) for n, q in QUANTITIES.items()}
    for seed in range(150):
        chance = random.Random(seed)
        with held():
            free = [axis.index(LETTERS[axis][0]) for axis in chance.sample(list(LETTERS), chance.randint(0, 3))]
            e = expression(chance, free, chance.randint(0, 3))
            if any(len({limit[0] for limit in s.limits}) < len(s.limits) for s in e.atoms(Sum)):
                continue  # SymPy has merged two sums over one index, which is refused
            equation = Equation(Quantity("out", tuple(i.axis for i in free)), tuple(free), e)
            node = lifted(equation, QUANTITIES, rows)
            text = source(node, {n: n for n in QUANTITIES})
        out = arranged(free, rows)
        want = np.empty([sizes[i.axis] for i in out])
        for p in itertools.product(*(range(sizes[i.axis]) for i in out)):
            want[p] = entry(e, dict(zip(out, p, strict=True)), arrays, sizes)
        got = np.asarray(eval(text, dict(space)))
        assert got.shape == tuple(sizes[i.axis] for i in node.axes), (seed, e, text)
        spread = got.reshape([sizes[i.axis] if i in node.axes else 1 for i in out])
        np.testing.assert_allclose(np.broadcast_to(spread, want.shape), want, rtol=1e-9, err_msg=f"{seed}: {e}\n{text}")
        right += 1
    assert right > 120


# Layers of a teacher's own, as hard on the indices as they come


class Nested(Layer):
    """A sum within a function within a sum over the same axis: the inner index must not be taken for the outer one."""

    same_width = True

    def equations(self, b, a):
        j, k, p = b.indices("j", "k", "p")
        u, v, w = b.parameter("u", (b.axis,)), b.parameter("v", (b.axis, b.axis)), b.parameter("s", (b.axis,))
        inner = summed(v[k, p] * b.entry(a, p), [p])
        return b.define("a", "activation", (j,), w[j] * summed(u[k] * tanh(inner), [k]) + b.entry(a, j))


class Gated(Layer):
    """Two weighted inputs in one layer: each has an error of its own."""

    size = 4

    def equations(self, b, a):
        (j,), (k,) = b.indices("j"), b.indices("k", below=True)
        w, v = b.parameter("w", (b.axis, b.below), "weight"), b.parameter("v", (b.axis, b.below), "weight")
        z = b.define("z", "weighted_input", (j,), summed(w[j, k] * b.entry(a, k), [k]))
        r = b.define("r", "weighted_input", (j,), summed(v[j, k] * b.entry(a, k), [k]))
        return b.define("a", "activation", (j,), tanh(b.entry(z, j)) * sigmoid(b.entry(r, j)))


class Constant(Layer):
    """Outputs that do not depend on the sample."""

    same_width = True

    def equations(self, b, a):
        (j,) = b.indices("j")
        return b.define("a", "activation", (j,), b.parameter("g", (b.axis,))[j])


class Warm(Layer):
    """A softmax at a temperature is not the softmax of anything that has a name."""

    same_width = True

    def equations(self, b, a):
        (j,) = b.indices("j")
        t = b.parameter("t", ())
        return b.define("a", "activation", (j,), softmax.formula(lambda i: t[()] * b.entry(a, i), j), softmax)


class Lone(Layer):
    """A sum in which nothing depends on the index is a product with the size."""

    same_width = True

    def equations(self, b, a):
        j, k = b.indices("j", "k")
        return b.define("a", "activation", (j,), b.entry(a, j) + summed(b.parameter("c", ())[()] * b.entry(a, j), [k]))


@pytest.mark.parametrize("layer", [Nested, Gated, Constant, Warm, Lone])
def test_layers_of_ones_own_agree_with_every_other_way(layer):
    net = Network(3, Dense(4, tanh), layer(), Dense(2, tanh))
    check(net)
    assert {p.verdict for p in net.backprop().verify()} == {"proved"}


# Written equations


def written(*equations, **names):
    return Network.from_equations(list(equations), **{"inputs": "x", "targets": "y", **names})


@pytest.mark.parametrize(
    ("net", "p", "cost"),
    [
        (written("v = w*x", "z = v*y", "C = w**2 + b"), {"w": 2.0, "b": 1.0}, 5.0),
        (Network.from_equations([(Symbol("z"), pi * Symbol("w") * Symbol("x")), (Symbol("C"), sqrt(2) * (Symbol("z") - Symbol("y")) ** 2)]),
         {"w": 1.0}, 2**0.5 * (np.pi - 1) ** 2),
        (written("a = w*x", "C = max((a-y)^2, x, a)"), {"w": 10.0}, 81.0),
        (written("g = w^2", "C = (g*x - y)^2"), {"w": 2.0}, 9.0),
        (written("v = w*x", "C = (v - y)^2", inputs="x"), {"w": 3.0}, 4.0),
    ],
)  # fmt: skip
def test_what_is_written_is_what_is_computed(net, p, cost):
    f = net.compile()
    X, Y = np.ones((3, 1)), np.ones((3, 1))
    assert f.value_and_grad(p, X, Y)[0] == pytest.approx(cost)
    assert f.predict(p, X).shape == (3, 1)


@pytest.mark.parametrize("name", [r"\alpha", 'a"b', "lambda", "x 1", "len", "m"])
def test_any_name_of_a_parameter_is_safe_in_the_source(name):
    w, x, y = Symbol(name), Symbol("x"), Symbol("y")
    net = Network.from_equations([(Symbol("z"), w * x), (Symbol("C"), (Symbol("z") - y) ** 2)])
    value, gradient = net.compile().value_and_grad({name: 2.0}, np.ones((2, 1)), np.zeros((2, 1)))
    assert (value, gradient[name]) == (4.0, 4.0)


# Activations and losses of one's own


class stiff(Activation):
    """A slope that is not the formula's."""

    latex = "s"
    formula = lambda z: z**3
    by_output = lambda a: a * (1 - a)


class magnitude(Activation):
    latex = "m"
    formula = lambda z: Abs(z)


class three(Loss):
    """A cost that depends on nothing: its gradients are 0, and its value is counted once for every output."""

    entry = lambda a, y: Integer(3) + 0 * a


def test_a_stated_slope_is_not_trusted():
    with pytest.raises(DeriveError, match=r"activation stiff: its slope at .* is stated as .*, but the formula's is"):
        Dense(2, stiff)


def test_two_activations_of_one_name_are_refused():
    class tanh(Activation):
        latex = "t"
        formula = lambda z: z**3

    from derive.ops import tanh as ours

    with pytest.raises(DeriveError, match="two different activations are called tanh"):
        Network(2, Dense(3, ours), Dense(2, tanh)).compile()


def test_formulas_with_corners_and_constant_costs():
    check(Network(2, Dense(3, magnitude), Dense(2, tanh)))
    net = Network(2, Dense(3, tanh), loss=three)
    value, gradient = net.compile().value_and_grad(net.init(0), np.ones((2, 2)), np.ones((2, 3)))
    assert value == 9.0 and not any(g.any() for g in gradient.values())


def test_entries_to_a_power_are_not_printed_as_powers_of_a_matrix():
    class fourth(Loss):
        entry = lambda a, y: (a - y) ** 4

    assert r"^{\odot 4}" in Network(2, Dense(2, tanh), loss=fourth).equations.latex("batch")


def test_cross_entropy_keeps_its_stable_form_only_for_the_plain_softmax():
    assert "log_softmax" in Network(3, Dense(4, softmax), loss=cross_entropy).compile().source
