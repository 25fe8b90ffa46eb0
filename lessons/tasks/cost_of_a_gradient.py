"""What a gradient costs: multiplications by backpropagation, forward passes by nudging every weight."""

from derive import Network
from derive.counting import count_operations
from derive.grading import Reveal, Task, varied


@varied
def task(draw):
    sizes = [draw.whole(2, 2, 9), draw.whole(3, 3, 9), draw.whole(1, 1, 9)]
    cost = count_operations(Network.dense(*sizes))
    return Task.numbers(
        "What a gradient costs",
        {"forward": cost.forward, "weight gradients": cost.weight_gradients, "deltas": cost.deltas, "nudging": cost.parameters + 1},
        mistaken={"deltas": {"the inputs need no delta: the first layer's matrix is not used backward": cost.forward},
                  "nudging": {"one forward pass more is needed, without a nudge, to compare with": cost.parameters}},
        decimals=0,
        distinct=False,
        statement=f"A network {'-'.join(map(str, sizes))} with biases. Count multiplications in which a weight, or the gradient of "
        "one, takes part: forward (w a), for the weight gradients (delta a^T), and for the deltas of the hidden layer (w^T delta). "
        "How many forward passes does it take to find every derivative by nudging one parameter at a time? Write forward, weight "
        "gradients, deltas, nudging.",
        reveal=Reveal(counterexample=False),
    )  # fmt: skip
