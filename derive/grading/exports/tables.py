"""Results as a CSV table for a spreadsheet, and as JSON with everything in it."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from ..results import Results, outcome

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with these a spreadsheet begins a formula


def csv_table(results: Results) -> str:
    """A line for each student: points for each task, nothing where nothing was handed in, and their sum."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["student", *(_cell(task.name) for task in results.tasks), "points", "out_of"])
    for student in results.students:
        reports = [results.report(student, task.name) for task in results.tasks]
        points = ["" if report is None else _number(report.points) for report in reports]
        writer.writerow([_cell(student), *points, _number(results.points(student)), _number(results.out_of)])
    return text.getvalue()


def _cell(text: str) -> str:
    """A text that a spreadsheet does not run: with an apostrophe before what would be a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _number(value: float) -> str:
    return f"{value:.6g}"


def json_text(results: Results) -> str:
    """All of it: tasks, students, every report, counts, mistakes, notices."""
    tasks = [{"name": t.name, "title": t.title, "out_of": t.points, "mean": round(results.mean(t), 6)} for t in results.tasks]
    students = [_student(results, student) for student in results.students]
    mistakes = [
        {"task": m.task, "codes": list(m.codes), "diagnosis": m.sentence, "students": list(m.students), "answer": m.answer}
        for m in results.mistakes()
    ]
    found = {"counts": results.counts, "tasks": tasks, "students": students, "mistakes": mistakes, "notices": list(results.notices)}
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _student(results: Results, student: str) -> dict[str, Any]:
    reports = {task.name: results.report(student, task.name) for task in results.tasks}
    judged = {name: {"outcome": outcome(report), **report.as_data()} for name, report in reports.items() if report is not None}
    marks = {"points": results.points(student), "out_of": results.out_of, "variant": results.variants.get(student)}
    return {"student": student, **marks, "tasks": judged}
