"""Derivations as LaTeX, compared with files that were typeset and read by eye. DERIVE_REGEN=1 writes the files anew."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sympy import symbols

from derive.blocks import Formulas, Heading
from derive.deriving import derive
from derive.identities import identity_derivation
from derive.layers import Dense, Residual
from derive.losses import cross_entropy, half_sum_of_squares, squared_error
from derive.network import Network
from derive.notation import LATEX, Notation
from derive.ops import sigmoid, softmax, tanh
from derive.pages import article, typeset
from derive.show import Document, derivation_rows, equation_rows
from derive.slopes import slope_derivation

FOLDER = Path(__file__).parent / "golden"
REGEN = os.environ.get("DERIVE_REGEN") == "1"
SIZES = symbols("n p q r", integer=True, positive=True)


def deep(output=sigmoid, loss=squared_error, **settings):
    return Network.dense(*SIZES, activation=tanh, output=output, loss=loss, **settings)


def encoder():
    n, q = SIZES[:2]
    return Network(n, Dense(q, sigmoid), Dense(n, sigmoid, tie="w1", transpose=True))


def residual():
    n, q, r = SIZES[:3]
    return Network(n, Dense(q, tanh), Residual(Dense(q, tanh)), Dense(r, sigmoid))


def shared_scalar():
    """1-2-1 with one output weight that is used twice."""
    equations = ["a1 = sigma(w1*x + b1)", "a2 = sigma(w2*x + b2)", "z = w3*a1 + w3*a2 + b3", "yhat = sigma(z)"]
    return Network.from_equations([*equations, "C = (yhat - y)^2/2"], inputs="x", targets="y", over="sum")


GOLDEN: dict[str, Callable[[], Formulas]] = {
    "forward_component": lambda: equation_rows(deep().equations),
    "forward_matrix": lambda: equation_rows(deep().equations, "matrix"),
    "four_equations_component": lambda: equation_rows(deep().backprop()),
    "four_equations_matrix": lambda: equation_rows(deep().backprop(), "matrix"),
    "four_equations_batch_rows": lambda: equation_rows(deep().backprop(), "batch"),
    "four_equations_batch_columns": lambda: equation_rows(deep().backprop(), "batch", Notation(samples="columns")),
    "four_equations_layers_from_one": lambda: equation_rows(deep().backprop(), "matrix", Notation(layers_from=1)),
    "delta_hidden": lambda: derivation_rows(deep().backprop().derivation("z2")),
    "delta_hidden_batch": lambda: derivation_rows(deep().backprop().derivation("z2", "batch")),
    "delta_output_squared_error": lambda: derivation_rows(deep().backprop().derivation("z3")),
    "delta_sigmoid_cross_entropy": lambda: derivation_rows(deep(sigmoid, cross_entropy).backprop().derivation("z3")),
    "delta_softmax_cross_entropy": lambda: derivation_rows(deep(softmax, cross_entropy).backprop().derivation("z3")),
    "output_cross_entropy": lambda: derivation_rows(deep(sigmoid, cross_entropy).backprop().derivation("a3")),
    "weight": lambda: derivation_rows(deep().backprop().derivation("w2")),
    "bias_batch": lambda: derivation_rows(deep().backprop().derivation("b2", "batch")),
    "weight_with_decay": lambda: derivation_rows(deep(l2=0.1).backprop().derivation("w2")),
    "residual_equations": lambda: equation_rows(residual().equations, "batch"),
    "residual_backward": lambda: equation_rows(residual().backprop(), "batch"),
    "residual_derivation": lambda: derivation_rows(residual().backprop().derivation("a1")),
    "tied_weights_backward": lambda: equation_rows(encoder().backprop(), "matrix"),
    "tied_weights_derivation": lambda: derivation_rows(encoder().backprop().derivation("w1")),
    "shared_scalar_equations": lambda: equation_rows(shared_scalar().equations),
    "shared_scalar_w3": lambda: derivation_rows(shared_scalar().backprop().derivation("w3")),
    "half_sum_of_squares": lambda: equation_rows(deep(loss=half_sum_of_squares).backprop(), "batch"),
    "square": lambda: derivation_rows(derive("(w*x + b - y)^2", "w")),
    "square_with_numbers": lambda: derivation_rows(derive("(w*x + b - y)^2", "w").at({"w": 3, "b": 2, "x": 4, "y": 5})),
    "sigmoid": lambda: derivation_rows(derive("1/(1 + exp(-z))", "z")),
    "product_with_names": lambda: derivation_rows(derive(["a = w*x + b", "y = sigma(a)", "E = (y - d)^2/2"], "w")),
    "slope_of_sigma": lambda: derivation_rows(slope_derivation(sigmoid)),
    "slope_of_sigma_every_rule": lambda: derivation_rows(slope_derivation(sigmoid).detail("every rule")),
    "tanh_by_sigma": lambda: derivation_rows(identity_derivation("tanh by sigma")),
    "neuron_cross_entropy": lambda: derivation_rows(
        derive("-(y*ln(sigma(w*x + b)) + (1 - y)*ln(1 - sigma(w*x + b)))", "w")
    ),
}


def formulas() -> dict[str, str]:
    """The golden LaTeX by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.tex"))}


@pytest.mark.parametrize("name", GOLDEN)
def test_latex_is_as_it_was_when_it_was_read(name):
    path, now = FOLDER / f"{name}.tex", LATEX.aligned(GOLDEN[name]().rows(LATEX)) + "\n"
    if REGEN:
        path.write_text(now, encoding="utf-8")
    assert now == path.read_text(encoding="utf-8"), f"read {name} by eye, then run with DERIVE_REGEN=1"


def test_every_golden_file_is_compared():
    assert set(formulas()) == set(GOLDEN)


def collected() -> str:
    """All of them as one article."""
    blocks = [(Heading(name.replace("_", " ")), made()) for name, made in GOLDEN.items()]
    return Document("Golden derivations", tuple(block for pair in blocks for block in pair)).text(".tex")


def overfull(tex: str, folder: Path) -> list[str]:
    """What runs over the margin, as pdflatex says; by more than a point."""
    (folder / "all.tex").write_text(tex, encoding="utf-8")
    command = ["pdflatex", "-no-shell-escape", "-halt-on-error", "-interaction=nonstopmode", "all.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120)
    log = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, log
    return [line for line in log.splitlines() if re.match(r"Overfull \\hbox \(([1-9]|\d\d+)\.", line)]


needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")


@needs_latex
def test_all_of_it_is_typeset_within_the_margins(tmp_path):
    assert not overfull(collected(), tmp_path)
    assert typeset(collected()).startswith(b"%PDF")


@needs_latex
def test_a_planted_line_that_is_too_long_is_found(tmp_path):
    line = "\\begin{align*}\nC &= " + " + ".join(["a^{2}_{jk} w^{1}_{kj}"] * 20) + "\n\\end{align*}"
    assert overfull(article("planted", line, landscape=False), tmp_path)
