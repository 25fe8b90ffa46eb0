"""Parameters, bytes and multiplications, against sums written out here and the products in the generated code."""

import re
from itertools import pairwise

import numpy as np
import pytest

from derive.counting import Cost, count_operations, count_parameters, memory, readable_bytes, species_table
from derive.errors import DeriveError, Unsupported
from derive.layers import Dense
from derive.network import Network
from derive.ops import relu, tanh

SIZES = [(2, 3, 1), (3, 4, 2), (5, 4, 3, 2), (64, 30, 10), (7, 1)]


@pytest.mark.parametrize("sizes", SIZES)
def test_parameters_are_those_that_init_makes(sizes):
    net = Network.dense(*sizes)
    made = net.init(np.random.default_rng(0))
    assert count_parameters(net) == sum(v.size for v in made.values())
    assert memory(net, "float64") == sum(v.nbytes for v in made.values()) == 2 * memory(net)


@pytest.mark.parametrize("sizes", SIZES)
def test_multiplications_are_those_of_the_generated_code(sizes):
    """Every `A @ B` in the source is a product of known shapes; with one sample it costs its three sizes multiplied."""
    net = Network.dense(*sizes, activation=tanh)
    f = net.compile()
    p, n = net.init(np.random.default_rng(0)), sizes
    arrays = {**p, **f.trace(p, np.ones((1, n[0])), np.ones((1, n[-1]))), "x": np.ones((1, n[0]))}
    counted = 0
    for left, left_t, right, right_t in re.findall(
        r"(\w+)(\.T)? @ (\w+)(\.T)?", f.source.partition("def value_and_grad")[2].partition("def ")[0]
    ):
        A, B = (arrays[name].T if turned else arrays[name] for name, turned in ((left, left_t), (right, right_t)))
        counted += A.shape[0] * A.shape[1] * B.shape[1]
    cost = count_operations(net)
    assert counted == cost.total == cost.forward + cost.weight_gradients + cost.deltas
    weights = [a * b for a, b in pairwise(n)]
    assert (cost.forward, cost.weight_gradients, cost.deltas) == (sum(weights), sum(weights), sum(weights[1:]))


def test_the_rule_of_thumb_is_an_estimate():
    """2N are quoted; 2-3-1 takes 1.6 N, two equal wide layers 2.5 N, and the more layers the nearer to 3 N."""
    assert (count_operations(Network.dense(2, 3, 1)).total, count_parameters(Network.dense(2, 3, 1))) == (21, 13)
    assert f"{count_operations(Network.dense(2, 3, 1)).ratio:.2g}" == "1.6"
    assert f"{count_operations(Network.dense(512, 512, 512)).ratio:.2g}" == "2.5"
    assert 2.8 < count_operations(Network.dense(*[256] * 12)).ratio < 3
    cost = count_operations(Network.dense(64, 30, 10))
    assert cost.finite_differences == 2261 * 2220 > 1000 * cost.total
    assert cost.stored(10) == 2 * 2260 + 20 * 40


def test_it_prints_a_table():
    text = str(count_operations(Network.dense(2, 3, 1, activation=relu)))
    lines = text.splitlines()
    assert lines[0].split() == ["layer", "forward", "weight", "gradients", "deltas"]
    assert lines[1].split() == ["2", "->", "3", "6", "6", "0"] and lines[3].split() == ["all", "9", "9", "3"]
    assert len({len(line) for line in lines[:4]}) == 1
    assert "21 multiplications" in text and "1.6 N" in text and "126 by finite differences" in text
    assert isinstance(count_operations(Network.dense(2, 3, 1)), Cost)


def test_a_shared_weight_counts_once_and_is_not_a_chain():
    net = Network(4, Dense(3, tanh), Dense(4, tanh, tie="w1", transpose=True))
    assert count_parameters(net) == 12 + 3 + 4
    with pytest.raises(Unsupported, match="chain"):
        count_operations(net)


def test_species():
    """One number of four bytes for a synapse; the human brain then takes 4 PB."""
    table = {name: size for name, _, size in species_table()}
    assert table["roundworm"] == "400 kB" and table["fruit fly"] == "40 MB" and table["bee"] == "4 GB"
    assert table["mouse"] == "4 TB" and table["cat"] == "40 TB" and table["human"] == "4 PB"
    assert [readable_bytes(n) for n in (0, 7, 999, 1000, 4 * 10**18)] == ["0 B", "7 B", "999 B", "1 kB", "4 EB"]
    assert memory(10**5) == 4 * 10**5


@pytest.mark.parametrize(("given", "dtype"), [(-1, "float32"), (True, "float32"), (3, "float31")])
def test_what_has_no_memory(given, dtype):
    with pytest.raises(DeriveError, match="memory"):
        memory(given, dtype)
