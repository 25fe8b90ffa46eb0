"""A step of a derivation, and its proof: both sides are expanded to scalars at small unequal sizes and compared exactly."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sympy import Expr, Float, Indexed, Rational, Symbol, expand, fraction, nan, oo, together, zoo

from .equations import Equation, Expander, uses
from .errors import Disagreement, Unsupported
from .exact import held, product, total
from .indices import Axis, Index, Quantity, canonical, contract, name_of, summed
from .inner import Inner
from .ops import Activation, Slope
from .partial import Partial, link

CHAIN_RULE = "chain rule"


@dataclass(frozen=True)
class Assumption:
    """What a step takes for granted: `summed` equals `value` (the targets of a sample add up to 1)."""

    text: str
    summed: Expr
    value: Expr


@dataclass(frozen=True)
class Step:
    """before = after, by a named rule. `why` is a sentence for a learner, `assuming` a condition under which alone it holds.

    substeps  the steps that this one folds into one line
    inner     the intermediate variables that the chain rule introduced, letters that may stand in `before` and `after`
    """

    rule: str
    before: Expr
    after: Expr
    why: str = ""
    assuming: Assumption | None = None
    substeps: tuple[Step, ...] = ()
    inner: tuple[Inner, ...] = ()


@dataclass(frozen=True)
class Proof:
    """What became of an attempt to prove a step.

    verdict  "proved", "refuted" or "undecided"
    how      "structure" (the same expression), "identity" (exact, at the sizes named in `detail`), "numeric" (equal at random points to 30
             digits: evidence and no proof), "counter-example", or "nothing" (no point at which both sides have real values)
    """

    step: Step
    verdict: str
    how: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.step.rule}: {self.verdict} by {self.how}{f' ({self.detail})' if self.detail else ''}"


@dataclass(frozen=True)
class Context:
    """What the names in a step mean: the equations that define them, and which names are derivatives of the loss, and by what."""

    definitions: Mapping[str, Equation] = field(default_factory=dict)
    adjoints: Mapping[str, Quantity] = field(default_factory=dict)
    loss: str = "C"


def prove(step: Step, context: Context = Context(), seed: int = 0) -> Proof:  # frozen and empty
    """Whether before = after: by structure, then exactly at small sizes, then by a search for a counter-example."""
    before, after = step.before, step.after
    if not before.has(Partial) and step.assuming is None and _same_structure(before, after):
        return Proof(step, "proved", "structure")
    if step.rule == CHAIN_RULE and uses(before) <= set(context.adjoints):
        return _prove_chain_rule(step, context)
    axes = _axes(
        before, after, *(context.definitions[n].rhs for n in _named(before, after) if n in context.definitions)
    )
    free = sorted({i for e in (before, after) for i in e.free_symbols if isinstance(i, Index)}, key=str)
    small = {axis: 2 + n % 3 for n, axis in enumerate(axes)}
    other = {axis: 3 if n == 2 else n - 1 for axis, n in small.items()}
    shown = _listed(small)
    how = "identity"
    # Every entry at one set of sizes, and two at another where every size differs: at m = 2 alone a lost 2/m would pass.
    for sizes in (small, other) if axes else (small,):
        expander = _Entries(sizes, context.definitions)
        points = list(expander.points(i.axis for i in free))
        for at in points if sizes is small else dict.fromkeys((points[0], points[-1])):
            where = dict(zip(free, at, strict=True))
            difference = _with_assumption(expander.scalar(before, where) - expander.scalar(after, where), step, expander, where)
            found, example = _is_zero(difference, _definitions(before, after, expander), seed)
            if found == "different":
                place = ", ".join(f"{i} = {n}" for i, n in where.items())
                return Proof(step, "refuted", "counter-example", "; ".join(filter(None, [place, _listed(sizes), example])))
            if found == "unknown":
                return Proof(step, "undecided", "nothing", "no point with real values was found")
            if found == "numeric":
                how = "numeric"
    if how == "numeric":
        return Proof(step, "undecided", "numeric", f"equal at random points{', ' + shown if shown else ''}")
    return Proof(step, "proved", how, f"exact{f', at {shown} and at {_listed(other)}' if shown else ''}")


class _Entries(Expander):
    """An expander whose symbols cannot be taken for a quantity: a2[1,2] and not a2_1_2, which may be somebody's parameter."""

    def symbol(self, name: str, at: tuple[int, ...]) -> Symbol:
        return Symbol(f"{name}[{','.join(map(str, at))}]" if at else name, real=True)


def _listed(sizes: Mapping[Axis, int]) -> str:
    return ", ".join(f"{axis.name} = {n}" for axis, n in sizes.items())


def verify(steps: Iterable[Step], context: Context = Context()) -> tuple[Proof, ...]:  # frozen and empty
    """The proof of every step, substeps included; raises `Disagreement` at the first step that is wrong, with a counter-example."""
    proofs: list[Proof] = []
    for step in steps:
        proof = prove(step, context)
        if proof.verdict == "refuted":
            raise Disagreement(
                f"the two sides differ at {proof.detail}", f"step {step.rule!r}", f"{step.before}  is not  {step.after}"
            )
        proofs += [proof, *verify(step.substeps, context)]
    return tuple(proofs)


def _prove_chain_rule(step: Step, context: Context) -> Proof:
    """dC/du = sum_v dC/dv dv/du is a theorem where the sum runs over every v that uses u; this looks for each of them."""
    here = step.before
    quantity = context.adjoints[name_of(here)]
    own = here.indices if isinstance(here, Indexed) else ()
    by_quantity = {q.name: name for name, q in context.adjoints.items()}
    paths = {}
    consumers = [
        equation
        for equation in context.definitions.values()
        if (equation.name == context.loss or equation.name in by_quantity) and quantity.name in uses(equation.rhs)
    ]
    for equation in consumers:
        at = equation.lhs.indices(i.name for i in own)
        upstream = [context.definitions[by_quantity[equation.name]].lhs[at]] if equation.name in by_quantity else []
        local = link(equation.lhs[at], quantity[own], context.loss, len(consumers) > 1)
        paths[equation.name] = summed(product([*upstream, local]), at)
    with held():
        if canonical(total(paths.values())) == canonical(step.after):
            return Proof(step, "proved", "structure", f"every path is in the sum: through {', '.join(paths)}")
    return Proof(
        step,
        "refuted",
        "counter-example",
        f"{quantity.name} acts on the loss through {', '.join(paths)}, and the sum has other terms",
    )


def _same_structure(before: Expr, after: Expr) -> bool:
    if before == after:
        return True
    try:
        with held():
            return bool(canonical(contract(before)) == canonical(contract(after)))
    except Unsupported:
        return False


def _axes(*expressions: Expr) -> list[Axis]:
    found = {s.axis for e in expressions for s in e.atoms(Index)}
    return sorted(found, key=lambda axis: axis.name)


def _named(*expressions: Expr) -> set[str]:
    return {name for e in expressions for name in uses(e)}


def _definitions(before: Expr, after: Expr, expander: Expander) -> list[dict[Symbol, Expr]]:
    """The entries of what stands on one side only, latest definition first: these definitions are what the step used.

    A slope that has gone stands for the activation's output, which may well be on both sides.
    """
    out = []
    used = uses(before) ^ uses(after)
    if before.atoms(Slope) != after.atoms(Slope):
        used |= {
            n
            for n in uses(before) | uses(after)
            if n in expander.definitions and expander.definitions[n].rhs.has(Activation)
        }
    for equation in reversed([e for name, e in expander.definitions.items() if name in used]):
        if all(axis in expander.sizes for axis in (*equation.lhs.axes, *_axes(equation.rhs))):
            out.append(expander.entries(equation))
    return out


def _with_assumption(difference: Expr, step: Step, expander: Expander, at: Mapping[Index, int]) -> Expr:
    """Solve the condition for its last unknown and put that in."""
    if step.assuming is None:
        return difference
    own = {i: 1 for i in step.assuming.summed.free_symbols if isinstance(i, Index)}
    for point in expander.points(i.axis for i in own):
        condition = expander.scalar(step.assuming.summed, dict(zip(own, point, strict=True))) - step.assuming.value
        last = max(condition.free_symbols, key=lambda s: s.name)
        difference = difference.xreplace({last: last - condition / condition.coeff(last)})
    return difference


def _is_zero(difference: Expr, definitions: Iterable[Mapping[Symbol, Expr]], seed: int) -> tuple[str, str]:
    """("zero" | "numeric" | "unknown" | "different", the counter-example). Exact attempts first; a counter-example before a long proof."""
    written = difference
    for entries in ({}, *definitions):
        written = written.xreplace(dict(entries))
        if written == 0 or expand(written) == 0:
            return "zero", ""
        in_full = Activation.written_out(written)
        tried, example = _sampled(in_full, seed)
        if not example:
            return ("zero", "") if expand(fraction(together(in_full))[0]) == 0 else ("numeric" if tried else "unknown", "")
    return "different", example


def _sampled(e: Expr, seed: int) -> tuple[int, str]:
    """(points tried, values at which an expression is not zero, or an empty text). 30 digits: rounding is never taken for a difference."""
    chance = random.Random(seed)
    names = sorted(e.free_symbols, key=str)
    tried = 0
    for _ in range(60):
        # All positive, all negative, then mixed: the slope of a ReLU is 1 at every positive point.
        signs = ((1,), (-1,))[tried] if tried < 2 else (1, -1)
        values = {s: Rational(chance.randint(1, 99), 100) * chance.choice(signs) for s in names}
        try:
            value = e.xreplace(values).evalf(30)
        except (TypeError, ValueError):  # SymPy, where a step function meets a complex number
            continue
        if value.has(nan, oo, zoo) or not value.is_number or value.is_extended_real is False:
            continue
        tried += 1
        if abs(value) > Float("1e-20"):
            shown = ", ".join(f"{s} = {v}" for s, v in list(values.items())[:8])
            return tried, f"{shown}: they differ by {float(value):.6g}"
        if tried == 10:
            break
    return tried, ""
