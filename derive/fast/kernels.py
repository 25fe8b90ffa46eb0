"""The NumPy text of an activation -> instructions: the text is taken apart, not run, so that a formula stands in one place."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from ..errors import Unsupported
from ..numpy_form import function_name
from ..ops import sigmoid
from ..program import helper
from .emitting import Emitter
from .instructions import ELEMENTWISE, Ref

ONE_CALL = {sigmoid: "expit"}  # functions that SciPy has as one elementwise call
OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.Pow: "power",
    ast.Gt: "greater", ast.GtE: "greater_equal", ast.Lt: "less", ast.LtE: "less_equal",
}
REDUCTIONS = ("sum", "max")


def run_kernel(lowering: Emitter, function: Any, args: list[Ref], shape: tuple[int, ...]) -> Ref:
    """The instructions of a function of one array; raises `Unsupported` where its text holds something else than arithmetic."""
    if "expit" in lowering.passes and function in ONE_CALL:
        lowering.used.add("expit")
        return lowering.emit(ONE_CALL[function], tuple(args), shape)
    name = getattr(function, "name", None) if getattr(function, "rowwise", False) else function_name(function)
    statements, more = helper(str(name), function)
    before = len(lowering.instructions)
    result = _Kernel(lowering, dict(more), args[0], shape).run(statements)
    made = lowering.instructions[before:]
    if len(made) > 1 and made[-1].out.value is result.value:
        # The text is that of the readable code, where samples are rows.
        made[-1].formula = "; ".join(statements).replace("return ", "").replace("axis=-1", "axis=0")
    return result


class _Kernel:
    def __init__(self, lowering: Emitter, called: dict[str, Any], z: Ref, shape: tuple[int, ...]) -> None:
        self.lowering, self.called, self.shape = lowering, called, shape
        self.local: dict[str, Ref | float] = {"z": z}

    def run(self, statements: list[str]) -> Ref:
        text = "\n".join(s.replace("return ", "result = ", 1) if s.startswith("return ") else s for s in statements)
        for statement in ast.parse(text).body:
            if not (isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)):
                raise Unsupported(f"the activation's code {ast.unparse(statement)!r} is more than arithmetic")
            self.local[statement.targets[0].id] = self.read(statement.value)
        result = self.local["result"]
        return self.full(result) if isinstance(result, float) else result

    def full(self, number: float) -> Ref:
        return self.lowering.emit("copy", (self.lowering.number(number),), self.shape)

    def array(self, made: Ref | float) -> Ref:
        return self.lowering.number(made) if isinstance(made, float) else made

    def elementwise(self, operation: str, *args: Ref | float) -> Ref | float:
        refs = tuple(self.array(a) for a in args)
        return self.lowering.emit(operation, refs, np.broadcast_shapes(*(r.shape for r in refs)))

    def read(self, e: ast.expr) -> Ref | float:
        if isinstance(e, ast.Constant) and isinstance(e.value, (int, float)):
            return float(e.value)
        if isinstance(e, ast.Name) and e.id in self.local:
            return self.local[e.id]
        if isinstance(e, ast.UnaryOp) and isinstance(e.op, ast.USub):
            made = self.read(e.operand)
            return -made if isinstance(made, float) else self.lowering.emit("negative", (made,), made.shape)
        if isinstance(e, ast.BinOp) and type(e.op) in OPERATORS:
            left, right = self.read(e.left), self.read(e.right)
            if isinstance(left, float) and isinstance(right, float):
                return _arithmetic(OPERATORS[type(e.op)], left, right)
            if isinstance(e.op, ast.Pow) and right == 2.0:
                return self.elementwise("multiply", left, left)
            return self.elementwise(OPERATORS[type(e.op)], left, right)
        if isinstance(e, ast.Compare) and len(e.ops) == 1 and type(e.ops[0]) in OPERATORS:
            return self.elementwise(OPERATORS[type(e.ops[0])], self.read(e.left), self.read(e.comparators[0]))
        if isinstance(e, ast.Call):
            return self.call(e)
        raise Unsupported(f"the activation's code {ast.unparse(e)!r} is more than arithmetic")

    def call(self, e: ast.Call) -> Ref | float:
        if isinstance(e.func, ast.Name) and e.func.id in self.called and len(e.args) == 1:
            z = self.array(self.read(e.args[0]))
            return run_kernel(self.lowering, self.called[e.func.id], [z], z.shape)
        if isinstance(e.func, ast.Attribute):
            name = e.func.attr
            if isinstance(e.func.value, ast.Name) and e.func.value.id == "np":
                if name == "full_like":
                    return self.read(e.args[1])
                if name in ELEMENTWISE and not e.keywords:
                    return self.elementwise(name, *(self.read(a) for a in e.args))
            elif name == "astype":
                return self.read(e.func.value)  # what is compared is written as 0.0 and 1.0 at once
            elif name in REDUCTIONS and {k.arg for k in e.keywords} == {"axis", "keepdims"} and len(self.shape) == 2:
                # Along the last axis, which is the neurons: here they are the first.
                inner = self.array(self.read(e.func.value))
                return self.lowering.emit(name, (inner,), (1, inner.shape[1]), axis=0, keepdims=True)
        raise Unsupported(f"the activation's code {ast.unparse(e)!r} has no fast form")


def _arithmetic(operation: str, left: float, right: float) -> float:
    table = {"add": left + right, "subtract": left - right, "multiply": left * right}
    if operation in table:
        return table[operation]
    if operation == "divide" and right:
        return left / right
    if operation == "power":
        return float(left**right)
    raise Unsupported(f"{operation} of two numbers")
