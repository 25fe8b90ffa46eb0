"""What a verdict on a formula costs: right ones in other clothes, wrong ones, and hostile ones."""

from __future__ import annotations

from sympy import Expr, Integer, exp

from derive.grading import same
from derive.indices import Axis, Quantity, summed
from derive.reading import read

from .conftest import best_times

KEY = "(sigma(w*x+b)-y)*sigma(w*x+b)*(1-sigma(w*x+b))*x"
TWO_LAYERS = "(sigma(v*tanh(w*x+b)+c)-y)*sigma'(v*tanh(w*x+b)+c)*v*(1-tanh(w*x+b)^2)*x"
FORMULAS = {
    "right: the same in another order": (KEY, "x*sigma(b+x*w)*(sigma(b+w*x)-y)*(1-sigma(w*x+b))"),
    "right: by e^z": (KEY, "x*(1/(1+e^(-w*x-b))-y)*e^(-w*x-b)/(1+e^(-w*x-b))^2"),
    "right: by tanh": (KEY, "x*((1+tanh((w*x+b)/2))/2-y)*(1-tanh((w*x+b)/2)^2)/4"),
    "right: two layers, written out": (TWO_LAYERS, "x*v/cosh(w*x+b)^2*sigma'(c+v*tanh(w*x+b))*(1/(1+e^(-v*tanh(w*x+b)-c))-y)"),
    "right: at random points only": ("sin(w*x)^2+cos(w*x)^2+abs(x)*y", "1+sqrt(x^2)*y"),
    "wrong: no slope": (KEY, "(sigma(w*x+b)-y)*x"),
    "wrong: coefficient 1 + 10^-9": (KEY, f"1.000000001*{KEY}"),
    "wrong: two layers, slope of a": (TWO_LAYERS, "(sigma(v*tanh(w*x+b)+c)-y)*sigma'(v*tanh(w*x+b)+c)*v*(1-x^2)*x"),
    "wrong: on a kink only": ("max(0,min(x-10,11-x))*w", "0*w"),
}


def tower() -> Expr:
    e: Expr = Integer(9)
    for _ in range(5):
        e = exp(e, evaluate=False)
    return e


def test_a_formula(benchmark, report):
    pairs = {name: (read(answer), read(key)) for name, (key, answer) in FORMULAS.items()}
    pairs["hostile: e^e^e^e^e^9"] = tower(), read(KEY)
    pairs["hostile: degree 1000"] = read("(a+b+c+d)^1000"), read("(a+b+c+d)^999*(d+c+b+a)")
    best = best_times({name: lambda p=p: same(*p) for name, p in pairs.items()}, rounds=5)
    report("a verdict on a formula (goal: about 30 ms)", best, next(iter(pairs)))
    benchmark.pedantic(same, args=pairs["right: by e^z"], rounds=3)


def test_components(benchmark, report):
    from derive.grading.equality.arrays import same_components

    n, p, m = Axis("n2"), Axis("n1"), Axis("m", "st")
    a, y, x = Quantity("a", (n, m)), Quantity("y", (n, m)), Quantity("x", (p, m))
    j, k, s = n.index("j"), p.index("k"), m.index("s")
    key = summed((a[j, s] - y[j, s]) * a[j, s] * (1 - a[j, s]) * x[k, s], [s]) / m.size
    right = summed(x[k, s] * (a[j, s] - a[j, s] ** 2) * (a[j, s] - y[j, s]) / m.size, [s])
    best = best_times({"right": lambda: same_components(right, key), "wrong": lambda: same_components(key * m.size, key)}, rounds=5)
    report("a verdict on components, all entries at three sizes", best, "wrong")
    benchmark.pedantic(same_components, args=(right, key), rounds=3)
