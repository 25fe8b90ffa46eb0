"""Results as a page for the teacher: one file without script, for the screen, light or dark, and for paper."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ...latex_mathml import mathml
from ..report import SIGNS, Report
from ..results import UNKNOWN, Mistake, Results, TaskInfo, counted, outcome
from ..verdicts import RIGHT, UNDECIDED, UNREADABLE, WRONG, Verdict

LONGEST = 3000  # characters of an answer that are shown
COMMONEST = 8  # mistakes in a chart
KINDS = {RIGHT: "right", WRONG: "wrong", UNDECIDED: "look", UNREADABLE: "unread"}
TEMPLATE = Path(__file__).with_name("page.html")


@dataclass(frozen=True)
class Chart:
    """The commonest mistakes, each with its share of those who handed in."""

    rows: tuple[tuple[Mistake, float], ...]
    more: int


def page(results: Results) -> str:
    """The page. What students wrote stands in it as text, whatever it is."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    environment.filters |= {"clip": clip, "points": _points, "percent": _percent}
    environment.globals |= {
        "kind": lambda found: KINDS[found],
        "sign": lambda found: SIGNS[found],
        "outcome": outcome,
        "formula": _formula,
        "told": _told,
        "part": _part,
        "unknown": UNKNOWN,
    }
    tasks = [_task(results, task) for task in results.tasks]
    titles = {task.name: task.title for task in results.tasks}
    return environment.from_string(TEMPLATE.read_text("utf-8")).render(
        results=results, tasks=tasks, titles=titles, whole=_chart(results, list(results.tasks)), numbers=_numbers(results),
        place=partial(_place, results), verdicts=tuple(KINDS),
    )  # fmt: skip


def _task(results: Results, task: TaskInfo) -> dict[str, Any]:
    reports = results.of_task(task)
    counts = counted(reports)
    bars = [(found, n, n / len(reports)) for found, n in counts.items() if n]
    return {"info": task, "count": len(reports), "mean": results.mean(task), "bars": bars, "chart": _chart(results, [task])}


def _chart(results: Results, tasks: list[TaskInfo]) -> Chart:
    found = results.mistakes(tasks)
    among = {task.name: len(results.of_task(task)) for task in tasks}
    shown = [m for m in found if m.codes != UNKNOWN][:COMMONEST]
    shown += [m for m in found if m.codes == UNKNOWN][: 1 if len(tasks) == 1 else 0]
    return Chart(tuple((m, len(m.students) / among[m.task]) for m in shown), len(found) - len(shown))


def _numbers(results: Results) -> list[tuple[str, int]]:
    return [(found, results.counts[found]) for found in KINDS]


def _place(results: Results, student: str, task: TaskInfo) -> str:
    """The name of the place of an answer on the page; it holds nothing that a student wrote."""
    return f"s{results.students.index(student) + 1}t{results.tasks.index(task) + 1}"


def _formula(latex: str) -> Any:
    """MathML, which is safe; or nothing."""
    from markupsafe import Markup

    return Markup(mathml(latex)) if latex else ""  # made of elements of formulas alone


def _told(verdict: Verdict, report: Report) -> list[tuple[str, str]]:
    """What there is to say about an answer, with what it is; what was said of an earlier part is not said again."""
    before = report.verdicts[: next(n for n, v in enumerate(report.verdicts) if v is verdict)]
    said = {text for v in before for text in (v.diagnosis, v.hint, v.ran)}
    every = [("why", verdict.diagnosis), ("note", verdict.detail), ("example", verdict.counterexample), ("hint", verdict.hint)]
    return [(what, text) for what, text in [*every, ("note", verdict.ran)] if text and text not in said]


def _part(verdict: Verdict, report: Report) -> str:
    """The name of a part without that of the task, which stands above it."""
    return verdict.part.removeprefix(report.task).lstrip(":, ") or verdict.part


def clip(text: str, longest: int = LONGEST) -> str:
    """The beginning of a text, and how much more there is."""
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text) - longest} characters more)"


def _points(value: float) -> str:
    return f"{value:.3g}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
