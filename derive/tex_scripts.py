r"""Names in LaTeX with all their marks: \hat y, w^{2}_{jk}, \delta_j^{(l+1)}, \sigma^\prime, \mathrm{net}_1."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .errors import ReadError
from .letters import fold
from .spellings import Glyph, Vocabulary, WithoutSums
from .tex_tokens import LETTERS, Token

ACCENTS = {f"\\{word}": word for word in ("hat", "bar", "tilde", "dot", "ddot", "vec")}
ACCENTS |= {r"\widehat": "hat", r"\widetilde": "tilde", r"\overline": "bar"}
UPRIGHT = (r"\mathrm", r"\text", r"\textrm", r"\textnormal", r"\operatorname", r"\operatorname*", r"\mathop", r"\mathsf", r"\mathtt")
# These change how a letter looks, and no course has two letters that differ in this only.
LOOKS = (r"\mathbf", r"\boldsymbol", r"\bm", r"\pmb", r"\mathit", r"\mathcal", r"\mathbb")
_LAYER = re.compile(r"\d+|[A-Za-z](?:[-+]\d+)?")
TRANSPOSED = frozenset({"T", "top", "intercal"})
_TURNED = re.compile(rf"(\d+|\(\w+\)|\[\w+\])(?:{'|'.join(sorted(TRANSPOSED))})")


@dataclass(frozen=True)
class Name:
    """A letter or word without its marks. `run` is the row of letters in which it stands; `end` where its marks begin.

    `own` is what is lowered under its accent: \\hat{y_1}.
    """

    core: str
    typed: str
    run: str
    end: int
    own: str = ""


@dataclass(frozen=True)
class Marks:
    """What is raised and lowered behind a name: as text where it can be part of a name, and as tokens.

    sup, sub   the text, without the brackets of a layer's (2); sup is "" for what is no part of a name
    raised     the token that is raised, `raised_at` its place in the row
    bracketed  whether the whole of it stands in brackets
    """

    sup: str = ""
    sub: str = ""
    primes: int = 0
    raised: Token | None = None
    raised_at: int = 0
    lowered: Token | None = None
    bracketed: bool = False
    end: int = 0

    def without_transpose(self) -> Marks | None:
        """W^{(2)T} is the transpose of W^{(2)}: the marks of what is transposed, or None."""
        match = _TURNED.fullmatch(self.sup)
        return replace(self, sup=match[1].strip("()[]")) if match else None

    @property
    def layer(self) -> bool:
        """Whether this is the number of a layer, (2) or (l+1), and no power."""
        return self.bracketed and _LAYER.fullmatch(self.sup) is not None

    def transposes(self, arrays: bool) -> bool:
        return arrays and self.sup in TRANSPOSED


def letters_of(token: Token) -> str:
    r"""The letters of a group, upright or not: {\mathrm{d}} and {d} are d."""
    words = [letters_of(t) if t.kind == "group" else t.text if t.kind in ("letter", "number") else "" for t in token.inner]
    return "".join(words)


def run_of(row: Sequence[Token], at: int) -> str:
    """The letters in a row that begin here, with no blank between them."""
    run = row[at].text
    for before, token in zip(row[at:], row[at + 1 :], strict=False):
        if token.kind != "letter" or token.start != before.end or not token.text.isascii():
            break
        run += token.text
    return run


def name_of(text: str, row: Sequence[Token], at: int, vocabulary: Vocabulary) -> Name | None:
    """The name that begins here, or None. Raises ReadError where letters in a row can be one name or a product."""
    token = row[at] if at < len(row) else None
    if token is None:
        return None
    if token.kind == "letter" and not token.text.isascii():
        return Name(fold(token.text), token.typed, "", at + 1)
    if token.kind == "letter":
        run = run_of(row, at)
        core = run if len(run) > 1 and _is_word(text, row, at, run, vocabulary) else token.text
        end = at + (len(run) if core == run else 1)
        return Name(core, text[token.start : row[end - 1].end], run, end)
    if token.text in LETTERS:
        return Name(LETTERS[token.text], token.typed, "", at + 1)
    if token.kind == "group" and at + 1 < len(row) and row[at + 1].text == "_":
        inside = glyph_of(text, token.inner)
        return Name(inside.core, token.typed, "", at + 1) if inside is not None and inside == Glyph(inside.core) else None
    if token.text == r"\ell":
        return Name("ell", token.typed, "", at + 1)
    if token.kind == "command" and vocabulary.function(token.text[1:]) is not None and token.text[1:].isalpha():
        return Name(token.text[1:], token.typed, "", at + 1)
    if token.text not in (*ACCENTS, *UPRIGHT, *LOOKS):
        return None
    after = row[at + 1] if at + 1 < len(row) else None
    if after is None:
        raise ReadError(f"after '{token.typed}' a letter is expected", text, token.start)
    typed = text[token.start : after.end]
    if token.text in ACCENTS:
        under = glyph_of(text, after.inner if after.kind == "group" else (after,))
        if under is None or under != Glyph(under.core, "", under.sub) or (len(under.core) > 1 and f"\\{under.core}" not in LETTERS):
            raise ReadError(f"'{token.typed}' stands over one letter", text, token.start, f"write {token.text}{{y}}_1")
        return Name(under.core + ACCENTS[token.text], typed, "", at + 2, under.sub)
    inner = after.inner if after.kind == "group" else (after,)
    core = letters_of(after) if after.kind == "group" else after.text if after.kind in ("letter", "number") else ""
    if token.text in LOOKS and len(inner) == 1 and (inner[0].text in LETTERS or len(core) == 1):
        return Name(LETTERS.get(inner[0].text, core), typed, "", at + 2)
    whole = len(core) == sum(len(t.text) for t in inner if t.kind != "group")
    if not core or not whole or (token.text in LOOKS and not vocabulary.has_core(core)):
        raise ReadError(f"'{token.typed}' holds no name here", text, token.start, "write the letters of one name in it")
    return Name(core, typed, "", at + 2)


def _is_word(text: str, row: Sequence[Token], at: int, run: str, vocabulary: Vocabulary) -> bool:
    """Whether letters in a row are one word, and not a product of letters."""
    separate = all(vocabulary.has_core(letter) for letter in run)
    if vocabulary.has_core(run):
        if separate:
            hint = f"write \\mathrm{{{run}}} for the name, or {' '.join(run)} for the product"
            raise ReadError(f"'{run}' can be one name or a product", text, row[at].start, hint)
        return True
    after = row[at + len(run)] if at + len(run) < len(row) else None
    called = after is not None and (after.text in ("(", "[", "'", r"\{") or after.kind == "group")
    return vocabulary.function(run) is not None and not separate and (called or not vocabulary.open)


def marks_of(text: str, row: Sequence[Token], name: Name) -> Marks:
    """The marks of a name. Raises ReadError where TeX would raise or lower less than was meant, or refuse it."""
    found: dict[str, tuple[Token, int]] = {}
    primes, at = 0, name.end
    while at < len(row) and row[at].text in ("^", "_", "'"):
        sign = row[at]
        if sign.text == "'":
            primes, at = primes + 1, at + 1
            continue
        argument = script(text, row, at)
        count = primes_of(argument)
        if sign.text == "^" and count:
            primes += count
        elif sign.text in found:
            place = "raised" if sign.text == "^" else "lowered"
            raise ReadError(f"two things are {place} at one name", text, sign.start, "write the name in brackets: (w^2)^3")
        else:
            found[sign.text] = (argument, at + 1)
        at += 2
    (raised, raised_at), (lowered, _) = found.get("^", (None, 0)), found.get("_", (None, 0))
    sup, sub = plain(raised), plain(lowered)
    if name.own and lowered is not None:
        raise ReadError("two things are lowered at one name", text, lowered.start, f"write {name.typed} with one of them")
    bracketed = len(sup) > 2 and (sup[0], sup[-1]) in (("(", ")"), ("[", "]"))
    if lowered is not None and not sub:
        raise ReadError("these indices cannot be read", text, lowered.start, "an index is a letter or a number: w_{jk}")
    return Marks(sup[1:-1] if bracketed else sup, sub or name.own, primes, raised, raised_at, lowered, bracketed, at)


def script(text: str, row: Sequence[Token], at: int) -> Token:
    """What the sign at this place raises or lowers: a group, or one digit or letter."""
    sign, token = row[at], row[at + 1] if at + 1 < len(row) else None
    verb = "raise" if sign.text == "^" else "lower"
    if token is None:
        raise ReadError(f"there is nothing to {verb} after '{sign.typed}'", text, sign.start)
    if token.kind == "number" and len(token.typed) > 1:
        raise ReadError(f"TeX {verb}s only the first digit here", text, token.start, f"write {sign.text}{{{token.text}}}")
    if token.kind in ("group", "number", "letter") or token.text in (*LETTERS, r"\prime", r"\top", r"\intercal", r"\ell"):
        return token
    what = f"TeX {verb}s only one sign here, not what follows '{token.typed}'"
    raise ReadError(what, text, token.start, f"write {sign.text}{{...}} with braces")


def primes_of(token: Token) -> int:
    """How many primes are raised; 0 if it is anything else."""
    row = token.inner if token.kind == "group" else (token,)
    return len(row) if row and all(t.text in (r"\prime", "'") for t in row) else 0


def plain(token: Token | None) -> str:
    """The text of a script that can be part of a name, such as 2, (l+1), j,k or blue; '' for anything else."""
    if token is None:
        return ""
    row = token.inner if token.kind == "group" else (token,)
    words: list[str] = []
    for item in row:
        if item.kind in ("letter", "number") or item.text in tuple(",+-()[]"):
            words.append(item.text)
        elif item.text in LETTERS or item.text in (r"\top", r"\intercal", r"\ell"):
            words.append(item.text[1:])
        elif item.kind == "group":
            words.append(plain(item) or "?")
        elif item.text not in UPRIGHT:
            return ""
    return "" if "?" in words else "".join(words)


class _Letters(WithoutSums):
    """The vocabulary of a name that is being declared: any letter, no function."""

    arrays = False
    open = True

    def find(self, key: object, start: int) -> None:
        return None

    def has_core(self, core: str) -> bool:
        return len(core) > 1

    def function(self, name: str) -> None:
        return None

    def unknown(self, text: str, key: object, typed: str, start: int) -> ReadError:
        return ReadError(f"there is no name {typed}", text, start)

    def suggestion(self, word: str) -> str:
        return ""


def glyph_of(text: str, row: Sequence[Token]) -> Glyph | None:
    """A row of tokens that is one name with its marks, and nothing else; else None."""
    name = name_of(text, row, 0, _Letters())
    if name is None:
        return None
    marks = marks_of(text, row, name)
    if marks.end != len(row) or (marks.raised is not None and not marks.sup):
        return None
    return Glyph(name.core, marks.sup, marks.sub, marks.primes)
