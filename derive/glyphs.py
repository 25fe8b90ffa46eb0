"""Names taken apart for print: w1 is w with subscript 1, yhat is y with a hat, delta is a Greek letter."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from .letters import ACCENTS as _MARKS
from .letters import GREEK as _SPELLED

# The other way round than in reading; of several signs with one spelling, the first.
GREEK = {name: letter for letter, name in reversed(_SPELLED.items())}
ACCENTS = {name: mark for mark, name in reversed(_MARKS.items())}

_ACCENTED = re.compile(rf"({'|'.join((*GREEK, '[A-Za-z]'))})_?({'|'.join(ACCENTS)})")
_NAME = re.compile(r"([^\W\d_]+)_?(\d*)((?:_[^\W_]+)*)_?")
_INDICES = frozenset("ijklmpqrstuv")  # two of them after a name are two indices: w_jk


class Name(NamedTuple):
    """`yhat_1` is y, with a hat and the subscript 1. Greek letters are spelled out."""

    core: str
    accent: str = ""
    subscripts: tuple[str, ...] = ()


def parts(name: str) -> Name:
    """w1 is w with subscript 1, y_blue is y with subscript blue; yhat, y_hat and ŷ are y with a hat.

    Any other name stays whole.
    """
    plain = unicodedata.normalize("NFKD", name)
    mark = next((c for c in plain if c in _MARKS), "")
    accent = _MARKS.get(mark, "")
    plain = plain.replace(mark, "") if mark else plain
    spelled = None if accent else _ACCENTED.match(plain)
    if spelled and not plain[spelled.end() : spelled.end() + 1].isalpha() and plain not in GREEK:
        accent = spelled[2]
        plain = spelled[1] + plain[spelled.end() :]
    whole = _NAME.fullmatch(plain)
    if whole is None:
        return Name(name)
    core, digits, rest = whole.groups()
    pieces = [piece for piece in (digits, *rest.split("_")) if piece]
    subscripts = (letter for s in pieces for letter in (s if len(s) == 2 and set(s) <= _INDICES else (s,)))
    return Name(_SPELLED.get(core, core), accent, tuple(subscripts))


def is_word(subscript: str) -> bool:
    """Whether a subscript is a word, set upright as in y_blue."""
    return subscript.isalpha() and len(subscript) > 1 and subscript not in GREEK
