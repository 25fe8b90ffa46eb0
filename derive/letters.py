"""Characters as people type them: a text cut into lexemes, the spellings of one name, the letters that are refused.

Every lexeme keeps its place in the text as typed, so nothing is normalised before it is cut.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import ReadError

_SMALL = dict(
    zip(
        "αβγδεζηθκλμνξπρστφχψω",
        (
            "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi psi omega"
        ).split(),
        strict=True,
    )
)
_CAPITAL = dict(zip("ΓΔΘΛΞΠΣΦΨΩ", "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega".split(), strict=True))
_VARIANTS = {"ϵ": "epsilon", "ϑ": "theta", "ϕ": "phi", "ς": "sigma", "ϱ": "rho", "\N{MICRO SIGN}": "mu"}
GREEK = {**_SMALL, **_CAPITAL, **_VARIANTS}
GREEK_WORDS = frozenset(_SMALL.values())

ACCENTS = {
    "\u0302": "hat",
    "\u0303": "tilde",
    "\u0304": "bar",
    "\u0305": "bar",
    "\u0307": "dot",
    "\u0308": "ddot",
    "\u20d7": "vec",
}

# By code point, since on the page they cannot be told from the Latin letter. Those that Unicode itself calls compatible
# (full-width, mathematical italic) are found without this table.
_LIKE = {
    "A": "\u0410\u0391",
    "a": "\u0430\u0251",
    "B": "\u0412\u0392",
    "C": "\u0421",
    "c": "\u0441",
    "d": "\u0501",
    "E": "\u0415\u0395",
    "e": "\u0435",
    "g": "\u0581\u0261",
    "H": "\u041d\u0397",
    "h": "\u04bb",
    "I": "\u0406\u0399",
    "i": "\u0456\u03b9\u0131",
    "J": "\u0408",
    "j": "\u0458",
    "K": "\u041a\u039a",
    "l": "\u04cf",
    "M": "\u041c\u039c",
    "N": "\u039d",
    "O": "\u041e\u039f",
    "o": "\u043e\u03bf",
    "P": "\u0420\u03a1",
    "p": "\u0440",
    "q": "\u051b",
    "S": "\u0405",
    "s": "\u0455",
    "T": "\u0422\u03a4",
    "u": "\u03c5",
    "w": "\u051d",
    "X": "\u0425\u03a7",
    "x": "\u0445",
    "Y": "\u0423\u03a5",
    "y": "\u0443",
    "Z": "\u0396",
}
LOOK_ALIKES = {other: letter for letter, others in _LIKE.items() for other in others}

HINTS = {
    "=": "give one expression, without '='",
    "[": "write x1 or x_1 instead of x[1]",
    "{": "write w_12 or w12",
    "]": "use round parentheses",
    "}": "use round parentheses",
    ".": "a decimal is written as 0.5",
    '"': "type the expression without quotes",
    "`": "type the expression without quotes",
    "\\": "LaTeX commands are not read here",
    ":": "a division is written with '/'",
    "√": "write sqrt(x)",
    "∞": "an expression has finite numbers only",
    "!": "a factorial cannot be read",
    "@": "a product is written with '*'",
    "½": "write 1/2",
    "¼": "write 1/4",
    "¾": "write 3/4",
    "⊙": "write '*'",
    "∘": "write '*'",
    "∆": "type Delta",
    "<": "give an expression, not a comparison",
    ">": "give an expression, not a comparison",
    "≤": "give an expression, not a comparison",
    "≥": "give an expression, not a comparison",
}

_SUPER = "⁰¹²³⁴-⁹⁺⁻"
_LETTER = rf"[^\W0-9{_SUPER}]"
_NAME = rf"{_LETTER}(?:{_LETTER}|[0-9{''.join(ACCENTS)}])*"
_KINDS = {
    "BLANK": r"\s+",
    "NUMBER": r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+−]?[0-9]+)?",
    "NAME": _NAME,
    "RAISED": rf"[{_SUPER}]+",
    "_POW": r"\^|\*\*",
    "TIMES": r"[*·×⋅∙∗]",
    "DIVIDE": r"[/÷⁄∕]",
    "PLUS": r"\+",
    "MINUS": r"[-−–‐‑]",
    "_LPAR": r"\(",
    "_RPAR": r"\)",
    "_COMMA": ",",
    "BAR": r"\|",
    "PRIME": "['’′´]",
    "EQUALS": r"[:=<>!]*=|≠",
    "OTHER": r"[\s\S]",
}
_LEXEME = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items()))
_NAME_AT = re.compile(_NAME)
_RAISED = {"⁻": "MINUS", "⁺": "PLUS"}


@dataclass(frozen=True)
class Lexeme:
    """A piece of the text: its kind (a terminal of the grammar), the characters as typed, its place, its meaning."""

    kind: str
    text: str
    start: int
    value: Any = None

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def typed(self) -> str:
        """What identifies the lexeme among spellings that differ only in how the computer stores or draws them."""
        if self.kind == "NAME":
            return unicodedata.normalize("NFC", self.text)
        return self.text if self.kind in ("NUMBER", "OTHER") else self.kind

    @property
    def folded(self) -> str:
        return fold(self.text) if self.kind == "NAME" else self.typed


def scan(text: str, is_name: Callable[[str], bool] = lambda name: False) -> list[Lexeme]:
    """The lexemes of a text. `is_name` says of a name whether it is declared: then `2e-3` is 2*e - 3.

    Raises ReadError at a letter that looks like another one, at any letter that is neither Latin nor Greek, and at a
    line break inside the text.
    """
    lexemes: list[Lexeme] = []
    place = 0
    while match := _LEXEME.match(text, place):
        kind, piece, start = str(match.lastgroup), match.group(), place
        if kind == "NUMBER" and (letter := re.search("[eE]", piece)):
            name = _NAME_AT.match(text, start + letter.start())
            if name and is_name(name.group()):
                piece = piece[: letter.start()]
        place = start + len(piece)
        if kind == "BLANK":
            if len(f".{piece}.".splitlines()) > 1 and 0 < start and place < len(text):
                raise ReadError("there is a line break inside the expression", text, start, "type it on one line")
        elif kind == "RAISED":
            lexemes += _lowered(piece, start)
        else:
            if kind == "NAME":
                _check_letters(text, start, place)
            lexemes.append(Lexeme(kind, piece, start))
    return lexemes


def _lowered(piece: str, start: int) -> list[Lexeme]:
    """x² is x^2: the raised digits as the lexemes of a power."""
    lexemes = [Lexeme("_POW", piece, start)]
    for match in re.finditer("[⁻⁺]|[^⁻⁺]+", piece):
        digits, place = match.group(), start + match.start()
        kind = _RAISED.get(digits, "NUMBER")
        lexemes.append(Lexeme(kind, unicodedata.normalize("NFKC", digits), place))
    return lexemes


def _check_letters(text: str, start: int, end: int) -> None:
    for place in range(start, end):
        base, *marks = tuple(unicodedata.normalize("NFD", text[place]))
        if text[place] in ACCENTS:
            continue
        lowered = _lowered_letter(text[place]) or base
        known = lowered in GREEK or (lowered.isascii() and (lowered.isalnum() or lowered == "_"))
        if not known or any(mark not in ACCENTS for mark in marks):
            raise refused(text, place)


def _lowered_letter(letter: str) -> str:
    """The plain character under a subscript one, else ''."""
    is_subscript = unicodedata.decomposition(letter).startswith("<sub>")
    return unicodedata.normalize("NFKC", letter) if is_subscript else ""


def refused(text: str, place: int) -> ReadError:
    """The error for a character without a meaning here: its Unicode name, and the character that it looks like."""
    character = text[place]
    noun = "letter" if character.isalpha() else "character"
    called = unicodedata.name(character, f"U+{ord(character):04X}")
    compatible = unicodedata.normalize("NFKC", character)
    looks_like = LOOK_ALIKES.get(character) or (compatible if len(compatible) == 1 and compatible.isascii() else "")
    if character.isascii():
        shown = f"'{character}'" if character.isprintable() else f"U+{ord(character):04X}"
        return ReadError(f"the {noun} {shown} is not used in expressions", text, place, HINTS.get(character, ""))
    if unicodedata.decomposition(character).startswith("<super>"):
        return ReadError(f"the {noun} '{character}' is {called}", text, place, f"write ^{compatible}")
    if looks_like:
        what = f"the {noun} '{character}' is {called}, which looks like '{looks_like}'"
        return ReadError(what, text, place, f"type '{looks_like}'")
    general = "names are written in the letters a to z and the Greek ones" if character.isalpha() else ""
    what = f"the {noun} '{character}' ({called}) is not used in expressions"
    return ReadError(what, text, place, HINTS.get(character, general))


def spelled(name: str) -> str:
    """A name as it is given to a new symbol: λ is lambda, w₁ is w1, wⱼ is w_j; ŷ stays one letter with its hat."""
    written = ""
    for cluster in re.findall(rf"[^{''.join(ACCENTS)}][{''.join(ACCENTS)}]*", unicodedata.normalize("NFD", name)):
        lowered = _lowered_letter(cluster[0])
        if lowered:
            joint = "" if lowered.isdigit() or (written and "_" in written[1:]) else "_"
            written += joint + GREEK.get(lowered, lowered)
        elif cluster[0] in GREEK:
            written += GREEK[cluster[0]] + "".join(ACCENTS[mark] for mark in cluster[1:])
        else:
            written += unicodedata.normalize("NFC", cluster)
    return written


_JOINT = re.compile(rf"_(?=[0-9]|(?:{'|'.join(sorted(set(ACCENTS.values())))})(?![A-Za-z]))")


def fold(name: str) -> str:
    """The spelling by which names are compared: ŷ, yhat and y_hat are one name; so are w_1, w₁ and w1; λ and lambda."""
    plain = "".join(ACCENTS.get(character, character) for character in unicodedata.normalize("NFD", spelled(name)))
    return _JOINT.sub("", plain)
