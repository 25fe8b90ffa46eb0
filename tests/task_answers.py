"""Wrong answers to the exercises, with words of what is said about each: among them what the sources published.

A row is (where, answer, words): `where` is the path to what is changed in a right answer, (), ("part",), ("cell",) or ("part", "cell").
Words that are empty stand for a mistake to which nothing more is said than that it is wrong, and where.
"""

from __future__ import annotations

from typing import Any

ACTIVATIONS = """import numpy as np
class Sigmoid:
    fn = staticmethod(lambda x: 0.5*np.tanh(0.5*x) + 0.5)
class Tanh:
    fn = staticmethod(np.tanh)
class ReLU:
    fn = staticmethod(lambda x: np.maximum(x, 0))
"""
LAYERS = """import numpy as np
class Linear:
    def __init__(self, weights):
        self.weights = weights
    def forward(self, x):
        return self.weights @ x
    def df(self, x):
        return self.weights
class Sigmoid:
    def forward(self, x):
        return 0.5*np.tanh(0.5*x) + 0.5
    def df(self, x):
        return self.forward(x)*(1 - self.forward(x))
"""
NETWORK = """import numpy as np
def sigmoid(z):
    return 0.5*np.tanh(0.5*z) + 0.5
class NeuralNetwork:
    def __init__(self, layers):
        self.layers = layers
    def run(self, x):
        for w, b in self.layers:
            x = sigmoid(np.dot(w, x) + b)
        return x
"""
PERCEPTRON = """import numpy as np
class Perceptron:
    def __init__(self, w, b):
        self.weight, self.bias = w, b
    def run(self, x):
        return 1 if np.dot(self.weight, x) + self.bias >= 0 else 0
"""

Row = tuple[tuple[str, ...], Any, str]


def changed(solution: Any, where: tuple[str, ...], wrong: Any) -> Any:
    """A right answer with one thing in it replaced."""
    if not where:
        return wrong
    assert where[0] in solution, (where, list(solution))
    return {**solution, where[0]: changed(solution[where[0]], where[1:], wrong)}


# What the sources published, by the number of the erratum: each is a row of the table below.
PUBLISHED: dict[str, list[tuple[str, tuple[str, ...], str]]] = {
    "X1": [("toy_gradient", ("dL/dw",), "2*sqrt(L)*x"), ("toy_undamped_steps", ("w_2",), "-4.56")],
    "X2": [("residual_slope", ("dL/dyhat",), "-2*(y - yhat)^2"), ("softplus_backward", ("dSSR/db3",), "-6.134")],
    "X3": [("update_rule", (), "b + 2*alpha*(w*x + b - y)"), ("descent_by_hand", ("x_1",), "4.04")],
    "X4": [("softplus_forward", ("orange_1",), "0.718")],
    "X5": [("upstream_and_local", ("chain rule",), "dz/dx = dL/dz · dz/dx")],
    "X6": [("hidden_error", ("dL/dz1",), "dL_dw3*w3*sigma'(z1)"), ("shared_weight", ("dL/dz1",), "-0.001256")],
    "X7": [("linear_in_what", (), "x")],
    "X8": [("where_the_minimum_is", (), "9/4")],
    "X9": [("mend_layers", (), LAYERS.replace("def __init__(self, weights)", "def __init__(self, inputs, outputs)"))],
    "X10": [("size_table", ("terabytes", "terabytes"), "4000000")],
    "X11": [("damping_factor", ("better",), "10^(-ln(d_w)/ln(10))"), ("damping_factor", ("factor", "at 0.05"), "0.1")],
    "X12": [("linear_layer", ("dz/dw2",), "w2")],
    "X13": [("a_gate_written_wrong", ("gate",), "max(x + y)"), ("wrong_gradient_descent", ("right",), "A")],
    "X14": [("perceptron_run", ("effect",), "B")],
    "X15": [("cross_entropy_least", ("at a = y",), "0")],
}

WRONG: dict[str, list[Row]] = {
    "a_gate_written_wrong": [
        (("gate",), "max(x + y)", "nothing to choose"),
        (("dgreen/dorange",), "1", ""),
        (("dL/dorange",), "-2*(y - green)", "the factor w4 is missing"),
        (("activation",), "z^2", ""),
        (("activation",), "softplus(z)", "do without softplus"),
    ],
    "bp1_output_error": [
        (("delta2_j",), "a^2_j - y_j", "slope"),
        (("delta2_j",), r"(y_j - a^2_j)\sigma'(z^2_j)", "the sign is wrong"),
        (("delta2",), r"(a^2 - y)\odot\sigma'(a^2)", "the slope is taken at the output"),
    ],
    "bp2_hidden_error": [
        (("delta1_j",), r"\sum_k w^2_{jk}\delta^2_k\sigma'(z^1_j)", "the index j runs over n2"),
        (("delta1",), r"(w^2)^T\delta^2", "slope"),
        (("delta1",), r"w^2\delta^2\odot\sigma'(z^1)", "does not fit"),
    ],
    "bp3_bp4_parameters": [
        (("dC/db2_j",), r"\delta^2_j a^1_j", "the index j runs over"),
        (("dC/dw2_jk",), r"\delta^2_k a^1_j", "the index k runs over"),
        (("dC/dw2",), r"a^1(\delta^2)^T", ""),
    ],
    "bp_batch": [
        (("dC/dw2",), r"\frac{1}{m}(\Delta^2)^T A^1", "once too often"),
        (("dC/dw2",), r"(A^1)^T\Delta^2", ""),
        (("dC/db2",), r"\frac{1}{m}(\Delta^2)^T\mathbf{1}", "once too often"),
        (("delta1",), r"(\Delta^2 (w^2)^T)\odot\sigma'(Z^1)", "does not fit"),
    ],
    "branches": [
        ((), "q*p*(1 - p)", "a path is lost"),
        ((), "p*y", "a path is lost"),
        ((), "q*p*(1 + p) + p*y", "a sign is wrong"),
    ],
    "bump": [
        ((), "w = (1, 1); b = (-1, -3); v = (3, -3)", "it is off by"),
        ((), "w = (40, 40); b = (-40, -120); v = (3, 3)", "it is off by 6"),
    ],
    "convergence_bound": [(("alpha",), "1.049", "this is the gap of the last step"), (("F_1",), "1.6", "")],
    "cost_of_a_gradient": [(("deltas",), "9", "the inputs need no delta"), (("nudging",), "13", "one forward pass more")],
    "cross_entropy_least": [(("at a = y",), "0", "entropy of y"), (("elsewhere",), "0.223", "for the target 1")],
    "cross_entropy_steps": [
        (("dC/dz",), "= -(y/a - (1-y)/(1-a))\n= y/a", "slope"),
        (("dC/dz",), "= y - a\n= (y - a)", "the minus of"),
        (("dC/dz",), "= a - y", "at least 2 lines"),
        (("delta_j",), r"(a^1_j - y_j)\sigma'(z^1_j)", ""),
    ],
    "damping_factor": [
        (("factor", "at 0.05"), "0.1", "the factor grows above 1"),
        (("undefined",), "C", ""),
        (("better",), "1", "the step is not damped"),
        (("better",), "1/(1 + abs(d_w/100))", "beyond 10"),
        (("better",), "1/d_w", "it multiplies the rate"),
        (("better",), "10^(-ln(d_w)/ln(10))", "a logarithm needs a positive number"),
    ],
    "decision_values": [(("wu+b",), "3", ""), (("class of v",), "1", "")],
    "descent_by_hand": [
        (("x_1",), "4.04", "ascends"),
        (("x_1",), "0", "learning rate eta is missing"),
        (("x_1",), "3.98", "the exponent was not brought down"),
        (("x_1",), "-0.04", "the change of x"),
    ],
    "descent_from_zero": [(("x_1",), "-0.04", "ascends"), (("F_1",), "-1.96", "the square is missing")],
    "descent_with_rates": [(("p_1",), "2.4", "ascends"), (("q_1",), "-5", "")],
    "final_layer_delta": [
        (("delta",), "y - d", "slope"),
        (("delta",), "(y - d)*sigma'(a)", "do without slopes"),
        (("delta",), "(y - d)*y*(1 + y)", "a sign is wrong"),
        (("dE/db",), "delta*b", "extra factor b"),
        (("dE/db",), "delta*w", "another variable"),
        (("dE/dw",), "delta", "the factor x is missing"),
    ],
    "final_layer_product": [
        (("dE/dy",), "d - y", "sign"),
        (("dE/dy",), "2*(y - d)", "constant factor"),
        (("dy/da",), "sigma(a)", "σ itself"),
        (("dy/da",), "a*(1 - a)", "stands in the slope where its output"),
        (("da/dw1",), "w1", ""),
        (("dE/dw1",), "(y - d)*x1", "slope"),
        (("dE/dw1",), "(y - d)*y*(1 - y)*w1", ""),
    ],
    "final_layer_steps": [
        ((), "dE/dw1 = (y - d)*sigma'(a)*x1\n= (y - d)*y*(1 + y)*x1", "a sign is wrong"),
        ((), "dE/dw1 = (y - d)*sigma'(a)*x1\n= (y - d)*sigma'(a)*x1", "do without slopes"),
        ((), "= (y - d)*y*(1 - y)*x1", "at least 2 lines"),
        ((), "delta = (y - d)*y\n= delta*x1", "first wrong line"),
    ],
    "first_graph": [
        (("dg/dx",), "1", "the factor z is missing"),
        (("dg/dp",), "3", "derivative by another variable"),
        (("dg/dz",), "4", "derivative by another variable"),
        (("g",), "7", ""),
    ],
    "gate_patterns": [
        (("dL/dz",), "0", ""),
        (("dL/dw",), "2", ""),
        (("dL/dx",), "6", ""),
    ],
    "gradient_three_ways": [
        (("dL/dw",), "2*(w*x + b - y)", "derivative by another variable"),
        (("values", "one-sided"), "7.36", "not yet divided by h"),
        (("values", "central"), "144", "divide by 2h"),
    ],
    "hidden_error": [
        (("dL/dw3",), "-(y - yhat)*yhat*(1 - yhat)*a1", "a path is lost"),
        (("dL/dz1",), "-(y - yhat)*yhat*(1 - yhat)*(a1 + a2)*w3*a1*(1 - a1)", "a1 + a2"),
        (("dL/dz1",), "dL_dw3*w3*sigma'(z1)", "an extra factor dz3/dw3 = a1 + a2"),
        (("dL/dz1",), "dL_dz3*w3", "slope"),
    ],
    "layer_shapes": [(("w1", "rows"), "3", "the wrong way round"), (("errors", "delta1"), "3", "")],
    "learning_rate_schedule": [(("eta_0",), "0", "the warm-up counts"), (("eta_14",), "0.049", "the decay starts after the warm-up")],
    "learning_rates": [
        ((), "creeps = 1.5; swings = 1.5; diverges = 3", "it swings"),
        ((), "creeps = 0.5; swings = 1.5; diverges = 1.9", "it swings"),
        ((), "creeps = -1; swings = 1.5; diverges = 3", "above 0"),
    ],
    "linear_in_what": [((), "x", "Try it"), ((), "x a b c", "Try it")],
    "linear_layer": [(("dz/dw2",), "w2", "derivative by another variable"), (("dz/dx2",), "x2", "derivative by another variable")],
    "mean_of_gradients": [((), "g1 + g2", ""), ((), "(g1 + g2)/4", ""), ((), "g1/2", "")],
    "mend_layers": [
        ((), LAYERS.replace("def __init__(self, weights)", "def __init__(self, inputs, outputs)"), "Linear"),
        ((), LAYERS.replace("(1 - self.forward(x))", "(1 + self.forward(x))"), ""),
        ((), LAYERS.replace("return self.weights\n", "return x\n"), ""),
    ],
    "mini_batches": [(("steps",), "6", "left over"), (("all",), "2000", "number of samples"), (("last",), "32", "")],
    "norm_of_a_product": [
        (("df/dq_j",), "q_j", "half of what is expected"),
        (("df/dW_jk",), "2*q_k*x_j", "the index k runs over"),
        (("df/dW",), "2*x@q.T", ""),
        (("df/dx",), "2*W@q", "does not fit"),
    ],
    "nudge_a_weight": [(("predicted",), "0.3813", "multiply it by the nudge"), (("predicted",), "-0.0381", "the sign is lost")],
    "order_of_samples": [(("updates_1",), "3", "these are epochs"), (("b_2",), "99", "")],
    "parameter_count": [
        (("parameters",), "32", "the biases are left out"),
        (("rows",), "4", "the wrong way round"),
        (("bytes",), "328", "4 bytes, not 8"),
    ],
    "perceptron_epoch": [
        (("w1_1",), "0.8", "the sign of the step is wrong"),
        (("mistakes",), "3", ""),
    ],
    "perceptron_run": [
        (("end", "epochs"), "5", "was taken for class 0"),
        (("end", "w2"), "2.2", "was taken for class 0"),
        (("rescaled", "b"), "-1", ""),
        (("effect",), "B", "scaling w and b changes no decision"),
    ],
    "polynomial_units": [
        (("coefficients", "A"), "5", "w is squared, too"),
        (("coefficients", "B"), "8", "has the middle term 2 p q"),
        (("coefficients", "B"), "0", "(p + q)^2 is not p^2 + q^2"),
        (("coefficients", "C"), "5", "b is squared, too"),
        (("with 1000 units",), "abs(x - 1/2)", "no corner"),
        (("with 1000 units",), "sin(10x)", "turns once"),
    ],
    "product_of_a_sum": [(("dg/dx",), "4", ""), (("dg/dz",), "-4", ""), (("p",), "-7", "")],
    "region_in_the_plane": [
        ((), "w = ((1, 0), (0, 1), (-1, -1)); b = (0, -1, 4); v = (1, 1, 1); c = -1.5", "x2 > 1 does not hold, and the network gives 1"),
        ((), "w = ((1, 0), (0, 1), (1, 1)); b = (0, -1, -4); v = (1, 1, 1); c = -2.5", "all three hold, and the network gives 0"),
    ],
    "residual_slope": [
        (("dL/dyhat",), "-2*(y - yhat)^2", "a power too many"),
        (("dL/dyhat",), "2*(y - yhat)", "sign"),
        (("dL/db3",), "-2*(y - yhat)^2", "a power too many"),
    ],
    "saturation": [
        (("slope",), "0.982", "sigma(z) itself"),
        (("entropy",), "0.01734", "cancels"),
        (("quadratic",), "0.982", "is missing"),
    ],
    "separating_line": [
        ((), "w = (1, -2); b = 1", "wrong way round"),
        ((), "w = (1, 1); b = 5", "negative"),
        ((), "w = (0, 1); b = 0", "negative"),
    ],
    "settings_that_learn": [
        ((), "width = 8; batch = 200; rate = 0.1", "falls slowly"),
        ((), "width = 8; batch = 10; rate = 10", "jumps up"),
        ((), "width = 2; batch = 10; rate = 0.3", "cannot close"),
        ((), "width = 8; batch = 10; rate = -1", "above 0"),
        ((), "width = 2.5; batch = 10; rate = 0.3", "a whole number"),
    ],
    "shared_weight": [
        (("dL/dz1",), "-0.001256", "a1 + a2"),
        (("dL/dw3",), "-0.034466", "a path is lost"),
        (("dL/dyhat",), "0.226402", "sign"),
        (("a1",), "0.5", "the activation is left out"),
    ],
    "sigmoid_as_one_gate": [
        (("df/ds",), "f*(1 + f)", "a sign is wrong"),
        (("df/ds",), "s*(1 - s)", "stands in the slope where its output"),
        (("df/dw0",), "f*(1 - f)*w0", ""),
        (("df/dx0",), "f*(1 - f)", ""),
    ],
    "sigmoid_graph": [
        (("df/du",), "0.534", "sign"),
        (("df/dw0",), "0.197", ""),
        (("f",), "1.368", ""),
        (("df/dx0",), "-0.197", ""),
    ],
    "sigmoid_slope": [
        ((), "= e^(-z)/(1 + e^(-z))^2\n= S - S^2\n= S*(1 + S)", "first wrong line"),
        ((), "= S*(1 - S)", "at least 3 lines"),
        ((), "= e^(-z)/(1 + e^(-z))^2\n= S - S^2\n= sigma'(z)", "do without slopes"),
        ((), "= -e^(-z)/(1 + e^(-z))^2\n= S^2 - S\n= S*(S - 1)", "sign"),
    ],
    "sigmoid_two_forms": [
        (("d",), "1 + e^x", ""),
        (("S(-x)",), "-S", ""),
        (("S(-x)",), "sigma(-x)", "use S"),
    ],
    "size_table": [
        (("row",), "A", "4 bytes a synapse give this"),
        (("terabytes", "terabytes"), "4000000", "1000 times too large"),
        (("terabytes", "terabytes"), "1000", "the factor 4 is lost"),
    ],
    "softplus_forward": [
        (("orange_1",), "0.718", "computed with w1 and b1 in the place of w2 and b2"),
        (("blue_1",), "0.512", ""),
        (("SSR",), "1.022", ""),
    ],
    "softplus_backward": [
        (("dSSR/db3",), "-6.134", "a power too many"),
        (("dSSR/db3",), "1.766", "sign"),
        (("dSSR/db3",), "-0.589", "mean over"),
        (("dSSR/db3",), "0.621", "only the first sample"),
    ],
    "squared_error_output": [
        (("dC/da1",), "y1 - a1", "−2 times"),
        (("dC/da1",), "(y1 - a1)/2", "sign"),
        (("dC/da1",), "a1 - y1", ""),
        (("dC/dz1",), "(a1 - y1)/2", "slope"),
    ],
    "steep_sigmoid": [((), "w = 10; b = -5", "at 0.4 it is"), ((), "w = -40; b = 20", "the step goes down")],
    "sum_or_mean": [(("eta",), "0.00005", "needs the larger rate"), (("times",), "100", "")],
    "surrogate_losses": [(("perceptron",), "-0.5", ""), (("hinge",), "0.5", ""), (("squared",), "0.25", ""), (("logistic",), "0.474", "")],
    "surrogate_slope": [((), "e^(-m)/(1 + e^(-m))", "sign"), ((), "1/(1 + e^(-m))", "")],
    "tanh_by_sigma": [
        (("tanh(x)",), "2*sigma(x) - 1", ""),
        (("tanh(x)",), "tanh(x)", "do without tanh"),
        (("dt/dx",), "t*(1 - t)", ""),
        (("dt/dx",), "1 - t", "a square is missing"),
    ],
    "toy_damped_steps": [(("w_1",), "3.4", "ascends"), (("w_1",), "-1", ""), (("L_1",), "7.3", "the square is missing")],
    "toy_gradient": [
        (("dL/dw",), "2*sqrt(L)*x", "the sign is lost"),
        (("dL/db",), "2*sqrt(L)", "the sign is lost"),
        (("dL/dw",), "2*error", "derivative by another variable"),
        (("dL/dw",), "2*error^2*x", "a power too many"),
        (("dL/dw",), "error*x", ""),
    ],
    "toy_graph": [
        (("dL/derror",), "162", "a power too many"),
        (("dL/dw",), "54", "derivative by another variable"),
        (("dL/dw",), "18", ""),
        (("L",), "9", "the square is missing"),
    ],
    "toy_undamped_steps": [
        (("w_1",), "7", "ascends"),
        (("w_2",), "-4.56", "ascends"),
        (("L_1",), "-8", "the square is missing"),
        (("b_1",), "-16", "the learning rate"),
    ],
    "two_linear_layers": [((), "w = (5, 3); b = 0", "the two layers give"), ((), "w = (5, 3); b = 2", "the two layers give")],
    "update_rule": [
        ((), "b + 2*alpha*(w*x + b - y)", "ascends"),
        ((), "b - 2*(w*x + b - y)", "learning rate alpha is missing"),
        ((), "-2*alpha*(w*x + b - y)", "the change of b"),
        ((), "b - alpha", ""),
        ((), "b - 2*alpha*(w*x + b - y)^2", "a power too many"),
        ((), "b - 2*alpha*(w*x + b - y)*x", "another variable"),
    ],
    "upstream_and_local": [
        (("chain rule",), "dz/dx = dL/dz · dz/dx", "the left side names the wrong variable"),
        (("chain rule",), "C", ""),
        (("dL/dx",), "g*x", ""),
        (("dL/dy",), "x", ""),
    ],
    "vanishing_product": [
        (("da3/dx",), "w1*w2*w3", ""),
        (("da3/dx",), "a3*(1-a3)*w3*a2*(1-a2)*w2*w1", "slope"),
        (("layers", "layers"), "14", "at most 1/4"),
        (("layers", "layers"), "8", ""),
    ],
    "vectorised_graph": [
        (("dC/dw2",), "a1 @ delta2.T", ""),
        (("delta1",), "w2.T @ delta2", "slope"),
        (("dC/dw1",), "x @ delta1.T", ""),
    ],
    "when_to_stop": [(("steps",), "297", "the last step counts"), (("x",), "2", "this is the minimum")],
    "where_the_minimum_is": [((), "9/4", "x^4 - 3*x^3 + 2"), ((), "-2", "")],
    "wrong_gradient_descent": [
        (("right",), "A", "a power too many"),
        (("right",), "B", "a power too many"),
        (("right",), "C", "ascends"),
        (("losses", "after"), "2.858", ""),
    ],
    "write_activations": [
        ((), ACTIVATIONS.replace("np.maximum(x, 0)", "max(0, x)"), "ValueError"),
        ((), ACTIVATIONS.replace("0.5*np.tanh(0.5*x) + 0.5", "1/(1 - np.exp(-x))"), ""),
        ((), ACTIVATIONS.replace("class ReLU", "class Relu"), "ReLU"),
    ],
    "write_backpropagation": [
        ((), "def value_and_grad(p, X, Y):\n    return 0.0, {}\n", "there is no gradient for w1"),
        ((), "def value_and_grad(p, X, Y):\n    while True: pass\n", "time"),
        ((), "import os; os._exit(0)", ""),
    ],
    "write_descent": [
        ((), "def descent(a, c, x, rate, steps):\n    for _ in range(steps):\n        x = x + rate*2*a*(x - c)\n    return x\n", ""),
        ((), "def descent(a, c, x, rate, steps):\n    return c\n", ""),
    ],
    "write_network": [
        ((), NETWORK.replace("sigmoid(np.dot(w, x) + b)", "np.dot(w, x) + b"), ""),
        ((), NETWORK.replace("np.dot(w, x)", "np.dot(x, w)"), "ValueError"),
    ],
    "write_perceptron": [
        ((), PERCEPTRON.replace(">= 0", "> 0"), ""),
        ((), PERCEPTRON.replace("1 if np.dot(self.weight, x) + self.bias >= 0 else 0", "np.dot(self.weight, x) + self.bias"), ""),
        ((), PERCEPTRON.replace("1 if", "-1 if"), ""),
    ],
    "write_softplus": [
        ((), "import numpy as np\ndef softplus(z):\n    return np.log(1 + np.exp(z))\n", ""),
        ((), "import numpy as np\ndef softplus_slope(z):\n    return np.logaddexp(z, 0)\n", ""),
    ],
    "xor_network": [
        ((), "w = ((1, 1), (1, 1)); b = (-0.5, -0.5); v = (1, -1); c = -0.5", "expected 1"),
        ((), "w = ((1, 0), (0, 1)); b = (0, 0); v = (1, 1); c = 0", "expected 0"),
    ],
}
