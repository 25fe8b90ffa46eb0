"""Results in Gradescope's format: a results.json for each student, a test for each verdict."""

from __future__ import annotations

import json
from typing import Any

from ..report import Report
from ..results import Results, TaskInfo
from ..roster import file_names
from ..verdicts import RIGHT, Verdict


def gradescope(results: Results) -> dict[str, str]:
    """The text of each file by its name, STUDENT.json."""
    names = file_names(list(results.students))
    return {f"{names[student]}.json": _student(results, student) for student in results.students}


def _student(results: Results, student: str) -> str:
    tests = [test for task in results.tasks for test in _tests(task, results.report(student, task.name))]
    found = {
        "score": round(results.points(student), 6),
        "output": f"{results.points(student):.4g} of {results.out_of:.4g} points",
        "stdout_visibility": "hidden",
        "tests": tests,
    }
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _tests(task: TaskInfo, report: Report | None) -> list[dict[str, Any]]:
    if report is None:
        return [{"name": task.title, "score": 0, "max_score": task.points, "output": "nothing was handed in", "visibility": "visible"}]
    return [_test(verdict) for verdict in report.verdicts]


def _test(verdict: Verdict) -> dict[str, Any]:
    return {
        "name": verdict.part,
        "score": round(verdict.points, 6),
        "max_score": round(verdict.out_of, 6),
        "status": "passed" if verdict.verdict == RIGHT else "failed",
        "output": str(verdict),
        "output_format": "text",
        "visibility": "visible",
    }
