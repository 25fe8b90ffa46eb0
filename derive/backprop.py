"""Backpropagation of a network: the sweep's equations, labelled as Nielsen labels them, and the derivation of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from .derivation import Derivation
from .equations import Equation, uses
from .errors import DeriveError
from .exact import held
from .indices import Quantity, contract
from .sheets import NetworkEquations, Shown
from .steps import Proof, Step
from .sweep import Adjoint, Sweep, put_in, reverse_sweep


class Backprop(Shown):
    """The backward equations of a network. `bp["w2"]` is the equation of dC/dw2, `bp.derivation("w2")` the steps that lead to it.

    Labels: BP1 the error of the output layer, BP2 the error of a layer below, BP3 the gradient by a bias, BP4 the gradient by a weight.
    """

    def __init__(self, forward: NetworkEquations) -> None:
        self.forward = forward

    @cached_property
    def batch(self) -> Sweep:
        """The sweep over the equations of a batch: the sample index is an index like any other."""
        return _swept(self.forward)

    @cached_property
    def single(self) -> Sweep:
        """The sweep over the equations of one sample."""
        return _swept(self.forward.single or self.forward)

    @cached_property
    def equations(self) -> tuple[Equation, ...]:
        """The backward pass of a batch, in order, labelled."""
        return labelled(self.batch)

    def __iter__(self) -> Iterator[Equation]:
        return iter(self.equations)

    def __len__(self) -> int:
        return len(self.equations)

    def __getitem__(self, name: str) -> Equation:
        """The equation of dC/d`name`, or that which is itself called `name` (delta2)."""
        found = next((e for e in self.equations if name in (e.lhs.of, e.name)), None)
        if found is None:
            raise DeriveError(f"there is no gradient called {name!r}", "backprop", f"there are {self._names()}")
        return found

    def _names(self) -> str:
        return ", ".join(e.lhs.of if e.lhs.role == "gradient" else e.name for e in self.equations)

    def derivation(self, name: str, form: str = "component") -> Derivation:
        """The steps from the chain rule to dC/d`name`: of one sample ("component"), or of a batch ("batch")."""
        if form not in ("component", "batch"):
            raise DeriveError(f"the form is {form!r}, expected 'component' or 'batch'", "derivation")
        sweep = self.batch if form == "batch" else self.single
        return _derivation(self._found(sweep, name), sweep)

    def derivations(self, form: str = "component") -> dict[str, Derivation]:
        """Every derivation, those that later ones put in included, in the order of the sweep."""
        sweep = self.batch if form == "batch" else self.single
        return {a.of.name: _derivation(a, sweep) for a in sweep.adjoints}

    def unrolled(self, name: str) -> Derivation:
        """dC/d`name` of one sample with every error below the output put in: one slope and one weight for each layer on the way.

        This product is why gradients vanish: a sigmoid's slope is at most 1/4.
        """
        sweep = self.single
        adjoint = self._found(sweep, name)
        place = {a.equation.name: n for n, a in enumerate(sweep.adjoints)}
        definitions = {a.equation.name: a.equation for a in sweep.adjoints}
        now, taken = adjoint.equation.rhs, [i.name for i in adjoint.equation.indices]
        steps = [Step("from the sweep", adjoint.equation.reference, now)]
        with held():
            while inside := uses(now) & set(definitions):
                last = max(inside, key=lambda n: place[n])  # the one found last depends on the others
                after = contract(put_in(now, {last: definitions[last]}), taken)
                steps.append(Step(f"put in {last}", now, after))
                now = after
        return Derivation(adjoint.equation.reference, tuple(steps), sweep.context, _quantities(sweep))

    def _found(self, sweep: Sweep, name: str) -> Adjoint:
        adjoint = sweep.of(name)
        if adjoint is None:
            raise DeriveError(f"there is no gradient called {name!r}", "derivation", f"there are {self._names()}")
        return adjoint

    def verify(self) -> tuple[Proof, ...]:
        """The proof of every step of every derivation; raises `Disagreement` at the first that is wrong."""
        return tuple(proof for form in ("component", "batch") for d in self.derivations(form).values() for proof in d.verify())

    def sheet(self, batch: bool) -> tuple[tuple[Equation, ...], Mapping[str, Quantity]]:
        sweep = self.batch if batch else self.single
        return labelled(sweep), _quantities(sweep)


def _swept(forward: NetworkEquations) -> Sweep:
    return reverse_sweep(forward, forward.items[-1].name, forward.assumptions)


def _quantities(sweep: Sweep) -> dict[str, Quantity]:
    return {**sweep.forward.quantities, **{a.equation.name: a.equation.lhs for a in sweep.adjoints}}


def _derivation(adjoint: Adjoint, sweep: Sweep) -> Derivation:
    return Derivation(adjoint.equation.reference, adjoint.steps, sweep.context, _quantities(sweep))


def labelled(sweep: Sweep) -> tuple[Equation, ...]:
    """The named backward equations with the label that their place in the network gives them."""
    last = next((e.name for e in sweep.backward if e.lhs.role == "error"), "")
    by_role = {"bias": "BP3", "weight": "BP4"}

    def label(equation: Equation) -> str:
        if equation.lhs.role == "error":
            return "BP1" if equation.name == last else "BP2"
        return by_role.get(sweep.forward.quantities[equation.lhs.of].role, "")

    return tuple(replace(e, label=label(e)) for e in sweep.backward)
