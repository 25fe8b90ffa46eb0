"""Identities between activations: each line is proved, and a wrong one is refuted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from derive.errors import DeriveError, Disagreement
from derive.identities import IDENTITIES, identity_derivation
from derive.printing import unicode

ENDS = {
    "two forms of sigma": ("e^x/(e^x + 1)", "σ(x)"),
    "symmetry of sigma": ("σ(-x)", "1 - σ(x)"),
    "tanh by sigma": ("tanh(x)", "2σ(2x) - 1"),
    "softplus of x and -x": ("softplus(x) - softplus(-x)", "x"),
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_it_leads_from_one_side_to_the_other_and_every_line_is_proved(name):
    derivation = identity_derivation(name)
    assert tuple(unicode(e, typed_order=True) for e in (derivation.start, derivation.result)) == ENDS[name]
    proofs = derivation.verify()
    assert len(proofs) == len(derivation.steps) >= 3 and all(step.why for step in derivation.steps)
    logarithms = name == "softplus of x and -x"
    assert {proof.verdict for proof in proofs} <= ({"proved", "undecided"} if logarithms else {"proved"})


@pytest.mark.parametrize("name", IDENTITIES)
def test_a_wrong_line_is_refuted(name):
    derivation = identity_derivation(name)
    *others, last = derivation.steps
    with pytest.raises(Disagreement):
        replace(derivation, steps=(*others, replace(last, after=last.after + 1))).verify()


def test_e_to_x_passes_through_the_usual_form():
    assert "1/(1 + e^(-x))" in [unicode(line, typed_order=True) for line in identity_derivation("two forms of sigma").lines]


def test_an_unknown_name():
    with pytest.raises(DeriveError, match="did you mean tanh by sigma"):
        identity_derivation("tanh by sigmoid")
