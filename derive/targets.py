"""What `Network.compile` makes: code to read, or fast code to train with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from .compiling import Compiled, compiled
from .equations import Equation
from .errors import DeriveError
from .indices import Axis

if TYPE_CHECKING:
    from .fast.stepping import Fast

TARGETS = ("readable", "fast")


class Source(Protocol):
    """What is needed of a network."""

    n_in: Any
    n_out: Any

    @property
    def sizes(self) -> Mapping[Axis, Any]: ...

    @property
    def equations(self) -> Any: ...

    @property
    def symbolic_shapes(self) -> Mapping[str, tuple[Any, ...]]: ...

    def backprop(self) -> Any: ...


def code_for(
    net: Source, target: str, dtype: str, backward: Iterable[Equation] | None, batch_size: int, passes: Iterable[str] | None
) -> Compiled | Fast:
    """The code of a network; raises `DeriveError` for a target, dtype, size of batch or pass that there is not."""
    if target not in TARGETS:
        raise DeriveError(f"the target is {target!r}, expected {' or '.join(map(repr, TARGETS))}", "compile")
    shapes = {name: tuple(n if isinstance(n, int) else None for n in shape) for name, shape in net.symbolic_shapes.items()}
    program = net.backprop().equations if backward is None else tuple(backward)
    code = compiled(net.equations, program, net.equations.output, shapes, net.n_in, net.n_out, dtype)
    if isinstance(batch_size, bool) or not isinstance(batch_size, (int, np.integer)) or batch_size < 1:
        hint = "for all samples at once give their number" if batch_size is None else ""
        raise DeriveError(f"{batch_size!r} is not a whole number of at least 1", "batch_size", hint)
    if target == "readable":
        if passes is not None:
            raise DeriveError("only the fast code has passes", "passes", 'give target="fast" too')
        return code
    from .fast.stepping import fast_code  # what only training needs is loaded when it is asked for

    return fast_code(code, net.equations, tuple(program), net.sizes, int(batch_size), passes)

