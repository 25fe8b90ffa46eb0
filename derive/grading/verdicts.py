"""What becomes of one answer: right, wrong with the reason, unreadable, or could not judge; never a guess."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..errors import DeriveError

RIGHT, WRONG, UNDECIDED, UNREADABLE = "right", "wrong", "could not judge", "unreadable"
VERDICTS = (RIGHT, WRONG, UNDECIDED, UNREADABLE)
LOOK = "a person has to look at it"
# Why two answers could not be compared, by what the comparison says of itself.
NOT_DECIDED = {
    "no point": "no values were found at which both can be computed",
    "too large": "the numbers become too large",
    "time": "it would take too long",
    "not known": "a part of it cannot be computed",
}


@dataclass(frozen=True)
class Verdict:
    """The judgement of one part of a submission.

    part            what was judged: "dC/dw", "line 3", "w1"
    points, out_of  marks, and how many there are
    answer          as it was given; `reading`: how it was read, as LaTeX
    diagnosis       what is wrong, in one sentence; `hint`: what to think about; `codes`: names of the mistakes, for statistics
    counterexample  values at which the answer and what is expected differ, and both results
    detail          what else there is to say: where reading stopped, why nothing could be judged, how the answer was found equal
    follow_through  whether marks were given because the answer follows from an earlier, wrong one
    ran             how a student's code was kept apart while it ran
    """

    part: str
    verdict: str
    points: float
    out_of: float
    answer: str = ""
    reading: str = ""
    diagnosis: str = ""
    hint: str = ""
    counterexample: str = ""
    detail: str = ""
    codes: tuple[str, ...] = ()
    follow_through: bool = False
    ran: str = ""

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise DeriveError(f"there is no verdict {self.verdict!r}", "Verdict", f"verdicts: {', '.join(VERDICTS)}")

    def __str__(self) -> str:
        marks = f"{self.points:.3g} of {self.out_of:.3g}"
        lines = [f"{self.part}: {self.verdict} ({marks})"]
        lines += [f"  {text}" for text in (self.diagnosis, self.detail, self.counterexample) if text]
        lines += [f"  hint: {self.hint}"] if self.hint else []
        return "\n".join(lines)


@dataclass(frozen=True)
class Reveal:
    """What feedback tells a student; the verdict itself is always told."""

    diagnosis: bool = True
    hint: bool = True
    counterexample: bool = True

    def applied(self, verdict: Verdict) -> Verdict:
        """The verdict without what is not to be told. The codes of mistakes stay: they are for the teacher's statistics."""
        return replace(
            verdict,
            diagnosis=verdict.diagnosis if self.diagnosis else "",
            hint=verdict.hint if self.hint else "",
            counterexample=verdict.counterexample if self.counterexample else "",
        )


SHOW_ALL = Reveal()
