"""The reverse sweep: every step proved, every planted mistake refuted, and the four equations as Nielsen states them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from sympy import Abs, Add, IndexedBase, Integer, KroneckerDelta, Mul, Rational, Sum, Symbol, cos, cosh, log, sin, symbols

from derive.backprop import Backprop
from derive.equations import Equation, Equations, uses
from derive.errors import Disagreement, Unsupported
from derive.exact import held
from derive.indices import SAMPLES, Axis, Index, Quantity, canonical, contract, name_of
from derive.layers import Dense, Layer, Residual
from derive.losses import Loss, cross_entropy, sum_of_squares
from derive.network import Network
from derive.ops import Activation, Slope, identity, relu, sigmoid, softmax, softplus, tanh
from derive.partial import Partial
from derive.steps import CHAIN_RULE, Assumption, Context, Step, prove, verify
from derive.sweep import reverse_sweep

n0, n1, n2, n3 = symbols("n0 n1 n2 n3")


class swish(Activation):
    latex = r"\operatorname{swish}"
    formula = lambda z: z * sigmoid(z)


class log_cosh(Loss):
    entry = lambda a, y: log(cosh(a - y))


class absolute_cube(Loss):
    entry = lambda a, y: Abs(a - y) ** 3


class Scale(Layer):
    """a_j = g_j a_j: one gain a neuron."""

    same_width = True

    def equations(self, b, a):
        g = b.parameter("g", (b.axis,))
        (j,) = b.indices("j")
        return b.define("a", "activation", (j,), g[j] * b.entry(a, j))


NETWORKS = {
    "one layer": Network(n0, Dense(n1, tanh)),
    "three layers": Network(n0, Dense(n1, sigmoid), Dense(n2, tanh), Dense(n3, softplus)),
    "relu": Network(n0, Dense(n1, relu), Dense(n2, sigmoid)),
    "identity": Network(n0, Dense(n1, identity), Dense(n2, identity), loss=sum_of_squares),
    "binary cross entropy": Network(n0, Dense(n1, relu), Dense(n2, sigmoid), loss=cross_entropy),
    "categorical cross entropy": Network(n0, Dense(n1, tanh), Dense(n2, softmax), loss=cross_entropy),
    "softmax, squared error": Network(n0, Dense(n1, tanh), Dense(n2, softmax)),
    "softmax in the middle": Network(n0, Dense(n1, softmax), Dense(n2, tanh)),
    "weight decay": Network(n0, Dense(n1, tanh), Dense(n2, sigmoid), l2=0.1),
    "tied": Network(n0, Dense(n0, tanh), Dense(n0, sigmoid, tie="w1"), l2=0.1),
    "tied, transposed": Network(n0, Dense(n1, tanh), Dense(n0, sigmoid, tie="w1", transpose=True)),
    "residual": Network(n0, Dense(n1, tanh), Residual(Dense(n1, sigmoid)), Dense(n2, tanh)),
    "residual after residual": Network(
        n0, Dense(n1, tanh), Residual(Dense(n1, sigmoid)), Residual(Dense(n1, relu)), Dense(n2, softmax), loss=cross_entropy
    ),
    "no bias": Network(n0, Dense(n1, tanh, bias=False), Dense(n2, sigmoid, bias=False)),
    "own activation and loss": Network(n0, Dense(n1, swish), Dense(n2, tanh), loss=log_cosh),
    "loss with a modulus": Network(n0, Dense(n1, tanh), Dense(n2, tanh), loss=absolute_cube),
    "own layer": Network(n0, Dense(n1, tanh), Scale(), Dense(n2)),
    "one neuron": Network.from_equations(["z = w*x + b", "a = sigma(z)", "C = (a - y)**2"]),
    "written cross entropy": Network.from_equations(["z = w*x + b", "a = sigma(z)", "C = -(y*ln(a) + (1 - y)*ln(1 - a))"]),
    "shared scalar": Network.from_equations(
        ["z1 = w1*x + b1", "a1 = sigma(z1)", "z2 = w2*x + b2", "a2 = sigma(z2)", "yh = w3*(a1 + a2) + b3", "L = (yh - y)**2/2"]
    ),
}
FORMS = ("single", "batch")


def sweep_of(name, form):
    return getattr(NETWORKS[name].backprop(), form)


# Every network for one sample; for a batch, those in which the sample index meets something new.
BATCHES = ("identity", "categorical cross entropy", "weight decay", "residual", "shared scalar")
PROVED = [(name, form) for name in NETWORKS for form in FORMS if form == "single" or name in BATCHES]


@pytest.mark.parametrize(("name", "form"), PROVED)
def test_every_step_is_proved_and_none_undecided(name, form):
    sweep = sweep_of(name, form)
    proofs = [proof for a in sweep.adjoints for proof in verify(a.steps, sweep.context)]
    assert len(proofs) > 5
    assert {proof.verdict for proof in proofs} == {"proved"}
    assert {proof.how for proof in proofs} <= {"structure", "identity"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NETWORKS)
def test_the_steps_lead_from_the_name_to_the_equation(name, form):
    for adjoint in sweep_of(name, form).adjoints:
        assert adjoint.steps[0].before == adjoint.equation.reference
        assert all(one.after == next.before for one, next in pairwise(adjoint.steps))
        assert adjoint.steps[-1].after == adjoint.equation.rhs
        assert adjoint.steps[0].rule == CHAIN_RULE
        assert all(step.before != step.after and step.rule for step in adjoint.steps)
        assert not adjoint.equation.rhs.has(Partial), "every derivative is carried out"


@pytest.mark.parametrize("name", NETWORKS)
def test_nothing_is_left_of_the_indicators(name):
    for form in FORMS:
        for adjoint in sweep_of(name, form).adjoints:
            assert not adjoint.equation.rhs.has(KroneckerDelta)


def test_verify_of_the_whole_backward_pass():
    assert {proof.verdict for proof in NETWORKS["one layer"].backprop().verify()} == {"proved"}


# --- The four equations.


def same(e, other):
    with held():
        return canonical(contract(e)) == canonical(contract(other))


def test_the_four_equations_of_one_sample_as_nielsen_states_them():
    net = Network(n0, Dense(n1, sigmoid), Dense(n2, tanh), Dense(n3, sigmoid))
    sweep = net.backprop().single
    q = sweep.forward.quantities | {a.equation.name: a.equation.lhs for a in sweep.adjoints}

    def rhs(name):
        equation = sweep.of(name).equation
        return equation.rhs, *equation.indices

    e, j = rhs("delta3")
    assert same(e, (q["a3"][j] - q["y"][j]) * sigmoid.prime(q["z3"][j])), "BP1"
    for layer, kind in ((2, tanh), (1, sigmoid)):
        e, j = rhs(f"delta{layer}")
        above = q[f"delta{layer + 1}"]
        k = above.axes[0].index("k")
        carried = Sum(q[f"w{layer + 1}"][k, j] * above[k], k.limits)
        assert same(e, carried * kind.prime(q[f"z{layer}"][j])), "BP2"
    for layer, below in ((3, "a2"), (2, "a1"), (1, "x")):
        e, j = rhs(f"db{layer}")
        assert same(e, q[f"delta{layer}"][j]), "BP3"
        e, j, k = rhs(f"dw{layer}")
        assert same(e, q[below][k] * q[f"delta{layer}"][j]), "BP4"


def test_the_four_equations_of_a_batch():
    """The sample index is an index like any other: the sums over s are derived, and the 1/m comes with delta."""
    net = Network(n0, Dense(n1, sigmoid), Dense(n2, tanh))
    sweep = net.backprop().batch
    q = sweep.forward.quantities | {a.equation.name: a.equation.lhs for a in sweep.adjoints}
    m = Axis("m", SAMPLES).size
    s = Axis("m", SAMPLES).index("s")
    e, (j, _) = sweep.of("delta2").equation.rhs, sweep.of("delta2").equation.indices
    assert same(e, (q["a2"][j, s] - q["y"][j, s]) * tanh.prime(q["z2"][j, s]) / m)
    e, (j, k) = sweep.of("dw2").equation.rhs, sweep.of("dw2").equation.indices
    assert same(e, Sum(q["delta2"][j, s] * q["a1"][k, s], s.limits))
    e, (j,) = sweep.of("db2").equation.rhs, sweep.of("db2").equation.indices
    assert same(e, Sum(q["delta2"][j, s], s.limits))


def test_the_labels():
    labels = {e.name: e.label for e in NETWORKS["three layers"].backprop()}
    assert labels == {"delta3": "BP1", "delta2": "BP2", "delta1": "BP2"} | {
        f"d{kind}{layer}": label for kind, label in (("b", "BP3"), ("w", "BP4")) for layer in (1, 2, 3)
    }


def test_a_gradient_is_found_by_the_name_of_its_parameter():
    bp = NETWORKS["three layers"].backprop()
    assert isinstance(bp, Backprop)
    assert bp["w2"].name == "dw2" and bp["delta3"].lhs.of == "z3"
    assert bp.derivation("w2").result == bp.single.of("w2").equation.rhs


# --- Several consumers: gradients add, and have one name.


def named(net):
    return {a.equation.name for a in net.backprop().batch.adjoints if a.named}


def test_an_adjoint_is_named_if_it_is_a_delta_or_has_two_consumers():
    assert named(NETWORKS["three layers"]) == {"delta3", "delta2", "delta1"} | {f"d{q}{n}" for q in "wb" for n in (1, 2, 3)}
    assert "da1" in named(NETWORKS["residual"]) and "da2" not in named(NETWORKS["residual"])


def test_a_residual_branch_adds():
    adjoint = NETWORKS["residual"].backprop().single.of("da1")
    assert "the gradients add" in adjoint.steps[0].why
    assert len(adjoint.equation.rhs.args) == 2 and uses(adjoint.equation.rhs) == {"delta2", "delta3", "w2", "w3"}


def test_a_shared_weight_adds():
    for name, count in (("tied, transposed", 2), ("tied", 3)):
        equation = NETWORKS[name].backprop().batch.of("dw1").equation
        assert isinstance(equation.rhs, Add) and len(equation.rhs.args) == count
        assert {"delta1", "delta2"} <= uses(equation.rhs)


def test_a_shared_weight_decays_once():
    equation = NETWORKS["tied"].backprop().batch.of("dw1").equation
    (decay,) = [term for term in Add.make_args(equation.rhs) if "lambda" in uses(term)]
    factor = decay / IndexedBase("w1", real=True)[equation.indices]
    assert factor.is_Symbol and factor.name == "lambda"


def test_only_what_a_parameter_acts_on_gets_an_adjoint():
    names = {a.of.name for a in NETWORKS["three layers"].backprop().batch.adjoints}
    assert not names & {"x", "y", "C"}
    assert {"w1", "b1", "z1", "a1"} <= names


def test_the_work_does_not_depend_on_widths_and_grows_by_the_same_for_every_layer():
    def steps(*sizes):
        return [s for a in Network.dense(*sizes).backprop().batch.adjoints for s in a.steps]

    assert steps(784, 512, 10) == steps(2, 3, 1) == steps(5, 5, 5)
    counts = [len(steps(*[2] * depth)) for depth in (3, 4, 5, 6)]
    assert len({after - before for before, after in pairwise(counts)}) == 1


# --- What is derived does not depend on what was derived before.


def make():
    return Network(n0, Dense(n1, tanh), Residual(Dense(n1, sigmoid)), Dense(n2, softmax), loss=cross_entropy, l2=0.1)


def test_the_same_network_twice_and_after_another_gives_equal_steps():
    first = [(a.equation, a.steps) for a in make().backprop().batch.adjoints]
    second = [(a.equation, a.steps) for a in make().backprop().batch.adjoints]
    Network.dense(7, 6, 5, 4, 3).backprop().batch.adjoints  # noqa: B018  # what comes in between
    third = [(a.equation, a.steps) for a in make().backprop().batch.adjoints]
    assert first == second == third
    texts = {str([(e.reference, e.rhs, steps) for e, steps in each]) for each in (first, second, third)}
    assert len(texts) == 1


def test_every_index_has_a_letter_without_a_number():
    for name in NETWORKS:
        for form in FORMS:
            for a in sweep_of(name, form).adjoints:
                letters = {i.name for step in a.steps for i in step.after.atoms(Index)}
                assert all(len(letter) == 1 for letter in letters), letters


# --- Planted mistakes are refuted.


def find(name, adjoint, rule, form="single"):
    sweep = sweep_of(name, form)
    step = next(s for s in sweep.of(adjoint).steps if s.rule.startswith(rule))
    assert prove(step, sweep.context).verdict == "proved"
    return step, sweep.context


def drop_factor(kind):
    def change(e):
        return e.replace(lambda f: isinstance(f, kind), lambda f: Integer(1))

    return change


def drop_term(e):
    return Add(*e.args[1:])


def turn(weight):
    def change(e):
        return e.replace(lambda f: f.is_Indexed and name_of(f) == weight, lambda f: f.base[f.indices[::-1]])

    return change


def other_layer(old, new):
    def change(e):
        return e.replace(lambda f: f.is_Indexed and name_of(f) == old, lambda f: IndexedBase(new, real=True)[f.indices])

    return change


# network, adjoint, the rule of the step, what is done to its right side
BROKEN = {
    "sign of the output error": ("three layers", "delta3", "put in", lambda e: -e),
    "sign in the chain rule": ("three layers", "delta2", CHAIN_RULE, lambda e: -e),
    "slope dropped": ("three layers", "delta2", "put in", drop_factor(Slope)),
    "slope of relu dropped": ("relu", "delta1", "put in", drop_factor(Slope)),
    "path past the residual layer dropped": ("residual", "da1", CHAIN_RULE, drop_term),
    "path through the residual layer dropped": ("residual", "da1", CHAIN_RULE, lambda e: Add(*e.args[:-1])),
    "residual branch dropped at the end": ("residual", "da1", "put in", drop_term),
    "use of a shared weight dropped": ("tied, transposed", "dw1", CHAIN_RULE, drop_term),
    "use of a shared scalar dropped": ("shared scalar", "dw3", "definition", lambda e: e.subs(Symbol("a2", real=True), 0)),
    "decay dropped": ("weight decay", "dw1", "only equal", drop_term),
    "weight not transposed": ("tied", "delta1", "put in", turn("w1")),
    "wrong layer's z": ("residual", "delta2", "put in", other_layer("z2", "z1")),
    "wrong layer's delta": ("residual", "delta1", "only equal", other_layer("da1", "delta2")),
    "indicator dropped": ("one layer", "db1", "derivative", drop_factor(KroneckerDelta)),
    "factor dropped": ("one layer", "da1", "power rule", lambda e: e / 2),
    "factor too many": ("one layer", "da1", "power rule", lambda e: 2 * e),
    "numerator of the common denominator": ("binary cross entropy", "delta2", "common denominator", lambda e: 2 * e),
    "cancelled wrongly": ("binary cross entropy", "delta2", "the slope cancels", lambda e: -e),
    "Jacobian of softmax without the mixed entries": ("softmax, squared error", "delta2", "slope by the output", None),
}


def without_mixed_entries(e):
    """a_j [j = p] alone, as if softmax were elementwise."""

    def change(f):
        return Add(*(a for a in f.args if a.has(KroneckerDelta)))

    return e.replace(lambda f: isinstance(f, Add) and f.has(KroneckerDelta) and not all(a.has(KroneckerDelta) for a in f.args), change)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_step_is_refuted_with_a_counter_example(name):
    network, adjoint, rule, change = BROKEN[name]
    step, context = find(network, adjoint, rule)
    broken = replace(step, after=(change or without_mixed_entries)(step.after))
    assert broken != step, "something was broken"
    proof = prove(broken, context)
    assert (proof.verdict, proof.how) == ("refuted", "counter-example"), str(proof)
    assert proof.detail
    with pytest.raises(Disagreement, match="the two sides differ at "):
        verify([broken], context)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["relu", "binary cross entropy", "residual after residual"])
def test_a_dropped_slope_of_relu_is_refuted_everywhere(name, form):
    """relu' is 1 at every positive point: a search that looks at few negative ones finds no difference."""
    sweep, dropped = sweep_of(name, form), 0
    for adjoint in sweep.adjoints:
        for step in adjoint.steps:
            if any(slope.activation is relu for slope in step.after.atoms(Slope)):
                dropped += 1
                proof = prove(replace(step, after=drop_factor(Slope)(step.after)), sweep.context)
                assert proof.verdict == "refuted", f"{adjoint.equation.name}, {proof}"
    assert dropped


def test_a_path_that_is_dropped_is_named():
    step, context = find("residual", "da1", CHAIN_RULE)
    proof = prove(replace(step, after=drop_term(step.after)), context)
    assert "a1 acts on the loss through z2, a2, and the sum has other terms" in proof.detail


def test_the_assumption_on_the_targets_is_needed():
    step, context = find("categorical cross entropy", "delta2", "sum of the targets")
    assert isinstance(step.assuming, Assumption)
    bare = prove(replace(step, assuming=None), context)
    assert (bare.verdict, bare.how) == ("refuted", "counter-example")
    wrong = replace(step, assuming=replace(step.assuming, value=Integer(2)))
    assert prove(wrong, context).verdict == "refuted"


def test_a_counter_example_is_one():
    """The values in it are put into both sides, and give what it says."""
    a, b = symbols("a b", real=True)
    proof = prove(Step("wrong", (a + b) ** 2, a**2 + b**2))
    assert proof.verdict == "refuted"
    point, said = proof.detail.split(": they differ by ")
    values = {Symbol(name, real=True): Rational(number) for name, number in (part.split(" = ") for part in point.split(", "))}
    difference = ((a + b) ** 2 - a**2 - b**2).subs(values)
    assert float(difference) == pytest.approx(float(said), rel=1e-5) and difference != 0


def test_a_substep_that_is_wrong_is_found():
    a = Symbol("a", real=True)
    right, wrong = Step("expand", a * (a + 1), a**2 + a), Step("expand", a * (a + 1), a**2 + 1)
    assert len(verify([replace(right, substeps=(right,))])) == 2
    with pytest.raises(Disagreement):
        verify([replace(right, substeps=(wrong,))])


def test_what_is_equal_by_more_than_arithmetic_is_undecided_and_not_proved():
    """sin^2 + cos^2 = 1 at every point that is tried: evidence, and no proof."""
    a = Symbol("a", real=True)
    proof = prove(Step("Pythagoras", sin(a) ** 2 + cos(a) ** 2, Integer(1)))
    assert (proof.verdict, proof.how) == ("undecided", "numeric")
    assert prove(Step("wrong", sin(a) ** 2 + cos(a) ** 2, Integer(2))).verdict == "refuted"


# --- C6, and the sweep over equations that are no network.


def test_the_norm_of_a_product_is_derived_and_proved():
    """f = ||W x||^2: df/dq = 2q, df/dW = 2 q x^T, df/dx = 2 W^T q; a gradient has its variable's shape."""
    rows, columns = Axis("n"), Axis("l")
    W, x = Quantity("W", (rows, columns), "parameter"), Quantity("x", (columns,), "parameter")
    q, f = Quantity("q", (rows,)), Quantity("f", (), "loss")
    k, i = rows.index("k"), columns.index("i")
    forward = Equations(
        (Equation(q, (k,), Sum(W[k, i] * x[i], i.limits)), Equation(f, (), Sum(q[k] ** 2, k.limits))), (W, x)
    )
    sweep = reverse_sweep(forward, "f")
    gradients = {name: sweep.of(name).equation for name in ("q", "W", "x")}
    for name, quantity in (("q", q), ("W", W), ("x", x)):
        assert gradients[name].lhs.axes == quantity.axes
    (j,) = gradients["q"].indices
    assert same(gradients["q"].rhs, 2 * q[j])
    j, p = gradients["W"].indices
    assert same(gradients["W"].rhs, 2 * q[j] * x[p])
    (p,) = gradients["x"].indices
    assert same(gradients["x"].rhs, 2 * Sum(q[k] * W[k, p], k.limits))
    middle = next(step for step in sweep.of("W").steps if step.after.has(KroneckerDelta))
    assert len(middle.after.atoms(KroneckerDelta)) == 2, "the indicators are shown before they collapse"
    assert {proof.verdict for a in sweep.adjoints for proof in verify(a.steps, sweep.context)} == {"proved"}


def test_a_context_without_definitions_proves_by_structure():
    a = Symbol("a", real=True)
    assert prove(Step("same", a + 1, 1 + a), Context()).how == "structure"


def test_a_product_of_sums_is_not_mistaken_for_a_sum_of_products():
    axis = Axis("n1")
    u, v = Quantity("u", (axis,)), Quantity("v", (axis,))
    j, k = axis.index("j"), axis.index("k")
    product = Mul(Sum(u[j], j.limits), Sum(v[k], k.limits))
    assert prove(Step("wrong", product, Sum(u[j] * v[j], j.limits))).verdict == "refuted"
    assert prove(Step("right", product, Sum(u[j] * v[k], j.limits, k.limits))).verdict == "proved"


def test_what_cannot_be_contracted_is_no_proof():
    axis = Axis("n1")
    u, j, k = Quantity("u", (axis,)), axis.index("j"), axis.index("k")
    with pytest.raises(Unsupported):
        contract(Sum(KroneckerDelta(j, k + 1) * u[k], k.limits))
    assert prove(Step("shifted", Sum(KroneckerDelta(j, k + 1) * u[k], k.limits), u[j])).verdict == "refuted"
