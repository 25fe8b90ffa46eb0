"""Scalar derivations: every rule of the table, the order of the lines, and random expressions against SymPy's derivative."""

from __future__ import annotations

import random

import pytest
from sympy import (
    Abs,
    Add,
    Float,
    Function,
    Heaviside,
    Integer,
    Max,
    Min,
    Mul,
    Piecewise,
    Pow,
    Rational,
    Symbol,
    exp,
    expand,
    floor,
    log,
    postorder_traversal,
    simplify,
    sin,
    symbols,
)

from derive.derivation import Derivation
from derive.deriving import derive, differentiate
from derive.deriving import simplify as simplified
from derive.errors import DeriveError, Disagreement, DomainError, Unsupported
from derive.ops import Activation, relu, sigmoid, softplus, tanh
from derive.partial import Partial
from derive.printing import unicode
from derive.reading import read
from derive.rewritings import REWRITINGS, Rewriting
from derive.rules import FUNCTIONS, RULES, Rule, chained
from derive.shape import evaluated, fraction, in_textbook_order, joined, minus, over, plus, power, real_values, still, times
from derive.slopes import slope_derivation
from derive.steps import Step
from derive.values import without_corners

w, x, b, y, z = symbols("w x b y z")

# Every rule of the table, with an expression in w, and the first line that the rule makes of it.
EXAMPLES = [
    ("derivative of a constant", "x", "0"),
    ("derivative of the variable itself", "w", "1"),
    ("constant factor", "x*sin(w)", "x ∂/∂w (sin(w))"),
    ("constant factor", "sin(w)/x", "(1/x) ∂/∂w (sin(w))"),
    ("sum rule", "sin(w) - w + 1", "∂/∂w (sin(w)) - ∂w/∂w + ∂/∂w (1)"),
    ("product rule", "w*sin(w)", "∂w/∂w sin(w) + w ∂/∂w (sin(w))"),
    ("quotient rule", "w/(w+1)", "(∂w/∂w (w + 1) - w ∂/∂w (w + 1))/(w + 1)²"),
    ("reciprocal", "1/w", "-1/w²"),
    ("reciprocal, chain rule", "1/sin(w)", "-(1/sin(w)²) ∂/∂w (sin(w))"),
    ("square root", "sqrt(w)", "1/(2 sqrt(w))"),
    ("power rule", "w^5", "5w⁴"),
    ("power rule", "1/w^2", "-2/w³"),
    ("power rule", "w^x", "x w^(x - 1)"),
    ("power rule, chain rule", "(x-w)^2", "2(x - w) ∂/∂w (x - w)"),
    ("exponential function", "e^w", "e^w"),
    ("exponential function, chain rule", "exp(-w)", "e^(-w) ∂/∂w (-w)"),
    ("constant base", "2^w", "2^w ln(2)"),
    ("constant base, chain rule", "x^(w^2)", "x^(w²) ln(x) ∂/∂w (w²)"),
    ("power of two functions", "w^sin(w)", "w^(sin(w)) ((∂/∂w (sin(w))) ln(w) + sin(w) ∂w/∂w/w)"),
    ("maximum", "max(0, w^2)", "[w² > 0] ∂/∂w (w²)"),
    ("minimum", "min(0, w^2)", "[-w² > 0] ∂/∂w (w²)"),
    ("slope of the activation", "sigma(w)", "σ'(w)"),
    ("slope of the activation, chain rule", "softplus(w x)", "softplus'(w x) ∂/∂w (w x)"),
    ("slope written out", "sigma'(w)", "∂/∂w (σ(w) (1 - σ(w)))"),
    ("logarithm, chain rule", "ln(1-w)", "(1/(1 - w)) ∂/∂w (1 - w)"),
    ("absolute value", "|w|", "sign(w)"),
    ("cosine, chain rule", "cos(2w)", "-sin(2w) ∂/∂w (2w)"),
]

# The finished derivative, in the shape in which it is written down.
RESULTS = [
    ("(w*x+b-y)^2", "2(w x + b - y) x"),
    ("(w*x+b-y)^2/2", "(w x + b - y) x"),
    ("(sigma(w*x+b)-y)^2/2", "(σ(w x + b) - y) σ'(w x + b) x"),
    ("-(y ln(sigma(w x+b)) + (1-y) ln(1-sigma(w x+b)))", "(σ(w x + b) - y) x"),
    ("1/(2m)*(w*x-y)^2", "(1/m) (w x - y) x"),
    ("1/(1+exp(-w))", "e^(-w)/(1 + e^(-w))²"),
    ("e^w/(e^w+1)", "e^w/(e^w + 1)²"),
    ("ln(1+e^w)", "e^w/(1 + e^w)"),
    ("w^2 sin(w)", "2w sin(w) + w² cos(w)"),
    ("w/(w+1)^2", "(1 - w)/(w + 1)³"),
    ("sigma(w2 sigma(w x + b) + b2)", "σ'(w₂ σ(w x + b) + b₂) w₂ σ'(w x + b) x"),
    ("(2*3*w)^2", "72w"),
    ("w + w - 2w", "0"),
    ("max(0, w x)", "[w x > 0] x"),
    ("3", "0"),
]


def rules_of(derivation) -> list[str]:
    return [step.rule for step in derivation.steps]


def by(wrt: str, text: str):
    return derive(text, Symbol(wrt))


def test_every_rule_makes_the_line_that_it_states():
    for rule, text, line in EXAMPLES:
        step = differentiate(Partial(read(text), w))[0]
        assert step.rule == rule, text
        assert unicode(step.after, typed_order=True) == line, text
        assert step.why
        assert bool(step.inner) == rule.endswith("chain rule"), text


def test_the_examples_reach_every_rule():
    reached = {rule.removesuffix(", chain rule") for rule, _, _ in EXAMPLES}
    functions = {name for name, _, _ in FUNCTIONS.values()}
    assert {rule.name for rule in RULES} - functions <= reached
    assert {rule.name for rule in RULES} >= functions
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all("'" in rule.statement or "f" in rule.statement for rule in RULES)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_functions_of_the_table(function):
    u = plus(Mul(Rational(1, 3), w, evaluate=False), Rational(1, 7))
    derivation = derive(still(function, u), w)
    assert derivation.steps[0].rule == f"{FUNCTIONS[function][0]}, chain rule"
    assert derivation.steps[0].inner == ((Symbol("u"), still(function, Symbol("u")), u),)
    assert all(proof.verdict != "refuted" for proof in derivation.verify())
    assert_equal_to_sympy(derivation, w, random.Random(0))


def test_results_are_written_as_on_the_board():
    for text, result in RESULTS:
        derivation = by("w", text)
        assert unicode(derivation.result, typed_order=True) == result, text
        assert {proof.verdict for proof in derivation.verify()} <= {"proved", "undecided"}, text
        assert "undecided" not in {p.verdict for p in derivation.verify()} or "max" in text, text


def test_the_whole_of_one_derivation():
    usual = derive("(w*x+b-y)^2/2", "w")
    assert str(usual).splitlines() == [
        "∂/∂w ((w x + b - y)²/2) = (w x + b - y) ∂/∂w (w x + b - y)   power rule, chain rule, u = w x + b - y",
        "                        = (w x + b - y) x                    sum rule",
    ]
    full = usual.detail("every rule")
    assert [(unicode(step.after, typed_order=True), step.rule) for step in full.steps] == [
        ("(1/2) ∂/∂w ((w x + b - y)²)", "constant factor"),
        ("(1/2) (∂/∂u (u²)) ∂u/∂w", "chain rule"),
        ("(1/2)·2u ∂u/∂w", "power rule"),
        ("(1/2)·2(w x + b - y) ∂/∂w (w x + b - y)", "put in u"),
        ("(w x + b - y) ∂/∂w (w x + b - y)", "arithmetic"),
        ("(w x + b - y) (∂/∂w (w x) + ∂b/∂w - ∂y/∂w)", "sum rule"),
        ("(w x + b - y) (∂/∂w (w x) + 0 - 0)", "derivative of a constant"),
        ("(w x + b - y) (x ∂w/∂w + 0 - 0)", "constant factor"),
        ("(w x + b - y) (x·1 + 0 - 0)", "derivative of the variable itself"),
        ("(w x + b - y) x", "arithmetic"),
    ]
    assert "= (1/2) (∂/∂u (u²)) ∂u/∂w                      chain rule, u = w x + b - y\n" in str(full)
    assert {proof.verdict for proof in full.verify()} == {"proved"}


def test_the_cancellation_of_cross_entropy_is_visible():
    derivation = derive("-(y ln(sigma(z)) + (1-y) ln(1-sigma(z)))", "z")
    assert rules_of(derivation)[-4:] == ["slope of the activation", "slope by the output", "equal factors", "equal terms"]
    assert unicode(derivation.steps[-2].after, typed_order=True) == "-(y (1 - σ(z)) - (1 - y) σ(z))"
    assert unicode(derivation.result, typed_order=True) == "σ(z) - y"


def test_what_is_read_off_at_once_is_one_line_that_unfolds():
    step = next(s for s in differentiate(Partial(read("(w*x+b-y)^2"), w)) if s.rule == "derivatives of the parts")
    assert [s.rule for s in step.substeps] == [
        "derivative of a constant", "constant factor", "derivative of the variable itself",
    ]  # fmt: skip
    assert step.substeps[0].before == step.before and step.substeps[-1].after == step.after


def test_what_was_typed_keeps_its_shape():
    typed = read("(b + x*w - y)*2/2 + 0*w")
    assert derive(typed, w).start == Partial(typed, w)
    assert derive(typed, w).steps[0].before.args[0] is typed
    assert "(b + x w - y)·2/2 + 0w" in str(derive(typed, w))
    tidied = (w * x + b - y) ** 2
    assert unicode(derive(tidied, w).start, typed_order=True) == "∂/∂w ((w x + b - y)²)"
    assert evaluated(derive(tidied, w).start.args[0]) == tidied
    assert derive(tidied, w, typed_order=True).start == Partial(tidied, w)


def test_the_letter_of_the_inner_function_is_a_new_one():
    (inner,) = derive("(u w)^2", "w").steps[0].inner
    assert unicode(inner.outer) == "v²" and inner.letter == Symbol("v") and inner.function == read("u w")


# Against SymPy


def value(e, at):
    """To 40 digits. A part beyond 1e1000, which SymPy might compute without end, has no value here."""
    e = Activation.written_out(without_corners(e))
    parts = {}
    for part in postorder_traversal(e):
        parts[part] = part.func(*(parts[a] for a in part.args)) if part.args else at.get(part, part)
        parts[part] = parts[part].evalf(80)
        if not parts[part].is_Number or not parts[part].is_finite or abs(parts[part]) > Float("1e1000"):
            return None
    return parts[e]


def assert_equal_to_sympy(derivation, variable, chance) -> bool:
    """Equality to 30 digits at random points; whether there was a point at which both have a real value."""
    try:
        with real_values("the reference"):
            f = without_corners(evaluated(derivation.start.args[0]))
            reference = f.diff(variable)
    except DomainError:
        return False
    names = sorted(f.free_symbols | {variable}, key=str)
    for _ in range(8):
        at = {s: Rational(chance.randint(1, 199), 100) * chance.choice((1, 1, -1)) for s in names}
        try:
            with real_values("a point"):
                ours, theirs = value(derivation.result, at), value(reference, at)
        except DomainError:
            continue
        if ours is not None and theirs is not None:
            assert abs(ours - theirs) <= 1e-30 * max(1, abs(theirs)), (derivation.start, at)
            return True
    return False


SMOOTH = [*FUNCTIONS, exp, sigmoid, tanh, softplus, relu, sigmoid.prime]


def random_expression(chance, depth):
    """An expression of the supported functions, unevaluated, in x and y."""
    if depth == 0 or chance.random() < 0.12:
        number = chance.choice([Integer(chance.randint(-3, 3)), Rational(chance.randint(1, 5), chance.randint(2, 4))])
        return chance.choice([x, x, y, number])

    def part():
        return random_expression(chance, depth - 1)

    kinds = [
        (5, lambda: Add(part(), part(), evaluate=False)),
        (5, lambda: Mul(*(part() for _ in range(chance.randint(2, 3))), evaluate=False)),
        (3, lambda: over(part(), part())),
        (3, lambda: Pow(part(), chance.choice([2, 3, -2, -1, 1, 0, Rational(1, 2), Rational(3, 2), y]), evaluate=False)),
        (1, lambda: Pow(part(), part(), evaluate=False)),
        (1, lambda: still(chance.choice([Max, Min]), part(), x)),
        (6, lambda: still(chance.choice(SMOOTH), part())),
    ]
    return chance.choices([build for _, build in kinds], [weight for weight, _ in kinds])[0]()


@pytest.mark.parametrize("seed", range(20, 26))
def test_random_expressions_agree_with_sympy(seed):
    """Three thousand expressions in all."""
    chance = random.Random(seed)
    compared = refused = 0
    for number in range(500):
        e = random_expression(chance, chance.randint(1, 4))
        try:
            derivation = derive(e, x, typed_order=number % 2 == 0)
        except DeriveError:
            refused += 1
            continue
        compared += assert_equal_to_sympy(derivation, x, chance)
    assert compared > 420 and refused < 50


def test_a_wrong_derivative_differs_from_sympy():
    chance = random.Random(3)
    right = derive("w^2*sin(w)", w)
    wrong = Derivation(right.start, (*right.steps, Step("planted", right.result, 2 * right.result)))
    assert assert_equal_to_sympy(right, w, chance)
    with pytest.raises(AssertionError):
        assert_equal_to_sympy(wrong, w, chance)


def test_every_step_of_random_derivations_is_proved():
    chance = random.Random(5)
    proofs = []
    for _ in range(60):
        try:
            derivation = derive(random_expression(chance, 2), x).detail("every rule")
        except DeriveError:
            continue
        proofs += derivation.verify()
    undecided = [proof for proof in proofs if proof.verdict != "proved"]
    assert len(proofs) > 250 and len(undecided) < 0.05 * len(proofs)
    assert {(p.verdict, p.how, p.detail) for p in undecided} <= {
        ("undecided", "nothing", "no point with real values was found"),
        ("undecided", "numeric", "equal at random points"),
    }


# Wrong rules are found


def lost_term(f, v):
    return times(Partial(f.args[0], v), *f.args[1:]) if isinstance(f, Mul) else None


def lost_chain(f, v):
    return times(f.args[1], power(f.args[0], f.args[1] - 1)) if isinstance(f, Pow) and f.args[1].is_Integer else None


def wrong_sign(f, v):
    return chained(still(sin, f.args[0]), f.args[0], v) if f.func.__name__ == "cos" else None


def upside_down(f, v):
    return chained(power(f.args[0], Integer(-2)), f.args[0], v) if isinstance(f, log) else None


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (lost_term, "sin(w)*exp(w)"),
        (lost_chain, "(2w+b)^3"),
        (wrong_sign, "cos(w x)"),
        (upside_down, "ln(1+w^2)"),
    ],
)
def test_a_wrong_rule_is_refuted(wrong, text):
    rules = (Rule("planted", "it is wrong", wrong), *RULES)
    derivation = derive(text, "w", rules=rules)
    with pytest.raises(Disagreement, match="planted"):
        derivation.verify()


def test_a_wrong_rewriting_is_refuted():
    wrong = Rewriting("planted", "", lambda e: e.args[0] if isinstance(e, Mul) else e)
    start = Partial(read("w^2"), w)
    steps = differentiate(start)
    derivation = Derivation(start, (*steps, *simplified(steps[-1].after, [wrong])))
    with pytest.raises(Disagreement, match="planted"):
        derivation.verify()


# Rewritings


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("arithmetic", "0*w + 1*x", "x"),
        ("arithmetic", "2*w*3/4", "(3/2) w"),
        ("arithmetic", "w - 0 + 2 + 3", "w + 5"),
        ("arithmetic", "w*(-1)", "-w"),
        ("arithmetic", "1/(1+w)*x", "x/(1 + w)"),
        ("arithmetic", "(w^2)^3*1", "w⁶"),
        ("equal factors", "w*x*w", "w² x"),
        ("equal factors", "w/w^3", "1/w²"),
        ("equal factors", "e^w*e^w", "e^(2w)"),
        ("equal factors", "e^(-w)*e^w", "1"),
        ("equal factors", "sqrt(w)*sqrt(w)", "w"),
        ("common factor", "(w*x + w^2)/w^3", "(x + w)/w²"),
        ("common factor", "(w*x + w)/w", "x + 1"),
        ("slope by the output", "sigma'(w)/sigma(w)", "σ(w) (1 - σ(w))/σ(w)"),
        ("slope by the output", "tanh'(w)/(1-tanh(w)^2)", "(1 - tanh(w)²)/(1 - tanh(w)²)"),
        ("cancel below the lines", "(y/w - x)*w", "y - x w"),
        ("cancel below the lines", "(y/w - (1-y)/(1-w))*w*(1-w)*x", "(y (1 - w) - (1 - y) w) x"),
        ("arithmetic", "x*2*w", "2x w"),
        ("equal terms", "-(y - 2w + w)*x", "(w - y) x"),
        ("equal terms", "w + x + w", "2w + x"),
        ("equal terms", "w*(x+1) - w", "w x"),
        ("equal terms", "-(y*(1-w) - (1-y)*w)", "w - y"),
    ],
)
def test_a_rewriting(name, before, after):
    rewriting = next(r for r in REWRITINGS if r.name == name)
    e = read(before)
    made = rewriting.apply(e)
    assert unicode(made, typed_order=True) == after
    assert simplify(Activation.written_out(evaluated(made) - evaluated(e))) == 0
    assert rewriting.apply(made) is made or rewriting.name == "equal terms"


@pytest.mark.parametrize("text", ["w x + b", "x*2", "1/m*x", "a/b", "2*(a-y)", "sigma'(z)", "(x+1)*(x-1)", "sin(0*x)", "1/2*x"])
def test_what_is_tidy_is_left_alone(text):
    e = read(text)
    for rewriting in REWRITINGS:
        assert rewriting.apply(e) is e, rewriting.name


def test_a_step_function_stays_when_a_common_factor_goes():
    e = times(over(plus(times(x, y), power(x, Integer(2))), x), Heaviside(z, 0))
    made = next(r for r in REWRITINGS if r.name == "common factor").apply(e)
    assert made == times(plus(y, x), Heaviside(z, 0))


# Shape


def test_products_come_apart_and_together():
    for text in ("x", "2x", "x/y", "1/y", "-x/y", "x*y/(2z)", "1/m*x*y", "-1/2*x", "x/2"):
        e = read(text)
        again = joined(*fraction(e))
        assert evaluated(again) == evaluated(e), text
        assert joined(*fraction(again)) == again
    assert joined(Integer(0), [(x, 1)]) == 0
    with pytest.raises(DomainError, match="divides by zero"):
        fraction(times(x, Pow(Integer(0), -1, evaluate=False)))


def test_textbook_order_changes_no_value():
    for e in ((w * x + b - y) ** 2, x / y, 1 / (1 + exp(-z)), sigmoid(w * x + b) * (1 - sigmoid(w * x + b)), -x * y / (2 * z)):
        ordered = in_textbook_order(e)
        assert evaluated(ordered) == e
    assert unicode(in_textbook_order((y - x) / w), typed_order=True) == "(y - x)/w"


# What cannot be derived


@pytest.mark.parametrize(
    ("e", "part"),
    [
        (Function("f")(w), r"f\(w\)"),
        (w * floor(w), "floor"),
        (Piecewise((w, w > 0), (0, True)), "Piecewise"),
        (Heaviside(w), "0"),
        (Pow(Integer(0), w, evaluate=False), "0"),
        (relu.prime(w), "0"),
    ],
)
def test_no_rule_for_it(e, part):
    with pytest.raises(Unsupported, match="no rule for the derivative") as caught:
        derive(e, w)
    assert part.replace("\\", "") in str(caught.value)


@pytest.mark.parametrize(
    ("expr", "wrt", "message"),
    [
        ("w*x", "q", "q is not in the expression"),
        ("weight*x", "wieght", "did you mean weight"),
        ("w*x", 3, "expected a symbol or its name"),
        ("w*x", "w*x", "is not in the expression"),
        ([1], "w", "equation 1: 1 is not an equation"),
        ([], "w", "no equations were given"),
        (b"w", "w", "expected an expression, not bytes"),
        (None, "w", "expected an expression"),
        (True, "w", "expected an expression"),
        ("w*", "w", "expected a number"),
        (Partial(w, w), w, "has a derivative in it"),
        (1 / (w - w), w, "divides by zero"),
        (Pow(Add(w, -w, evaluate=False), -1, evaluate=False), w, "divides by zero"),
    ],
)
def test_bad_input(expr, wrt, message):
    with pytest.raises(DeriveError, match=message):
        derive(expr, wrt)


def test_what_is_too_large_is_refused():
    deep = x
    for _ in range(300):
        deep = still(sin, deep)
    with pytest.raises(Unsupported, match="levels"):
        derive(deep, x)
    with pytest.raises(Unsupported, match="parts"):
        derive(times(*(plus(x, Integer(n)) for n in range(2, 200))), x)


def test_names_and_numbers_are_accepted():
    assert derive("w*x", "w").result == x
    assert derive("ŵ x", "ŵ").result == x
    assert derive(3, w).result == 0
    assert derive(x * y, w).result == 0 and rules_of(derive(x * y, w)) == ["derivative of a constant"]
    assert unicode(derive(Abs(w), w).result) == "sign(w)"


def test_a_teacher_adds_a_rule():
    class cube(Function):
        nargs = 1

        def fdiff(self, argindex=1):
            return 3 * self.args[0] ** 2

    def slope(f, v):
        return chained(times(Integer(3), power(f.args[0], Integer(2))), f.args[0], v) if isinstance(f, cube) else None

    rule = Rule("cube", "cube(f)' = 3 f^2 f'", slope, lambda f: f.args[0])
    derivation = derive(cube(2 * w), w, rules=(rule, *RULES))
    assert rules_of(derivation)[0] == "cube, chain rule" and expand(derivation.result) == 24 * w**2
    assert all(proof.verdict == "proved" for proof in derivation.verify())


# Slopes of activations


@pytest.mark.parametrize(
    ("activation", "result"),
    [(sigmoid, "σ(z) (1 - σ(z))"), (tanh, "1 - tanh(z)²"), (softplus, "σ(z)"), (relu, "[z > 0]")],
)
def test_the_slope_of_an_activation_is_derived(activation, result):
    derivation = slope_derivation(activation)
    assert derivation.start == activation.prime(z)
    assert unicode(derivation.result, typed_order=True) == result
    assert rules_of(derivation)[0].startswith("definition of")
    allowed = {"proved"} if activation is not relu else {"proved", "undecided"}
    assert {proof.verdict for proof in derivation.verify()} <= allowed


def test_the_slope_of_sigma_runs_through_the_formula():
    derivation = slope_derivation(sigmoid)
    lines = [unicode(line, typed_order=True) for line in derivation.lines]
    assert "e^(-z)/(1 + e^(-z))²" in lines and "(1/(1 + e^(-z))) (1 - 1/(1 + e^(-z)))" in lines
    assert all(len(slope_derivation(kind).steps) <= 6 for kind in (tanh, softplus))
    assert rules_of(derivation)[-3:] == ["add and subtract 1", "split the fraction, factor out", "definition of σ"]
    assert len(derivation.steps) == 6, "as many lines as a textbook needs"


def test_the_slope_of_any_activation():
    class gauss(Activation):
        latex = r"\operatorname{gauss}"

        def formula(z):
            return exp(-(z**2))

    class double(Activation):
        latex = r"\operatorname{double}"

        def formula(z):
            return exp(2 * z)

        def by_output(a):
            return 2 * a

    assert expand(slope_derivation(gauss).result + 2 * z * exp(-(z**2))) == 0
    assert slope_derivation(double).result == 2 * double(z)
    for activation in (gauss, double):
        assert all(proof.verdict == "proved" for proof in slope_derivation(activation).verify())
    with pytest.raises(DeriveError, match="is no activation"):
        slope_derivation(sin)


def test_minus():
    assert unicode(minus(plus(x, y)), typed_order=True) == "-(x + y)"
