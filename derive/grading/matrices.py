"""A formula over arrays: in index form, or with matrices for one sample or a batch; sizes stay symbols and are tried at several numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from sympy import Expr, Float

from ..array_latex import array_latex
from ..array_values import evaluate
from ..arrays import Array, Misfit
from ..backprop import Backprop
from ..blocks import Block, Paragraph
from ..equations import Equation, Equations, Expander
from ..errors import DeriveError, ReadError
from ..index_reading import component_latex, read_component
from ..indices import SAMPLES, Axis, Quantity
from ..lift import lifted
from ..matrix_form import MatrixPrinter
from ..matrix_reading import read_matrix
from ..ops import Activation
from ..printing import Printer
from ..sweep import Sweep, reverse_sweep
from .equality.arrays import same_arrays, same_components
from .equality.outcome import DIFFERENT, EQUAL, Same
from .mistakes.array_mistakes import Wrong, pairs, planted
from .typed_answers import BLANK, in_either, right_side
from .verdicts import LOOK, NOT_DECIDED, RIGHT, UNDECIDED, UNREADABLE, WRONG, Verdict

Values = Callable[[Mapping[str, Any]], Any]
Answer: TypeAlias = Expr | Array
SHAPES = "Write the shape below each array: which sides have to agree in a product?"
FORMS = ("component", "matrix", "batch")


@dataclass(frozen=True)
class ArrayFormula:
    """The right side of one of a network's equations.

    equation    what is expected, from `net.backprop()` or `net.equations`
    quantities  the arrays that an answer may use, with their axes
    form        "component" (index form), "matrix" (one sample, a vector is a column) or "batch" (samples in rows)
    symbols     names of numbers that may be used, such as eta
    """

    name: str
    equation: Equation
    quantities: Mapping[str, Quantity]
    form: str = "matrix"
    symbols: str = ""
    points: float = 1
    definitions: Mapping[str, Equation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise DeriveError(f"the form is {self.form!r}, expected one of {', '.join(FORMS)}", f"task {self.name!r}")
        try:
            accepted = self.judge(self.solution())[0].verdict == RIGHT
        except (DeriveError, KeyError, TypeError) as error:
            raise DeriveError(f"its own answer cannot be judged: {error}", f"task {self.name!r}", "ask for it in another form") from error
        if not accepted:
            raise DeriveError("its own answer cannot be read or judged", f"task {self.name!r}", "ask for it in another form")

    def judge(self, answer: Any, seed: int = 0) -> tuple[Verdict, ...]:
        if not isinstance(answer, str):
            told = f"expected a formula as text, not {type(answer).__name__}"
            return (Verdict(self.name, UNREADABLE, 0, self.points, str(answer), detail=told),)
        try:
            mine, shown = self._read_answer(answer)
        except Misfit as error:  # it could be read, and cannot be right
            told = f"the shapes do not fit: {error.what}"
            return (Verdict(self.name, WRONG, 0, self.points, answer, diagnosis=told, hint=SHAPES, codes=("shape.misfit",)),)
        except ReadError as error:
            return (Verdict(self.name, UNREADABLE, 0, self.points, answer, detail=str(error)),)
        found = self._compared(mine, seed)
        if found.verdict == EQUAL:
            return (Verdict(self.name, RIGHT, self.points, self.points, answer, shown),)
        if found.verdict == DIFFERENT:
            verdict = Verdict(self.name, WRONG, 0, self.points, answer, shown, counterexample=_short(found))
            return (_of_another_shape(found, verdict, self._samples) or self._explained(mine, seed, verdict),)
        told = f"{NOT_DECIDED[found.how]}: {LOOK}"
        return (Verdict(self.name, UNDECIDED, 0, self.points, answer, shown, detail=told),)

    def _read_answer(self, answer: str) -> tuple[Answer, str]:
        """The answer, and how it was read."""
        answer = right_side(answer, self.quantities)
        if self.form == "component":
            left = self.equation.indices
            e = in_either(answer, lambda text, form: read_component(text, self.quantities, left, self.symbols, form=form))
            return e, component_latex(e, self.quantities)
        node = in_either(answer, lambda text, form: read_matrix(text, self.quantities, form, self.symbols))
        return node, array_latex(node, self.quantities)

    def _compared(self, mine: Answer, seed: int) -> Same:
        if isinstance(mine, Expr):
            # By formulas where outputs are all that has to be put in; with every definition at once these would be endless.
            outputs = {n: d for n, d in self.definitions.items() if isinstance(d.rhs, Activation)}
            found = same_components(mine, self.equation.rhs, seed=seed, names=outputs)
            if found.verdict == EQUAL or len(outputs) == len(self.definitions):
                return found
        return same_arrays(self._values(mine), self._values(self._expected), self._drawn, seed=seed)

    def _explained(self, mine: Answer, seed: int, verdict: Verdict) -> Verdict:
        """The verdict with the planted mistake that gives the same numbers, or with all of them."""
        values = self._values(mine)

        def explaining(mistakes: Iterable[Wrong]) -> list[Wrong]:
            return [w for w in mistakes if same_arrays(values, self._values(w.rhs), self._drawn, seed=seed).verdict == EQUAL]

        singles = list(planted(self.equation, self.quantities, self.definitions))
        found = explaining(singles) or explaining(pairs(singles, self.equation, self.quantities))
        if not found:
            return verdict
        sentences = list(dict.fromkeys(wrong.sentence for wrong in found))
        told = sentences[0] if len(sentences) == 1 else f"either {', or '.join(sentences)}"
        return replace(verdict, diagnosis=told, hint=found[0].hint, codes=tuple(dict.fromkeys(wrong.code for wrong in found)))

    def _values(self, formula: Answer) -> Values:
        """The values of a formula for arrays of what nothing defines; the others follow from the equations."""
        return self._entries(formula) if isinstance(formula, Expr) else lambda drawn: evaluate(formula, self._filled(drawn))

    def _entries(self, e: Expr) -> Values:
        """The same for a formula in index form, entry by entry."""

        def values(drawn: Mapping[str, Any]) -> Any:
            arrays = self._filled(drawn)
            sizes = {axis: n for name, array in arrays.items() for axis, n in zip(self._axes(name), array.shape, strict=True)}
            expander, numbers = Expander(sizes), dict[Expr, Any]()
            for name, array in arrays.items():
                for at in np.ndindex(array.shape):
                    stored = _samples_first(self.quantities[name])  # by place, not by axis: a square matrix has one axis twice
                    own = [at[stored.index(n)] + 1 for n in range(array.ndim)]
                    numbers[expander.symbol(name, tuple(own))] = Float(array[at])
            free = self.equation.indices
            found = np.empty([sizes[i.axis] for i in free])
            for at in np.ndindex(found.shape):
                entry = expander.scalar(e, {i: n + 1 for i, n in zip(free, at, strict=True)}).xreplace(numbers)
                found[at] = float(Activation.written_out(entry).evalf())
            return found.transpose(_samples_first(self.equation.lhs))

        return values

    def _filled(self, drawn: Mapping[str, Any]) -> dict[str, Any]:
        arrays = {name: array.transpose(_samples_first(self.quantities[name])) for name, array in drawn.items()}
        for name, tree in self._trees.items():
            arrays[name] = evaluate(tree, arrays)
        return arrays

    def _axes(self, name: str) -> list[Axis]:
        """The axes of an array as it is stored."""
        axes = self.quantities[name].axes
        return [axes[n] for n in _samples_first(self.quantities[name])]

    @cached_property
    def _expected(self) -> Array:
        """The equation as it is printed, read like an answer: so that both are evaluated by one engine."""
        return self._read(self.equation)

    @cached_property
    def _trees(self) -> dict[str, Array]:
        return {name: self._read(equation) for name, equation in self.definitions.items()}

    def _read(self, equation: Equation) -> Array:
        return read_matrix(self._matrix(equation), self.quantities, "latex", self.symbols)

    @cached_property
    def _samples(self) -> str:
        return next((axis.name for q in self.quantities.values() for axis in q.axes if axis.letters == SAMPLES), "")

    @cached_property
    def _drawn(self) -> tuple[Quantity, ...]:
        return tuple(q for name, q in self.quantities.items() if name not in self.definitions)

    def _matrix(self, equation: Equation) -> str:
        return MatrixPrinter(Printer(quantities=self.quantities)).text(lifted(equation, self.quantities)).string

    def solution(self) -> str:
        if self.form == "component":
            return Printer(quantities=self.quantities).expression(self.equation.rhs).string
        return self._matrix(self.equation)

    def unfit(self) -> str:
        return ""

    def sheet(self, solved: bool) -> tuple[Block, ...]:
        if not solved:
            return (Paragraph(f"{self.name}: {BLANK}"),)
        if self.form == "component":
            return (Paragraph(lambda style: (f"{self.name}: ", Printer(style, quantities=self.quantities).expression(self.equation.rhs))),)
        lifting = lifted(self.equation, self.quantities)
        return (Paragraph(lambda style: (f"{self.name}: ", MatrixPrinter(Printer(style, quantities=self.quantities)).text(lifting))),)


def _of_another_shape(found: Same, verdict: Verdict, samples: str) -> Verdict | None:
    """The verdict on an answer whose shape is not that of what it is the derivative by; `samples` is the axis along which a batch lies."""
    example = found.counterexample
    if example is None or "entry" in example.at or " x " not in example.expected + example.yours:
        return None
    yours, expected = example.yours.split(" x "), example.expected.split(" x ")
    shapes = f"yours is {example.yours}, expected {example.expected} (tried at sizes other than the task's)"
    code = "shape.other"
    told, hint = f"it is of another shape: {shapes}", "A gradient has the shape of its variable."
    if yours == expected[::-1]:
        told, code = f"it is transposed: {shapes}", "shape.transposed"
    elif samples and yours == [str(example.at.get(samples)), *expected]:
        told, code = f"it is not summed over the samples: {shapes}", "batch.not_summed"
        hint = "Every sample adds to the gradient of a parameter that they share."
    return replace(verdict, diagnosis=told, hint=hint, codes=(code,))


def _short(found: Same) -> str:
    """The counter-example without the arrays, which are too long to be computed with by hand."""
    example = found.counterexample
    if example is None:
        return ""
    at = {name: value for name, value in example.at.items() if not isinstance(value, list)}
    return str(replace(example, at=at)) if len(example.at) > len(at) + 3 else str(example)


def _samples_first(quantity: Quantity) -> list[int]:
    return sorted(range(len(quantity.axes)), key=lambda n: quantity.axes[n].letters != SAMPLES)


def _swept(net: Any, form: str) -> Sweep:
    if isinstance(net, Equations):
        return reverse_sweep(net, net.items[-1].name)
    bp: Backprop = net.backprop()
    return bp.batch if form == "batch" else bp.single


def matrix(name: str, net: Any, wanted: str, *, form: str = "matrix", symbols: str = "", points: float = 1) -> ArrayFormula:
    """The derivative of a network's loss by `wanted`: "w2", or "z1", whose derivative is the error delta1.

    net      a network, or equations in index form, of which the last one is derived
    form     "component" (index form), "matrix" (one sample, a vector is a column) or "batch" (samples in rows)
    symbols  names of numbers that may be used, such as eta
    """
    sweep = _swept(net, form)
    adjoint = sweep.of(wanted)
    if adjoint is None:
        known_names = ", ".join(a.of.name for a in sweep.adjoints)
        raise DeriveError(f"there is no derivative by {wanted!r}", f"task {name!r}", f"there are {known_names}")
    # The errors of later layers may be used, and the forward pass; not what is asked for, nor what is found from it.
    before = [a.equation for a in sweep.adjoints[: sweep.adjoints.index(adjoint)] if a.named]
    definitions = {e.name: e for e in (*sweep.forward, *before) if e.lhs.role != "loss"}
    constants = (Quantity(constant, role="constant") for constant in sweep.forward.constants)
    known = {q.name: q for q in (*sweep.forward.given, *constants, *(e.lhs for e in definitions.values()))}
    return ArrayFormula(name, adjoint.equation, known, form, symbols, points, definitions)
