"""Equations -> NumPy source that can be read: one line an equation, its label behind it as a comment."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

from sympy import Expr, Function, Indexed, Symbol, expand, log
from sympy.printing.numpy import NumPyPrinter

from .equations import Equation, Equations
from .errors import DeriveError
from .exact import held
from .indices import SAMPLES, name_of
from .lift import Call, Node, arranged, lifted, nodes
from .numpy_form import function_name, source
from .ops import ACTIVATIONS, Activation, RowActivation, RowLog, Slope
from .simplify import slopes_by_output

Helper = type[Function] | type[RowActivation]


def identifiers(names: Iterable[str], reserved: Iterable[str] = ()) -> dict[str, str]:
    """A Python identifier for every quantity: its own name where that is one and is free."""
    out: dict[str, str] = {}
    taken = {"np", "p", "X", "Y", "predict", "trace", "value_and_grad", *dir(builtins), *ACTIVATIONS, *reserved}
    for name in names:
        plain = "".join(c if c.isalnum() or c == "_" else "_" for c in name)
        plain = (
            plain
            if plain.isidentifier() and not keyword.iskeyword(plain)
            else f"{plain if plain.isidentifier() else f'v_{plain}'}_"
        )
        while plain in taken:
            plain += "_"
        taken.add(plain)
        out[name] = plain
    return out


def reserved(forward: Equations, backward: Iterable[Equation]) -> set[str]:
    """Names that quantities must leave alone: the sizes, and the functions that the source defines."""
    found = {axis.name for axis in forward.axes}
    for equation in (*forward, *backward):
        kinds = {type(f) for f in equation.rhs.atoms(Activation, Slope)}
        found |= {k.activation.__name__ if issubclass(k, Slope) else k.__name__ for k in kinds}
        found |= {equation.rowwise.name} if equation.rowwise else set()
    return found | {f"{name}_slope" for name in found}


class Program:
    """The lines of the generated module."""

    def __init__(self, forward: Equations, backward: tuple[Equation, ...], output: str) -> None:
        self.forward, self.backward, self.output = forward, backward, output
        self.quantities = {**forward.quantities, **{e.name: e.lhs for e in backward}}
        self.names = identifiers([*self.quantities, *forward.constants], reserved(forward, backward))
        self.functions: dict[str, Helper] = {}
        with held():
            self.forward_lines = {e.name: self._line(e) for e in forward}
            self.backward_lines = {e.name: self._line(e) for e in backward}

    def source(self) -> str:
        parameters = self.forward.parameters
        gradients = {e.lhs.of: e.name for e in self.backward if e.lhs.role == "gradient"}
        missing = [q.name for q in parameters if q.name not in gradients]
        # A parameter that has no effect on the loss has the gradient 0.
        values = {n: f"np.zeros_like({self.names[n]})" for n in missing} | {of: self.names[name] for of, name in gradients.items()}
        pairs = ", ".join(f"{q.name!r}: {values[q.name]}" for q in parameters)
        unpack, needed = self._unpacking(), self.forward.reaching(self.output)
        loss = self.names[self.forward.items[-1].name]
        out = self.names[self.output]
        # One column for a network of scalars; the same number for every sample where the output does not depend on the sample.
        shaped = (f"np.full((len(X), 1), {out})", f"{out}[:, None]", out)[len(self.quantities[self.output].axes)]
        forward = [line for name, line in self.forward_lines.items() if name in needed]
        predicting = [*unpack, *self._data("input"), *self._sizes(forward, ("target",)), *forward, f"return {shaped}"]
        lines = ["import numpy as np", "", *self._helpers()]
        lines += ["", "def predict(p, X):", *_indent(predicting), ""]
        lines += ["", "def value_and_grad(p, X, Y):", *_indent([*self._body(), f"return {loss}, {{{pairs}}}"]), ""]
        return "\n".join(lines)

    def trace_source(self) -> str:
        """The same lines again, as a function that returns every named array; for looking inside, so it is not part of the text to read."""
        named = ", ".join(f"{n!r}: {self.names[n]}" for n in [*self.forward_lines, *self.backward_lines])
        return "\n".join(["def trace(p, X, Y):", *_indent([*self._body(), f"return {{{named}}}"]), ""])

    def _unpacking(self) -> list[str]:
        parameters = self.forward.parameters
        left, right = ", ".join(self.names[q.name] for q in parameters), ", ".join(f"p[{q.name!r}]" for q in parameters)
        return [f"{left} = {right}"] if parameters else []

    def _body(self) -> list[str]:
        constants = [f"{self.names[name]} = {value!r}" for name, value in self.forward.constants.items()]
        sizes = self._sizes([*self.forward_lines.values(), *self.backward_lines.values()])
        data = [*self._unpacking(), *self._data("input"), *self._data("target"), *constants, *sizes]
        return [*data, "# forward", *self.forward_lines.values(), "# backward", *self.backward_lines.values()]

    def _sizes(self, used: list[str], without: tuple[str, ...] = ()) -> list[str]:
        """The sizes that some lines use, read off an array that has the axis; `without` those of a role."""
        text = "\n".join(used)
        lines = []
        for axis in self.forward.axes:
            if re.search(rf"\b{axis.name}\b", text):
                holder = next(q for q in self.forward.given if axis in q.axes and q.role not in without)
                place = arranged([a.index("j") for a in holder.axes]).index(axis.index("j"))
                whole = {"input": "X", "target": "Y"}.get(holder.role) if axis.letters == SAMPLES else None
                lines.append(f"{axis.name} = " + (f"len({whole})" if whole else f"{self.names[holder.name]}.shape[{place}]"))
        return lines

    def _data(self, role: str) -> list[str]:
        """Where the inputs (targets) come from: the whole array, or one column each in a network of scalars."""
        array = "X" if role == "input" else "Y"
        of_role = [q for q in self.forward.given if q.role == role]
        if len(of_role) == 1 and len(of_role[0].axes) == 2:
            return [f"{self.names[of_role[0].name]} = {array}"]
        return [f"{self.names[q.name]} = {array}[:, {n}]" for n, q in enumerate(of_role)]

    def _line(self, equation: Equation) -> str:
        name = self.names[equation.name]
        argument = equation.row_argument(self.quantities)
        if equation.rowwise is not None and argument is not None:
            self._needs(equation.rowwise.name, equation.rowwise)
            text = f"{equation.rowwise.name}({self.names[argument.name]})"
        else:
            node = lifted(for_code(equation, self.forward), self.quantities)
            for function in _calls(node):
                self._needs(function_name(function), function)
            text = source(node, self.names)
            axes = arranged(equation.indices)
            if set(axes) - set(node.axes):  # it is the same for every sample (neuron), and is repeated for each
                shape = ", ".join(i.axis.name for i in axes)
                spread = f"({text})[{', '.join(':' if i in node.axes else 'None' for i in axes)}]"
                text = f"np.broadcast_to({spread if node.axes else text}, ({shape},))"
        return f"{name} = {text}{f'  # {equation.label}' if equation.label else ''}"

    def _needs(self, name: str, function: Helper) -> None:
        if not name.startswith("np.") and not name.isidentifier():
            raise DeriveError(f"{name!r} cannot be the name of a function", "compile", "give the activation a name that is one word")
        if self.functions.setdefault(name, function) is not function:
            raise DeriveError(f"two different activations are called {name}", "compile", "give one of them another name")

    def _helpers(self) -> list[str]:
        """A short function for every operation that NumPy does not have by that name."""
        done: dict[str, list[str]] = {}
        todo = dict(self.functions)
        while todo:
            name, function = todo.popitem()
            if name in done or name.startswith("np."):
                continue
            statements, more = helper(name, function)
            done[name] = ["", f"def {name}(z):", *_indent(statements), ""]
            todo |= {n: f for n, f in more.items() if n not in done}
        return [line for name in sorted(done) for line in done[name]]


def _indent(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _calls(node: Node) -> set[type[Function]]:
    """Every function that is called in a tree."""
    return {part.function for part in nodes(node) if isinstance(part, Call)}


def helper(name: str, function: Helper) -> tuple[list[str], dict[str, Helper]]:
    """The statements of a helper, and the helpers that it calls."""
    if issubclass(function, (RowActivation, RowLog)):
        return _statements(function.numpy), {}
    if issubclass(function, Slope):
        if function.activation.numpy_slope:
            return _statements(function.activation.numpy_slope), {}
        return _from_formula(function.activation.slope_formula)
    if issubclass(function, Activation) and function.numpy:
        return _statements(function.numpy), {}
    if issubclass(function, Activation):
        return _from_formula(function.formula)
    raise DeriveError(f"there is no NumPy form for {name}")


def _statements(text: str) -> list[str]:
    *before, last = (part.strip() for part in text.split(";"))
    return [*before, f"return {last}"]


class _FormulaPrinter(NumPyPrinter):  # type: ignore[misc]  # SymPy's printers are untyped
    """SymPy's NumPy printer, which calls activations by name."""

    def __init__(self) -> None:
        super().__init__({"fully_qualified_modules": False})
        self.called: dict[str, Helper] = {}

    def _print_Function(self, e: Expr) -> str:
        if not isinstance(e, (Activation, Slope)):
            return str(super()._print_Function(e))
        name = function_name(type(e))
        self.called[name] = type(e)
        return f"{name}({self._print(e.args[0])})"

    def _print_Max(self, e: Expr) -> str:
        return self._pairwise("np.maximum", e.args)

    def _print_Min(self, e: Expr) -> str:
        return self._pairwise("np.minimum", e.args)

    def _pairwise(self, function: str, args: Sequence[Expr]) -> str:
        """Two at a time, since NumPy cannot reduce over numbers and arrays together."""
        return str(reduce(lambda left, right: f"{function}({left}, {right})", map(self._print, args)))

    def _module_format(self, fqn: str, register: bool = True) -> str:
        return f"np.{fqn.removeprefix('numpy.')}"


def _from_formula(formula: Any) -> tuple[list[str], dict[str, Helper]]:
    z = Symbol("z", real=True)
    printer = _FormulaPrinter()
    e = formula(z)
    text = printer.doprint(e)
    if not e.has(z):
        return [f"return np.full_like(z, {text})"], {}
    return [f"return {text}"], printer.called


def for_code(equation: Equation, forward: Equations) -> Equation:
    """The equation as it is computed: slopes by the outputs that are known already, logarithms without overflow."""
    return replace(equation, rhs=_stable_logarithms(slopes_by_output(equation.rhs, forward), forward))


def _stable_logarithms(e: Expr, forward: Equations) -> Expr:
    """ln(a) and ln(1-a) written with z instead of a, so that neither overflows at saturation: the loss in logit form."""
    if not e.has(log):
        return e

    def swapped(argument: Expr) -> Expr | None:
        for inner, which in ((argument, 0), (expand(1 - argument), 1)):
            if isinstance(inner, (Indexed, Symbol)) and name_of(inner) in forward:
                equation = forward[name_of(inner)]
                z = equation.row_argument(forward.quantities)
                if which == 0 and z is not None and equation.rowwise is not None and equation.rowwise.log is not None:
                    return equation.rowwise.log(z[inner.indices])
                logs = getattr(equation.rhs.func, "logs", None)
                if logs is not None:
                    return logs[which](equation.at(inner.indices if isinstance(inner, Indexed) else ()).args[0])
        return None

    return e.replace(lambda f: isinstance(f, log), lambda f: swapped(f.args[0]) or f)
