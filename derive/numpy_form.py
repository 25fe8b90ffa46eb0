"""Array expressions as NumPy source. Operations are called by name, never spliced in as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sympy import Abs, Expr, Function, Heaviside, Max, Min, Rational, Symbol, cos, cosh, exp, log, sign, sin, sinh, tan
from sympy import tanh as sympy_tanh
from sympy.printing.numpy import NumPyPrinter

from .errors import Unsupported
from .indices import is_size
from .lift import Axes, Call, Einsum, Leaf, MatMul, Node, Outer, Plus, Power, Scalar, SumOver, Times, Transpose
from .ops import Activation, RowLog, Slope
from .order import ordered, ordered_factors, split

ATOM, POWER, PRODUCT, SUM = 4, 3, 2, 1
Source = tuple[str, int]

FUNCTIONS: dict[type[Function], str] = {
    exp: "np.exp",
    log: "np.log",
    Abs: "np.abs",
    sin: "np.sin",
    cos: "np.cos",
    tan: "np.tan",
    sinh: "np.sinh",
    cosh: "np.cosh",
    sympy_tanh: "np.tanh",
    sign: "np.sign",
    Heaviside: "np.heaviside",
    Max: "np.maximum",
    Min: "np.minimum",
}


def function_name(function: type[Function]) -> str:
    """What a function is called in generated source: NumPy's own, or a helper that the source defines."""
    if function in FUNCTIONS:
        return FUNCTIONS[function]
    if issubclass(function, Slope):
        return f"{function.activation.__name__}_slope"
    if issubclass(function, (Activation, RowLog)):
        return str(function.__name__)
    raise Unsupported(
        f"there is no NumPy form for the function {function.__name__}", hint="define it as an Activation with a formula"
    )


def source(node: Node, names: Mapping[str, str]) -> str:
    """A lifted expression as one NumPy expression; `names` maps quantities to identifiers."""
    return _Printer(names).text(node)[0]


def scalar_source(e: Expr, names: Mapping[str, str]) -> str:
    """A number, size or constant as Python source."""
    renamed = e.xreplace({s: Symbol(s.name if is_size(s) else names.get(s.name, s.name)) for s in e.free_symbols})
    return str(NumPyPrinter().doprint(renamed)).replace("numpy.", "np.")


def einsum_letters(node: Einsum) -> str:
    """The axes of the operands and of the result as `np.einsum` wants them: "ab,cb->ac"."""
    letters = {i: chr(ord("a") + n) for n, i in enumerate(dict.fromkeys(i for o in node.operands for i in o.axes))}
    operands = ",".join("".join(letters[i] for i in o.axes) for o in node.operands)
    return f"{operands}->{''.join(letters[i] for i in node.axes)}"


def bracketed(text: Source, level: int) -> str:
    """The text, in brackets if it binds less strongly than its surroundings."""
    return text[0] if text[1] >= level else f"({text[0]})"


class _Printer:
    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names
        self.table: dict[type[Node], Callable[[Any], Source]] = {
            Leaf: self._leaf,
            Scalar: self._scalar,
            Call: self._call,
            Power: self._power,
            Times: self._times,
            Plus: self._plus,
            MatMul: self._matmul,
            Outer: self._outer,
            Transpose: self._transpose,
            SumOver: self._sum,
            Einsum: self._einsum,
        }

    def text(self, node: Node) -> Source:
        return self.table[type(node)](node)

    def aligned(self, node: Node, axes: Axes) -> Source:
        """An operand for an elementwise operation over `axes`: missing leading or trailing axes are made visible to broadcasting."""
        if not node.axes or node.axes == axes[len(axes) - len(node.axes) :]:
            return self.text(node)
        if isinstance(node, SumOver) and node.operand.axes == axes:
            return self._sum(node, keep=True)
        slots = ", ".join(":" if i in node.axes else "None" for i in axes)
        return f"{bracketed(self.text(node), ATOM)}[{slots}]", ATOM

    def _leaf(self, node: Leaf) -> Source:
        return self.names[node.quantity.name], ATOM

    def _scalar(self, node: Scalar) -> Source:
        text = scalar_source(node.value, self.names)
        return text, ATOM if text.replace(".", "").replace(
            "_", ""
        ).isalnum() else PRODUCT if not node.value.is_Add else SUM

    def _call(self, node: Call) -> Source:
        if len(node.arguments) > 2:  # NumPy's maximum takes two; a third argument would be where it writes to
            first, second, *rest = node.arguments
            pair = Call(node.axes, node.function, (first, second))
            return self._call(Call(node.axes, node.function, (pair, *rest)))
        return (
            f"{function_name(node.function)}({', '.join(self.aligned(a, node.axes)[0] for a in node.arguments)})",
            ATOM,
        )

    def _power(self, node: Power) -> Source:
        if node.exponent == Rational(1, 2):
            return f"np.sqrt({self.text(node.base)[0]})", ATOM
        if node.exponent == -1:
            return f"1/{bracketed(self.text(node.base), POWER)}", PRODUCT
        exponent = scalar_source(node.exponent, self.names)
        return f"{bracketed(self.text(node.base), ATOM)}**{exponent if exponent.isalnum() else f'({exponent})'}", POWER

    def _times(self, node: Times) -> Source:
        above: list[str] = []
        below: list[str] = []
        sign = ""
        for factor in ordered_factors(node.factors):
            if isinstance(factor, Scalar):
                number, up, down = split(factor.value)
                sign = "-" if (sign == "-") != (number < 0) else ""
                above = [str(abs(number.p))] * (abs(number.p) != 1) + above + [self._factor(u) for u in up]
                below = [str(number.q)] * (number.q != 1) + below + [self._factor(d) for d in down]
            elif isinstance(factor, Power) and factor.exponent.could_extract_minus_sign():
                positive = factor.base if factor.exponent == -1 else Power(factor.axes, factor.base, -factor.exponent)
                below.append(bracketed(self.aligned(positive, node.axes), POWER))
            else:
                tight = POWER if isinstance(factor, MatMul) else PRODUCT + 0.5
                above.append(bracketed(self.aligned(factor, node.axes), tight))  # type: ignore[arg-type]  # levels compare as numbers
        text = sign + ("*".join(above) or "1")
        if below:
            text += f"/{below[0]}" if len(below) == 1 else f"/({'*'.join(below)})"
        return text, PRODUCT if not sign else SUM

    def _factor(self, e: Expr) -> str:
        text = scalar_source(e, self.names)
        return text if e.is_Atom or e.is_Pow or e.is_Function else f"({text})"

    def _plus(self, node: Plus) -> Source:
        texts = [self.aligned(t, node.axes) for t in ordered(node.terms)]
        out = bracketed(texts[0], SUM)
        for text, _ in texts[1:]:
            out += f" - {text[1:]}" if text.startswith("-") else f" + {text}"
        return out, SUM

    def _matmul(self, node: MatMul) -> Source:
        return f"{bracketed(self.text(node.left), POWER)} @ {bracketed(self.text(node.right), POWER)}", PRODUCT

    def _outer(self, node: Outer) -> Source:
        return f"np.outer({self.text(node.left)[0]}, {self.text(node.right)[0]})", ATOM

    def _transpose(self, node: Transpose) -> Source:
        return f"{bracketed(self.text(node.operand), ATOM)}.T", ATOM

    def _sum(self, node: SumOver, keep: bool = False) -> Source:
        # The method, since the function np.sum costs a microsecond more a call.
        inner = bracketed(self.text(node.operand), ATOM)
        gone = [n for n, i in enumerate(node.operand.axes) if i not in node.axes]
        axis = "" if not node.axes else f"axis={gone[0] if len(gone) == 1 else tuple(gone)}"
        return f"{inner}.sum({', '.join(filter(None, [axis, 'keepdims=True' if keep else '']))})", ATOM

    def _einsum(self, node: Einsum) -> Source:
        return f'np.einsum("{einsum_letters(node)}", {", ".join(self.text(o)[0] for o in node.operands)})', ATOM
