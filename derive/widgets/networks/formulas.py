r"""The equations of one neuron and one weight with numbers put in: z, a, delta and the gradient, as LaTeX."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...ops import RowActivation, identity, softmax
from ..base.plugged import added, dotted, equals, factor, kept, tex
from .wired import Wired

Trace = Mapping[str, Any]


@dataclass(frozen=True)
class Looked:
    """What is looked at: neuron j of a layer, and the weight from neuron k below it (None: the bias). Neurons count from 0."""

    layer: int
    j: int
    k: int | None


def name(letter: str, layer: int, j: int) -> str:
    """a^1_2, and x_2 for an input."""
    return f"x_{{{j + 1}}}" if (letter, layer) == ("a", 0) else rf"{letter}^{{{layer}}}_{{{j + 1}}}"


def weight(net: Wired, layer: int, j: int, k: int | None) -> str:
    r"""w^1_{21} or b^1_2; of a tied weight the name that it has where it was first used."""
    called, place = net.entry(layer, j, k)
    wide = any(n > 9 for n in net.p[called].shape)
    return rf"{called[0]}^{{{called[1:]}}}_{{{(',' if wide else '').join(str(n + 1) for n in place)}}}"


def forward(net: Wired, trace: Trace, at: Looked) -> tuple[str, str, str]:
    """z with its names, z with its numbers, and a."""
    layer, j = at.layer, at.j
    row, below = net.matrix(layer)[j], trace[f"a{layer - 1}"]
    bias = net.bias(layer)
    terms = [f"{weight(net, layer, j, k)} {name('a', layer - 1, k)}" for k in range(len(row))]
    numbers = [rf"{tex(w)} \cdot {factor(a)}" for w, a in zip(row, below, strict=True)]
    z = trace[f"z{layer}"][j]
    shown = [n for n in kept(len(row), at.k) if n is not None]
    said = [*row[shown], *below[shown]] + ([bias[j]] if bias is not None else [])
    dots = dotted(terms, at.k, [] if bias is None else [weight(net, layer, j, None)])
    put_in = dotted(numbers, at.k, [] if bias is None else [tex(bias[j])])
    z_name = name("z", layer, j)
    return (
        rf"$\displaystyle {z_name} = {dots}$",
        rf"$\displaystyle {z_name} {equals(said)} {put_in} {equals([*said, z])} {tex(z)}$",
        rf"$\displaystyle {_activated(net, trace, layer, j)}$",
    )


def _activated(net: Wired, trace: Trace, layer: int, j: int) -> str:
    kind, a, z = net.layers[layer - 1].activation, trace[f"a{layer}"][j], trace[f"z{layer}"]
    a_name, z_name = name("a", layer, j), name("z", layer, j)
    if kind is identity:
        return f"{a_name} = {z_name} {equals([a])} {tex(a)}"
    if kind is softmax:
        powers = [f"e^{{{tex(v)}}}" for v in z]
        below = rf"\sum_p e^{{z^{{{layer}}}_p}}"
        numbers = rf"\frac{{{powers[j]}}}{{{dotted(powers, j)}}}"
        return rf"{a_name} = \frac{{e^{{{z_name}}}}}{{{below}}} {equals(z)} {numbers} {equals([*z, a])} {tex(a)}"
    if issubclass(kind, RowActivation):
        return rf"{a_name} = {kind.latex}(z^{{{layer}}})_{{{j + 1}}} {equals([a])} {tex(a)}"
    return rf"{a_name} = {kind.latex}({z_name}) {equals([z[j]])} {kind.latex}({tex(z[j])}) {equals([z[j], a])} {tex(a)}"


def error(net: Wired, trace: Trace, at: Looked) -> tuple[str, str]:
    """delta of a neuron, in names and in numbers: what comes back to it, times its slope."""
    layer, j = at.layer, at.j
    delta, kind = trace[f"delta{layer}"][j], net.layers[layer - 1].activation
    head, last = name(r"\delta", layer, j), layer == net.depth
    if last and net.difference_only:
        a, y = trace[f"a{layer}"][j], net.y[j]
        names, numbers, said = f"{name('a', layer, j)} - y_{{{j + 1}}}", f"{tex(a)} - {factor(y)}", [a, y]
    elif issubclass(kind, RowActivation):
        over = rf"\frac{{\partial C}}{{\partial a^{{{layer}}}_i}} \frac{{\partial a^{{{layer}}}_i}}{{\partial {name('z', layer, j)}}}"
        return rf"$\displaystyle {head} = \sum_i {over}$", rf"$\displaystyle {head} {equals([delta])} {tex(delta)}$"
    else:
        said, names, numbers = _from_loss(net, trace, layer, j) if last else _from_above(net, trace, layer, j)
        if kind is not identity:
            slope = net.slope(layer, trace, j)
            said = [*said, slope]
            names, numbers = f"{_grouped(names)} \\, {kind.latex}'({name('z', layer, j)})", rf"{_grouped(numbers)} \cdot {factor(slope)}"
    value = f"{equals([*said, delta])} {tex(delta)}"
    return rf"$\displaystyle {head} = {names}$", rf"$\displaystyle {head} {equals(said)} {numbers} {value}$"


def _grouped(sum_: str) -> str:
    """In brackets, if it is more than one factor."""
    return rf"\left({sum_}\right)" if any(sign in sum_.lstrip("-") for sign in (" + ", " - ")) or sum_.startswith("-") else sum_


def _from_loss(net: Wired, trace: Trace, layer: int, j: int) -> tuple[list[Any], str, str]:
    """The numbers shown, dC/da in names, dC/da in numbers."""
    a, y = trace[f"a{layer}"][j], net.y[j]
    a_name, times = name("a", layer, j), net.times_difference
    if times is None:
        value = net.upstream(layer, trace)[j]
        return [value], rf"\frac{{\partial C}}{{\partial {a_name}}}", tex(value)
    names, numbers = f"{a_name} - y_{{{j + 1}}}", f"{tex(a)} - {factor(y)}"
    if times != 1:
        names, numbers = f"{times}({names})", f"{times}({numbers})"
    return [a, y], names, numbers


def _from_above(net: Wired, trace: Trace, layer: int, j: int) -> tuple[list[Any], str, str]:
    """Every neuron above sends its delta back along the weight to it."""
    w, above = net.matrix(layer + 1)[:, j], trace[f"delta{layer + 1}"]
    names = [f"{weight(net, layer + 1, i, j)} {name(chr(92) + 'delta', layer + 1, i)}" for i in range(len(w))]
    numbers = [rf"{tex(v)} \cdot {factor(d)}" for v, d in zip(w, above, strict=True)]
    shown = [n for n in kept(len(w)) if n is not None]
    return [*w[shown], *above[shown]], dotted(names), dotted(numbers)


def gradient(net: Wired, trace: Trace, at: Looked) -> str:
    """dC/dw of the weight: delta of the neuron times the activation below, added up over all uses, with the decay of L2."""
    called, place = net.entry(at.layer, at.j, at.k)
    value, own = trace[f"d{called}"][place], weight(net, at.layer, at.j, at.k)
    names, numbers, said = [], [], []
    for layer, j, k in net.uses(called, place):
        delta, delta_name = trace[f"delta{layer}"][j], name(r"\delta", layer, j)
        if k is None:
            return rf"$\displaystyle \frac{{\partial C}}{{\partial {own}}} = {delta_name} {equals([value])} {tex(value)}$"
        a = trace[f"a{layer - 1}"][k]
        names.append(f"{delta_name} {name('a', layer - 1, k)}")
        numbers.append(rf"{tex(delta)} \cdot {factor(a)}")
        said += [delta, a]
    if net.net.l2:
        w = net.p[called][place]
        names.append(rf"\lambda {own}")
        numbers.append(rf"{tex(net.net.l2)} \cdot {factor(w)}")
        said += [net.net.l2, w]
    middle = f"{equals(said)} {added(numbers)} {equals([*said, value])}"
    return rf"$\displaystyle \frac{{\partial C}}{{\partial {own}}} = {added(names)} {middle} {tex(value)}$"
