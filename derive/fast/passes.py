"""What makes the instructions fast: one small pass a trick, each with the reason that the source prints; any can be switched off.

"share results", "carry scales", "expit" and "turn targets" act while the equations are lowered, "zero-d numbers" and "blas" while
the source is written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from .instructions import Instruction, Ref, Step, Update, Value
from .packing import pack_slopes

FEW = 32  # samples in a batch, above which BLAS lays its own copies and filling up is a loss
WIDE = 64  # inputs from which on filling up costs less than it saves
TINY = 1_000  # numbers in an array, below which NumPy takes longer to see that two arrays overlap than the cache would save


def weight_decay(step: Step) -> int:
    """w <- (1 - eta lambda) w shrinks the weights in place; then the update is that of the loss without its decay."""
    done = 0
    for n, update in enumerate(step.updates):
        total = update.gradient.value
        add = step.writing(total)
        if add is None or add.operation != "add" or update.gradient.view or len(step.updating(total)) > 1 or any(step.reading(total)):
            continue
        for own, rest in (add.args, add.args[::-1]):
            decay = Multiple(own, 1.0) if own == Ref(update.parameter) else _multiple(step, own)
            if decay is None or decay.of != Ref(update.parameter) or rest.view or rest.value.kind != "buffer":
                continue
            made = _multiple(step, rest) or Multiple(rest, 1.0)
            gone = (add, decay.by, made.by)
            step.instructions[:] = [i for i in step.instructions if i not in gone]
            step.updates[n] = replace(update, gradient=made.of, scale=update.scale * made.number, decay=update.scale * decay.number)
            done += 1
            break
    return done


class Multiple(NamedTuple):
    """An array as a number times another one, and the instruction that multiplies."""

    of: Ref
    number: float
    by: Instruction | None = None


def _multiple(step: Step, ref: Ref) -> Multiple | None:
    """What an array is a multiple of, if it is one, and nothing but one instruction reads it."""
    by = step.writing(ref.value)
    if by is None or by.operation != "multiply" or ref.view or not step.passing(ref.value):
        return None
    number = next((r.value.number for r in by.args if r.value.kind == "number"), None)
    of = next((r for r in by.args if r.value.kind in ("buffer", "parameter") and not r.view), None)
    return None if number is None or of is None else Multiple(of, number, by)


def constant_unit(step: Step) -> int:
    """z = [w|b] [a; 1]: the bias is the weight of a unit that is always 1, so nothing is broadcast, and dC/db needs no sum of its own."""
    done = 0
    for forward in [i for i in step.instructions if i.operation == "product"]:
        w, a = forward.args
        readers = list(step.reading(forward.out.value))
        plain = w.value.kind == "parameter" and not w.view and len(a.value.shape) == 2 and a.value.inside is None
        if not plain or len(readers) != 1 or readers[0].operation != "add" or a.value.kind not in ("buffer", "data"):
            continue
        add = readers[0]
        b = next((r for r in add.args if r.value.kind == "parameter" and r.view == "[:, None]"), None)
        if b is None or w.value.inside or b.value.inside:
            continue
        ours = {u.parameter: u for u in step.updates}
        if w.value not in ours or b.value not in ours or ours[w.value].scale != ours[b.value].scale or ours[w.value].decay:
            continue
        dw, db = step.writing(ours[w.value].gradient.value), step.writing(ours[b.value].gradient.value)
        back = [i for i in step.reading(w.value) if i is not forward]
        if (
            dw is None or db is None or dw.operation != "product" or dw.args[1] != a.turned or db.operation != "sum"
            or dw.args[0] != db.args[0] or db.settings["axis"] != 1 or list(step.reading(b.value)) != [add]
            or any(i.operation != "product" or i.args[0] != Ref(w.value, ".T") for i in back)
            or any(len(step.updating(g)) > 1 or any(step.reading(g)) for g in (dw.out.value, db.out.value))
            or a.view != (".T" if a.value.kind == "data" else "")
        ):
            continue
        n, k = w.value.shape
        both = Value(f"{w.value.name}_{b.value.name}", (n, k + 1), "parameter")
        gradient = Value(f"d_{both.name}", (n, k + 1))
        for parts, whole in (((w.value, b.value), both), ((dw.out.value, db.out.value), gradient)):
            for part, cut in zip(parts, (slice(None, k), k), strict=True):
                part.inside, part.cut = whole, (slice(None), cut)
                part.part = f"[:, {k}]" if cut == k else f"[:, :{k}]"
        a.value.unit = 1
        forward.args, forward.out, forward.why = (Ref(both), replace(a, whole=True)), add.out, add.why
        dw.args, dw.out, dw.note = (dw.args[0], replace(a.turned, whole=True)), Ref(gradient), f"[{dw.why} | {db.why}]"
        for i in back:
            i.args, i.out.value.unit = (Ref(both, ".T"), i.args[1]), 1
            i.out = replace(i.out, whole=True)
        step.instructions[:] = [i for i in step.instructions if i not in (add, db)]
        scale = ours[w.value].scale
        step.updates[:] = [u for u in step.updates if u.parameter is not b.value]
        step.updates[step.updates.index(ours[w.value])] = Update(both, Ref(gradient), scale)
        done += 1
    return done


def fill_width(step: Step) -> int:
    """Wide inputs are filled up with zeros to a multiple of 8 numbers, so that every row begins where the processor begins to read."""
    done = 0
    for update in step.updates:
        both, gradient = update.parameter, update.gradient.value
        readers = [i for i in step.instructions if any(r.value is both for r in i.args)]
        data = readers[0].args[1].value if len(readers) == 1 and readers[0].operation == "product" else None
        if data is None or data.kind != "data" or data.unit != 1 or both.shape[1] < WIDE:
            continue
        if {i for i in step.reading(data) if any(r.whole for r in i.args)} != {readers[0], step.writing(gradient)}:
            continue  # other weights are as wide as the data are now
        more = -both.shape[1] % 8
        data.unit += more
        both.shape, gradient.shape = ((n, k + more) for n, k in (both.shape, gradient.shape))
        done += more > 0
    return done


def inner_product(step: Step) -> int:
    """The sum of the products of two arrays is one inner product: nothing is stored in between."""
    done = 0
    for total in [i for i in step.instructions if i.operation == "sum" and not i.out.value.shape]:
        (t,) = total.args
        multiply = step.writing(t.value)
        if multiply is None or multiply.operation != "multiply" or t.view or not step.passing(t.value):
            continue
        view = multiply.args[0].view
        if view in ("", ".T") and all(r.shape == t.shape and not r.whole and r.view == view and _flat(r.value) for r in multiply.args):
            total.operation, total.args, total.settings = "inner", tuple(Ref(r.value) for r in multiply.args), {}
            step.instructions.remove(multiply)
            done += 1
    return done


def _flat(value: Value) -> bool:
    """Whether an array can be seen as one row of numbers."""
    return value.kind == "buffer" or len(value.shape) == 1 or (value.kind in ("parameter", "data") and not value.inside and not value.unit)


def sum_by_ones(step: Step) -> int:
    """A sum is a product with ones: for that BLAS needs less time than NumPy for a sum."""
    done = 0
    known: dict[tuple[int, ...], Value] = {}
    for i in [i for i in step.instructions if i.operation == "sum"]:
        (t,) = i.args
        if t.view or t.whole or not _flat(t.value) or t.value.kind != "buffer" or len(t.shape) > 2:
            continue
        every = not i.out.value.shape
        along = t.shape if every else (t.shape[i.settings["axis"]],)
        ones = Ref(known.setdefault(along, Value("all_ones", along, "ones")))
        i.args = (ones, t) if not every and i.settings["axis"] == 0 else (t, ones)
        i.operation, i.settings = "inner" if every else "dot", {}
        done += 1
    return done


def sign(step: Step) -> int:
    """The slope of relu is the sign of its output: a comparison gives answers, which have to be made numbers first."""
    done = 0
    outputs = {i.args: i.out for i in step.instructions if i.operation == "maximum"}
    for i in step.instructions:
        if i.operation == "greater" and i.args in outputs and i.args[1].value.number == 0 and i.args[1].value.kind == "number":
            i.operation, i.args = "sign", (outputs[i.args],)
            done += 1
    return done


def scale_in_product(step: Step) -> int:
    """A number that a product is multiplied by is handed to the product itself, which has a factor for it."""
    done = 0
    for multiply in [i for i in step.instructions if i.operation == "multiply"]:
        number = next((r for r in multiply.args if r.value.kind == "number"), None)
        ref = next((r for r in multiply.args if r.value.kind == "buffer"), None)
        if number is None or ref is None or ref.view:
            continue
        product = step.writing(ref.value)
        if product is None or product.operation != "product" or product.out.whole:
            continue
        if not step.passing(ref.value):
            continue
        product.settings["alpha"] = product.settings.get("alpha", 1.0) * number.value.number
        times = f"times {number.value.number:g}"
        product.note = f"{times}, for {product.why}" if product.why == multiply.why else f"{product.why} {times}, for {multiply.why}"
        product.out = multiply.out
        step.instructions.remove(multiply)
        done += 1
    return done


def in_place(step: Step) -> int:
    """A result is written over what it was made of, where that is not needed again: fewer buffers, which stay in the cache."""
    done = 0
    kept = step.kept()
    for at, i in enumerate(step.instructions):
        if not i.elementwise or i.out.whole or i.out.view or i.out.value.size < TINY:
            continue
        later = {r.value for j in step.instructions[at + 1 :] for r in j.args} | kept
        later |= {a for v in later for a in v.around()}
        for r in i.args:
            v, out = r.value, i.out.value
            if v.kind != "buffer" or r.view or r.whole or v.shape != out.shape or v is out or later & {v, *v.around()}:
                continue
            scratch = any((j.out.whole and j.out.value.home is v.home) or j.out.value in v.around() for j in step.instructions)
            children = any(x.value.inside in (v, out) for j in step.instructions for x in (*j.args, j.out))
            if (scratch and out.unit) or (v.unit and not out.unit and out.inside):
                continue
            if out.inside is None and not (out.unit and not v.unit and v.inside):
                v.unit = v.unit or out.unit
                out.unit, out.inside, out.part = v.unit, v, ""
                done += 1
                break
            if out.inside is not None and v.inside is None and not children and not scratch:
                v.unit, v.inside, v.part = out.unit, out, ""
                done += 1
                break
    return done


def update_in_product(step: Step) -> int:
    """w <- w - eta dC/dw inside the matrix product that makes dC/dw: only `gradients` stores the gradient itself."""
    done = 0
    for n, update in enumerate(step.updates):
        gradient = update.gradient.value
        product = step.writing(gradient)
        if product is None or product.operation != "product" or update.gradient.view or len(gradient.shape) != 2:
            continue
        read = any(r.value.shares(gradient) for i in step.instructions for r in i.args)
        if read or len(step.updating(gradient)) > 1 or any(r.value.kind == "parameter" for r in product.args):
            continue  # the gradient is needed elsewhere, or an update before this one would change what it is made of
        step.updates[n] = replace(update, product=product)
        step.instructions.remove(product)
        step.instructions.append(product)
        done += 1
    return done


Pass = Callable[[Step], int]
PASSES: dict[str, Pass | str] = {
    "share results": "What two equations need is computed once, as a-y for the loss and for its gradient.",
    "carry scales": "Factors such as 1/m are not multiplied into arrays (delta is m times delta here), but into the rate and the loss.",
    "expit": "SciPy has the sigmoid as one call, where NumPy needs four.",
    "turn targets": "Targets are gathered with outputs as rows, as all else lies: where two arrays lie alike, NumPy makes one loop.",
    "sign": sign,
    "weight decay": weight_decay,
    "constant unit": constant_unit,
    "inner product": inner_product,
    "sum by ones": sum_by_ones,
    "fill width": fill_width,
    "scale in product": scale_in_product,
    "pack slopes": pack_slopes,
    "update in product": update_in_product,
    "in place": in_place,
    "blas": "BLAS is called without NumPy's detour, and can add a product to what is there.",
    "zero-d numbers": "Constants are arrays without axes: NumPy does not have to convert them at every call.",
}
ALL = frozenset(PASSES)
NEED_SCIPY = frozenset({"expit", "blas", "update in product"})
SMALL_CALL = 128  # entries up to which SciPy's one call for the sigmoid is faster than NumPy's vectorised tanh with three more


def reason(name: str) -> str:
    """Why a pass makes the code faster, in a sentence."""
    entry = PASSES[name]
    return entry if isinstance(entry, str) else (entry.__doc__ or "").strip()


def run_passes(step: Step, chosen: frozenset[str]) -> None:
    """Every chosen pass in the order of the table."""
    for name, entry in PASSES.items():
        if name in chosen and not isinstance(entry, str) and entry(step):
            step.used.add(name)
