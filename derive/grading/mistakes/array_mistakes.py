"""Mistakes planted in a formula over arrays: each gives the formula that somebody who makes it writes down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sympy import Add, Expr, Indexed, Integer, Mul, Rational, Sum

from ...equations import Equation
from ...exact import held
from ...indices import SAMPLES, Index, Quantity, canonical, name_of
from ...notation import UNICODE
from ...ops import Activation, Slope
from ...printing import Printer


@dataclass(frozen=True)
class Wrong:
    """A formula with one mistake in it, and what there is to say of it."""

    code: str
    sentence: str
    hint: str
    rhs: Expr


OF_THE_WHOLE = {"sign", "factor.twice", "factor.half", "batch.not_divided", "batch.divided_twice"}


def planted(equation: Equation, quantities: Mapping[str, Quantity], definitions: Mapping[str, Equation] | None = None) -> Iterator[Wrong]:
    """Every mistake, at every place where it can be made; `definitions` say what an error is made of."""
    with held():
        for rows in (_factors, _lost, _paths, _turned, _slopes, _names):
            yield from rows(equation, quantities)
        yield from _unsloped(equation, quantities, definitions or {})


def pairs(singles: Sequence[Wrong], equation: Equation, quantities: Mapping[str, Quantity]) -> Iterator[Wrong]:
    """A mistake together with a lost or wrong factor of the whole, which goes with any other."""
    with held():
        for one in singles:
            for other in _factors(replace(equation, rhs=one.rhs), quantities):
                if one.code not in OF_THE_WHOLE or one.code < other.code:  # of two of the whole, each pair once
                    told = f"two mistakes: {one.sentence}; and {other.sentence}"
                    yield Wrong(f"{one.code}+{other.code}", told, one.hint, other.rhs)


def _unsloped(equation: Equation, quantities: Mapping[str, Quantity], definitions: Mapping[str, Equation]) -> Iterator[Wrong]:
    """The error of a later layer without its slope."""
    for entry in sorted(equation.rhs.atoms(Indexed), key=str):
        definition = definitions.get(name_of(entry))
        if definition is not None and definition.lhs.role == "error":
            rhs = canonical(definition.at(entry.indices), {i.name for i in equation.rhs.atoms(Index)})
            for slope in sorted(rhs.atoms(Slope), key=str):
                told = f"in {_shown(entry, quantities)} the slope {_shown(slope, quantities)} is missing"
                without = _replaced(equation.rhs, entry, _replaced(rhs, slope, Integer(1)))
                yield Wrong("chain.slope_missing", told, "Which link of the chain lies between z and a?", without)


def _factors(equation: Equation, quantities: Mapping[str, Quantity]) -> Iterator[Wrong]:
    e = equation.rhs
    yield Wrong("sign", "the sign is wrong", "Which of the two terms carries a minus?", Mul(Integer(-1), e))
    yield Wrong("factor.twice", "it is twice what is expected", "Where does the 1/2 of the loss go?", Mul(Integer(2), e))
    half = "What does a square give when it is differentiated?"
    yield Wrong("factor.half", "it is half of what is expected", half, Mul(Rational(1, 2), e))
    samples = next((i.axis for i in e.atoms(Index) if i.axis.letters == SAMPLES), None)
    if samples is not None:
        mean = "Is the loss a sum or a mean over the samples, and where does its 1/m stand already?"
        yield Wrong("batch.not_divided", "the division by the number of samples is missing", mean, Mul(samples.size, e))
        yield Wrong("batch.divided_twice", "it is divided by the number of samples once too often", mean, Mul(1 / samples.size, e))


def _lost(equation: Equation, quantities: Mapping[str, Quantity]) -> Iterator[Wrong]:
    """One factor left out."""
    for factor in dict.fromkeys(_factors_of(equation.rhs)):
        without = _replaced(equation.rhs, factor, Integer(1))
        shown = _shown(factor, quantities)
        if isinstance(factor, Slope):
            yield Wrong("chain.slope_missing", f"the slope {shown} is missing", "Which link of the chain lies between z and a?", without)
        else:
            hint = "Write down every link of the chain: one factor each."
            yield Wrong("chain.factor_missing", f"the factor {shown} is missing", hint, without)


def _paths(equation: Equation, quantities: Mapping[str, Quantity]) -> Iterator[Wrong]:
    """One of several terms left out, or with the other sign."""
    for total in sorted(equation.rhs.atoms(Add), key=str):
        for term in total.args:
            if not term.atoms(Indexed):
                continue
            shown = _shown(-term if term.could_extract_minus_sign() else term, quantities)
            without = Add(*(t for t in total.args if t is not term))
            if not set(equation.indices) & term.free_symbols - without.free_symbols:
                told = f"the term {shown} is missing"
                hint = "How many terms has it, and where does each come from?"
                yield Wrong("branch.path_lost", told, hint, _replaced(equation.rhs, total, without))
            negated = _replaced(equation.rhs, total, Add(without, Mul(Integer(-1), term)))
            yield Wrong("sign", f"the sign of {shown} is wrong", "Which of the terms carries a minus?", negated)


def _turned(equation: Equation, quantities: Mapping[str, Quantity]) -> Iterator[Wrong]:
    """A square matrix in the place of its transpose: no shape shows it."""
    for entry in sorted(equation.rhs.atoms(Indexed), key=str):
        own = quantities.get(name_of(entry))
        if own is not None and len(own.axes) == 2 and own.axes[0] == own.axes[1]:
            i, j = entry.indices
            turned = _replaced(equation.rhs, entry, own[j, i])
            told = f"{_shown(own[j, i], quantities)} stands where {_shown(entry, quantities)} belongs: it is transposed"
            yield Wrong("shape.transposed", told, "Over which index of the weights is the sum?", turned)


def _slopes(equation: Equation, quantities: Mapping[str, Quantity]) -> Iterator[Wrong]:
    for slope in sorted(equation.rhs.atoms(Slope), key=str):
        shown, inside = _shown(slope, quantities), slope.args[0]
        value = slope.activation(inside)
        told = f"{_shown(value, quantities)} stands where its slope {shown} belongs"
        yield Wrong("activation.itself", told, "What is the derivative of the activation?", _replaced(equation.rhs, slope, value))
        output = type(slope)(value)
        told = f"the slope is taken at the output, and belongs at {_shown(inside, quantities)}"
        yield Wrong("activation.slope_at_output", told, "At which argument is the slope taken?", _replaced(equation.rhs, slope, output))


def _names(equation: Equation, quantities: Mapping[str, Quantity]) -> Iterator[Wrong]:
    """One array in the place of another of the same shape."""
    for entry in sorted(equation.rhs.atoms(Indexed), key=str):
        own = quantities.get(name_of(entry))
        for other in quantities.values():
            if own is not None and other.name != own.name and other.axes == own.axes:
                swapped = _replaced(equation.rhs, entry, other[entry.indices])
                told = f"{_shown(other[entry.indices], quantities)} stands where {_shown(entry, quantities)} belongs"
                yield Wrong("name.other", told, "Which layer does this belong to, and is it z or a?", swapped)


def _factors_of(e: Expr) -> list[Expr]:
    if isinstance(e, Sum):
        return _factors_of(e.function)
    if isinstance(e, Mul):
        return [f for a in e.args for f in _factors_of(a)]
    return [e] if e.atoms(Indexed) else []


def _replaced(e: Expr, old: Expr, new: Expr) -> Expr:
    """The expression with a part replaced, activations and slopes left as they are."""
    if e == old:
        return new
    if isinstance(e, Indexed) or not e.args:
        return e
    if isinstance(e, Sum):
        return Sum(_replaced(e.function, old, new), *e.limits)
    return e.func(*(_replaced(a, old, new) for a in e.args), **({"evaluate": False} if isinstance(e, Activation) else {}))


def _shown(e: Expr, quantities: Mapping[str, Quantity]) -> str:
    return Printer(UNICODE, quantities=quantities).expression(e).string
