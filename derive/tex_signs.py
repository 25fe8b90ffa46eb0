r"""The signs of a formula in LaTeX: what each is in the grammar, and why some are refused."""

from __future__ import annotations

from .tex_tokens import BRACKETS

CLOSING = frozenset(BRACKETS.values()) - {"|", r"\|"}
ENDS = ("NUMBER", "SYMBOL", "PRIME", "ONES", "TRANSPOSE", "_RPAR", "_CLOSEBAR", "_CLOSENORM")
FRACTIONS = (r"\frac", r"\tfrac", r"\dfrac", r"\cfrac")
SIGNS = {"+": "PLUS", "-": "MINUS", "*": "TIMES", "/": "DIVIDE", ",": "_COMMA", "=": "EQUALS"}
COMPARISONS = (r"\neq", r"\le", r"\leq", r"\ge", r"\geq", r"\approx", r"\equiv", r"\sim", r"\propto", r"\to", "<", ">")
REFUSED = {
    r"\pm": ("the sign '\\pm' has two meanings", "give one expression"),
    r"\infty": ("an expression has finite numbers only", ""),
    r"\over": ("'\\over' is not read", "write \\frac{a}{b}"),
    r"\nabla": ("the gradient sign is not read", "write the derivative as \\frac{\\partial C}{\\partial w}"),
    r"\prod": ("a product over an index is not read", ""),
    r"\int": ("an integral is not read", ""),
    r"\lim": ("a limit is not read", ""),
    r"\otimes": ("the sign of the outer product is not read", "write a b^T"),
    "!": ("a factorial cannot be read", ""),
    '"': ("quotes are not used in expressions", ""),
    "`": ("quotes are not used in expressions", ""),
    "@": ("the character '@' is not used in formulas", "write the factors side by side"),
    ":": ("the character ':' is not used in formulas", "a division is written \\frac{a}{b} or a/b"),
    ";": ("the character ';' is not used in formulas", ""),
    "?": ("the character '?' is not used in formulas", ""),
    ".": ("the character '.' is not used in formulas", "a decimal is written as 0.5"),
    **{c: (f"the comparison '{c}' cannot be read", "give one expression") for c in COMPARISONS},
}
ARRAY_SIGNS = {r"\odot": "ODOT", r"\circ": "ODOT"}
# Commands that are suggested for a misspelled one, besides the Greek letters and those in the table of `Groups`.
KNOWN = [f"\\{name}" for name in "cdot times ln log exp sin cos tan sinh cosh tanh max min hat bar text mathrm operatorname left".split()]
