"""Instructions -> the source of a function that allocates the workspace once, and of the two functions that work in it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any

from .instructions import Instruction, Ref, Step, Update, Value
from .passes import PASSES, reason

RESERVED = frozenset("eta step gradients build array gemm expit np ones".split())


@dataclass
class Writer:
    """The source of one step, for one size of batch."""

    step: Step
    dtype: str
    passes: frozenset[str]
    names: dict[Any, str] = field(default_factory=dict)  # by array or text
    views: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    homes: dict[Value, str] = field(default_factory=dict)
    checked: list[str] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)
    size: int = 0

    def source(self) -> tuple[str, int, int]:
        """The text, how many calls a step makes, and how many numbers the workspace holds."""
        given = [*self.step.data.values(), *self.step.parameters.values()]
        for value in (*given, *(r.value for i in self.step.instructions for r in (*i.args, i.out))):
            self.named(value, value.name or "t")  # before the views, which take what names are left
        fused = [u.product for u in self.step.updates if u.product is not None]
        shared: list[str] = []
        own: list[str] = []
        for i in self.step.instructions:
            (own if any(i is p for p in fused) else shared).extend(self.lines(i))
        updates = [line for u in self.step.updates for line in self.update(u)]
        decays = dict.fromkeys(u.decay for u in self.step.updates if u.decay)
        scales = dict.fromkeys(u.scale for u in self.step.updates)
        rates = [f"{self.rate(s)} = -eta" if s == 1 else f"{self.rate(s)} = {s!r}*-eta  # with the factor of the gradient" for s in scales]
        rates += [f"{self.keep(d)} = 1 - {d!r}*eta  # what the decay leaves of a weight" for d in decays]
        ref, scale = self.step.loss
        loss = f"{'' if scale == 1 else f'{scale!r}*'}{self.name(ref)}.item()"
        found = ", ".join(f"{name!r}: {self.gradient(value)}" for name, value in self.step.parameters.items())
        homes = ", ".join(self.named(v, v.name) for v in self.step.homes)
        data = ", ".join(f"{letter!r}: {self.whole(v)}" for letter, v in self.step.data.items())
        numbers = {self.names[v]: v.number for i in self.step.instructions for r in i.args if (v := r.value).kind == "number"}
        made = [f"{n} = np.array({v!r}, np.{self.dtype})" for n, v in numbers.items()] if "zero-d numbers" in self.passes else []
        body = [
            f"# The workspace: allocated here, written to in every step{', but for the ones of constant units' * any(self.units())}.",
            *self.homes.values(), *made,
            "# Parts and transposes of it: views, which copy nothing.",
            *(f"{n} = {text}" for n, text in self.views.items()),
            "# Functions, looked up once.",
            *(f"{n} = {text}" for n, text in self.functions.items()),
            *self._check(),
            "", "def gradients():", *_indent([*shared, *own, f"return {loss}, {{{found}}}"]),
            "", "# The same, and the update.", "def step(eta):", *_indent([*shared, *rates, *updates, f"return {loss}"]),
            "", f"return step, gradients, {{{data}}}",
        ]
        used = self.step.used | ({"blas"} if self.checked else set()) | ({"zero-d numbers"} if made else set())
        notes = [f"# {name}: {reason(name)}" for name in PASSES if name in used]
        head = ["import numpy as np", *sorted({"from derive.fast.memory import ones", *self.imports}), "", *notes, *self._gemm_note(), ""]
        return "\n".join([*head, f"def build({homes}):", *_indent(body), ""]), len(shared) + len(updates), self.size

    def units(self) -> list[Value]:
        """The arrays that have a constant unit."""
        return [r.value for i in self.step.instructions for r in i.args if r.whole and r.value.unit]

    def _gemm_note(self) -> list[str]:
        if not self.checked:
            return []
        return [
            "#",
            "# gemm(alpha, A, B, beta, C, ta, tb, 1) is C <- alpha A B + beta C, with A (B) transposed where ta (tb) is 1; the last 1",
            "# lets it write into C. It counts columns first: so it is given the transposes of the arrays, the factors in the other order.",
        ]

    def _check(self) -> list[str]:
        if not self.checked:
            return []
        return [
            "# BLAS writes to a copy, silently, where an array is not laid out as it wants: asked here, once.",
            f"for array in ({', '.join(dict.fromkeys(self.checked))},):",
            "    if not (array.flags.f_contiguous and array.dtype == np." + self.dtype + "):",
            "        raise AssertionError('the workspace is not laid out for BLAS')",
        ]

    def gradient(self, parameter: Value) -> str:
        """The gradient of one parameter, as an expression."""
        for u in self.step.updates:
            times = "" if u.scale == 1 else f"{u.scale!r}*"
            if u.parameter is parameter:
                return f"{times}{self.name(u.gradient)}" + (f" + {u.decay!r}*{self.name(Ref(parameter))}" if u.decay else "")
            if u.parameter is parameter.inside:
                return f"{times}{self.name(u.gradient)}{parameter.part}"
        return f"np.zeros_like({self.name(Ref(parameter))})"

    # --- Names.

    def whole(self, value: Value) -> str:
        """The name of an array with its constant unit."""
        name = self.named(value, value.name or "t")
        if value.unit:
            name = self.named((value, "whole"), f"{name}_with_1")
        if value.inside is not None:
            self.views.setdefault(name, f"{self.whole(value.inside)}{value.part}")
        elif value.kind in ("buffer", "data", "ones") and value not in self.homes:
            self.size += math.prod(value.whole)
            self.homes[value] = f"{name} = ones({value.whole}, {self.dtype!r})"
        return name

    def name(self, ref: Ref) -> str:
        value = ref.value
        if value.kind == "number":
            return self.names[value] if "zero-d numbers" in self.passes else repr(value.number)
        name = self.whole(value)
        if value.unit and not ref.whole:
            self.views.setdefault(self.names[value], f"{name}{'[:, ' if value.kind == 'data' else '['}:-{value.unit}]")
            name = self.names[value]
        if ref.view:
            name = self.view(f"{name}_{'T' if ref.view == '.T' else _slots(ref.view)}", f"{name}{ref.view}")
        return name

    def named(self, key: Any, wish: str) -> str:
        """The name of something: what is wished for, with a number where that is taken."""
        if key not in self.names:
            taken = RESERVED | set(self.names.values())
            numbered = (f"{wish}_{n}" for n in count(2))
            self.names[key] = next(name for name in chain([wish], numbered) if name not in taken)
        return self.names[key]

    def view(self, wish: str, text: str) -> str:
        name = self.named(text, wish)
        self.views.setdefault(name, text)
        return name

    def function(self, wish: str, text: str) -> str:
        name = self.named(text, wish)
        self.functions.setdefault(name, text)
        return name

    def rate(self, scale: float) -> str:
        return self.named(("rate", scale), "rate")

    def keep(self, decay: float) -> str:
        return self.named(("keep", decay), "keep")

    # --- Calls.

    def lines(self, i: Instruction) -> list[str]:
        """The calls of one instruction."""
        out = self.name(i.out)
        why = f"  # {i.comment}"
        if i.operation == "product":
            return self.product(i, i.settings.get("alpha", 1.0), out, why)
        args = ", ".join(self.name(r) for r in i.args)
        if i.elementwise:
            named = "out=" * (i.operation in ("maximum", "minimum"))  # as NumPy wants it for these two
            return [f"{self.call(i.operation)}({args}, {named}{out}){why}"]
        if i.operation in ("sum", "max"):
            function = self.function(f"{i.operation}_along", {"sum": "np.add.reduce", "max": "np.maximum.reduce"}[i.operation])
            return [f"{function}({args}, {i.settings['axis']}, None, {out}, {i.settings.get('keepdims', False)}){why}"]
        if i.operation == "inner":
            flat = [self.view(f"{self.name(r)}_flat", f"{self.name(r)}.reshape(-1)") for r in i.args]
            return [f"{self.function(f'{flat[0]}_dot', f'{flat[0]}.dot')}({flat[1]}, {out}){why}"]
        if i.operation == "dot":
            left, right = (self.name(r) for r in i.args)
            row = out if len(i.out.shape) == 1 else self.view(f"{out}_flat", f"{out}.reshape(-1)")
            return [f"{self.function(f'{left}_dot', f'{left}.dot')}({right}, {row}){why}"]
        if i.operation == "einsum":
            return [f"np.einsum({i.settings['spec']!r}, {args}, out={out}){why}"]
        if i.operation == "copy":
            return [f"np.copyto({out}, {args}){why}"]
        raise NotImplementedError(i.operation)

    def call(self, operation: str) -> str:
        if operation == "expit":
            self.imports.add("from scipy.special import expit")
            return operation
        return self.function(operation, f"np.{operation}")

    def product(self, i: Instruction, alpha: object, out: str, why: str) -> list[str]:
        left, right = i.args
        if not self.blas(i):
            line = f"{self.function(f'{self.name(left)}_dot', f'{self.name(left)}.dot')}({self.name(right)}, {out}){why}"
            return [line] if alpha == 1.0 else [line, f"{self.call('multiply')}({out}, {alpha}, {out})"]
        return [self.gemm(left, right, i.out, repr(alpha), "0.0", why)]

    def blas(self, i: Instruction) -> bool:
        contiguous = all(
            r.view in ("", ".T") and len(r.value.shape) == 2
            and not (r.value.unit and r.value.kind == "data" and not r.whole)
            and not (r.value.inside is not None and r.value.kind == "parameter")
            for r in (*i.args, i.out)
        )
        return "blas" in self.passes and contiguous

    def gemm(self, left: Ref, right: Ref, out: Ref, alpha: str, beta: str, why: str) -> str:
        """out = alpha left right + beta out. BLAS counts columns first: what it is given are the transposes, in the other order."""
        letter = "d" if self.dtype == "float64" else "s"
        self.imports.add(f"from scipy.linalg.blas import {letter}gemm as gemm")
        a, b, c = (self.name(Ref(r.value, ".T", r.whole)) for r in (right, left, out))
        flags = ", ".join(str(int(r.view == ".T")) for r in (right, left))
        self.checked.append(c)
        return f"gemm({alpha}, {a}, {b}, {beta}, {c}, {flags}, 1){why}"

    def update(self, u: Update) -> list[str]:
        """parameter <- parameter - eta * scale * gradient."""
        rate = self.rate(u.scale)
        p = self.name(Ref(u.parameter, whole=True))
        shrink = [f"{self.call('multiply')}({p}, {self.keep(u.decay)}, {p})  # {p} <- (1 - {u.decay!r} eta) {p}"] if u.decay else []
        if u.product is not None and self.blas(u.product):
            alpha = u.product.settings.get("alpha", 1.0)
            factor = rate if alpha == 1 else f"{alpha!r}*{rate}"
            left, right = u.product.args
            what = u.product.note if u.product.note.startswith("[") else u.product.why + " without its decay" * bool(u.decay)
            return [*shrink, self.gemm(left, right, Ref(u.parameter), factor, "1.0", f"  # {p} <- {p} - eta {what}")]
        g = self.name(u.gradient)
        scaled = self.name(Ref(Value(f"step_{p}", u.parameter.shape))) if self.needed(u) else g
        before = [*shrink, *([] if u.product is None else self.lines(u.product))]
        why = f"  # {p} <- {p} - eta dC/d{p}"
        return [*before, f"{self.call('multiply')}({g}, {rate}, {scaled})  # -eta dC/d{p}", f"{self.call('add')}({p}, {scaled}, {p}){why}"]

    def needed(self, u: Update) -> bool:
        """Whether a gradient is something else too: the loss, another gradient, or what another update is made of."""
        others = [v for v in self.step.updates if v is not u]
        read = [r.value for v in others for r in (v.gradient, *(v.product.args if v.product else ()))]
        return u.gradient.value.home in {v.home for v in (self.step.loss[0].value, *read)}


def _slots(view: str) -> str:
    return "".join("c" if part.strip() == ":" else "n" for part in view.strip("[]").split(","))


def _indent(lines: list[str]) -> list[str]:
    return [f"    {line}".rstrip() for line in lines]
