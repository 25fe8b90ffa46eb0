"""Grading: right, wrong with the reason, or could not judge. The names that a teacher's tasks and tests use."""

from ..reading import read
from .choice import choice
from .code import function, gradient, interface, source
from .equality import same
from .filling import table
from .formula import formula
from .judging import grade, report_for
from .matrices import matrix
from .report import Report
from .sandbox.process import Call
from .sandbox.questions import Property
from .steps import steps
from .tasks import Task, varied
from .verdicts import Reveal, Verdict

__all__ = [
    "Call",
    "Property",
    "Report",
    "Reveal",
    "Task",
    "Verdict",
    "choice",
    "formula",
    "function",
    "grade",
    "gradient",
    "interface",
    "matrix",
    "read",
    "report_for",
    "same",
    "source",
    "steps",
    "table",
    "varied",
]
