"""The process in which a student's source runs: calls come in as data, what they return goes out as data.

It needs the standard library and NumPy only. The source can overwrite whatever is in this process, this module too, so
nothing that is written here is believed: what comes out is the student's answer, and is judged elsewhere.

A message is two lengths, a JSON text, and the raw float64 numbers of its arrays. Values are written as pairs of a kind
and a content, ["array", ["f", [2, 3]]] with its six numbers among the raw ones.
"""

from __future__ import annotations

import json
import os
import runpy
import struct
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

LENGTHS = struct.Struct(">IQ")
DEPTH, ITEMS, TEXT, WHOLE, DIMENSIONS = 8, 100_000, 2_000, 2**63, 8  # the largest value that is sent
TEXTS = 4_000_000  # bytes of the JSON of one message: what is made of it takes some twenty times as much
EXPECTED = "expected numbers, arrays of numbers, or a list, tuple or dict of these"
PLAIN = {"none": type(None), "bool": bool, "int": int, "float": float, "text": str}
SOURCE = "answer.py"


@dataclass(frozen=True)
class Name:
    """As an argument: something that the process of the student has, by the name that the source or a call gave it."""

    text: str


class Unfit(TypeError):
    """A value that cannot be sent."""


# --- Values as data.


def packed(value: Any) -> tuple[Any, bytes]:
    """A value as JSON and raw numbers; raises `Unfit` for one that cannot be sent."""
    raw: list[bytes] = []
    tree = _pack(value, raw, DEPTH, iter(range(ITEMS)))
    return tree, b"".join(raw)


def _pack(value: Any, raw: list[bytes], depth: int, items: Iterator[int]) -> Any:
    if depth == 0 or next(items, None) is None:
        raise Unfit(f"a value that is nested too deeply or has too many parts, {EXPECTED}")
    if value is None:
        return ["none", None]
    if isinstance(value, Name):
        return ["name", value.text]
    if isinstance(value, bool | np.bool_):
        return ["bool", bool(value)]
    if isinstance(value, int | np.integer) and -WHOLE < value < WHOLE:
        return ["int", int(value)]
    if isinstance(value, float | np.floating):
        return ["float", float(value)]
    if isinstance(value, str) and len(value) <= TEXT:
        return ["text", str(value)]
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        numbers = np.array(value, dtype="<f8", order="C", subok=False)
        raw.append(numbers.tobytes())
        return ["array", [value.dtype.kind, list(numbers.shape)]]
    if isinstance(value, list | tuple):
        return ["list" if isinstance(value, list) else "tuple", [_pack(v, raw, depth - 1, items) for v in value]]
    if isinstance(value, Mapping) and all(isinstance(key, str) and len(key) <= TEXT for key in value):
        return ["dict", [[str(key), _pack(v, raw, depth - 1, items)] for key, v in value.items()]]
    kind = f"an array of {value.dtype}" if isinstance(value, np.ndarray) else f"a value of type {type(value).__name__}"
    raise Unfit(f"{kind}, {EXPECTED}")


def unpacked(tree: Any, raw: bytes) -> Any:
    """The value that was sent, made anew, so that every call has arrays of its own; raises `ValueError` for anything malformed."""
    value, end = _unpack(tree, raw, 0, DEPTH)
    if end != len(raw):
        raise ValueError(f"{len(raw) - end} bytes too many")
    return value


def _unpack(tree: Any, raw: bytes, start: int, depth: int) -> tuple[Any, int]:
    if depth == 0 or not (isinstance(tree, list) and len(tree) == 2):
        raise ValueError("not a value")
    kind, content = tree
    if kind == "name" and isinstance(content, str):
        return Name(content), start
    if isinstance(kind, str) and kind in PLAIN and type(content) is PLAIN[kind]:
        return content, start
    if not isinstance(content, list):
        raise ValueError("not a value")
    if kind == "array":
        return _array(content, raw, start)
    if kind not in ("list", "tuple", "dict"):
        raise ValueError("not a kind of value")
    keys, values = [], []
    for item in content:
        if kind == "dict":
            if not (isinstance(item, list) and len(item) == 2 and isinstance(item[0], str)):
                raise ValueError("not an entry of a dict")
            keys.append(item[0])
        value, start = _unpack(item[1] if kind == "dict" else item, raw, start, depth - 1)
        values.append(value)
    if kind == "dict":
        return dict(zip(keys, values, strict=True)), start
    return (values if kind == "list" else tuple(values)), start


def _array(content: list[Any], raw: bytes, start: int) -> tuple[Any, int]:
    shape = content[1] if len(content) == 2 else None
    if not isinstance(shape, list) or len(shape) > DIMENSIONS:
        raise ValueError("not a shape")
    count = 1
    for n in shape:
        if type(n) is not int or not 0 <= n <= ITEMS * ITEMS:
            raise ValueError("not a shape")
        count *= n
    end = start + 8 * count
    if end > len(raw):
        raise ValueError("fewer numbers than the shape says")
    kinds = {"f": np.float64, "i": np.int64, "u": np.int64, "b": np.bool_}
    if content[0] not in kinds:
        raise ValueError("not a kind of number")
    numbers = np.frombuffer(raw, dtype="<f8", count=count, offset=start)
    with np.errstate(invalid="ignore"):
        return numbers.reshape(shape).astype(kinds[content[0]]), end


def message(content: Any, raw: bytes = b"") -> bytes:
    text = json.dumps(content).encode()
    return LENGTHS.pack(len(text), len(raw)) + text + raw


def messages(stream: bytearray, largest: int) -> Iterator[tuple[Any, bytes]]:
    """Takes every complete message off the front of a stream; raises `ValueError` for what is none."""
    while len(stream) >= LENGTHS.size:
        texts, raws = LENGTHS.unpack(stream[: LENGTHS.size])
        end = LENGTHS.size + texts + raws
        if end > largest or texts > TEXTS:
            raise ValueError("a message that is too long")
        if len(stream) < end:
            return
        text, raw = bytes(stream[LENGTHS.size : LENGTHS.size + texts]), bytes(stream[LENGTHS.size + texts : end])
        del stream[:end]
        try:
            yield json.loads(text), raw
        except RecursionError:
            raise ValueError("a message that is nested too deeply") from None


# --- The process itself.


def main(root: str, result: int, uid: int) -> None:
    """Confine itself for good, say so, run the source, make the calls, end."""
    stream = bytearray(Path(root, "task", "request").read_bytes())
    (request, _), *calls = messages(stream, len(stream))
    confine(request["limits"], uid)
    os.chdir(Path(root, "home"))
    os.environ["HOME"] = os.getcwd()
    source = Path(root, "task", SOURCE)
    source.read_bytes()  # what cannot be read now is nobody's mistake, and is said before the process says that it is ready

    def send(content: Any, raw: bytes = b"") -> None:
        rest = memoryview(message(content, raw))
        while rest:
            rest = rest[os.write(result, rest) :]

    send("ready")
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    names: dict[str, Any] = {}
    try:
        # Not "__main__": what a student tries out below `if __name__ == "__main__"` does not run.
        names = runpy.run_path(str(source), run_name="answer")
        send({"loaded": True})
    except BaseException as problem:  # a student may raise anything, SystemExit too
        send({"failed": told(problem)})
        os._exit(0)
    for call, raw in calls:
        try:
            value, changed = made(call, raw, names)
            tree, numbers = packed(value)
            answer, data = {"value": tree, "changed": changed}, numbers
        except BaseException as problem:
            answer, data = {"failed": told(problem)}, b""
        send(answer, data)
    os._exit(0)  # before anything that the source registered to be run at the end


def confine(limits: Mapping[str, int], uid: int) -> None:
    """A user of its own if `uid` says so, then limits that cannot be raised again: memory, CPU time, files, processes."""
    if uid:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    try:
        import resource
    except ImportError:  # there is none on Windows
        return
    for name, limit in limits.items():
        # The soft limit of CPU time a second lower: it ends the process by a signal that says so.
        soft = limit - 1 if name == "CPU" else limit
        kind = getattr(resource, f"RLIMIT_{name}", None)
        if kind is not None:
            hard = resource.getrlimit(kind)[1]
            most = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
            resource.setrlimit(kind, (min(soft, most), most))


def made(call: Mapping[str, Any], raw: bytes, names: dict[str, Any]) -> tuple[Any, list[int]]:
    """What a call returns, and the positions of the arguments that it changed."""
    given = unpacked(call["arguments"], raw)
    before = [packed(value) for value in given or ()]
    value = found(call["name"], names)
    if given is not None:
        value = value(*(resolved(argument, names) for argument in given))
    changed = [n for n, (argument, was) in enumerate(zip(given or (), before, strict=True)) if differs(argument, was)]
    if call["keep"]:
        names[call["keep"]] = value
        return None, changed
    return value, changed


def differs(argument: Any, was: tuple[Any, bytes]) -> bool:
    try:
        return json.dumps((now := packed(argument))[0]) != json.dumps(was[0]) or now[1] != was[1]
    except Unfit:
        return True


def found(path: str, names: Mapping[str, Any]) -> Any:
    """A name of the source or of something kept, and the attributes after it: "net.layers.run"."""
    head, *rest = path.split(".")
    if head not in names:
        raise Missing(f"there is no {head}")
    value = names[head]
    for attribute in rest:
        if not hasattr(value, attribute):
            raise Missing(f"{head} has no {attribute}")
        value = getattr(value, attribute)
    return value


def resolved(argument: Any, names: Mapping[str, Any]) -> Any:
    """An argument with the things in the place of their names."""
    if isinstance(argument, Name):
        return found(argument.text, names)
    if isinstance(argument, list) and any(isinstance(item, Name) for item in argument):
        return [resolved(item, names) for item in argument]
    return argument


class Missing(LookupError):
    """A name that the task asks for and the source does not have."""


def told(problem: BaseException) -> dict[str, Any]:
    """An exception as data: its type, its message, the line of the source where it arose."""
    try:
        text = str(problem)[:TEXT]
    except BaseException:  # its text is the student's code too
        text = ""
    line, trace = 0, problem.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith(SOURCE):
            line = trace.tb_lineno
        trace = trace.tb_next
    if isinstance(problem, SyntaxError):
        text, line = str(problem.msg)[:TEXT], problem.lineno or 0
    module = problem.name if isinstance(problem, ImportError) else None
    name = type(problem).__name__
    return {"type": name, "message": text, "line": line, "module": module if isinstance(module, str) else ""}


BOOT = """import sys; root, result, uid = sys.argv[1:]
sys.path += [root + "/site", root + "/code"]
import child; child.main(root, int(result), int(uid))"""
