"""The pass that puts arrays side by side, so that one call does what several did."""

from __future__ import annotations

import math

from .instructions import Instruction, Ref, Step, Value

SMALL = 20_000  # numbers: what is packed together has to stay in the cache


def pack_slopes(step: Step) -> int:
    """The activations of all layers lie in one array, so that what is done alike to all of them is one call."""
    packs: dict[Value, tuple[Value, int]] = {}  # by part: the pack, and its place there
    done = 0
    while True:
        groups: dict[object, list[Instruction]] = {}
        for i in step.instructions:
            buffers = {r.value for r in i.args if r.value.kind != "number"}
            simple = all(not r.view and not r.whole for r in i.args) and not i.out.whole
            if len(i.out.value.shape) != 2:
                continue
            if not (i.elementwise and simple and buffers and all(b.kind == "buffer" and b.shape == i.out.value.shape for b in buffers)):
                continue
            if len(buffers) == 1 and not any(b in packs for b in buffers):
                key: object = (i.operation, tuple(r.value if r.value.kind == "number" else "" for r in i.args))
                if all(step.writing(b) is not None and not b.inside for b in buffers) and not i.out.value.inside:
                    groups.setdefault(key, []).append(i)
            elif all(b in packs for b in buffers) and i.out.value not in packs and len({packs[b][1] for b in buffers}) == 1:
                key = (i.operation, tuple(r.value if r.value.kind == "number" else packs[r.value][0] for r in i.args))
                groups.setdefault(key, []).append(i)
        if not any(_merged(step, group, packs) for group in groups.values()):
            return done
        done += 1


def _merged(step: Step, group: list[Instruction], packs: dict[Value, tuple[Value, int]]) -> bool:
    """Makes one instruction of a group that does the same to every layer, if it is the whole of them and can be done early enough."""
    known = packs.get(_source(group[0]))
    if known:
        group = sorted(group, key=lambda i: packs[_source(i)][1])
    sources = [_source(i) for i in group]
    if len(group) < 2 or len(set(sources)) != len(sources) or any(i.out.value.unit for i in group):
        return False  # what is written for a whole pack would be written over a row of ones
    if known and len(group) != sum(pack is known[0] for pack, _ in packs.values()):
        return False
    if not known and sum(math.prod(s.whole) for s in sources) > SMALL:
        return False
    made = {v for g in group for r in g.args for v in (r.value, *r.value.around())}
    last = max(n for n, i in enumerate(step.instructions) if i.out.value in made)
    outs = {i.out.value for i in group}
    if outs & made:  # f(f(z)): one of them needs another
        return False
    if any(r.value in outs for i in step.instructions[: last + 1] for r in i.args):
        return False
    if not known:
        _pack(f"all_{sources[0].name or 't'}", sources, packs)
    out = _pack(f"all_{group[0].out.value.name or 't'}", [i.out.value for i in group], packs, sources)
    args = tuple(r if r.value.kind == "number" else Ref(packs[r.value][0]) for r in group[0].args)
    note = f"at once {', '.join(dict.fromkeys(i.comment for i in group))}"
    step.instructions.insert(last + 1, Instruction(group[0].operation, args, Ref(out), note=note))
    step.instructions[:] = [i for i in step.instructions if not any(i is g for g in group)]
    return True


def _source(i: Instruction) -> Value:
    """The array that an instruction is about: its first argument that is no number."""
    return next(r.value for r in i.args if r.value.kind != "number")


def _pack(name: str, parts: list[Value], packs: dict[Value, tuple[Value, int]], like: list[Value] | None = None) -> Value:
    """One array for all parts, each with room for a unit where its counterpart in `like` has one."""
    for part, other in zip(parts, like or parts, strict=True):
        part.unit = other.unit
    pack = Value(name, (sum(math.prod(p.whole) for p in parts),))
    start = 0
    for place, part in enumerate(parts):
        end = start + math.prod(part.whole)
        part.inside, part.part = pack, f"[{start}:{end}].reshape{part.whole}"
        packs[part], start = (pack, place), end
    return pack
