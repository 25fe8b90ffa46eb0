"""Labels, the product of slopes in a deep network, and what a network without activations amounts to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Poly, Symbol

from derive.errors import DeriveError
from derive.layers import Dense, Residual
from derive.network import Network
from derive.ops import Slope, identity, sigmoid, softmax, tanh
from derive.steps import prove

DEEP = Network.dense(5, 4, 3, 2)


def test_labels_follow_from_the_place_in_the_network():
    labels = {e.name: e.label for e in DEEP.backprop()}
    assert labels["delta3"] == "BP1" and labels["delta2"] == labels["delta1"] == "BP2"
    assert {labels[f"db{n}"] for n in (1, 2, 3)} == {"BP3"} and {labels[f"dw{n}"] for n in (1, 2, 3)} == {"BP4"}
    assert labels == {e.name: e.label for e in DEEP.backprop().sheet(False)[0]}


def test_a_gradient_is_found_by_its_own_name_and_by_what_it_belongs_to():
    bp = DEEP.backprop()
    assert bp["w2"] is not None and bp["w2"].name == bp["dw2"].name == "dw2" and bp["delta2"].lhs.of == "z2"
    with pytest.raises(DeriveError, match=r"no gradient called 'w4'; there are .*w3"):
        bp["w4"]
    with pytest.raises(DeriveError, match="no gradient called 'w4'"):
        bp.derivation("w4")
    with pytest.raises(DeriveError, match="'matrix', expected 'component' or 'batch'"):
        bp.derivation("w2", form="matrix")


@pytest.mark.parametrize("name", ["w1", "b1", "delta1"])
def test_vanishing_gradients_one_slope_for_every_layer_on_the_way(name):
    unrolled = DEEP.backprop().unrolled(name)
    slopes = {str(f.args[0].base) for f in unrolled.result.atoms(Slope)}
    assert slopes == {"z1", "z2", "z3"}
    assert all(proof.verdict == "proved" for proof in unrolled.verify())
    assert "delta" not in str(unrolled.result)


def test_a_slope_that_is_lost_on_the_way_is_refuted():
    unrolled = DEEP.backprop().unrolled("b1")
    last = unrolled.steps[-1]
    some = next(iter(sorted(last.after.atoms(Slope), key=str)))
    assert prove(replace(last, after=last.after.xreplace({some: 1})), unrolled.context).verdict == "refuted"


def test_a_connection_past_a_layer_adds_a_path_without_its_slope():
    net = Network(3, Dense(4, tanh), Residual(Dense(4, sigmoid)), Dense(2, sigmoid))
    result = net.backprop().unrolled("b1").result
    per_path = [{str(f.args[0].base) for f in term.atoms(Slope)} for term in result.args]
    assert {"z1", "z3"} in per_path and {"z1", "z2", "z3"} in per_path


def test_two_linear_layers_are_one():
    """Without an activation the output is of degree 1 in the inputs, however many layers there are; with one it is no polynomial."""
    linear = Network.dense(2, 3, 1, activation=identity).expand()
    inputs = [Symbol("x_1", real=True), Symbol("x_2", real=True)]
    assert Poly(linear.loss, *inputs).total_degree() == 2  # the squared error of a linear function
    assert not Network.dense(2, 3, 1, activation=sigmoid, output=identity).expand().loss.is_polynomial(*inputs)


def test_softmax_is_labelled_like_any_other_output():
    bp = Network(3, Dense(4, tanh), Dense(2, softmax)).backprop()
    assert bp["delta2"].label == "BP1"


def test_a_long_chain_without_names_for_z_stays_short():
    """Where there is nothing to cancel, nothing is multiplied out: a(1-a) for 12 gates would be 4,096 terms."""
    lines = ["a1 = sigma(w1*x)", *(f"a{n} = sigma(w{n}*a{n - 1})" for n in range(2, 13)), "C = (a12 - y)^2"]
    result = Network.from_equations(lines).backprop()["w1"].rhs
    assert result.count_ops() < 100 and len(result.atoms(Slope)) == 12
