"""Expressions in textbook order and as typed, in three styles."""

from __future__ import annotations

import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import (
    Abs,
    Add,
    Derivative,
    E,
    Expr,
    Float,
    Function,
    Heaviside,
    Integer,
    KroneckerDelta,
    Max,
    Min,
    Mul,
    Pow,
    Rational,
    Sum,
    Symbol,
    cosh,
    exp,
    log,
    nan,
    oo,
    pi,
    sin,
    sqrt,
    zoo,
)

from derive.exact import held
from derive.indices import Axis, Quantity
from derive.mathml import MATHML
from derive.notation import LATEX, UNICODE, Notation, Row
from derive.ops import ACTIVATIONS, Activation, sigmoid, softmax, softplus
from derive.partial import Partial
from derive.printing import Printer, latex, unicode
from derive.ranking import RANK, TERM_RANK, chained
from derive.reading import read

N0, N1, N2, SAMPLES = Axis("n0"), Axis("n1"), Axis("n2"), Axis("m", "st")
QUANTITIES = {
    q.name: q
    for q in (
        Quantity("x", (N0,), "input", 0),
        Quantity("y", (N2,), "target"),
        Quantity("C", (), "loss"),
        Quantity("w1", (N1, N0), "weight", 1),
        Quantity("b1", (N1,), "bias", 1),
        Quantity("z1", (N1,), "weighted_input", 1),
        Quantity("a1", (N1,), "activation", 1),
        Quantity("w2", (N2, N1), "weight", 2),
        Quantity("z2", (N2,), "weighted_input", 2),
        Quantity("a2", (N2,), "activation", 2),
        Quantity("A2", (N2, SAMPLES), "activation", 2),
        Quantity("Y", (N2, SAMPLES), "target"),
        Quantity("delta1", (N1,), "error", 1, "z1"),
        Quantity("delta2", (N2,), "error", 2, "z2"),
        Quantity("da1", (N1,), "adjoint", 1, "a1"),
        Quantity("dw1", (N1, N0), "gradient", 1, "w1"),
    )
}
L, J, K = N0.index("k"), N1.index("j"), N2.index("k")  # input, hidden, output: the letters that the networks use
P, S = N1.index("p"), SAMPLES.index("s")
OUT = N2.index("j")
M = SAMPLES.size
w, x, b, y, a, z, u = (Symbol(name) for name in "w x b y a z u".split())
lam = Symbol("lambda")


def entry(name: str, *indices: Expr) -> Expr:
    return QUANTITIES[name][indices]


def entropy(out: Expr, target: Expr) -> Expr:
    return target * log(out) + (1 - target) * log(1 - out)


with held():
    SLOPE = sigmoid.prime(entry("z1", J))
    ERROR = entry("a2", OUT) - entry("y", OUT)
    BACK = entry("w2", K, J) * entry("delta2", K)
    TEXTBOOK = [
        (
            Sum(entry("w1", J, L) * entry("x", L), L.limits) + entry("b1", J),
            r"\sum_{k} w^{1}_{jk} x_{k} + b^{1}_{j}",
            "Σₖ w¹ⱼₖ xₖ + b¹ⱼ",
        ),
        (ERROR * sigmoid.prime(entry("z2", OUT)), r"(a^{2}_{j} - y_{j}) \sigma'(z^{2}_{j})", "(a²ⱼ - yⱼ) σ'(z²ⱼ)"),
        (
            ERROR * sigmoid.prime(entry("z2", OUT)) / M,
            r"\frac{1}{m} (a^{2}_{j} - y_{j}) \sigma'(z^{2}_{j})",
            "(1/m) (a²ⱼ - yⱼ) σ'(z²ⱼ)",
        ),
        (
            Sum(BACK * SLOPE, K.limits),
            r"\sum_{k} w^{2}_{kj} \delta^{2}_{k} \sigma'(z^{1}_{j})",
            "Σₖ w²ₖⱼ δ²ₖ σ'(z¹ⱼ)",
        ),
        (
            SLOPE * Sum(BACK, K.limits),
            r"\left(\sum_{k} w^{2}_{kj} \delta^{2}_{k}\right) \sigma'(z^{1}_{j})",
            "(Σₖ w²ₖⱼ δ²ₖ) σ'(z¹ⱼ)",
        ),
        (entry("delta1", J) * entry("x", L), r"x_{k} \delta^{1}_{j}", "xₖ δ¹ⱼ"),
        (
            entry("delta1", J) * entry("x", L) + lam * entry("w1", J, L) / M,
            r"x_{k} \delta^{1}_{j} + \frac{\lambda}{m} w^{1}_{jk}",
            "xₖ δ¹ⱼ + (λ/m) w¹ⱼₖ",
        ),
        (
            Sum(Partial(entry("C"), entry("a1", J)) * Partial(entry("a1", J), entry("z1", P)), J.limits),
            r"\sum_{j} \frac{\partial C}{\partial a^{1}_{j}} \, \frac{\partial a^{1}_{j}}{\partial z^{1}_{p}}",
            "Σⱼ ∂C/∂a¹ⱼ ∂a¹ⱼ/∂z¹ₚ",
        ),
        (
            Sum(entry("da1", J) * Partial(entry("a1", J), entry("z1", P)), J.limits),
            r"\sum_{j} \frac{\partial C}{\partial a^{1}_{j}} \, \frac{\partial a^{1}_{j}}{\partial z^{1}_{p}}",
            "Σⱼ ∂C/∂a¹ⱼ ∂a¹ⱼ/∂z¹ₚ",
        ),
        (entry("dw1", J, L), r"\frac{\partial C}{\partial w^{1}_{jk}}", "∂C/∂w¹ⱼₖ"),
        (Partial(w * x + b, x), r"\frac{\partial}{\partial x} (w x + b)", "∂/∂x (w x + b)"),
        (
            entropy(entry("a2", OUT), entry("y", OUT)),
            r"y_{j} \ln a^{2}_{j} + (1 - y_{j}) \ln(1 - a^{2}_{j})",
            "yⱼ ln(a²ⱼ) + (1 - yⱼ) ln(1 - a²ⱼ)",
        ),
        (-y * log(a) - (1 - y) * log(1 - a), r"-y \ln a - (1 - y) \ln(1 - a)", "-y ln(a) - (1 - y) ln(1 - a)"),
        (entry("a2", OUT) * (1 - entry("a2", OUT)), r"a^{2}_{j} (1 - a^{2}_{j})", "a²ⱼ (1 - a²ⱼ)"),
        (
            Sum((entry("A2", OUT, S) - entry("Y", OUT, S)) ** 2, OUT.limits, S.limits) / (2 * M),
            r"\frac{1}{2m} \sum_{j,s} (a^{2}_{js} - Y_{js})^{2}",
            "(1/(2m)) Σⱼₛ (a²ⱼₛ - Yⱼₛ)²",
        ),
        (-Sum(entry("y", K), K.limits) / M, r"-\frac{1}{m} \sum_{k} y_{k}", "-(1/m) Σₖ yₖ"),
        (Sum(-entry("y", K) * log(entry("a2", K)), K.limits), r"-\sum_{k} y_{k} \ln a^{2}_{k}", "-Σₖ yₖ ln(a²ₖ)"),
        (
            entry("a1", J) * (KroneckerDelta(J, P) - entry("a1", P)),
            r"a^{1}_{j} ([j = p] - a^{1}_{p})",
            "a¹ⱼ ([j = p] - a¹ₚ)",
        ),
        (
            KroneckerDelta(J, P) * SLOPE * entry("w1", P, L),
            r"w^{1}_{pk} \sigma'(z^{1}_{j}) [j = p]",
            "w¹ₚₖ σ'(z¹ⱼ) [j = p]",
        ),
        (
            exp(entry("z1", J)) / Sum(exp(entry("z1", P)), P.limits),
            r"\frac{e^{z^{1}_{j}}}{\sum_{p} e^{z^{1}_{p}}}",
            "e^(z¹ⱼ)/(Σₚ e^(z¹ₚ))",
        ),
        (entry("a1", J) ** 2, "(a^{1}_{j})^{2}", "(a¹ⱼ)²"),
        (
            (entry("a2", OUT) - entry("y", OUT)) / (entry("a2", OUT) * (1 - entry("a2", OUT))) * sigmoid.prime(entry("z2", OUT)),
            r"\frac{a^{2}_{j} - y_{j}}{a^{2}_{j} (1 - a^{2}_{j})} \sigma'(z^{2}_{j})",
            "((a²ⱼ - yⱼ)/(a²ⱼ (1 - a²ⱼ))) σ'(z²ⱼ)",
        ),
        (M * entry("y", K), "m y_{k}", "m yₖ"),
        (N0.size * x, "n_{0} x", "n₀ x"),
    ]
    # Names of which nothing is known but the letter.
    SCALARS = [
        ((w * x + b - y) ** 2, "(w x + b - y)^{2}", "(w x + b - y)²"),
        (2 * (w * x + b - y), "2(w x + b - y)", "2(w x + b - y)"),
        (1 / (1 + exp(-z)), r"\frac{1}{1 + e^{-z}}", "1/(1 + e^(-z))"),
        (exp(-z) / (1 + exp(-z)) ** 2, r"\frac{e^{-z}}{(1 + e^{-z})^{2}}", "e^(-z)/(1 + e^(-z))²"),
        ((1 - y) / (1 - a) - y / a, r"\frac{1 - y}{1 - a} - \frac{y}{a}", "(1 - y)/(1 - a) - y/a"),
        (x**2 + 2 * x + 1, "x^{2} + 2x + 1", "x² + 2x + 1"),
        (1 - a**2, "1 - a^{2}", "1 - a²"),
        (a - y, "a - y", "a - y"),
        (-a - y, "-a - y", "-a - y"),
        (-(a - y), "-(a - y)", "-(a - y)"),
        (sigmoid(x) * (1 - sigmoid(x)), r"\sigma(x) (1 - \sigma(x))", "σ(x) (1 - σ(x))"),
        (Symbol("w3") * softplus(x) + Symbol("b3"), r"w_{3} \operatorname{softplus}(x) + b_{3}", "w₃ softplus(x) + b₃"),
        (a * (1 - a) * (a - y) * x, "x (a - y) a (1 - a)", "x (a - y) a (1 - a)"),
        ((a - y) * (1 - a**2), "(a - y) (1 - a^{2})", "(a - y) (1 - a²)"),
        (log(a) * sigmoid.prime(z), r"\ln(a) \sigma'(z)", "ln(a) σ'(z)"),
        (log(a) ** 2, r"(\ln a)^{2}", "ln(a)²"),
        (sigmoid(z) ** 2, r"\sigma(z)^{2}", "σ(z)²"),
        (sqrt(x) / 2, r"\frac{1}{2} \sqrt{x}", "(1/2) sqrt(x)"),
        (1 / sqrt(x), r"\frac{1}{\sqrt{x}}", "1/sqrt(x)"),
        (x ** Rational(3, 2), r"x^{\frac{3}{2}}", "x^(3/2)"),
        (2 ** (-x), "2^{-x}", "2^(-x)"),
        (Rational(-3, 4) * x, r"-\frac{3}{4} x", "-(3/4) x"),
        (Float(0.1) * x, "0.1x", "0.1x"),
        (Mul(2, Float(-0.5), a - y, evaluate=False), "2(-0.5) (a - y)", "2(-0.5) (a - y)"),
        (Mul(2, 3, x, evaluate=False), r"2 \cdot 3x", "2·3x"),
        (Abs(x - y), r"\lvert x - y \rvert", "|x - y|"),
        (Abs(1 - Abs(x)), r"\lvert 1 - \lvert x \rvert \rvert", "abs(1 - |x|)"),
        (Max(0, x), r"\max(0, x)", "max(0, x)"),
        (Min(x, y), r"\min(x, y)", "min(x, y)"),
        (Heaviside(x, 0), "[x > 0]", "[x > 0]"),
        (sin(x) + cosh(x), r"\cosh(x) + \sin x", "cosh(x) + sin(x)"),
        (Function("f")(x, y), "f(x, y)", "f(x, y)"),
        (Function("soft_sign")(x), r"\operatorname{soft\_sign}(x)", "soft_sign(x)"),
        (pi * E * x, r"e \pi x", "e π x"),
        (oo, r"\infty", "∞"),
        (-oo, r"-\infty", "-∞"),
        (Symbol("w2") * x + Symbol("w10") * x, "w_{2} x + w_{10} x", "w₂ x + w₁₀ x"),
        (Integer(-3), "-3", "-3"),
    ]  # fmt: skip
# What only SymPy prints: nothing is promised but that it is printed, and in brackets within a product.
FOREIGN = [Derivative(Function("f")(x), x), zoo, nan, Sum(u**2, (u, 1, 3))]


def latex_errors(text: str) -> list[str]:
    r"""Braces or \left and \right that do not match, and second superscripts or subscripts on one base."""
    wrong: list[str] = []
    levels: list[set[str]] = [set()]
    fences = 0
    for token in re.findall(r"\\[A-Za-z]+|\\.|[{}^_]|[^\\{}^_\s]", text):
        if token == "{":
            levels.append(set())
        elif token == "}":
            levels.pop()
            if not levels:
                return [*wrong, "a brace is closed that was never opened"]
        elif token in "^_":
            if token in levels[-1]:
                wrong.append(f"double {token}")
            levels[-1] = levels[-1] | {token, "open"}
            continue
        elif token in (r"\left", r"\right"):
            fences += 1 if token == r"\left" else -1
            if fences < 0:
                wrong.append(r"\right without \left")
        # A script's own argument is no new base; whatever comes after it is.
        if "open" in levels[-1]:
            levels[-1] = levels[-1] - {"open"} if token != "{" else levels[-1]
        elif token != "{":
            levels[-1] = set() if token != "}" else levels[-1]
    return wrong + (["a brace is never closed"] if len(levels) > 1 else []) + ([r"\left without \right"] if fences else [])


@pytest.mark.parametrize(("e", "tex", "text"), TEXTBOOK, ids=[row[2] for row in TEXTBOOK])
def test_textbook_order(e, tex, text):
    assert (latex(e, QUANTITIES), unicode(e, QUANTITIES)) == (tex, text)


@pytest.mark.parametrize(("e", "tex", "text"), SCALARS, ids=[row[2] for row in SCALARS])
def test_scalars(e, tex, text):
    assert (latex(e), unicode(e)) == (tex, text)


def test_layers_from_one():
    one = Notation(layers_from=1)
    assert latex(TEXTBOOK[0][0], QUANTITIES, one) == r"\sum_{k} w^{2}_{jk} x_{k} + b^{2}_{j}"
    assert unicode(N0.size * entry("dw1", J, L), QUANTITIES, one) == "n₁ ∂C/∂w²ⱼₖ"


def test_whole_quantities_have_no_indices():
    printer = Printer(quantities=QUANTITIES)
    shown = {name: printer.quantity(QUANTITIES[name]).string for name in ("w2", "delta1", "x", "dw1", "C")}
    assert shown == {
        "w2": "w^{2}",
        "delta1": r"\delta^{1}",
        "x": "x",
        "dw1": r"\frac{\partial C}{\partial w^{1}}",
        "C": "C",
    }


def test_an_adjoint_names_the_loss_of_its_network():
    named = {q.name: q for q in (Quantity("SSR", (), "loss"), Quantity("w3"), Quantity("dw3", (), "gradient", None, "w3"))}
    assert latex(Symbol("dw3"), named) == r"\frac{\partial \mathrm{SSR}}{\partial w_{3}}"
    alone = {"dw3": Quantity("dw3", (), "gradient", None, "w3")}
    assert latex(Symbol("dw3"), alone) == r"\frac{\partial C}{\partial w_{3}}"


def test_the_rank_tables_name_the_same_kinds():
    assert RANK.keys() - TERM_RANK.keys() == set()
    assert TERM_RANK.keys() - RANK.keys() == set()


def test_order_does_not_depend_on_how_an_expression_was_built():
    with held():
        factors = (Rational(1, 2), entry("w1", J, L), entry("x", L), SLOPE, ERROR, entry("delta1", J))
        products = {latex(Mul(*p, evaluate=False), QUANTITIES) for p in permutations(factors)}
        assert products == {r"\frac{1}{2} w^{1}_{jk} x_{k} \delta^{1}_{j} (a^{2}_{j} - y_{j}) \sigma'(z^{1}_{j})"}
        sums = {unicode(Add(*p, evaluate=False)) for p in permutations((w * x, b, -y, Integer(1)))}
        assert sums == {"w x + 1 + b - y"}
        chain = [Partial(entry("C"), a), Partial(a, z), Partial(z, w), Partial(w, u)]
        assert all(chained(list(p)) == chain for p in permutations(chain))
    assert chained([Partial(a, z), Partial(z, a)]) == [Partial(a, z), Partial(z, a)]  # a ring has an order too


def test_every_activation_prints_in_every_style():
    for name, f in ACTIVATIONS.items():
        shown = [Printer(style).function(f).string for style in (LATEX, UNICODE, MATHML)]
        assert shown[0] == f.latex and shown[1] == (f.unicode or name)
        assert f">{shown[1]}<" in shown[2]
        if issubclass(f, Activation):
            assert latex(f.prime(z)) == f"{f.latex}'(z)"
    assert Printer(UNICODE).function(softmax).string == "softmax"


TYPED = [
    ("2*(a-y)", "2(a - y)", "2(a - y)"),
    ("x*w + b", "x w + b", "x w + b"),
    ("b + x*w", "b + x w", "b + x w"),
    ("-y + a", "-y + a", "-y + a"),
    ("a/b*c", r"\frac{a}{b} c", "(a/b) c"),
    ("a*b/c", r"\frac{a b}{c}", "a b/c"),
    ("a/(b/c)", r"\frac{a}{\frac{b}{c}}", "a/(b/c)"),
    ("(w*x+b-y)^2/2", r"\frac{(w x + b - y)^{2}}{2}", "(w x + b - y)²/2"),
    ("1/2*(y-a)^2", r"\frac{1}{2} (y - a)^{2}", "(1/2) (y - a)²"),
    ("-x/2", r"-\frac{x}{2}", "-x/2"),
    ("3*-2*x", "3(-2) x", "3(-2) x"),
    ("x*3", r"x \cdot 3", "x·3"),
    ("1*x", "1x", "1x"),
    ("-1*x", "-x", "-x"),
    ("a-(b-c)", "a - (b - c)", "a - (b - c)"),
    ("-(-x)", "-(-x)", "-(-x)"),
    ("(-x)^2", "(-x)^{2}", "(-x)²"),
    ("-x^2", "-x^{2}", "-x²"),
    ("(1-y)*ln(1-a)+y*ln(a)", r"(1 - y) \ln(1 - a) + y \ln a", "(1 - y) ln(1 - a) + y ln(a)"),
    ("a ln(b) c", r"a \ln(b) c", "a ln(b) c"),
    ("e^-x/(1+e^-x)^2", r"\frac{e^{-x}}{(1 + e^{-x})^{2}}", "e^(-x)/(1 + e^(-x))²"),
    ("σ'(z)(a-ŷ)", r"\sigma'(z) (a - \hat{y})", "σ'(z) (a - ŷ)"),
    ("(a/b)^2", r"\left(\frac{a}{b}\right)^{2}", "(a/b)²"),
    ("x+x", "x + x", "x + x"),
]


@pytest.mark.parametrize(("typed", "tex", "text"), TYPED, ids=[row[0] for row in TYPED])
def test_what_was_typed_is_printed_as_it_stands(typed, tex, text):
    e = read(typed)
    assert (latex(e, typed_order=True), unicode(e, typed_order=True)) == (tex, text)
    assert unicode(read(text), typed_order=True) == text


# Properties: random scalar expressions, as typed and as SymPy keeps them

NAMES = ("w", "x", "a", "y", "n0", "lambda", "yhat")
LEAVES = st.sampled_from([Symbol(name) for name in NAMES]) | st.integers(-3, 9).map(Integer) | st.just(Rational(2, 3))


def composed(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    several = st.lists(inner, min_size=2, max_size=3)
    reciprocal = inner.map(lambda e: Pow(e, -1, evaluate=False))
    return st.one_of(
        several.map(lambda parts: Add(*parts, evaluate=False)),
        several.map(lambda parts: Mul(*parts, evaluate=False)),
        st.tuples(inner, reciprocal).map(lambda parts: Mul(*parts, evaluate=False)),
        inner.map(lambda e: Mul(-1, e, evaluate=False)),
        inner.map(lambda e: Pow(e, 2, evaluate=False)),
        inner.map(sigmoid.prime),
        inner.map(lambda e: Abs(e, evaluate=False)),
    )


EXPRESSIONS = st.recursive(LEAVES, composed, max_leaves=12)
POINT = {Symbol(name): Rational(7 + 3 * n, 5 + n) for n, name in enumerate(NAMES)}


def value(e: Expr) -> complex | None:
    """The value at one point; None where something is divided by zero, or the number is too large to compare."""
    if any(power.exp.is_negative and power.base.subs(POINT).evalf() == 0 for power in e.atoms(Pow)):
        return None
    number = complex(Activation.written_out(e).subs(POINT).evalf(30))
    return number if abs(number) < 1e12 else None


@settings(max_examples=150, deadline=None)
@given(EXPRESSIONS, st.booleans())
def test_what_is_printed_reads_back_as_the_same_value(e, typed):
    expected = value(e)
    if expected is None:
        return
    text = unicode(e, typed_order=typed)
    again = value(read(text, symbols={unicode(Symbol(name)): Symbol(name) for name in NAMES}))
    assert again is not None and abs(again - expected) <= 1e-9 * (1 + abs(expected)), text


@settings(max_examples=100, deadline=None)
@given(EXPRESSIONS, st.booleans())
def test_every_style_is_well_formed(e, typed):
    assert latex_errors(latex(e, typed_order=typed)) == []
    ElementTree.fromstring(mathml(e, typed))


def mathml(e: Expr, typed: bool = False) -> str:
    printer = Printer(MATHML, quantities=QUANTITIES, typed_order=typed)
    return MATHML.display(printer.expression(e)).replace("&#x2061;", "").replace("&#x2062;", "")


def test_the_tables_are_well_formed():
    for e, *_ in TEXTBOOK + SCALARS:
        assert latex_errors(latex(e, QUANTITIES)) == []
        ElementTree.fromstring(mathml(e))
    for e in FOREIGN:
        assert latex_errors(latex(Mul(x, e, evaluate=False))) == []
        assert re.search(r"\(.+\)", unicode(Mul(x, e, evaluate=False)))
        ElementTree.fromstring(mathml(e))


@pytest.mark.parametrize(
    "wrong",
    [
        "a^{2}^{3}",
        "a_{j}_{k}",
        "w^{2}_{jk}^{2}",
        "{a",
        "a}",
        r"\left(a",
        r"a\right)",
        r"\frac{a^{b}^{c}}{d}",
        r"\delta^2^2",
    ],
)
def test_a_planted_fault_in_latex_is_found(wrong):
    assert latex_errors(wrong)


@pytest.mark.parametrize("right", ["w^{2}_{jk}", "{w^{2}}^{2}", "a^{b^{c}}", "a^{2} b^{2}", r"(a^{2})^{2}", r"\left(a\right)^{2}"])
def test_right_latex_is_not_reported(right):
    assert latex_errors(right) == []


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_everything_typesets(tmp_path):
    printer = Printer(LATEX, quantities=QUANTITIES)
    rows = [Row(None, printer.expression(e), text, "BP1") for e, _, text in TEXTBOOK + SCALARS + [(e, "", "") for e in FOREIGN]]
    pages = "\n".join(LATEX.aligned(rows[n : n + 8]) for n in range(0, len(rows), 8))
    formulas = "\n\n".join(LATEX.inline(row.right) + LATEX.display(row.right) for row in rows)
    head = r"\documentclass{article}\usepackage[utf8]{inputenc}\usepackage{amsmath}\begin{document}"
    (tmp_path / "all.tex").write_text(f"{head}\n{pages}\n{formulas}\n\\end{{document}}\n", encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stdout.decode("latin-1")[-2000:]
