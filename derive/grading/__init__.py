"""Grading: right, wrong with the reason, or could not judge. The names that a teacher's tasks and tests use."""

from ..reading import read
from .choice import choice, free_formula
from .classroom import grade_class
from .code import function, gradient, interface, source
from .drawing import Draw
from .equality import same
from .filling import table
from .formula import formula
from .judging import grade, report_for
from .library import load_task
from .matrices import matrix
from .mistakes.damping import diagnose_damping
from .mistakes.diagnosis import Cause, Diagnosis
from .numbers import numbers
from .picking import pick
from .report import Report
from .sandbox.gradients import Gradients
from .sandbox.process import Call
from .sandbox.questions import Property, Script
from .stepping import descent
from .steps import steps
from .tasks import Task, varied
from .verdicts import Reveal, Verdict

__all__ = [
    "Call",
    "Cause",
    "Diagnosis",
    "Draw",
    "Gradients",
    "Property",
    "Report",
    "Reveal",
    "Script",
    "Task",
    "Verdict",
    "choice",
    "descent",
    "diagnose_damping",
    "formula",
    "free_formula",
    "function",
    "grade",
    "grade_class",
    "gradient",
    "interface",
    "load_task",
    "matrix",
    "numbers",
    "pick",
    "read",
    "report_for",
    "same",
    "source",
    "steps",
    "table",
    "varied",
]
