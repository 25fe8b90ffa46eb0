"""One of several: which line is wrong, which statement is right. What is right is found by code, as every key is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..blocks import Block, Grid, Paragraph
from ..errors import DeriveError
from .typed_answers import BLANK
from .verdicts import RIGHT, UNREADABLE, WRONG, Verdict

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Pick:
    """One of the options is to be named, by its letter or number or in full.

    right  the key of the option that is right
    why    for an option that is wrong what is wrong with it, in one sentence
    """

    name: str
    options: Mapping[str, str]
    right: str
    why: Mapping[str, str] = field(default_factory=dict)
    points: float = 1

    def __post_init__(self) -> None:
        stray = [key for key in (self.right, *self.why) if key not in self.options]
        if stray or len(self.options) < 2:
            what = f"there is no option {stray[0]!r}" if stray else "there is nothing to choose from"
            raise DeriveError(what, f"task {self.name!r}", f"options: {', '.join(self.options)}")
        meant: dict[str, str] = {}
        spelled = [(key, typed) for key, text in self.options.items() for typed in (key, text)]
        for own, typed in spelled:
            if meant.setdefault(_folded(typed), own) != own:
                what = f"{typed!r} would name two options"
                raise DeriveError(what, f"task {self.name!r}", "give keys of your own: {1: ..., 2: ...}")

    def solution(self) -> str:
        return self.right

    def unfit(self) -> str:
        return ""

    def sheet(self, solved: bool) -> tuple[Block, ...]:
        listed = Grid(("", "option"), tuple(self.options.items()))
        return (listed, Paragraph(f"{self.name}: {self.right if solved else BLANK}"))

    def judge(self, answer: Any, seed: int = 0) -> tuple[Verdict, ...]:
        typed = _folded(str(answer))
        ways = ("{0}", "{1}", "{0}) {1}", "{0}: {1}", "{0}. {1}")
        chosen = {_folded(way.format(key, text)): key for key, text in self.options.items() for way in ways}.get(typed)
        if chosen is None:
            told = f"this is none of the options {', '.join(self.options)}"
            return (Verdict(self.name, UNREADABLE, 0, self.points, str(answer), detail=told),)
        if chosen == self.right:
            return (Verdict(self.name, RIGHT, self.points, self.points, str(answer)),)
        why, code = self.why.get(chosen, ""), f"{self.name}: {chosen}"
        return (Verdict(self.name, WRONG, 0, self.points, str(answer), diagnosis=why, codes=(code,)),)


def pick(name: str, options: Any, right: Any, *, why: Mapping[Any, str] | None = None, points: float = 1) -> Pick:
    """One of several.

    options  texts, which get letters; or texts by keys of their own, {1: "first line", 2: ...}
    right    the option that is right: its text, or its key; `why`: what is wrong with others, by text or key
    """
    options = options if isinstance(options, Mapping) else list(options)
    if not isinstance(options, Mapping) and len(options) > len(LETTERS):
        hint = f"at most {len(LETTERS)} have a letter; give keys of your own"
        raise DeriveError(f"there are {len(options)} options", f"task {name!r}", hint)
    named = {str(k): str(t) for k, t in (options.items() if isinstance(options, Mapping) else zip(LETTERS, options, strict=False))}
    keys = {text: key for key, text in named.items()}
    return Pick(name, named, keys.get(str(right), str(right)), {keys.get(str(k), str(k)): told for k, told in (why or {}).items()}, points)


_SIGNS = str.maketrans({"−": "-", "∂": "d", **dict.fromkeys("·×⋅*", None)})


def _folded(text: str) -> str:
    return "".join(text.casefold().translate(_SIGNS).split()).strip("().:")
