r"""LaTeX cut into tokens as TeX sees them: a command, one letter, a number, a sign, or a group in braces.

What only changes how a formula looks is dropped here: blanks, `\,` and its like, `\left` and `\big`, the dollar signs around it.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass, field

from .errors import ReadError
from .letters import ACCENTS, GREEK, refused

SPACES = frozenset(
    {*(f"\\{c}" for c in ",;:!> "), r"\quad", r"\qquad", r"\thinspace", r"\enspace", r"\displaystyle", r"\textstyle", r"\limits"}
)
SIZES = {f"\\{size}{side}": side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")}
SIZES |= {r"\left": "left", r"\right": "right", r"\middle": ""}
# Signs that have several spellings, by the spelling that is used from here on.
SAME = {r"\lbrace": r"\{", r"\rbrace": r"\}", r"\lbrack": "[", r"\rbrack": "]", r"\vert": "|", r"\mid": "|", r"\Vert": r"\|"}
SAME |= {r"\cdot": "*", r"\times": "*", r"\ast": "*", r"\div": "/", r"\colon": ":", r"\slash": "/", r"\ne": r"\neq"}
SAME |= dict.fromkeys("·×⋅∙∗", "*") | dict.fromkeys("÷⁄∕", "/") | dict.fromkeys("−–‐‑", "-") | dict.fromkeys("’′´", "'")
SAME |= {"∂": r"\partial", "⊙": r"\odot", "∘": r"\circ", "√": r"\sqrt", "Σ": r"\Sigma", "∑": r"\sum"}
WRAPPERS = (("$$", "$$"), ("$", "$"), (r"\[", r"\]"), (r"\(", r"\)"))
# Greek letters as TeX spells them, by the word that names are made of.
LETTERS = {f"\\{word}": word for word in GREEK.values()} | {f"\\var{word}": word for word in ("epsilon", "theta", "phi", "rho", "sigma")}

_TOKEN = re.compile(
    r"(?P<blank>\s+|~)|(?P<command>\\(?:operatorname\*|[A-Za-z]+|[\s\S]?))|(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
    r"|(?P<letter>[^\W\d_][\u0300-\u036f\u20d7]*)|(?P<sign>[\s\S])"
)
REASONS = {
    "&": ("'&' aligns several lines", "give one formula"),
    r"\\": (r"'\\' begins a new line", "give one formula"),
    "%": ("'%' begins a comment", "leave it out"),
    "#": ("the character '#' is not used in formulas", ""),
    "$": ("there is a '$' inside the formula", "put dollar signs around the whole, or leave them out"),
    r"\begin": ("an environment cannot be read", "give one formula without \\begin and \\end"),
    r"\end": ("an environment cannot be read", "give one formula without \\begin and \\end"),
}


@dataclass(frozen=True)
class Token:
    r"""kind: "command", "letter", "number", "sign" or "group". `typed` is what stands in the text; `sized`: by \left or \right."""

    kind: str
    text: str
    start: int
    typed: str
    inner: tuple[Token, ...] = ()
    sized: str = ""

    @property
    def end(self) -> int:
        return self.start + len(self.typed)


@dataclass
class _Open:
    place: int
    tokens: list[Token] = field(default_factory=list)


def tokens(text: str, depth: int) -> tuple[Token, ...]:
    """The tokens of a formula, groups in braces as one token each.

    Raises ReadError at braces that do not match or are nested deeper than `depth`, and at what is no formula.
    """
    start, stop = _inside(text)
    stack = [_Open(start)]
    sized: Token | None = None
    while start < stop:
        match = _TOKEN.match(text, start, stop)
        assert match is not None
        token = _token(text, match)
        start = match.end()
        if match.lastgroup == "blank" or token.text in SPACES:
            if token.typed.count("\n") > 1:
                raise ReadError("there is an empty line inside the formula", text, token.start, "type it without empty lines")
        elif token.text in SIZES:
            sized = token
        elif sized is not None:
            stack[-1].tokens.append(_sized(text, sized, token))
            sized = None
        elif token.text == "{":
            stack.append(_Open(token.start))
            if len(stack) > depth:
                raise ReadError(f"braces are nested deeper than {depth}, the limit", text, token.start)
        elif token.text == "}":
            if len(stack) == 1:
                raise ReadError("there is a '}' without '{'", text, token.start)
            group = stack.pop()
            stack[-1].tokens.append(Token("group", "{", group.place, text[group.place : start], tuple(group.tokens)))
        elif token.text in REASONS:
            raise ReadError(REASONS[token.text][0], text, token.start, REASONS[token.text][1])
        else:
            stack[-1].tokens.append(token)
    if sized is not None:
        raise ReadError(f"after '{sized.text}' a bracket is expected", text, sized.start)
    if len(stack) > 1:
        raise ReadError("the '{' is never closed", text, stack[-1].place)
    return tuple(stack[0].tokens)


def _inside(text: str) -> tuple[int, int]:
    """Where the formula begins and ends, without what a text puts around it: dollar signs and a full stop."""
    start, stop = len(text) - len(text.lstrip()), len(text.rstrip())
    stop -= text[start:stop].endswith((".", "。")) and not text[start:stop].endswith((r"\left.", r"\right.", r"\."))
    for opening, closing in WRAPPERS:
        if text.startswith(opening, start):
            end = len(text[:stop].rstrip())
            if not text.endswith(closing, start + len(opening), end):
                raise ReadError(f"the '{opening}' is never closed", text, start)
            start, stop = start + len(opening), end - len(closing)
            inner = text[start:stop].rstrip()
            return start, start + len(inner) - inner.endswith(".")
    return start, stop


def _token(text: str, match: re.Match[str]) -> Token:
    kind, typed, place = str(match.lastgroup), match.group(), match.start()
    if kind == "letter":
        plain = unicodedata.normalize("NFC", typed)
        if typed in SAME:
            return Token("command", SAME[typed], place, typed)
        if plain in GREEK:
            return Token("command", f"\\{GREEK[plain]}", place, typed)
        letter, *marks = list(unicodedata.normalize("NFD", plain))
        if not letter.isascii() or not set(marks) <= ACCENTS.keys():
            raise refused(text, place)
        return Token("letter", plain, place, typed)
    shown = SAME.get(typed, typed)
    if kind == "sign" and shown == typed and not typed.isascii():
        raise refused(text, place)
    if kind == "command" and typed == "\\":
        raise ReadError("there is a lone backslash", text, place, "a command has a name, such as \\ln")
    return Token("command" if shown.startswith("\\") else "sign" if kind == "command" and shown != typed else kind, shown, place, typed)


BRACKETS = {"(": ")", "[": "]", r"\{": r"\}", r"\lvert": r"\rvert", "|": "|", r"\lVert": r"\rVert", r"\|": r"\|", r"\langle": r"\rangle"}


def _sized(text: str, size: Token, token: Token) -> Token:
    if token.text == ".":
        raise ReadError(f"'{size.text}.' has no bracket", text, size.start, "write a bracket on both sides")
    if token.text not in BRACKETS and token.text not in BRACKETS.values():
        raise ReadError(f"after '{size.text}' a bracket is expected, not '{token.typed}'", text, size.start)
    typed = text[size.start : token.end]
    return Token(token.kind, token.text, size.start, typed, sized=SIZES[size.text] if size.text in (r"\left", r"\right") else "")


def near(command: str, known: list[str]) -> str:
    r"""A hint for a command that is not known: the nearest known one, or the one that it begins with (\cdotx)."""
    begun = max((k for k in known if command.startswith(k) and len(k) > 3), key=len, default="")
    if begun:
        return f"did you mean {begun} {command[len(begun) :]}?"
    close = difflib.get_close_matches(command, known, n=1, cutoff=0.7)
    return f"did you mean {close[0]}?" if close else ""
