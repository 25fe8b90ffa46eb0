r"""Answers in index form: \sum_k w^{l+1}_{kj} \delta^{l+1}_k \sigma'(z^l_j) becomes a SymPy Sum over entries of declared arrays.

The grammar is that of `reading`. What is new is the vocabulary: a name is an entry of a quantity, and every index letter is
checked against the axis over which its place runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sympy import Expr, KroneckerDelta, Sum

from .arrays import Misfit
from .building import Limits
from .errors import ReadError
from .glyphs import parts
from .indices import Axis, Index, Quantity
from .names import Function, Functions, Symbols
from .notation import Notation
from .printing import Printer
from .quantity_words import QuantityWords
from .reading import LIMITS, checked, expression
from .spellings import Found, Glyph, Key, Ratio, Words, shown, spelling
from .tex_reading import lexemes, words
from .tex_scripts import glyph_of
from .tex_tokens import Token
from .typed_indices import index_lexemes

GRADIENTS = ("adjoint", "gradient")


def read_component(
    text: str,
    quantities: Mapping[str, Quantity] | Iterable[Quantity],
    left: Sequence[Index] = (),
    symbols: Symbols = (),
    functions: Functions = None,
    form: str = "python",
    notation: Notation | None = None,
    limits: Limits = LIMITS,
) -> Expr:
    r"""The right side of an equation in index form, over declared quantities, of the shape that was typed.

    quantities  the arrays with their axes, such as `{**net.equations.quantities, ...}`
    left        the indices of the left side; any other letter has to be summed over
    symbols     more names, without indices
    form        "latex": `\sum_k w^2_{kj} \delta^2_k \sigma'(z^1_j)`; "python": `sum(k, w2[k,j]*delta2[k])*sigma'(z1[j])`,
                the letters of a sum first or last
    notation    how the layers are counted in LaTeX; names in Python form are those of the quantities

    Raises ReadError where a letter runs over two axes (naming both), is free on the right side only, or has the wrong count.
    """
    known = quantities.values() if isinstance(quantities, Mapping) else quantities
    in_latex = checked(text, form, limits) == "latex"
    counted = (notation if form == "latex" else None) or Notation()
    entries = Entries(text, tuple(known), left, words(symbols, functions), counted, in_latex)
    if in_latex:
        return expression(text, lexemes(text, entries, limits), limits, blanks=False)
    return expression(text, index_lexemes(text, entries), limits)


def component_latex(e: Expr, quantities: Mapping[str, Quantity], notation: Notation | None = None) -> str:
    """What was read, as LaTeX in the order typed."""
    return Printer(notation=notation, quantities=quantities, typed_order=True).expression(e).string


@dataclass
class Letter:
    """An index letter in use: the axis that its first place gave it, and that place."""

    axis: Axis | None
    first: str

    def index(self, name: str) -> Index:
        assert self.axis is not None
        return Index(name, self.axis)


@dataclass(frozen=True)
class Scope:
    """The letters of the left side or of one sum; of a sum also what stands above its sign, and its place."""

    letters: dict[str, Letter]
    limit: Token | None = None
    start: int = 0


@dataclass(frozen=True)
class Named:
    """A quantity by the letter and layer with which it is written; `own` are the marks below that are part of its name."""

    quantity: Quantity
    own: str


class Entries(QuantityWords):
    """The vocabulary of index form: entries of quantities, sizes of axes, and plain names."""

    arrays = open = False
    sums = True

    def __init__(
        self, text: str, quantities: Sequence[Quantity], left: Sequence[Index], plain: Words, notation: Notation, in_latex: bool
    ) -> None:
        super().__init__(plain, notation, in_latex)
        self.text = text
        self.by_name = {q.name: q for q in quantities}
        self.table: dict[Key, list[Named]] = {}
        self.axes = {axis.name: axis for q in quantities for axis in q.axes}
        self.loss = next((q for q in quantities if q.role == "loss"), Quantity("C", (), "loss"))
        self.scopes = [Scope({i.name: Letter(i.axis, "on the left side") for i in left})]
        self.sizes = {glyph_of_name(notation.size(name)): axis for name, axis in self.axes.items()}
        for q in quantities:
            owner = self.by_name.get(q.of)
            if q.role in GRADIENTS and owner is not None:
                key, own = self._glyph(owner)
                self.table.setdefault(Ratio(self._glyph(self.loss)[0], key), []).append(Named(q, own))
            else:
                key, own = self._glyph(q)
                self.table.setdefault(key, []).append(Named(q, own))

    def _glyph(self, q: Quantity) -> tuple[Glyph, str]:
        """The letter of a quantity with its layer, and what else stands below as part of the name."""
        base, layer = self.notation.glyph(q)
        key = spelling(base)
        if not isinstance(key, Glyph):
            return Glyph(base), ""
        return Glyph(key.core, key.sup if layer is None else str(layer)), key.sub.replace(",", "")

    # What the reader asks

    def find(self, key: Key, start: int) -> Found | None:
        if isinstance(key, Ratio):
            bare: Key = Ratio(key.above, Glyph(key.below.core, key.below.sup))
            sub, typed = key.below.sub, f"dC/d{key.below.python}"
        else:
            bare, sub, typed = Glyph(key.core, key.sup, "", key.primes), key.sub, shown(key.python) if self.in_latex else key.python
        for named in self.table.get(bare, []):
            if not sub.replace(",", "").startswith(named.own):
                continue
            letters = _items(sub)[len(_items(named.own)) :]
            return Found(self.entry(named.quantity, letters, typed, start))
        if isinstance(key, Glyph) and Glyph(key.core, key.sup, key.sub.replace(",", "")) in self.sizes:
            return Found(self.sizes[Glyph(key.core, key.sup, key.sub.replace(",", ""))].size)
        return self.plain.find(key, start)

    def entry(self, q: Quantity, letters: Sequence[str], typed: str, start: int) -> Expr:
        """The entry of a quantity at these letters, each checked against the axis of its place."""
        if len(letters) != len(q.axes):
            axes = ", ".join(a.name for a in q.axes)
            has = f"has {len(letters)} {'index' if len(letters) == 1 else 'indices'}" if letters else "stands without an index"
            wanted = f"one for each axis: {axes}" if axes else "it is a number and has none"
            raise ReadError(f"{typed} {has}", self.text, start, wanted)
        return q[tuple(self.used(a, b, typed, start) for a, b in zip(letters, q.axes, strict=True))]

    def used(self, letter: str, axis: Axis, typed: str, start: int) -> Index:
        """A letter at a place that runs over an axis."""
        scope = next((s.letters for s in reversed(self.scopes) if letter in s.letters), None)
        if not letter.isalpha():
            raise ReadError(f"the index {letter} of {typed} is no letter", self.text, start, "an entry has letters as indices: w_{jk}")
        if scope is None:
            there = ", ".join(self.scopes[0].letters) or "no index"
            hint = f"the left side has {there}; sum over any other letter"
            raise ReadError(f"the index {letter} is neither on the left side nor summed over", self.text, start, hint)
        known = scope[letter]
        if known.axis is None:
            known.axis, known.first = axis, f"in {typed}"
        if known.axis != axis:
            what = f"the index {letter} runs over {axis.name} in {typed}, but over {known.axis.name} {known.first}"
            raise Misfit(what, self.text, start, "two axes need two letters")
        return known.index(letter)

    # Sums and indicators

    def begin_sum(self, letters: Sequence[str], limit: Token | None, start: int) -> Function:
        """A sum over these letters begins: what builds it, once its axes are known."""
        for n, letter in enumerate(letters):
            if letter in letters[:n] or any(letter in scope.letters for scope in self.scopes):
                where = "of the left side" if letter in self.scopes[0].letters else "of a sum around it"
                raise ReadError(f"{letter} is already an index {where}", self.text, start, "sum over another letter")
        scope = Scope({letter: Letter(None, "") for letter in letters}, limit, start)
        self.scopes.append(scope)
        return Function(lambda body: Sum(body, *(x.index(name).limits for name, x in scope.letters.items())))

    def end_sum(self) -> None:
        """The sum ends: every letter must have been used, and what stands above the sign must be the size of its axis."""
        scope = self.scopes.pop()
        for name, letter in scope.letters.items():
            if letter.axis is None:
                raise ReadError(f"the sum over {name} has no index {name} in it", self.text, scope.start)
            if scope.limit is not None:
                self._check_limit(scope.limit, name, letter.axis)

    def _check_limit(self, limit: Token, name: str, axis: Axis) -> None:
        glyph = glyph_of(self.text, limit.inner if limit.kind == "group" else (limit,))
        size = self.notation.size(axis.name)
        if glyph is None or (glyph not in self.sizes and glyph != Glyph(glyph.core)):
            raise ReadError(f"the sum over {name} runs to {size}", self.text, limit.start, "leave out what stands above the sum sign")
        if self.sizes.get(glyph, axis) != axis:
            other = self.notation.size(self.sizes[glyph].name)
            raise ReadError(f"the sum runs to {other}, but {name} runs over {size}", self.text, limit.start)

    def indicator(self, one: str, other: str, start: int) -> Expr:
        """[j = p], of two letters of one axis."""
        letters = [next((s.letters[x] for s in reversed(self.scopes) if x in s.letters), None) for x in (one, other)]
        axis = next((x.axis for x in letters if x is not None and x.axis is not None), None)
        if axis is None:
            raise ReadError(f"it is not clear over which axis {one} and {other} run", self.text, start, "write the entries before it")
        return KroneckerDelta(*(self.used(x, axis, f"[{one}={other}]", start) for x in (one, other)))


def glyph_of_name(name: str) -> Glyph:
    """n1 as n with a 1 below."""
    taken = parts(name)
    return Glyph(taken.core + taken.accent, "", "".join(taken.subscripts))


def _items(sub: str) -> list[str]:
    return [item for item in sub.split(",") if item] if "," in sub else list(sub)
