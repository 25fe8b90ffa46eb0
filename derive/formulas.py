"""The written-out formulas that several derivations pass through: 1 + e^(-z), e^z - e^(-z), e^z + e^(-z)."""

from __future__ import annotations

from sympy import Expr, exp

from .shape import ONE, minus, plus, still


def exp_minus(z: Expr) -> Expr:
    """e^(-z)"""
    return still(exp, minus(z))


def one_plus_exp_minus(z: Expr) -> Expr:
    """1 + e^(-z)"""
    return plus(ONE, exp_minus(z))


def difference_of_exps(z: Expr) -> Expr:
    """e^z - e^(-z)"""
    return plus(still(exp, z), minus(exp_minus(z)))


def sum_of_exps(z: Expr) -> Expr:
    """e^z + e^(-z)"""
    return plus(still(exp, z), exp_minus(z))
