"""Equations as a person sees them: in component form, in matrix form for one sample, or in batch form; as LaTeX, MathML or text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .equations import Equation, Equations
from .errors import DeriveError
from .exact import held
from .indices import Quantity
from .lift import arranged, lifted
from .matrix_form import MatrixPrinter, is_matrix
from .notation import LATEX, UNICODE, Notation, Row, Style
from .printing import Printer
from .steps import Assumption
from .tex import displayed

FORMS = ("component", "matrix", "batch")


class Shown:
    """What shows itself as a sheet of equations. A subclass says which equations belong to one sample and which to a batch."""

    def sheet(self, batch: bool) -> tuple[tuple[Equation, ...], Mapping[str, Quantity]]:
        """The equations, and every quantity in them."""
        raise NotImplementedError

    def rows(self, form: str = "component", style: Style = LATEX, notation: Notation | None = None) -> list[Row]:
        """One row an equation, printed in a style; raises `DeriveError` for a form that does not exist."""
        if form not in FORMS:
            raise DeriveError(f"the form is {form!r}, expected one of {', '.join(FORMS)}", "latex")
        if notation is not None and not isinstance(notation, Notation):
            raise DeriveError(f"the notation is {notation!r}, expected a Notation", "latex", "for example Notation(layers_from=1)")
        equations, quantities = self.sheet(form == "batch")
        return printed_rows(equations, quantities, form, style, notation or Notation())

    def latex(self, form: str = "component", notation: Notation | None = None) -> str:
        """An aligned LaTeX environment, one line an equation."""
        return LATEX.aligned(self.rows(form, LATEX, notation))

    def unicode(self, form: str = "component", notation: Notation | None = None) -> str:
        """The same for a terminal."""
        return UNICODE.aligned(self.rows(form, UNICODE, notation))

    def __str__(self) -> str:
        return self.unicode()

    def _repr_latex_(self) -> str:
        return displayed(self.latex())


def printed_rows(
    equations: Iterable[Equation], quantities: Mapping[str, Quantity], form: str, style: Style, notation: Notation
) -> list[Row]:
    """Equations as rows: left side, right side, and the label."""
    printer = Printer(style, notation, quantities)
    matrices = MatrixPrinter(printer)
    rows = []
    for equation in equations:
        left, right = printer.quantity(equation.lhs, equation.indices), printer.expression(equation.rhs)
        argument = equation.row_argument(quantities)
        if form != "component" and equation.rowwise is not None and argument is not None:
            left = matrices.name(equation.lhs)
            right = style.call(printer.function(equation.rowwise), matrices.name(argument))
        elif form != "component":
            with held():
                in_rows = form == "batch" and notation.samples == "rows"
                node = lifted(equation, quantities, in_rows)
            if is_matrix(node):  # else it has no matrix form, and its entries say it best
                left, right = matrices.name(equation.lhs), matrices.whole(node, arranged(equation.indices, in_rows))
        rows.append(Row(left, right, "", equation.label))
    return rows


@dataclass(frozen=True)
class NetworkEquations(Equations, Shown):
    """The forward equations of a batch, with those of one sample beside them.

    output       the name of the quantity that the network predicts
    assumptions  what the loss takes for granted
    single       the same for one sample
    """

    output: str = ""
    assumptions: tuple[Assumption, ...] = ()
    single: NetworkEquations | None = None

    def sheet(self, batch: bool) -> tuple[tuple[Equation, ...], Mapping[str, Quantity]]:
        chosen = self if batch or self.single is None else self.single
        return chosen.items, chosen.quantities
