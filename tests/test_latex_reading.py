"""LaTeX as students type it becomes the expression that was meant, or an error that shows the place; nothing is misread."""

import operator
import pickle
import random
import subprocess
import sys
import unicodedata
from fractions import Fraction

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from sympy import Abs, Add, E, Expr, Integer, Max, Min, Mul, Pow, Rational, Symbol, cos, exp, log, pi, sin, sinh
from sympy import Function as Undefined

from derive.building import Limits
from derive.errors import DeriveError, ReadError
from derive.letters import GREEK, LOOK_ALIKES
from derive.names import FUNCTIONS
from derive.ops import ACTIVATIONS, Activation, relu, sigmoid, softplus, tanh
from derive.printing import latex
from derive.reading import read, read_equation
from derive.spellings import Glyph, Ratio, spelling

a, b, c, n, w, x, y, z = (Symbol(name) for name in "a b c n w x y z".split())


def S(name):
    return Symbol(name)


def plus(*terms):
    return Add(*terms, evaluate=False)


def times(*factors):
    return Mul(*factors, evaluate=False)


def power(base, exponent):
    return Pow(base, exponent, evaluate=False)


def over(divisor):
    return power(divisor, -1)


def minus(term):
    return times(-1, term)


def to_e(exponent):
    return exp(exponent, evaluate=False)


def shape(e):
    """The tree as nested tuples, in the order of the arguments: finer than SymPy's ==."""
    return (type(e).__name__, *map(shape, e.args)) if e.args else e


HALF = Rational(1, 2)

# What is typed, declared names, what is meant.
READ = [
    # Fractions
    (r"\frac{a}{b}", "a b", times(a, over(b))),
    (r"\dfrac{a}{b} c", "a b c", times(times(a, over(b)), c)),
    (r"\frac{a+b}{2}", "a b", times(plus(a, b), HALF)),
    (r"\frac12", "", HALF),
    (r"\frac 1 2", "", HALF),
    (r"\frac12x", "x", times(HALF, x)),
    (r"\frac1 2x", "x", times(HALF, x)),
    (r"\tfrac1n x", "n x", times(over(n), x)),
    (r"\frac1{2n}", "n", over(times(2, n))),
    (r"\frac\alpha\beta", r"\alpha \beta", times(S("alpha"), over(S("beta")))),
    (r"\frac{1}{1+e^{-z}}", "z", over(plus(1, to_e(minus(z))))),
    (r"\frac{\frac{a}{b}}{c}", "a b c", times(times(a, over(b)), over(c))),
    (r"-\frac{1}{2}(a-y)^2", "a y", times(-HALF, power(plus(a, minus(y)), 2))),
    (r"\frac{1}{2}\left(a-y\right)^{2}", "a y", times(HALF, power(plus(a, minus(y)), 2))),
    (r"x\frac12", "x", times(x, HALF)),
    (r"x^2\frac12", "x", times(power(x, 2), HALF)),
    (r"2\frac{x}{3}", "x", times(2, times(x, Rational(1, 3)))),
    ("1/2", "", HALF),
    ("a/b", "a b", times(a, over(b))),
    ("{a}/{b}", "a b", times(a, over(b))),
    (r"a \div b", "a b", times(a, over(b))),
    # Products and signs
    ("ab", "a b", times(a, b)),
    ("2ab", "a b", times(2, a, b)),
    ("a b", "a b", times(a, b)),
    (r"a \cdot b", "a b", times(a, b)),
    (r"a \times b", "a b", times(a, b)),
    ("a*b", "a b", times(a, b)),
    (r"a\,b\;c\!x~y", "a b c x y", times(a, b, c, x, y)),
    (r"a\quad b", "a b", times(a, b)),
    (r"2 \cdot 3", "", times(2, 3)),
    ("(a-y)(1-a)", "a y", times(plus(a, minus(y)), plus(1, minus(a)))),
    (r"\left(a-y\right)\bigl(1-a\bigr)", "a y", times(plus(a, minus(y)), plus(1, minus(a)))),
    (r"\Big[a(1-a)\Big]x", "a x", times(times(a, plus(1, minus(a))), x)),
    (r"\left\{a-b\right\}c", "a b c", times(plus(a, minus(b)), c)),
    ("a-b+c", "a b c", plus(a, minus(b), c)),
    ("a − b", "a b", plus(a, minus(b))),
    ("-x^2", "x", minus(power(x, 2))),
    ("a-{b-c}", "a b c", plus(a, minus(plus(b, minus(c))))),
    ("0.5x", "x", times(HALF, x)),
    (".5", "", HALF),
    ("x + y.", "x y", plus(x, y)),
    # Powers
    ("x^2", "x", power(x, 2)),
    ("x^{2}", "x", power(x, 2)),
    ("x^{-1}", "x", power(x, -1)),
    ("x^2y", "x y", times(power(x, 2), y)),
    ("x^{2^y}", "x y", power(x, power(2, y))),
    ("x^y", "x y", power(x, y)),
    ("{x^2}^3", "x", power(power(x, 2), 3)),
    ("(a-y)^2", "a y", power(plus(a, minus(y)), 2)),
    ("2^{10}", "", power(2, 10)),
    ("10^{-3}", "", power(10, -3)),
    ("e^{-z}", "z", to_e(minus(z))),
    ("e^z", "z", exp(z)),
    ("e^{(x+y)}", "x y", exp(plus(x, y), evaluate=False)),
    (r"\mathrm{e}^{x}", "x", exp(x)),
    ("e", "", E),
    (r"2\pi", "", times(2, pi)),
    # Functions
    (r"\exp(-z)", "z", to_e(minus(z))),
    (r"\exp\left(-z\right)", "z", to_e(minus(z))),
    (r"\exp\!\left(-\frac{z}{2}\right)", "z", to_e(times(-1, times(z, HALF)))),
    ("exp(x)", "x", exp(x)),
    (r"\ln a", "a", log(a)),
    (r"\ln(1-a)", "a", log(plus(1, minus(a)))),
    (r"\log a", "a", log(a)),
    (r"\ln{a}", "a", log(a)),
    (r"\ln{(1-a)}", "a", log(plus(1, minus(a)))),
    (r"\ln 2", "", log(2, evaluate=False)),
    (r"-y\ln a-(1-y)\ln(1-a)", "a y", plus(times(-1, y, log(a)), times(-1, plus(1, minus(y)), log(plus(1, minus(a)))))),
    (r"\ln\frac{a}{y}", "a y", log(times(a, over(y)))),
    (r"\ln\sigma(z)", "z", log(sigmoid(z))),
    (r"\ln|x|", "x", log(Abs(x))),
    (r"\ln \left|x\right|", "x", log(Abs(x))),
    (r"\tanh z", "z", tanh(z)),
    (r"\tanh(z)", "z", tanh(z)),
    (r"1-\tanh^2(z)", "z", plus(1, minus(power(tanh(z), 2)))),
    (r"\tanh(z)^2", "z", power(tanh(z), 2)),
    (r"\sin^2(x)", "x", power(sin(x), 2)),
    (r"\sin(x)\cos(y)", "x y", times(sin(x), cos(y))),
    (r"\sin x + y", "x y", plus(sin(x), y)),
    (r"2\sinh(x)", "x", times(2, sinh(x))),
    (r"\sqrt{x}", "x", power(x, HALF)),
    (r"\sqrt2", "", power(2, HALF)),
    (r"\sqrt{x}^2", "x", power(power(x, HALF), 2)),
    ("|a|", "a", Abs(a)),
    (r"\lvert a \rvert", "a", Abs(a)),
    (r"\left|a-b\right|", "a b", Abs(plus(a, minus(b)), evaluate=False)),
    (r"|a||b|", "a b", times(Abs(a), Abs(b))),
    (r"||a|-b|", "a b", Abs(plus(Abs(a), minus(b)), evaluate=False)),
    (r"\max(0,z)", "z", Max(0, z)),
    (r"\max\{0, z\}", "z", Max(0, z)),
    (r"\min\left(x,y\right)", "x y", Min(x, y)),
    (r"\text{ReLU}(z)", "z", relu(z)),
    (r"\operatorname{relu}'(z)", "z", relu.prime(z)),
    (r"\mathrm{softplus}(z)", "z", softplus(z)),
    (r"\mathrm{sigmoid}(z)", "z", sigmoid(z)),
    (r"\sigma(z)(1-\sigma(z))", "z", times(sigmoid(z), plus(1, minus(sigmoid(z))))),
    (r"\sigma'(z)", "z", sigmoid.prime(z)),
    (r"\sigma^\prime(z)", "z", sigmoid.prime(z)),
    (r"\sigma^{\prime}\left(z\right)", "z", sigmoid.prime(z)),
    (r"\sigma’(z)", "z", sigmoid.prime(z)),
    ("σ'(z)", "z", sigmoid.prime(z)),
    (r"\sigma'(wx+b)", "w x b", sigmoid.prime(plus(times(w, x), b))),
    # Names with marks
    (r"\hat y - y", "y yhat", plus(S("yhat"), minus(y))),
    (r"\hat{y}_i", "ŷ_i", S("ŷ_i")),
    (r"\hat{y}_1", "y_hat1", S("y_hat1")),
    (r"\widehat{y}", "yhat", S("yhat")),
    ("ŷ - y", "yhat y", plus(S("yhat"), minus(y))),
    (r"\bar x", "xbar", S("xbar")),
    (r"\hat{y_1}", "yhat1", S("yhat1")),
    (r"{\hat y}_1", "yhat1", S("yhat1")),
    ("{w}_{1}", "w1", S("w1")),
    ("z_1^{(2)}", "z1 z2_1", S("z2_1")),
    ("w^{(2)} - (w)^2", "w2 w", plus(S("w2"), minus(power(w, 2)))),
    ("x_1 x_2", "x1 x2", times(S("x1"), S("x2"))),
    ("x_{1}", "x_1", S("x_1")),
    ("x_{12}", "x12", S("x12")),
    ("w_{jk}", "w_jk", S("w_jk")),
    ("w_{j,k}", "w_jk", S("w_jk")),
    (r"w_{j\,k}", "w_jk", S("w_jk")),
    (r"w^2_{jk} x", "w^2_jk x", times(S("w^2_jk"), x)),
    (r"w_{jk}^2", "w^2_jk", S("w^2_jk")),
    ("w^{2}_{j,k}", "w2_jk", S("w2_jk")),
    ("w^{(2)}_{jk}", "w2_jk", S("w2_jk")),
    ("a^{(1)}_j", "a1_j", S("a1_j")),
    ("a_j^{(1)}", "a^(1)_j", S("a^(1)_j")),
    ("a^{[1]}", "a1", S("a1")),
    ("a^1", "a1", S("a1")),
    (r"\delta^L", "δ^L", S("δ^L")),
    (r"\delta^{l+1}_k\sigma'(z^l_k)", [r"\delta^{l+1}_k", "z^l_k"], times(S("delta^(l+1)_k"), sigmoid.prime(S("z^l_k")))),
    (r"\varepsilon", "epsilon", S("epsilon")),
    (r"\lambda w", "lambda w", times(S("lambda"), w)),
    (r"\mathrm{net}_1", "net_1", S("net_1")),
    (r"net_1", "net_1", S("net_1")),
    (r"y_{\text{blue}}", "y_blue", S("y_blue")),
    (r"\mathbf{w}x", "w x", times(w, x)),
    (r"\mathcal{L}", "L", S("L")),
    ("eta x", r"\eta x", times(S("eta"), x)),
    ("x'", "x'", S("x'")),
    ("E I", "E I", times(S("E"), S("I"))),
    # A declared name comes before a power and before a function
    ("w^2", "w^2", S("w^2")),
    ("w^2", "w", power(w, 2)),
    ("w^2 - w^3", "w^2 w", plus(S("w^2"), minus(power(w, 3)))),
    ("{(w)}^2", "w w^2", power(w, 2)),
    ("(w^2)^2", "w^2", power(S("w^2"), 2)),
    ("x^2_1", "x1", power(S("x1"), 2)),
    ("x_1^2", "x1", power(S("x1"), 2)),
    (r"\sigma(z)", r"\sigma z", times(S("sigma"), z)),
    ("e^2", "e", power(S("e"), 2)),
    # Derivatives by name
    (r"\frac{\partial C}{\partial w^2_{jk}} x", ["dC/dw2_jk", "x"], times(S("dC/dw2_jk"), x)),
    (r"\partial L/\partial w_1", "dL/dw1", S("dL/dw1")),
    (r"\partial L / \partial w_1 + 1", "dL/dw1", plus(S("dL/dw1"), 1)),
    (r"\dfrac{dL}{dw}", "dL/dw", S("dL/dw")),
    (r"\frac{\mathrm{d}L}{\mathrm{d}w}", "dL/dw", S("dL/dw")),
    ("dL/dw", "dL/dw", S("dL/dw")),
    (r"2\frac{dL}{da}a", "dL_da a", times(2, S("dL_da"), a)),
    (r"\frac{\partial C}{\partial a}", [r"\partial C/\partial a"], S("dC/da")),
    (r"\frac{\partial C}{\partial a}", [r"\frac{\partial C}{\partial a}"], S("dC/da")),
    (r"\frac{da}{db}", "d a b", times(times(S("d"), a), over(times(S("d"), b)))),
    # What a text puts around a formula
    ("$x$", "x", x),
    ("$$x+y$$.", "x y", plus(x, y)),
    (r"\(x\)", "x", x),
    (r"\[ x. \]", "x", x),
    ("x\n+ y", "x y", plus(x, y)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "symbols", "expected"), READ)
def test_latex_is_read_in_the_shape_typed(text, symbols, expected):
    assert shape(read(text, symbols, form="latex")) == shape(expected)


def test_the_table_is_wide():
    assert len({text for text, *_ in READ}) >= 120


@pytest.mark.parametrize("f", [f for f in ACTIVATIONS.values() if issubclass(f, Activation)])
def test_every_activation_is_known_by_its_own_latex(f):
    applied = read(f"{f.latex}(x)", "x", form="latex")
    assert applied.func is f and applied.args == (x,)
    assert read(f"{f.latex}'(x)", "x", form="latex") == f.prime(x)


@pytest.mark.parametrize("name", [name for name, f in FUNCTIONS.items() if f.most == 1 and name != "sqrt"])
def test_every_function_of_one_argument_has_a_spelling(name):
    assert read(rf"\mathrm{{{name}}}(x)", "x", form="latex").func is FUNCTIONS[name].build


@pytest.mark.parametrize("word", [word for word in GREEK.values() if word not in ("sigma", "pi")])
def test_every_greek_letter_is_a_command(word):
    assert read(f"2\\{word}", [word], form="latex") == 2 * Symbol(word)


# What is typed, declared names, place of the caret, what the message says.
REFUSED = [
    ("x/{x}(x)", "x", 5, "a division can be read in two ways"),
    ("x/{2y}x", "x y", 6, "a division can be read in two ways"),
    ("", "x", 0, "nothing to read"),
    ("$ $", "x", 0, "nothing to read"),
    ("x +", "x", 3, "after '+'"),
    (r"\frac{}{2}", "", 6, "expected a number"),
    (r"\frac{a}", "a", 0, "after '\\frac' a group"),
    (r"\frac", "a", 0, "after '\\frac' a group"),
    (r"\frac+2", "a", 5, "after '\\frac' a group"),
    (r"\frac a^2 b", "a b", 7, "takes only 'a'"),
    (r"\frac1w^2", "w", 7, "takes only 'w'"),
    (r"\frac{a}{b}^2", "a b", 11, "a power of a fraction can be read in two ways"),
    (r"2\frac13", "", 1, "a number before a fraction of numbers can be read in two ways"),
    (r"\frac123", "", 7, "a number after"),
    ("1/2x", "x", 3, "two ways; write \\frac{a}{b} c"),
    ("1/2 x", "x", 4, "two ways; write \\frac{a}{b} c"),
    ("a/bc", "a b c", 3, "two ways"),
    (r"{a \over b}", "a b", 3, "write \\frac{a}{b}"),
    ("x^12", "x", 2, "TeX raises only the first digit here; write ^{12}"),
    ("x_12", "x12", 2, "TeX lowers only the first digit here; write _{12}"),
    ("w_jk", "w_jk", 3, "TeX lowers only one letter here; write w_{jk}"),
    ("w_jk", "w_jk w_j k", 3, "TeX lowers only one letter here; write w_{jk}"),
    ("e^-z", "z", 2, "TeX raises only one sign here"),
    ("e^2x", "x", 2, "write e^{2x}, or e^{2} x"),
    ("a^(1)_j", "a1_j", 2, "TeX raises only one sign here"),
    ("x^2^3", "x", 3, "two things are raised"),
    ("x_1_2", "x", 3, "two things are lowered"),
    ("(x)^2^3", "x", 5, "two things are raised"),
    ("(x)_1", "x", 3, "no name before '_'"),
    ("^2", "x", 0, "nothing before '^'"),
    ("x^", "x", 1, "nothing to raise"),
    ("x_{}", "x", 2, "these indices cannot be read"),
    ("a^{(2)}", "a", 0, "there is no name a^{(2)}; a power is written without brackets"),
    ("w^2", "w2 w", 0, "'w^2' can be a name or a power; write w^{(2)} for the name, or (w)^{2} for the power"),
    (r"\ln a b", "a b", 6, "not clear where the argument of '\\ln' ends; write \\ln(a) b or \\ln(a b)"),
    (r"\ln a \cdot b", "a b", 6, "not clear where the argument"),
    (r"\ln a/b", "a b", 5, "not clear where the argument"),
    (r"\ln 2x", "x", 5, "not clear where the argument"),
    (r"\sin x y", "x y", 7, "not clear where the argument"),
    (r"\ln x^2", "x", 4, "not clear what is raised behind '\\ln'"),
    (r"\ln{a+b}", "a b", 4, "braces do not show"),
    (r"\ln{(a)b}", "a b", 4, "braces do not show"),
    (r"\exp -z", "z", 0, "'\\exp' needs parentheses: \\exp(x)"),
    (r"\sigma z", "z", 0, "'\\sigma' needs parentheses: \\sigma(x)"),
    (r"\sigma' z", "z", 0, "'\\sigma'' needs parentheses: \\sigma'(x)"),
    (r"\max 0", "z", 0, "'\\max' needs parentheses"),
    (r"\max(z)", "z", 0, "takes 2 arguments or more, not 1"),
    (r"\sin^{-1}(x)", "x", 5, "can be the inverse function or a quotient"),
    (r"\sigma^2(z)", "z", 7, "not clear what is raised behind '\\sigma'"),
    (r"\sigma'^2(z)", "z", 8, "not clear what is raised behind '\\sigma'"),
    (r"\log_2 x", "x", 5, "'\\log' has no index; a logarithm to another base"),
    (r"\exp'(x)", "x", 0, "no slope named \\exp'"),
    (r"\sqrt[3]{x}", "x", 5, "only square roots"),
    (r"\sqrt(x)", "x", 5, "the root sign takes a group in braces"),
    ("{x", "x", 0, "the '{' is never closed"),
    ("x}", "x", 1, "there is a '}' without '{'"),
    ("(x", "x", 0, "the '(' is never closed"),
    ("x)", "x", 1, "the ')' closes nothing"),
    ("(x]", "x", 2, "the '(' is closed by ']'"),
    (r"\left(x)", "x", 7, "\\left and \\right do not stand in pairs"),
    (r"\left.x\right|", "x", 0, "has no bracket"),
    (r"\left x", "x", 0, "after '\\left' a bracket is expected, not 'x'"),
    ("|x", "x", 0, "the '|' is never closed"),
    (r"(|x)|", "x", 3, "the '|' is closed by ')'"),
    ("$x", "x", 0, "the '$' is never closed"),
    ("x$y", "x y", 1, "there is a '$' inside"),
    ("x &= y", "x y", 2, "'&' aligns several lines"),
    (r"x \\ y", "x y", 2, "begins a new line"),
    ("x % y", "x y", 2, "begins a comment"),
    ("x\n\ny", "x y", 1, "empty line"),
    (r"\begin{align}x\end{align}", "x", 0, "an environment cannot be read"),
    (r"\input{x}", "x", 0, "the command '\\input' is not known"),
    (r"\def\x{1}", "x", 0, "the command '\\def' is not known"),
    (r"\newcommand{\x}{1}", "x", 0, "the command '\\newcommand' is not known"),
    (r"\fracc{a}{b}", "a b", 0, "did you mean \\frac"),
    (r"\cdotx", "x", 0, "did you mean \\cdot x?"),
    (r"\sigm(z)", "z", 0, "did you mean \\sigma?"),
    (r"\alhpa", "x", 0, "did you mean \\alpha?"),
    ("\\", "x", 0, "lone backslash"),
    ("lnx", "x", 0, "there is no name lnx; write \\ln x"),
    ("eta x", "x", 0, "there is no name eta; write \\eta"),
    ("sigmod(z)", "z", 0, "did you mean \\mathrm{sigmoid}?"),
    ("ab", "a b ab", 0, "'ab' can be one name or a product"),
    ("x_1", "x y", 0, "there is no name x_1; did you mean x?"),
    ("w1", "w1", 0, "there is no name w; did you mean w_{1}?"),
    ("w1", "w", 1, "there is a number after 'w'; write w_{1}"),
    ("x 2", "x", 2, "there is a number after 'x'"),
    ("1e-3", "x", 0, "a power of ten or a product with e"),
    ("0,5", "x", 1, "a decimal is written with a point"),
    ("q", "x y", 0, "known names: x, y"),
    ("x'", "x", 0, "a prime stands right after the name of an activation"),
    ("(x)'", "x", 3, "slope"),
    ("x^T y", "x y", 1, "a transpose is for arrays"),
    (r"x \odot y", "x y", 2, "'\\odot' is the product of arrays"),
    (r"x \circ y", "x y", 2, "'\\circ' is the product of arrays"),
    (r"\sum_k x_k", ["x_k"], 0, "a sum over an index is not read here"),
    (r"\frac{\partial C}{\partial w}", "C w", 0, "there is no name \\frac{\\partial C}{\\partial w}"),
    (r"\partial C/\partial w", "C w", 0, "there is no name \\partial C/\\partial w"),
    (r"\frac{\partial}{\partial w} C", "C w", 0, "no derivative of a name by a name"),
    (r"\frac{\partial^2 C}{\partial w^2}", "C w", 0, "no derivative of a name by a name"),
    (r"\partial C", "C w", 0, "no derivative of a name by a name"),
    (r"\frac{dC}{dw}", "C w", 0, "there is no name \\frac{dC}{dw}"),
    (r"\nabla C", "C", 0, "write the derivative as"),
    ("x = y", "x y", 2, "one expression, without '='"),
    (r"x \le y", "x y", 2, "the comparison '\\le' cannot be read"),
    ("x < y", "x y", 2, "the comparison '<' cannot be read"),
    (r"x \pm y", "x y", 2, "two meanings"),
    (r"\infty", "x", 0, "finite numbers"),
    ("x!", "x", 1, "factorial"),
    ("x : y", "x y", 2, "a division is written"),
    (r"\frac10", "", 6, "divides by zero"),
    ("0^{-1}", "", 0, "divides by zero"),
    ("x²", "x", 1, "write ^2"),
    ("z_1^2", "z1 z2_1", 0, "write z_{1}^{(2)} for the name, or (z_{1})^{2} for the power"),
    (r"\hat{y_1}_2", "yhat1", 10, "two things are lowered"),
    (r"\hat{ab}", "a b", 0, "stands over one letter"),
    (r"\hat", "a b", 0, "a letter is expected"),
    (r"\text{}", "x", 0, "holds no name"),
    (r"\|x\|", "x", 0, "is not read here"),
    (r"\mathbf{1}", "x", 0, "there is no name"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "symbols", "place", "message"), REFUSED)
def test_what_cannot_be_read_for_sure_is_refused_at_its_place(text, symbols, place, message):
    with pytest.raises(ReadError) as caught:
        read(text, symbols, form="latex")
    assert message in str(caught.value)
    assert (caught.value.position, caught.value.text) == (place, text)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_undeclared_names_are_letters_with_their_marks():
    assert shape(read("ab + w_{12} x^2", form="latex")) == shape(plus(times(a, b), times(S("w_12"), power(x, 2))))
    assert shape(read(r"\hat y \lambda + e", form="latex")) == shape(plus(times(S("yhat"), S("lambda")), E))
    assert read("exp(x)", form="latex") == exp(x)
    for text, message in {
        "lnx": "write \\ln x", "eta(a-y)": "write \\eta", "foo(z)": "a product is written f o o", "a^{(2)}": "no name",
        r"\frac{dC}{dw}": "no name", "sinx": "write \\sin x", "sigmod(z)": "there is no name sigmod",
    }.items():  # fmt: skip
        with pytest.raises(ReadError) as caught:
            read(text, form="latex")
        assert message in str(caught.value)


def test_names_may_stand_for_anything():
    assert read("a(1-a)", {"a": sigmoid(z)}, form="latex") == times(sigmoid(z), plus(1, minus(sigmoid(z))))
    assert read(r"\partial C/\partial a \cdot a", {"dC/da": plus(a, minus(y)), "a": a}, form="latex") == times(plus(a, minus(y)), a)
    assert read(r"\frac{\partial C}{\partial a}", {r"\partial C/\partial a": 2 * a}, form="latex") == 2 * a
    positive = Symbol("u", positive=True)
    assert read("u", [positive], form="latex") is positive


def test_own_functions():
    f = Undefined("f")
    assert read(r"f(x) + \psi(x, 2)", "x", {"f": f, "psi": lambda u, v: u + v}, form="latex") == plus(f(x), x + 2)


def test_own_activations_are_known_by_their_own_latex():
    class gate(Activation):
        latex = r"\phi"
        formula = lambda z: z * sigmoid(z)

    assert read(r"\phi'(z) + \phi(z)", "z", {"gate": gate}, form="latex") == plus(gate.prime(z), gate(z))
    assert read(r"\phi(z)", r"\phi z", {"gate": gate}, form="latex") == times(S("phi"), z)


def test_equations():
    assert read_equation("z_1 = w_1 x + b_1", form="latex") == (S("z_1"), plus(times(S("w_1"), x), S("b_1")))
    assert read_equation(r"$\delta^2 = (a-y)\sigma'(z)$", ["delta2", "a", "y", "z"], form="latex")[0] == S("delta2")
    assert read_equation(r"\hat y = x.", "x", form="latex") == (S("yhat"), x)
    for text, message in {
        "z": "no '='",
        "x = y = z": "one '='", "= x": "left side", "2x = 3": "left side", "x =": "after '='", r"\sigma = x": "has a meaning",
        "z &= x": "aligns", "z = x + q": "there is no name q",
    }.items():  # fmt: skip
        with pytest.raises(ReadError) as caught:
            read_equation(text, "x y", form="latex")
        assert message in str(caught.value), text


def test_what_is_declared_is_checked():
    for symbols in ([r"\frac12"], [r"2\alpha"], {r"\alpha": 3}, [r"\alpha\beta"]):
        with pytest.raises(DeriveError):
            read("x", symbols, form="latex")


SPELLED = {
    "w": Glyph("w"), "w1": Glyph("w", "", "1"), "w_12": Glyph("w", "", "12"), "w2_jk": Glyph("w", "", "2,j,k"),
    "w^2_jk": Glyph("w", "2", "j,k"), "a^(1)_j": Glyph("a", "1", "j"), "y_hat": Glyph("yhat"), "ŷ_1": Glyph("yhat", "", "1"),
    "δ^L": Glyph("delta", "L"), "delta^(l+1)_k": Glyph("delta", "l+1", "k"), "x'": Glyph("x", primes=1), "x[1]": None, "2x": None,
    "dC/dw1": Ratio(Glyph("C"), Glyph("w", "", "1")), "dC_dw": Ratio(Glyph("C"), Glyph("w")), "∂C/∂a": Ratio(Glyph("C"), Glyph("a")),
}  # fmt: skip


@pytest.mark.parametrize("name", SPELLED)
def test_declared_names_are_taken_apart(name):
    assert spelling(name) == SPELLED[name]


NAMES = "x w1 w_jk w^2_jk a^(1)_j yhat delta2 lambda loss y_blue delta^L dC/dw1 dC/dw^2_jk dC_dw1".split()


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_of_name_is_read_as_it_is_printed(name):
    assert read(latex(Symbol(name)), [name], form="latex") == Symbol(name)
    product = times(power(Symbol(name), 2), x)
    assert shape(read(latex(product, typed_order=True), [name, "x"], form="latex")) == shape(product)


def nested(opening, closing, depth, inside="x"):
    return opening * depth + inside + closing * depth


HOSTILE = [
    "\\" * 3000, "\\" * 3001, r"\frac" * 800, "{" * 3000, "}" * 3000, "{}" * 1500, nested("{", "}", 100),
    nested(r"\frac{1}{", "}", 100), nested("{((((", "))))}", 50), nested(r"\ln{", "}", 55, r"\ln" * 55 + "x"),
    nested(r"\sqrt{", "}", 300), nested(r"\left(", r"\right)", 200), "(" * 3000, "|" * 3000, nested("|", "|", 100), "^" * 3000,
    "x^" * 1500, "x_" * 1500, "x^{" * 900, "'" * 3000, "x'" * 1500, r"\ln" * 1300, r"\ln " * 900, r"\hat" * 900, r"\left" * 700,
    "$" * 3000, "x+" * 10**6, "(" * 10**6, "\\" * 10**6, "x" * 10**6, "+".join(["x"] * 1999), r"9^{9^{9^{9}}}", "9" * 900,
    r"10^{10^{10}}", r"\exp(\exp(\exp(9)))",
    r"\input{a}", r"\def\a{}", r"\newcommand{\a}{}", r"\write18{ls}", r"\catcode`\x=13", r"\loop\repeat", r"\csname x\endcsname",
    r"\href{a}{b}",
    r"\require{x}", r"\unicode{120}", r"\char 120", "\x00", "\x1b[2J", "\u202ex", "\ufeffx", "\ud800", "\U0010ffff", "x\u0489",
    "__import__('os')", "eval(1)", "{x", "x;y", "x@y", "#1", "~", "&", "٣", "①", "ﬁ", "\r\n",
    r"\ ", r"\,", "\\\n", "_", "^", "'", ",", ".", "..", "$$", "$$$", r"\immediate",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_hostile_text_is_refused(text):
    for symbols in ("x y", None):
        for entrance in (read, read_equation):
            with pytest.raises(ReadError) as caught:
                entrance(text, symbols, form="latex")
            assert 0 <= caught.value.position <= len(text)


@pytest.mark.parametrize("letter", [*LOOK_ALIKES, "\uff58", "\U0001d465", "\u212f", "\uff08"])
def test_look_alikes_are_refused_by_name(letter):
    for symbols in ("x", None):
        with pytest.raises(ReadError) as caught:
            read(f"2 + {letter}", symbols, form="latex")
        assert caught.value.position == 4 and unicodedata.name(letter) in str(caught.value)


def test_limits():
    for within, beyond in {
        nested("(", ")", 60): nested("(", ")", 61), nested("{", "}", 29): nested("{", "}", 61), "x^{1000}": "x^{1001}", "9" * 30: "9" * 31,
        nested(r"\frac{1}{1+", "}", 15): nested(r"\frac{1}{1+", "}", 40),
    }.items():  # fmt: skip
        assert isinstance(read(within, "x", form="latex"), Expr)
        with pytest.raises(ReadError, match="the limit"):
            read(beyond, "x", form="latex")
    with pytest.raises(ReadError, match="the limit is 12"):
        read("x+x+x+x+x+x+x", "x", form="latex", limits=Limits(length=3))


# ---- Properties ------------------------------------------------------------------------------------------------------

PIECES = [" ", "\n", "\u0302"]
PIECES += r"\frac \frac12 { } {a} {b} ( ) \left( \right) ^ _ ^2 _1 ^{2} ' \sigma \sigma' \ln \exp \hat \hat{y} x a w^2_{jk}".split()
PIECES += r"\partial d C \sum_k \text{ReLU} \sqrt \max 0 2 3.5 \odot ^T \mathbf{1} \\ & $ % ~ \\[ \( \) ŷ σ ² . e \cdot".split()
PIECES += r"\, | + - * / = ,".split()
ANYTHING = st.one_of(
    st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=30).map("".join), st.text("\\{}x2^_()|'", max_size=40)
)
DECLARED = st.sampled_from([None, "", "x y a b", "x w^2_jk w w_1 yhat e E", r"\sigma a^(1)_j dC/dx C", "dC/dw w2 w"])


@settings(max_examples=600, deadline=None)
@given(ANYTHING, DECLARED, st.sampled_from([read, read_equation]))
@example(r"\hat{^}", "x", read)
@example("\\hat\u0177\u0302", "x", read)
@example(r"\frac.0", None, read)
@example(r"\mathrm{}", None, read)
@example("|", "x", read)
@example(r"\left|", "x", read)
def test_any_text_is_read_or_refused(text, symbols, entrance):
    try:
        result = entrance(text, symbols, form="latex")
    except ReadError as error:
        assert 0 <= error.position <= len(text)
        assert error.what and str(error)
    else:
        assert isinstance(result if entrance is read else result[1], Expr)


# Each name with ways to type it, and a value.
SPELLED_VALUES = {
    "x": (["x", "{x}"], Fraction(2, 3)), "y": (["y"], Fraction(-5, 7)), "w1": (["w_1", "w_{1}"], Fraction(11, 4)),
    "w^2": (["w^2", "w^{2}", "w^{(2)}"], Fraction(13, 9)), "lambda": ([r"\lambda", "λ"], Fraction(-3, 2)),
    "yhat": ([r"\hat y", r"\hat{y}", "ŷ"], Fraction(5, 8)),
}  # fmt: skip
PATTERNS = {
    "+": ["({0}+{1})", r"\left({0} + {1}\right)", "[{0}+{1}]"],
    "-": ["({0}-{1})", "({0} − {1})", r"\bigl( {0}\,-\,{1} \bigr)"],
    "*": [r"({0}\cdot {1})", r"({0} {1})", r"({0}\left({1}\right))", r"({0} \times {1})", r"({0})({1})"],
    "/": [r"\frac{{{0}}}{{{1}}}", r"\tfrac{{{0}}}{{{1}}}", r"\left({0}/{1}\right)", r"({0}\div {1})", r"\dfrac{{{0}}}{{{1}}}"],
    "^": ["({0})^{1}", "({0})^{{{1}}}", r"\left({0}\right)^{{{1}}}", "{{({0})}}^{1}"],
    "neg": ["(-{0})", r"\left(-{0}\right)"],
}
SIGNS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": operator.pow, "neg": operator.neg}


def written(children):
    """One level of (sign, pattern, operands...); a power has a small whole exponent."""
    two = st.sampled_from([(sign, p) for sign in "+-*/" for p in PATTERNS[sign]])
    return st.one_of(
        st.builds(lambda s, left, right: (*s, left, right), two, children, children),
        st.builds(lambda p, base, n: ("^", p, base, n), st.sampled_from(PATTERNS["^"]), children, st.integers(0, 3)),
        st.builds(lambda p, inner: ("neg", p, inner), st.sampled_from(PATTERNS["neg"]), children),
    )


TYPED_NAMES = [(name, typed) for name, (ways, _) in SPELLED_VALUES.items() for typed in ways]
WRITTEN = st.recursive(st.sampled_from(TYPED_NAMES) | st.integers(0, 12), written, max_leaves=10)


def typed_text(e):
    if isinstance(e, int):
        return f"({e})"
    return e[1] if len(e) == 2 else e[1].format(*(str(p) if e[0] == "^" and n == 1 else typed_text(p) for n, p in enumerate(e[2:])))


def exact_value(e):
    """Exact, by fractions: shares nothing with the reader."""
    if isinstance(e, int):
        return Fraction(e)
    if len(e) == 2:
        return SPELLED_VALUES[e[0]][1]
    return Fraction(SIGNS[e[0]](*(p if e[0] == "^" and n else exact_value(p) for n, p in enumerate(e[2:]))))


def value_read(text):
    at = {Symbol(name): Rational(v.numerator, v.denominator) for name, (_, v) in SPELLED_VALUES.items()}

    def evaluated(e):
        return e.func(*map(evaluated, e.args)) if e.args else e.xreplace(at)

    number = evaluated(read(text, list(SPELLED_VALUES), form="latex"))
    return Fraction(int(number.p), int(number.q))


@settings(max_examples=300, deadline=None)
@given(WRITTEN)
def test_typed_latex_has_the_value_of_its_tree(e):
    try:
        expected = exact_value(e)
    except ZeroDivisionError:
        assume(False)
    text = typed_text(e)
    assume(len(text) <= 4000 and text.count("^") <= 12)
    try:
        found = value_read(text)
    except ReadError as error:
        assert "the limit" in error.what, str(error)
        return
    assert found == expected, text


def test_the_exact_judge_sees_a_wrong_reading():
    assert value_read(r"\frac{x}{y} w_1") != exact_value(("/", "", ("x", "x"), ("*", "", ("y", "y"), ("w1", "w_1"))))


LEAVES = [x, y, S("w1"), S("w^2_jk"), S("yhat"), S("delta2"), S("lambda"), *map(Integer, (0, 1, 2, 3, -2)), HALF, Rational(-3, 4)]


def trees(children):
    one = st.sampled_from([sin, cos, sinh, tanh, sigmoid, relu, softplus, sigmoid.prime, tanh.prime])
    return st.one_of(
        st.lists(children, min_size=2, max_size=3).map(lambda p: plus(*p)),
        st.lists(children, min_size=2, max_size=3).map(lambda p: times(*p)),
        st.builds(lambda p, q: times(p, power(q, -1)), children, children),
        st.builds(power, children, st.sampled_from([Integer(2), Integer(3), Integer(-2), HALF])),
        st.builds(lambda f, p: f(p, evaluate=False) if f in (sin, cos, sinh) else f(p), one, children),
        children.map(lambda p: exp(p, evaluate=False)),
        children.map(lambda p: log(plus(2, power(p, 2)), evaluate=False)),
        children.map(lambda p: Abs(p, evaluate=False)),
        st.builds(lambda p, q: Max(p, q, evaluate=False), children, children),
    )


def at_random(e, seed):
    """The value at a random point, to 30 digits; None where there is none."""
    chance = random.Random(seed)
    point = {s: Rational(chance.randint(-20, 20), 7) for s in sorted(e.free_symbols, key=str)}
    try:
        value = Activation.written_out(e.xreplace(point)).evalf(30, maxn=200)
    except (ZeroDivisionError, ValueError, TypeError, OverflowError):
        return None
    return value if value.is_number and value.is_finite and abs(value) < 10**20 else None


@settings(max_examples=250, deadline=None)
@given(st.recursive(st.sampled_from(LEAVES), trees, max_leaves=8))
def test_what_is_printed_is_read_back(e):
    names = [str(s) for s in e.free_symbols]
    try:
        back = read(latex(e, typed_order=True), names, form="latex", limits=Limits(length=10**4))
    except ReadError as error:
        assert error.what.startswith(("this divides by zero", "an exponent is larger", "the exponents amount to")), str(error)
        return
    if shape(back) == shape(e):
        return
    for seed in range(2):
        one, other = at_random(e, seed), at_random(back, seed)
        if one is not None and other is not None:
            assert abs(one - other) <= 10**-15 * (1 + abs(one)), (e, back)


def test_the_judge_sees_a_wrong_reading():
    one, other = read(r"\frac{x}{2} y", "x y", form="latex"), read(r"\frac{x}{2y}", "x y", form="latex")
    assert shape(one) != shape(other) and abs(at_random(one, 0) - at_random(other, 0)) > 0.01


def test_lark_is_loaded_by_the_first_reading_only():
    look = "print('lark' in sys.modules)"
    code = f"import sys, derive, derive.reading; {look}; derive.reading.read('1', form='latex'); {look}"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.split() == ["False", "True"]
