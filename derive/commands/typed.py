"""What commands share that take expressions: a text that may begin with a minus, and numbers by name."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import click


class Typed(click.Command):
    """A command whose argument may begin with a minus: -(a - y)^2 is no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = {name for param in self.get_params(ctx) for name in param.opts if name.startswith("-")}

        def typed(before: str, arg: str) -> bool:
            return (
                bool(re.match(r"-[^-]", arg))
                and not arg.startswith(tuple(o for o in options if len(o) == 2))
                and before not in options
            )

        if "--" not in args:
            marked = [(typed(before, arg), arg) for before, arg in pairwise(["", *args])]
            args = [arg for text, arg in marked if not text] + ["--"] + [arg for text, arg in marked if text]
        return super().parse_args(ctx, args)


def numbers(text: str) -> dict[str, Any]:
    """ "w=3 b=1/2" as exact numbers by name; raises `DeriveError` for what is none."""
    from ..errors import DeriveError
    from ..reading import read_equation

    hint = 'write --at "w=3 b=1/2"'
    found: dict[str, Any] = {}
    for part in re.sub(r"\s*=\s*", "=", text).replace(",", " ").replace(";", " ").split():
        if "=" not in part:
            raise DeriveError(f"{part!r} is no name with a number", "--at", hint)
        name, value = read_equation(part)
        if not value.is_number:
            raise DeriveError(f"{part!r} does not give a number", "--at", hint)
        if name.name in found:
            raise DeriveError(f"{name} is given twice", "--at")
        found[name.name] = value
    return found
