"""Parameters of a network, and the memory that they take."""

from itertools import pairwise

from derive import Network
from derive.counting import count_parameters, memory
from derive.grading import Reveal, Task, varied


@varied
def task(draw):
    sizes = [draw.whole(3, 2, 6), draw.whole(4, 3, 7), draw.whole(5, 1, 6)]
    net = Network.dense(*sizes)
    count, shown = count_parameters(net), "-".join(map(str, sizes))
    without = sum(a * b for a, b in pairwise(sizes))
    return Task.numbers(
        "Size of a network",
        {"rows": net.shapes["w2"][0], "columns": net.shapes["w2"][1], "parameters": count, "bytes": memory(net)},
        mistaken={"parameters": {"the biases are left out": without}, "rows": {"rows and columns are the wrong way round": sizes[1]},
                  "bytes": {"in float32 a number takes 4 bytes, not 8": memory(net, "float64")}},
        follows=lambda cell, v: 4 * v["parameters"] if cell == "bytes" else v[cell],
        decimals=0,
        distinct=False,
        statement=f"A network {shown} has a weight matrix and a bias vector in each of its two layers. How many rows and columns has "
        "the second weight matrix, w2, if z2 = w2 a1 + b2? How many parameters has the network, and how many bytes do they take in "
        "float32? Write rows, columns, parameters, bytes.",
        reveal=Reveal(counterexample=False),
    )  # fmt: skip
