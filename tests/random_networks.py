"""Networks drawn at random: layers of every kind on top of one another, and equations written by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

import numpy as np
from sympy import sin

from derive.errors import DeriveError
from derive.indices import summed
from derive.layers import Dense, Layer, Residual
from derive.losses import LOSSES, categorical_cross_entropy
from derive.network import Network
from derive.ops import ACTIVATIONS, Activation, relu, sigmoid, softmax, softplus, tanh


@dataclass(frozen=True)
class Shift(Layer):
    """a_j + s_j: a second bias behind that of the layer below, and so with the same gradient."""

    same_width = True

    def equations(self, b, a):
        s = b.parameter("s", (b.axis,))
        (j,) = b.indices("j")
        return b.define("a", "activation", (j,), b.entry(a, j) + s[j])


@dataclass(frozen=True)
class TwoGains(Layer):
    """(g_j + h_j) a_j: two parameters with one gradient."""

    same_width = True

    def equations(self, b, a):
        g, h = b.parameter("g", (b.axis,)), b.parameter("h", (b.axis,))
        (j,) = b.indices("j")
        return b.define("a", "activation", (j,), (g[j] + h[j]) * b.entry(a, j))


@dataclass(frozen=True)
class Gated(Layer):
    """sigma(u_j) z_j with u = v a + c and z = w a + b: two weight matrices on the same activations, two biases."""

    size: int

    def equations(self, b, a):
        w, v = (b.parameter(name, (b.axis, b.below)) for name in "wv")
        bias, c = (b.parameter(name, (b.axis,)) for name in "bc")
        (j,), (k,) = b.indices("j"), b.indices("k", below=True)
        z = b.define("z", "weighted_input", (j,), summed(w[j, k] * b.entry(a, k), (k,)) + bias[j])
        u = b.define("u", "weighted_input", (j,), summed(v[j, k] * b.entry(a, k), (k,)) + c[j])
        return b.define("a", "activation", (j,), sigmoid(b.entry(u, j)) * b.entry(z, j))


@dataclass(frozen=True)
class TwoWeights(Layer):
    """sum_k (w_jk + 2 v_jk) a_k + b_j, where only v decays: its gradient is twice that of w, with something added."""

    size: int

    def equations(self, b, a):
        w, v = b.parameter("w", (b.axis, b.below)), b.parameter("v", (b.axis, b.below), "weight")
        bias = b.parameter("b", (b.axis,))
        (j,), (k,) = b.indices("j"), b.indices("k", below=True)
        return b.define("a", "activation", (j,), summed((w[j, k] + 2 * v[j, k]) * b.entry(a, k), (k,)) + bias[j])


@dataclass(frozen=True)
class Squashed(Layer):
    """sum_k tanh(u_jk) a_k + b_j: what is multiplied is computed from parameters alone."""

    size: int

    def equations(self, b, a):
        u, bias = b.parameter("u", (b.axis, b.below)), b.parameter("b", (b.axis,))
        (j,), (k,) = b.indices("j"), b.indices("k", below=True)
        return b.define("a", "activation", (j,), summed(tanh(u[j, k]) * b.entry(a, k), (k,)) + bias[j])


@dataclass(frozen=True)
class Factors(Layer):
    """sum_ik u_ji v_ik a_k: two matrices, nothing between them."""

    size: int

    def equations(self, b, a):
        u, v = b.parameter("u", (b.axis, b.axis)), b.parameter("v", (b.axis, b.below))
        (j, i), (k,) = b.indices("j", "i"), b.indices("k", below=True)
        return b.define("a", "activation", (j,), summed(u[j, i] * v[i, k] * b.entry(a, k), (i, k)))


@dataclass(frozen=True)
class Twofold(Layer):
    """sum_k w_jk a_k + b_j and added to it sum_k v_jk a_k, where only v decays."""

    size: int

    def equations(self, b, a):
        w, v = b.parameter("w", (b.axis, b.below)), b.parameter("v", (b.axis, b.below), "weight")
        bias = b.parameter("b", (b.axis,))
        (j,), (k,) = b.indices("j"), b.indices("k", below=True)
        z = b.define("z", "weighted_input", (j,), summed(w[j, k] * b.entry(a, k), (k,)) + bias[j])
        return b.define("a", "activation", (j,), b.entry(z, j) + summed(v[j, k] * b.entry(a, k), (k,)))


@dataclass(frozen=True)
class Mirrored(Layer):
    """sum_k (w_jk + v_kj) a_k: one gradient is the transpose of another."""

    same_width = True

    def equations(self, b, a):
        w, v = (b.parameter(name, (b.axis, b.axis)) for name in "wv")
        j, k = b.indices("j", "k")
        return b.define("a", "activation", (j,), summed((w[j, k] + v[k, j]) * b.entry(a, k), (k,)))


@dataclass(frozen=True)
class Diagonal(Layer):
    """sum_k w_jk a_k + g_j a_j: the errors belong to a product and, entry by entry, to a sum over the samples."""

    same_width = True

    def equations(self, b, a):
        w, g = b.parameter("w", (b.axis, b.axis)), b.parameter("g", (b.axis,))
        j, k = b.indices("j", "k")
        return b.define("a", "activation", (j,), summed(w[j, k] * b.entry(a, k), (k,)) + g[j] * b.entry(a, j))


@dataclass(frozen=True)
class Again(Layer):
    """f(a_j): a function of what is below, which may be the inputs."""

    function: type[Activation] = tanh
    same_width = True

    def equations(self, b, a):
        (j,) = b.indices("j")
        return b.define("a", "activation", (j,), self.function(b.entry(a, j)))


@dataclass(frozen=True)
class AtOnce(Layer):
    """f(sum_k w_jk a_k) in one equation."""

    size: int
    function: type[Activation] = relu

    def equations(self, b, a):
        w = b.parameter("w", (b.axis, b.below))
        (j,), (k,) = b.indices("j"), b.indices("k", below=True)
        return b.define("a", "activation", (j,), self.function(summed(w[j, k] * b.entry(a, k), (k,))))


@dataclass(frozen=True)
class Gate(Layer):
    """(w s + b)_j (v (1 - s) + c)_j with s = f(a): s and 1 - s are both multiplied and both get a bias."""

    function: type[Activation] = sigmoid
    same_width = True

    def equations(self, b, a):
        w, v = (b.parameter(name, (b.axis, b.axis)) for name in "wv")
        bias, c = (b.parameter(name, (b.axis,)) for name in "bc")
        j, k = b.indices("j", "k")
        s = b.define("s", "activation", (j,), self.function(b.entry(a, j)))
        r = b.define("r", "activation", (j,), 1 - b.entry(s, j))
        z = b.define("z", "weighted_input", (j,), summed(w[j, k] * b.entry(s, k), (k,)) + bias[j])
        u = b.define("u", "weighted_input", (j,), summed(v[j, k] * b.entry(r, k), (k,)) + c[j])
        return b.define("a", "activation", (j,), b.entry(z, j) * b.entry(u, j))


@dataclass(frozen=True)
class Branches(Layer):
    """tanh of the product of four affine maps: of z = w a + b and f(z), twice. Everything is multiplied by weights, and has a bias."""

    size: int
    function: type[Activation] = tanh

    def equations(self, b, a):
        (j, i), (k,) = b.indices("j", "i"), b.indices("k", below=True)
        below = []
        for n in "uv":
            w, bias = b.parameter(f"w{n}", (b.axis, b.below)), b.parameter(f"b{n}", (b.axis,))
            below.append(b.define(f"z{n}", "weighted_input", (j,), summed(w[j, k] * b.entry(a, k), (k,)) + bias[j]))
        below += [b.define(f"s{n}", "activation", (j,), self.function(b.entry(z, j))) for n, z in zip("uv", below, strict=True)]
        product = 1
        for n, q in zip("cdef", below, strict=True):
            m, bias = b.parameter(f"m{n}", (b.axis, b.axis)), b.parameter(n, (b.axis,))
            product *= b.entry(b.define(f"p{n}", "weighted_input", (j,), summed(m[j, i] * b.entry(q, i), (i,)) + bias[j]), j)
        return b.define("a", "activation", (j,), tanh(product))


@dataclass(frozen=True)
class MeanInput(Layer):
    """sum_k w_jk a_k / m + b_j: a factor that is 1 for a single sample."""

    size: int

    def equations(self, b, a):
        w, bias = b.parameter("w", (b.axis, b.below)), b.parameter("b", (b.axis,))
        (j,), (k,) = b.indices("j"), b.indices("k", below=True)
        m = b.samples[0].size if b.samples else 1
        return b.define("a", "activation", (j,), summed(w[j, k] * b.entry(a, k), (k,)) / m + bias[j])


@dataclass(frozen=True)
class Tangled(Layer):
    """Lines drawn at random, each of what stands above it: affine maps, functions, products, sums, gains, means, softmax."""

    size: int = 1
    seed: int = 0

    def equations(self, b, a):
        rng = np.random.default_rng(self.seed)
        pick = lambda options: options[rng.integers(len(options))]
        (j, i), (k,) = b.indices("j", "i"), b.indices("k", below=True)
        names = (f"{one}{two}" for one in "abcdefgh" for two in "abcdefgh")
        functions = [sigmoid, tanh, relu, softplus, sin]

        def gain():
            return b.parameter(f"g{next(names)}", (b.axis,))[j]

        def affine(q):
            m = b.parameter(f"m{next(names)}", (b.axis, b.axis))
            weight = pick([m[j, i], m[j, i], m[i, j], tanh(m[j, i])])
            return summed(weight * b.entry(q, i), (i,)) + (gain() if rng.random() < 0.7 else 0)

        def define(e, rowwise=None):
            lines.append(b.define(f"t{next(names)}", "weighted_input", (j,), e, rowwise))

        w, bias = b.parameter("w", (b.axis, b.below)), b.parameter("b", (b.axis,))
        lines = []
        define(summed(w[j, k] * b.entry(a, k), (k,)) + bias[j])
        for _ in range(rng.integers(3, 9)):
            q, r = pick(lines[-3:]), pick(lines)
            s, t = b.entry(q, j), b.entry(r, j)
            kind = pick(["affine"] * 4 + ["function"] * 4 + ["both", "softmax", "other", "other", "other", "other"])
            if kind == "both":  # one function of two maps, and maps of what comes out
                f = pick(functions)
                define(affine(q))
                define(affine(r))
                define(f(b.entry(lines[-2], j)))
                define(f(b.entry(lines[-2], j)))
                define(affine(lines[-1]) * affine(lines[-2]))
            elif kind == "softmax":
                define(softmax.formula(lambda n, q=q: b.entry(q, n), j), softmax)
            elif kind == "other":
                mean = summed(b.entry(q, i), (i,)) / b.axis.size
                own = pick([lambda s: gain() * s, lambda s: gain() + s, lambda s, r=r: s + affine(r), lambda s, q=q: tanh(affine(q))])
                define(own(s) if rng.random() < 0.4 else pick([s * t, s + t, 1 - s, s**2, s / 3, s - mean, s / (1 + t**2)]))
            else:
                define(affine(q) if kind == "affine" else pick(functions)(s))
        last = b.entry(lines[-1], j)
        return b.define("a", "activation", (j,), tanh(pick([last, last * b.entry(pick(lines), j), last + b.entry(pick(lines), j)])))


SIZED = {
    "gated": Gated, "two weights": TwoWeights, "squashed": Squashed, "factors": Factors, "twofold": Twofold, "at once": AtOnce,
    "branches": Branches, "mean input": MeanInput,
}
EQUAL = {"shift": Shift, "gains": TwoGains, "mirrored": Mirrored, "diagonal": Diagonal, "again": Again, "gate": Gate}


def _until_it_fits(draw: Callable[[np.random.Generator], Network]) -> Callable[[np.random.Generator], Network]:
    """Draws again where a network is refused, as when a loss does not take the outputs."""

    @wraps(draw)
    def drawn(rng: np.random.Generator) -> Network:
        while True:
            try:
                net = draw(rng)
                if net.shapes:
                    return net
            except DeriveError:
                pass

    return drawn


@_until_it_fits
def layered(rng: np.random.Generator) -> Network:
    """A network of one to five layers."""
    pick = lambda options: options[rng.integers(len(options))]
    hidden = [f for f in ACTIVATIONS.values() if not getattr(f, "rowwise", False)]
    n_in = pick([1, 2, 3, 4, 70])
    widths, layers = [n_in], []
    for number in range(1, 1 + rng.integers(1, 4)):
        n, below = pick([1, 2, 3, 4, 5]), widths[-1]
        kind = pick(["dense", "dense", "dense", "tied", "residual", *EQUAL, *SIZED])
        act = pick(hidden)
        if kind == "tied" and number > 1 and isinstance(layers[0], Dense):
            transpose = below == widths[1] and rng.random() < 0.7
            layers.append(Dense(n_in if transpose else widths[1], act, tie="w1", transpose=bool(transpose), bias=bool(rng.random() < 0.5)))
        elif kind == "residual":
            layers.append(Residual(Dense(below, act)))
        elif kind in EQUAL:
            layers.append(EQUAL[kind](act) if kind in ("again", "gate") else EQUAL[kind]())
        elif kind in SIZED:
            layers.append(SIZED[kind](n, act) if kind in ("at once", "branches") else SIZED[kind](n))
        else:
            layers.append(Dense(n, act, bias=bool(rng.random() < 0.8)))
        widths.append(getattr(layers[-1], "size", None) or below)
    loss = pick([*LOSSES.values(), categorical_cross_entropy])
    if rng.random() < 0.7:
        layers.append(Dense(pick([1, 2, 3]), pick([*ACTIVATIONS.values()])))
    if rng.random() < 0.3:
        layers.append(Shift())
    return Network(n_in, *layers, loss=loss, l2=pick([0.0, 0.0, 0.1]))


@_until_it_fits
def tangled(rng: np.random.Generator) -> Network:
    """A tangled layer, with others around it or none."""
    pick = lambda options: options[rng.integers(len(options))]
    n = pick([1, 2, 3, 4, 33])
    below, above = [Dense(n, tanh)] * pick([0, 0, 1]), [Dense(2, pick([sigmoid, tanh, relu]))] * pick([0, 1])
    return Network(pick([n, 3, 64, 70]), *below, Tangled(n, int(rng.integers(10**6))), *above, l2=pick([0.0, 0.0, 0.1]))


@_until_it_fits
def written(rng: np.random.Generator) -> Network:
    """A few equations in scalar symbols, with parameters that meet in several places, also in the loss."""
    pick = lambda options: options[rng.integers(len(options))]
    names = list("wvbcpq")
    lines, known = [], ["x"]
    for number in range(1, 1 + rng.integers(1, 4)):
        terms = []
        for _ in range(rng.integers(1, 4)):
            terms.append(pick([
                f"{pick(names)}*{pick(known)}", f"{pick(names)}*{pick(known)}", f"({pick(names)} + {pick(names)})*{pick(known)}",
                pick(names), f"{pick(names)}*{pick(names)}*{pick(known)}", f"{pick(known)}", f"{pick(names)}*{pick(known)}**2",
            ]))
        lines.append(f"z{number} = " + "".join(f" {pick('+-')} {t}" for t in terms).removeprefix(" + "))
        known.append(f"z{number}")
        if rng.random() < 0.7:
            lines.append(f"a{number} = {pick(['sigma', 'tanh', 'softplus', 'cos'])}(z{number})")
            known.append(f"a{number}")
    more = "".join(pick(["", "", f" + {pick(names)}", f" + {pick(names)}**2/2", f" + {pick(names)}*{pick(names)}", f" - 2*{pick(names)}"])
                   for _ in range(2))
    lines.append(f"C = ({known[-1]} - y)**2/2{more}")
    return Network.from_equations(lines)
