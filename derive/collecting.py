"""Equal factors and equal terms: f f = f^2, f/f = 1, f + f = 2 f, f - f = 0."""

from __future__ import annotations

from sympy import Add, Expr, Function, Integer, Mul, Number, Pow, exp

from .shape import (
    ONE,
    Factors,
    evaluated,
    fraction,
    is_exp,
    is_negative,
    joined,
    minus,
    plus,
    power,
    rebuilt,
    still,
    times,
)
from .tidy import arithmetic, within

LIMIT = 64  # terms up to which brackets are multiplied out to see whether something cancels


def equal_factors(e: Expr) -> Expr:
    """f f = f^2, f/f = 1"""
    e = within(e, equal_factors)
    if not isinstance(e, Mul):
        return e
    number, factors = fraction(e)
    powers = _powers(factors)
    return e if len(powers) == len(factors) else _from_powers(number, powers)


Powers = dict[Expr, tuple[Expr, Number]]  # a base as SymPy would have it -> the base as it was written, its exponent


def _base(f: Expr) -> tuple[Expr, Number]:
    """The base and the exponent: u^3 is (u, 3), and e^(-2z) is (e^z, -2)."""
    if is_exp(f):
        number = f.exp.args[0] if isinstance(f.exp, Mul) else ONE
        return (still(exp, times(*f.exp.args[1:])), number) if isinstance(number, Number) and number != 1 else (f, ONE)
    if isinstance(f, Pow) and isinstance(f.args[1], Number):
        return f.args[0], f.args[1]
    return f, ONE


def _key(base: Expr) -> Expr:
    """What says that two bases are the same. Two that are the same number, such as sin(0) and sign(0), are still two."""
    tidied = evaluated(base)
    return base if tidied.is_number else tidied


def _powers(factors: Factors) -> Powers:
    found: Powers = {}
    for factor, side in factors:
        base, exponent = _base(factor)
        key = _key(base)
        shown, before = found.get(key, (base, Integer(0)))
        found[key] = (shown, before + side * exponent)
    return found


def _from_powers(number: Number, powers: Powers) -> Expr:
    factors: Factors = []
    for base, n in powers.values():
        if is_exp(base) and n != 0:
            factors.append((base if n == 1 else still(exp, arithmetic(times(n, base.exp))), 1))
        elif n != 0:
            factors.append((power(base, abs(n)), 1 if n > 0 else -1))
    return joined(number, factors)


def common_factor(e: Expr) -> Expr:
    """(g f + g h)/g^2 = (f + h)/g"""
    e = within(e, common_factor)
    if not isinstance(e, Mul):
        return e
    number, factors = fraction(e)
    for n, (factor, side) in enumerate(factors):
        if isinstance(factor, Add) and side > 0:
            terms = [(c, _powers(f)) for c, f in map(fraction, factor.args)]
            for k, (under, where) in enumerate(factors):
                base, most = _base(under)
                key = _key(base)
                if where < 0 and isinstance(most, Integer):
                    shared = min([most, *(powers[key][1] if key in powers else Integer(0) for _, powers in terms)])
                    if shared > 0:
                        rest = [(c, powers | {key: (base, powers[key][1] - shared)}) for c, powers in terms]
                        below: Factors = [(power(base, most - shared), -1)] if most > shared else []
                        factors[n], factors[k : k + 1] = (_sum_of(rest), 1), below
                        return joined(number, factors)
    return e


def factors_into_terms(e: Expr) -> Expr:
    """(f/g + h) g = f + h g, where what a bracket is multiplied by cancels everything below the lines in it"""
    e = within(e, factors_into_terms)
    if not isinstance(e, Mul):
        return e
    number, factors = fraction(e)
    for n, (factor, side) in enumerate(factors):
        if side > 0 and isinstance(factor, Add):
            terms = [(c, _powers(f)) for c, f in map(fraction, factor.args)]
            below = {key: max(-p[key][1] for _, p in terms if key in p) for _, powers in terms for key, (_, k) in powers.items() if k < 0}
            rest = _powers([pair for k, pair in enumerate(factors) if k != n])
            if below and all(key in rest and rest[key][1] >= k for key, k in below.items()):
                moved = {key: (rest[key][0], k) for key, k in below.items()}
                inside = _sum_of([(c, _together(powers, moved)) for c, powers in terms])
                left = {key: (base, k - below.get(key, 0)) for key, (base, k) in rest.items() if k != below.get(key, 0)}
                outside = _from_powers(ONE, left) if left else None
                return arithmetic(times(*([number] if number != 1 else []), inside, *([outside] if outside is not None else [])))
    return e


# Equal terms

Monomial = tuple[Number, Powers]


def equal_terms(e: Expr) -> Expr:
    """f + f = 2 f, f - f = 0; brackets are multiplied out where terms then cancel"""
    if isinstance(e, Mul):
        return _collected_factors(e)
    e = within(e, equal_terms)
    return _collected(e) if isinstance(e, Add) else e


def _collected_factors(e: Mul) -> Expr:
    """A product with a bracket in which something cancelled: a minus before it goes into it, -(y - a) = a - y."""
    parts = [equal_terms(a) for a in e.args]
    changed = any(old != new and isinstance(new, (Add, Mul)) for old, new in zip(e.args, parts, strict=True))
    if changed and parts[0] == -1:
        number, factors = fraction(times(*parts[1:]))
        for n, (factor, side) in enumerate(factors):
            if side > 0 and isinstance(factor, Add) and is_negative(factor.args[-1]):
                turned = plus(*sorted((_turned(t) for t in factor.args), key=is_negative))
                return joined(number, [*factors[:n], (turned, 1), *factors[n + 1 :]])
    return rebuilt(e, parts)


def _turned(e: Expr) -> Expr:
    return arithmetic(minus(e))


def _collected(e: Add) -> Expr:
    plain = [_monomials(a, expand=False) for a in e.args]
    merged = _merged([m for part in plain for m in part or []])
    if len(merged) < len(e.args):
        return _sum_of(merged)
    expanded = [_monomials(a, expand=True) for a in e.args]
    if any(part is None for part in expanded):
        return e
    every = [m for part in expanded for m in part or []]
    merged = _merged(every)
    if len(merged) == len(every) or len(merged) > len(e.args):
        return e
    return _factored(merged)


def _monomials(e: Expr, expand: bool) -> list[Monomial] | None:
    """A term as a sum of products of powers; None where there would be too many."""
    number, factors = fraction(e)
    opened = [f for f, side in factors if side > 0 and _opens(f, expand)]
    found: list[Monomial] = [(number, _powers([(f, side) for f, side in factors if f not in opened]))]
    for factor in opened:
        base, n = (factor, 1) if isinstance(factor, Add) else (factor.args[0], int(factor.args[1]))
        parts = [_monomials(a, expand) for a in base.args]
        for _ in range(n):
            if any(p is None for p in parts) or len(found) * sum(len(p or []) for p in parts) > LIMIT:
                return None
            found = [(c * d, _together(p, q)) for c, p in found for part in parts for d, q in part or []]
    return found


def _opens(f: Expr, expand: bool) -> bool:
    squared = isinstance(f, Pow) and isinstance(f.args[0], Add) and f.args[1] in (2, 3)
    return expand and (isinstance(f, Add) or squared)


def _together(p: Powers, q: Powers) -> Powers:
    joint = dict(p)
    for key, (base, n) in q.items():
        shown, before = joint.get(key, (base, Integer(0)))
        joint[key] = (shown, before + n)
    return {key: value for key, value in joint.items() if value[1] != 0}


def _merged(monomials: list[Monomial]) -> list[Monomial]:
    """Equal products of powers as one, in the order in which they first appear; none with the number 0."""
    found: dict[frozenset[tuple[Expr, Number]], Monomial] = {}
    for number, powers in monomials:
        key = frozenset((base, n) for base, (_, n) in powers.items())
        found[key] = (found[key][0] + number if key in found else number, found[key][1] if key in found else powers)
    return [m for m in found.values() if m[0] != 0]


def _sum_of(monomials: list[Monomial]) -> Expr:
    terms = [_from_powers(number, powers) for number, powers in monomials]
    return plus(*sorted(terms, key=is_negative)) if terms else Integer(0)


def _factored(monomials: list[Monomial]) -> Expr:
    """The sum with the factors that all of its terms share in front of the bracket, after it where the bracket has functions in it."""
    if len(monomials) < 2:
        return _sum_of(monomials)
    shared = set.intersection(*({(key, n) for key, (_, n) in powers.items() if n > 0} for _, powers in monomials))
    if not shared:
        return _sum_of(monomials)
    common = {key: value for key, value in monomials[0][1].items() if (key, value[1]) in shared}
    rest = _sum_of([(c, {k: v for k, v in powers.items() if k not in common}) for c, powers in monomials])
    outside = _from_powers(ONE, common)
    return times(rest, outside) if rest.has(Function) else times(outside, rest)
