r"""One name in its many spellings: `w2_jk`, `w^2_jk`, `w^{2}_{j,k}` and `w_{jk}^{(2)}` are the same letter with the same marks.

A name is taken apart into a letter, what is raised, and what is lowered. Declared names are looked up by these three.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sympy import Expr, Symbol

from .errors import DeriveError, ReadError
from .glyphs import parts
from .letters import ACCENTS, GREEK_WORDS, fold, spelled
from .names import CONSTANTS, Function, Functions, Names, Symbols, meanings
from .ops import ACTIVATIONS, Activation
from .tex import LATEX
from .tex_tokens import Token

_DECLARED = re.compile(r"([^\^{}()]+?)(?:(?:\^|\*\*)(?:\(([^()]*)\)|\[([^\[\]]*)\]|([^\W_]+)))?((?:_[^\W_]+)*)('*)")
_ACCENT = re.compile(rf"_(?=(?:{'|'.join(sorted(set(ACCENTS.values())))})(?![A-Za-z]))")
_RATIO = re.compile(r"(?:d|∂)\s*(.+?)\s*/\s*(?:d|∂)\s*(.+)|d(\w+?)_d(\w+)")


@dataclass(frozen=True)
class Glyph:
    """A letter (yhat, delta) with what is raised (the layer), what is lowered (the indices), and primes."""

    core: str
    sup: str = ""
    sub: str = ""
    primes: int = 0

    @property
    def python(self) -> str:
        """The name as it is typed without LaTeX: w^2_jk, delta^(l+1)_k, w_1."""
        raised = f"^{self.sup}" if self.sup.isalnum() else f"^({self.sup})" if self.sup else ""
        items = self.sub.split(",")
        lowered = ("" if all(len(i) == 1 and i.isalpha() for i in items) else "_").join(items)
        return self.core + raised + (f"_{lowered}" if lowered else "") + "'" * self.primes


@dataclass(frozen=True)
class Ratio:
    """The name of a derivative: dC/dw."""

    above: Glyph
    below: Glyph

    @property
    def python(self) -> str:
        return f"d{self.above.python}/d{self.below.python}"


Key = Glyph | Ratio


def spelling(name: str) -> Key | None:
    """A name that is typed without LaTeX, taken apart; None for what has no such parts (x[1])."""
    ratio = _RATIO.fullmatch(name.strip())
    if ratio is None:
        return glyph(name)
    above, below = (glyph(part) for part in ratio.groups() if part is not None)
    return Ratio(above, below) if above and below else None


def glyph(name: str) -> Glyph | None:
    """The same for a name that is no derivative."""
    match = _DECLARED.fullmatch(spelled(_ACCENT.sub("", re.sub(r"\s+", "", name.replace("′", "'")))))
    if match is None:
        return None
    base, *raised, lowered, primes = match.groups()
    core, accent, own = parts(base)
    if not fold(core).isalpha():
        return None
    sub = ",".join([*own, *parts(f"x{lowered}").subscripts])
    return Glyph(core + accent, next((r for r in raised if r), ""), sub, len(primes))


def moved(key: Key) -> Key:
    """The same name with its number raised, as a layer is: w2_jk is w^2_jk."""
    if isinstance(key, Ratio):
        return Ratio(raised(key.above), raised(key.below))
    return raised(key)


def raised(of: Glyph) -> Glyph:
    first, _, rest = of.sub.partition(",")
    return replace(of, sup=first, sub=rest) if first.isdigit() and not of.sup else of


def joined(key: Key) -> Key:
    """The same name without commas between its indices."""
    if isinstance(key, Ratio):
        return Ratio(replace(key.above, sub=key.above.sub.replace(",", "")), replace(key.below, sub=key.below.sub.replace(",", "")))
    return replace(key, sub=key.sub.replace(",", ""))


@dataclass(frozen=True)
class Found:
    """What a name stands for; `stated` says that it was declared with just these marks, so that no power can be meant."""

    value: Any
    stated: bool = True


class Vocabulary(Protocol):
    """The names that a text may use. `arrays`: transposes and elementwise products mean something; `sums`: index sums do."""

    arrays: bool
    sums: bool
    open: bool

    def find(self, key: Key, start: int) -> Found | None: ...

    def has_core(self, core: str) -> bool: ...

    def function(self, name: str) -> Function | None: ...

    def unknown(self, text: str, key: Key, typed: str, start: int) -> ReadError: ...

    def suggestion(self, word: str) -> str: ...

    def begin_sum(self, letters: Sequence[str], limit: Token | None, start: int) -> Function: ...

    def end_sum(self) -> None: ...

    def indicator(self, one: str, other: str, start: int) -> Expr: ...


class WithoutSums:
    """A vocabulary without index sums, which is never asked for one."""

    sums = False

    def begin_sum(self, letters: Sequence[str], limit: Token | None, start: int) -> Function:
        raise NotImplementedError

    def end_sum(self) -> None:
        raise NotImplementedError

    def indicator(self, one: str, other: str, start: int) -> Expr:
        raise NotImplementedError


def _operator(latex: str) -> str:
    r"""sigma, of \sigma; relu, of \operatorname{relu}."""
    return re.sub(r"\\operatorname\{(\w+)\}|\\(\w+)", r"\1\2", latex)


# The names by which the activations are printed.
OPERATORS = {_operator(f.latex): name for name, f in ACTIVATIONS.items() if issubclass(f, Activation)}


class Words(WithoutSums):
    """The symbols and functions declared for one reading, by the spellings that LaTeX has for them."""

    arrays = False

    def __init__(self, symbols: Symbols, functions: Functions, parse: Callable[[str], Key | None]) -> None:
        declared: dict[str, Expr] = {}
        self.table: dict[Key, dict[Expr, bool]] = {}
        self.cores: set[str] = set()
        for name, meaning in meanings(symbols):
            in_latex = isinstance(name, str) and ("\\" in name or "{" in name)
            key = parse(name) if in_latex else spelling(name) if isinstance(name, str) else None
            if in_latex:
                if key is None:
                    hint = "a name is a letter with marks, such as w^2_{jk}"
                    raise DeriveError(f"'{name}' cannot be declared as a symbol", hint=hint)
                meaning = Symbol(key.python) if meaning == Symbol(name) else meaning
                name = key.python
            declared[name] = meaning
            # dC_dw is a derivative, and is printed as a dC with an index.
            for form in (key, glyph(name) if isinstance(key, Ratio) and isinstance(name, str) else None):
                if form is not None and isinstance(meaning, Expr):
                    self._declare(form, meaning)
        self.operators = OPERATORS | {_operator(f.latex): fold(name) for name, f in (functions or {}).items() if hasattr(f, "latex")}
        self.names = Names(None if symbols is None else declared, functions)
        self.open = self.names.open

    def _declare(self, key: Key, meaning: Expr) -> None:
        for form, stated in ((key, True), (joined(key), True), (joined(moved(key)), False)):
            entry = self.table.setdefault(form, {})
            entry[meaning] = entry.get(meaning, False) or stated
        if isinstance(key, Glyph):
            self.cores.add(key.core)

    def find(self, key: Key, start: int) -> Found | None:
        for form in (key, joined(key)):
            entry = self.table.get(form, {})
            stated = [value for value, is_stated in entry.items() if is_stated]
            if len(stated) == 1:
                return Found(stated[0])
            if len(entry) == 1:
                return Found(next(iter(entry)), False)
        if isinstance(key, Ratio) or key.sup or key.primes:
            return None
        if not key.sub and key.core in CONSTANTS:
            return Found(CONSTANTS[key.core])
        return Found(Symbol(key.python)) if self.open else None

    def has_core(self, core: str) -> bool:
        return core in self.cores

    def function(self, name: str) -> Function | None:
        known = self.names.functions
        return known.get(name) or known.get(self.operators.get(name, name.lower()))

    def unknown(self, text: str, key: Key, typed: str, start: int) -> ReadError:
        return ReadError(f"there is no name {typed.strip()}", text, start, self.names.suggestion(key.python, shown=shown))

    def suggestion(self, word: str) -> str:
        """A hint for a word that is not known, if one is near."""
        hint = self.names.suggestion(word, called=True, shown=shown)
        return hint if hint.startswith("did you mean") else ""


def shown(name: str) -> str:
    """A declared name as LaTeX, for a hint."""
    key = spelling(name)
    if isinstance(key, Ratio):
        return rf"\frac{{\partial {shown(key.above.python)}}}{{\partial {shown(key.below.python)}}}"
    return f"\\{name}" if name in COMMANDS else LATEX.name(name).string


# Functions that LaTeX has a command for.
COMMANDS = "exp ln log sin cos tan sinh cosh tanh max min sqrt".split()


def misspelled(run: str) -> str:
    r"""A hint where letters in a row would be a product, though a command was meant: eta, lnx."""
    if run in GREEK_WORDS:
        return f"write \\{run}"
    begun = max((f for f in COMMANDS if run.startswith(f)), key=len, default="")
    return f"write \\{begun} {run[len(begun) :]}".rstrip() if begun else ""
