r"""Documents, and the sheets that show a network or a derivation; written as LaTeX, PDF, HTML, Markdown, text or Python.

network_sheet(net, form="matrix", steps=True).write("sheet.pdf")
Document("A sheet", (Heading("Forward"), Formulas(net.equations.rows), Code(net.compile().source))).write("sheet.html")
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from .blocks import Block, Code, Formulas, Grid, Heading, Paragraph
from .errors import DeriveError
from .formats import FORMATS
from .hints import STAGES, Hint
from .notation import UNICODE, Notation, Row, Style
from .pages import typeset
from .saving import extension, save
from .styles import Note

if TYPE_CHECKING:
    from .derivation import Derivation
    from .network import Network
    from .sheets import Shown
    from .steps import Proof

WRITTEN = (".tex", ".pdf", ".html", ".md", ".txt", ".py")


@dataclass(frozen=True)
class Document:
    """A title and blocks. `write` goes by the ending of the file's name, `text` gives what would be in the file."""

    title: str
    blocks: tuple[Block, ...]

    def text(self, ending: str = ".txt") -> str:
        """The document in one of the formats of `FORMATS`, by its ending."""
        if ending not in FORMATS:
            raise DeriveError(f"there is no text in the format {ending!r}", hint=f"use one of {', '.join(FORMATS)}")
        return FORMATS[ending].whole(self.title, self.blocks)

    def write(self, path: str | os.PathLike[str]) -> None:
        """Writes .tex, .pdf, .html, .md, .txt or .py, whole or not at all; raises `DeriveError` for any other ending."""
        ending = extension(path, WRITTEN)
        save(path, typeset(self.text(".tex")) if ending == ".pdf" else self.text(ending).encode("utf-8"))

    def __str__(self) -> str:
        return self.text()

    def _repr_markdown_(self) -> str:
        return self.text(".md")


class Printable(Protocol):
    """What gives its rows in any style: a derivation, or one with numbers put in."""

    def rows(self, style: Style, notation: Notation | None = None) -> list[Row]: ...


def derivation_rows(shown: Printable, notation: Notation | None = None) -> Formulas:
    """The block of a derivation's lines."""
    return Formulas(lambda style: shown.rows(style, notation))


def equation_rows(shown: Shown, form: str = "component", notation: Notation | None = None) -> Formulas:
    """The block of a network's forward or backward equations."""
    return Formulas(lambda style: shown.rows(form, style, notation))


def network_sheet(
    net: Network, form: str = "component", notation: Notation | None = None, *, steps: bool = False, code: bool = False
) -> Document:
    """The equations of a network, those of its backward pass, and if wanted every derivation, proved, and the NumPy code.

    form  "component", "matrix" (one sample) or "batch"; the steps are in index form, for one sample or for a batch
    """
    shapes = tuple((name, " × ".join(map(str, shape)) or "a number") for name, shape in net.symbolic_shapes.items())
    blocks: list[Block] = [
        Grid(("parameter", "shape"), shapes),
        Heading("Forward"),
        equation_rows(net.equations, form, notation),
        Heading("Backward"),
        equation_rows(net.backprop(), form, notation),
        *(Paragraph(f"Assuming that {a.text}.") for a in net.equations.assumptions),
    ]
    if steps:
        labels = {equation.lhs.of: f" ({equation.label})" for equation in net.backprop() if equation.label}
        for name, derivation in net.backprop().derivations("batch" if form == "batch" else "component").items():
            by = derivation.printer(UNICODE, notation).symbol(name).string
            title = f"The derivative by {by}{labels.get(name, '')}"
            blocks += [Heading(title), derivation_rows(derivation, notation), proved(derivation)]
    if code:
        blocks += [Heading("NumPy"), Code(net.compile().source)]
    return Document(in_words(net), tuple(blocks))


def in_words(net: Network) -> str:
    """Network 2-3-1: tanh, sigmoid; cross entropy."""
    if not net.layers:
        return repr(net).strip("<>")
    sizes = "-".join(str(n) for n in (net.n_in, *(layer.size for layer in net.layers)))
    kinds = ", ".join(layer.activation.__name__ for layer in net.layers)
    decay = f"; l2 {net.l2:g}" if net.l2 else ""
    return f"Network {sizes}: {kinds}; {net.loss.__name__.replace('_', ' ')}{decay}"


def derivation_sheet(derivation: Derivation, title: str, values: Mapping[str, Any] | None = None, *, hints: bool = False) -> Document:
    """A derivation, its proof, and the same with numbers put in; with `hints`, every step in its stages."""
    blocks: list[Block] = [derivation_rows(derivation), proved(derivation)]
    if derivation.named:
        blocks = [Formulas(derivation.named_rows), Heading("Derivation"), *blocks]
    if hints:
        for hint in derivation.hints:
            blocks += [Heading(f"Step {hint.number}"), *(Paragraph(partial(_stage, hint, stage)) for stage in STAGES)]
    if values:
        put = ", ".join(f"{name} = {value}" for name, value in values.items())
        blocks += [Heading(f"With {put}"), derivation_rows(derivation.at(values))]
    return Document(title, tuple(blocks))


def _stage(hint: Hint, stage: str, style: Style) -> Note:
    note = hint.note(stage, style)
    return (f"{stage}: ", *((note,) if isinstance(note, str) else note))


def proved(derivation: Derivation) -> Paragraph:
    """How many steps are proved; raises `Disagreement` at one that is wrong."""
    return Paragraph(proofs_in_words(derivation.verify()))


def proofs_in_words(proofs: Sequence[Proof]) -> str:
    """12 steps, each proved; or how many of them are."""
    count = len(proofs)
    sure = sum(proof.verdict == "proved" for proof in proofs)
    steps = f"{count} step{'s' * (count != 1)}"
    return (
        f"{steps}, {'each ' * (count != 1)}proved."
        if sure == count
        else f"{steps}, {sure} proved, the others equal at random points."
    )
