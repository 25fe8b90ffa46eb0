"""Names, levels, brackets and templates of the three styles."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from sympy import Float, Integer, Rational

from derive.errors import DeriveError
from derive.glyphs import is_word, parts
from derive.indices import Axis, Quantity
from derive.mathml import MATHML
from derive.notation import LATEX, UNICODE, Level, Notation, Row, Style, Text
from derive.terminal import width
from derive.tex import escape

STYLES = (LATEX, UNICODE, MATHML)
N1, N2 = Axis("n1"), Axis("n2")
CHILDREN = {"mfrac": 2, "msup": 2, "msub": 2, "munder": 2, "mover": 2, "msubsup": 3}


def shape_errors(markup: str) -> list[str]:
    """Elements of MathML that have the wrong number of children; raises ParseError where it is not well-formed."""
    tree = ElementTree.fromstring(markup.replace("&#x2061;", "").replace("&#x2062;", ""))
    return [e.tag for e in tree.iter() if len(e) != CHILDREN.get(e.tag, len(e))]


# Names


@pytest.mark.parametrize(
    ("name", "latex", "unicode"),
    [
        ("w", "w", "w"),
        ("w1", "w_{1}", "w₁"),
        ("w_1", "w_{1}", "w₁"),
        ("w₁", "w_{1}", "w₁"),
        ("n10", "n_{10}", "n₁₀"),
        ("w_jk", "w_{jk}", "wⱼₖ"),
        ("w_1_2", "w_{12}", "w₁₂"),
        ("w_1_10", "w_{1,10}", "w_{1,10}"),
        ("yhat", r"\hat{y}", "ŷ"),
        ("y_hat", r"\hat{y}", "ŷ"),
        ("ŷ", r"\hat{y}", "ŷ"),
        ("yhat1", r"\hat{y}_{1}", "ŷ₁"),
        ("w^2_jk", "w^{2}_{jk}", "w²ⱼₖ"),
        ("delta^(l+1)_k", r"\delta^{(l+1)}_{k}", "δ^(l+1)ₖ"),
        ("dC/dw1", r"\frac{\partial C}{\partial w_{1}}", "∂C/∂w₁"),
        ("thetahat", r"\hat{\theta}", "θ̂"),
        ("xbar", r"\bar{x}", "x̄"),
        ("y_blue", r"y_{\mathrm{blue}}", "y_blue"),
        ("w_in", r"w_{\mathrm{in}}", "w_in"),
        ("delta", r"\delta", "δ"),
        ("δ", r"\delta", "δ"),
        ("delta2", r"\delta_{2}", "δ₂"),
        ("lambda_", r"\lambda", "λ"),
        ("Delta", r"\Delta", "Δ"),
        ("epsilon", r"\varepsilon", "ε"),
        ("beta_1", r"\beta_{1}", "β₁"),
        ("chat", r"\hat{c}", "ĉ"),
        ("chatter", r"\mathrm{chatter}", "chatter"),
        ("loss", r"\mathrm{loss}", "loss"),
        ("a%b", r"\mathrm{a\%b}", "a%b"),
    ],
)
def test_names(name, latex, unicode):
    assert (LATEX.name(name).string, UNICODE.name(name).string) == (latex, unicode)
    assert not shape_errors(MATHML.inline(MATHML.name(name)))


def test_a_name_is_taken_apart():
    assert parts("yhat_1") == ("y", "hat", ("1",))
    assert parts("theta_blue_3") == ("theta", "", ("blue", "3"))
    assert parts("eta") == ("eta", "", ())  # a Greek letter, and not e with a tail
    assert [s for s in ("in", "j", "alpha", "blue", "12") if is_word(s)] == ["in", "blue"]


def test_names_with_layers_and_indices():
    table = [
        (("delta", "2", "j"), r"\delta^{2}_{j}", "δ²ⱼ"),
        (("w", "3", "jk"), "w^{3}_{jk}", "w³ⱼₖ"),
        (("delta", "12", "q"), r"\delta^{12}_{q}", "δ¹²_q"),
        (("w", "2", ["j", "k_1"]), "w^{2}_{j,k_{1}}", "w²_{j,k1}"),
        (("w1", "", "jk"), "w_{1jk}", "w₁ⱼₖ"),
        (("w", "", ["2", "13"]), "w_{2,13}", "w_{2,13}"),
    ]
    for arguments, latex, unicode in table:
        assert (LATEX.scripted(*arguments).string, UNICODE.scripted(*arguments).string) == (latex, unicode)
        assert not shape_errors(MATHML.inline(MATHML.scripted(*arguments)))


# Notation


def test_glyphs_of_roles():
    table = {
        Quantity("w2", (N2, N1), "weight", 2): ("w", 2),
        Quantity("b2", (N2,), "bias", 2): ("b", 2),
        Quantity("z2", (N2,), "weighted_input", 2): ("z", 2),
        Quantity("a2", (N2,), "activation", 2): ("a", 2),
        Quantity("delta2", (N2,), "error", 2): ("delta", 2),
        Quantity("x", (N1,), "input", 0): ("x", None),
        Quantity("y", (N1,), "target"): ("y", None),
        Quantity("C", (), "loss"): ("C", None),
        Quantity("w3", (), "parameter"): ("w3", None),
        Quantity("w3", (), "weight"): ("w3", None),
    }
    for quantity, (base, layer) in table.items():
        assert Notation().glyph(quantity) == (base, layer)
        assert Notation(layers_from=1).glyph(quantity) == (base, None if layer is None else layer + 1)


def test_sizes_count_as_layers_do():
    for name, zero, one in (("n0", "n0", "n1"), ("n12", "n12", "n13"), ("m", "m", "m"), ("n", "n", "n")):
        assert (Notation().size(name), Notation(layers_from=1).size(name)) == (zero, one)


def test_a_notation_that_does_not_exist_is_refused():
    for wrong in ({"layers_from": 2}, {"layers_from": "1"}, {"samples": "row"}):
        with pytest.raises(DeriveError, match=next(iter(wrong))):
            Notation(**wrong)


# Brackets: one table for all styles, written for LaTeX


def a(style: Style) -> Text:
    return style.name("a")


def difference(style: Style) -> Text:
    return style.sum([(1, a(style)), (-1, style.name("y"))])


def layered(style: Style) -> Text:
    return style.scripted("w", "2")


def half(style: Style) -> Text:
    return style.number(Rational(1, 2))


def total(style: Style) -> Text:
    return style.big_sum("k", style.scripted("x", "", "k"))


TEMPLATES = [
    (lambda s: s.product([a(s), difference(s)]), "a (a - y)", "a (a - y)"),
    (lambda s: s.product([difference(s), a(s)], "odot"), r"(a - y) \odot a", "(a - y) ⊙ a"),
    (lambda s: s.product([s.product([a(s), a(s)]), a(s)], "odot"), r"(a a) \odot a", "(a a) ⊙ a"),
    (lambda s: s.product([a(s), s.product([a(s), a(s)], "odot")]), r"a (a \odot a)", "a (a ⊙ a)"),
    (lambda s: s.product([half(s), a(s)]), r"\frac{1}{2} a", "(1/2) a"),
    (lambda s: s.product([s.number(Integer(2)), a(s)]), "2a", "2a"),
    (lambda s: s.product([a(s), s.number(Integer(2))]), r"a \cdot 2", "a·2"),
    (lambda s: s.product([s.number(Integer(2)), s.number(Integer(3))]), r"2 \cdot 3", "2·3"),
    (lambda s: s.product([s.number(Integer(2)), half(s)]), r"2 \cdot \frac{1}{2}", "2(1/2)"),
    (lambda s: s.product([s.number(Integer(2)), s.number(Integer(-3))]), "2(-3)", "2(-3)"),
    (lambda s: s.product([total(s), a(s)]), r"\left(\sum_{k} x_{k}\right) a", "(Σₖ xₖ) a"),
    (lambda s: s.product([a(s), total(s)]), r"a \sum_{k} x_{k}", "a Σₖ xₖ"),
    (lambda s: s.big_sum("js", difference(s)), r"\sum_{j,s} (a - y)", "Σⱼₛ (a - y)"),
    (lambda s: s.sum([(1, total(s)), (1, a(s))]), r"\sum_{k} x_{k} + a", "Σₖ xₖ + a"),
    (lambda s: s.sum([(1, a(s)), (-1, difference(s))]), "a - (a - y)", "a - (a - y)"),
    (lambda s: s.sum([(-1, difference(s))]), "-(a - y)", "-(a - y)"),
    (lambda s: s.sum([(1, a(s)), (-1, half(s))]), r"a - \frac{1}{2}", "a - 1/2"),
    (lambda s: s.fraction(difference(s), s.name("m")), r"\frac{a - y}{m}", "(a - y)/m"),
    (lambda s: s.fraction(a(s), s.product([a(s), a(s)])), r"\frac{a}{a a}", "a/(a a)"),
    (lambda s: s.fraction(half(s), half(s)), r"\frac{\frac{1}{2}}{\frac{1}{2}}", "(1/2)/(1/2)"),
    (lambda s: s.power(a(s), s.number(Integer(2))), "a^{2}", "a²"),
    (lambda s: s.power(layered(s), s.number(Integer(2))), "(w^{2})^{2}", "(w²)²"),
    (lambda s: s.power(s.power(a(s), a(s)), a(s)), "(a^{a})^{a}", "(a^a)^a"),
    (lambda s: s.power(difference(s), s.number(Integer(-1))), "(a - y)^{-1}", "(a - y)⁻¹"),
    (lambda s: s.power(half(s), a(s)), r"\left(\frac{1}{2}\right)^{a}", "(1/2)^a"),
    (lambda s: s.power(s.number(Integer(-2)), a(s)), "(-2)^{a}", "(-2)^a"),
    (lambda s: s.power(a(s), difference(s)), "a^{a - y}", "a^(a - y)"),
    (lambda s: s.power(a(s), layered(s)), "a^{w^{2}}", "a^(w²)"),
    (lambda s: s.transpose(a(s)), "a^{T}", "aᵀ"),
    (lambda s: s.transpose(layered(s)), "(w^{2})^{T}", "(w²)ᵀ"),
    (lambda s: s.transpose(difference(s)), "(a - y)^{T}", "(a - y)ᵀ"),
    (lambda s: s.call(s.function(r"\sigma", "σ"), layered(s)), r"\sigma(w^{2})", "σ(w²)"),
    (lambda s: s.call(s.function(r"\sigma", "σ"), half(s)), r"\sigma\!\left(\frac{1}{2}\right)", "σ(1/2)"),
    (lambda s: s.call(s.function(r"\ln", "ln"), a(s), bare=True), r"\ln a", "ln(a)"),
    (lambda s: s.call(s.function(r"\ln", "ln"), difference(s), bare=True), r"\ln(a - y)", "ln(a - y)"),
    (lambda s: s.call(s.prime(s.function(r"\sigma", "σ")), a(s)), r"\sigma'(a)", "σ'(a)"),
    (lambda s: s.indicator(s.name("j"), s.name("p")), "[j = p]", "[j = p]"),
    (lambda s: s.partial(s.name("C"), layered(s)), r"\frac{\partial C}{\partial w^{2}}", "∂C/∂w²"),
    (lambda s: s.partial_of(a(s), s.name("x")), r"\frac{\partial}{\partial x} (a)", "∂/∂x (a)"),
    (lambda s: s.norm_squared(difference(s)), r"\lVert a - y \rVert^{2}", "‖a - y‖²"),
    (lambda s: s.root(difference(s)), r"\sqrt{a - y}", "sqrt(a - y)"),
    (lambda s: s.absolute(half(s)), r"\left\lvert \frac{1}{2} \right\rvert", "|1/2|"),
    (lambda s: s.ones(), r"\mathbf{1}", "𝟏"),
    (lambda s: s.equal(a(s), difference(s)), "a = a - y", "a = a - y"),
    (lambda s: s.comma([a(s), half(s)]), r"a, \frac{1}{2}", "a, 1/2"),
    (lambda s: s.number(Rational(-3, 4)), r"-\frac{3}{4}", "-3/4"),
    (lambda s: s.number(Float(0.1)), "0.1", "0.1"),
    (lambda s: s.number(Float("2.5e-9")), r"2.5 \cdot 10^{-9}", "2.5e-9"),
    (lambda s: s.number(Float("1e20")), "10^{20}", "1e20"),
]


@pytest.mark.parametrize(("template", "latex", "unicode"), TEMPLATES, ids=lambda v: v if isinstance(v, str) else "")
def test_templates(template, latex, unicode):
    assert (template(LATEX).string, template(UNICODE).string) == (latex, unicode)
    assert not shape_errors(MATHML.display(template(MATHML)))


def test_levels_are_ordered():
    assert Level.ATOM > Level.POWER > Level.PRODUCT > Level.SUM


@pytest.mark.parametrize("wrong", ["<math><mfrac><mi>a</mi></mfrac></math>", "<math><msup><mi>a</mi><mi>b</mi><mi>c</mi></msup></math>"])
def test_a_planted_wrong_element_is_found(wrong):
    assert shape_errors(wrong)


# Lines of a derivation


def rows(style: Style) -> list[Row]:
    return [
        Row(style.scripted("delta", "2"), difference(style), "σ'(z) & 100%", "BP1"),
        Row(None, style.indicator(a(style), a(style)), "a_b {c} w² → xⱼ"),
        Row(style.name("yhat"), half(style)),
    ]


def test_aligned_latex():
    assert LATEX.aligned(rows(LATEX)).splitlines() == [
        r"\begin{align*}",
        r"\delta^{2} &= a - y && \text{$\sigma$'(z) \& 100\%} && \text{(BP1)} \\[2pt]",
        r"&= [a = a] && \text{a\_b \{c\} w$^{2}$ $\to$ x$_{j}$} \\[2pt]",
        r"\hat{y} &= \frac{1}{2}",
        r"\end{align*}",
    ]


def test_a_label_stands_in_its_own_column_also_without_a_note():
    text = LATEX.aligned([Row(None, a(LATEX), "note"), Row(None, a(LATEX), "", "BP2")])
    assert r"&= a && && \text{(BP2)}" in text
    assert "&&" not in LATEX.aligned([Row(a(LATEX), a(LATEX))])


def test_aligned_unicode():
    lines = UNICODE.aligned(rows(UNICODE)).splitlines()
    assert lines == ["δ² = a - y     σ'(z) & 100%      (BP1)", "   = [a = a]   a_b {c} w² → xⱼ", "ŷ  = 1/2"]
    assert width("θ̂") == 1  # a letter and its accent are one column
    hatted = UNICODE.aligned([Row(UNICODE.name("thetahat"), a(UNICODE)), Row(UNICODE.name("w1"), a(UNICODE))])
    assert {width(line.partition("=")[0]) for line in hatted.splitlines()} == {3}


def test_aligned_mathml():
    tree = ElementTree.fromstring(MATHML.aligned(rows(MATHML)).replace("&#x2061;", "").replace("&#x2062;", ""))
    assert [len(row) for row in tree.iter("mtr")] == [4, 4, 4]
    assert "σ'(z) & 100%" in [text.text for text in tree.iter("mtext")]


def test_running_text_is_safe_in_latex():
    assert escape(r"50% of a_b & {c} #1 $x$ \y ^ ~") == (
        r"50\% of a\_b \& \{c\} \#1 \$x\$ \textbackslash{}y \textasciicircum{} \textasciitilde{}"
    )


def test_a_name_from_outside_is_safe_in_mathml():
    assert "<script" not in MATHML.display(MATHML.name("<script>"))
    assert "<script" not in MATHML.aligned([Row(None, MATHML.foreign("", "<script>"), "<script>", "<script>")])
