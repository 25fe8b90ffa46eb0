"""Task files and submissions for the tests of a class run: a part that answers at once, and that can be made to fail in every way."""

from __future__ import annotations

import json
from pathlib import Path

PLANTED = """
import os, time
from dataclasses import dataclass
from derive.grading import Task, Verdict, varied

@dataclass(frozen=True)
class Echo:
    name: str = "echo"
    points: float = 1
    wanted: str = "right"

    def judge(self, answer, seed=0):
        with open({log!r}, "a") as log:
            log.write(f"{{answer}}\\t{{os.getpid()}}\\n")
        word = str(answer).split()[0]
        if word == "die":
            os._exit(3)
        if word == "hang":
            while True:
                pass
        if word == "raise":
            raise ZeroDivisionError("planted")
        if word == "leave":
            raise SystemExit
        if word == "slow":
            time.sleep(0.05)
        if word == "print":
            print('{{"report": 1}}', flush=True)
        if word == "look":
            return (Verdict(self.name, "could not judge", 0, self.points, str(answer), detail="too large"),)
        if word in ("right", "slow", "print", self.wanted):
            return (Verdict(self.name, "right", self.points, self.points, str(answer), r"\\frac{{a}}{{b}}"),)
        codes = ("sign",) if word == "sign" else ()
        told = "the sign is wrong" if codes else ""
        return (Verdict(self.name, "wrong", 0, self.points, str(answer), diagnosis=told, codes=codes, counterexample="at x = 1"),)

    def solution(self):
        return self.wanted

    def unfit(self):
        return ""

    def sheet(self, solved):
        return ()
"""
PLAIN = PLANTED + "\ntask = Task.of('Echo it', Echo())\n"
TWO = PLANTED + "\ntask = Task.of('Two parts', Echo('dC/dw'), Echo('dC/db'))\n"
VARIED = PLANTED + "\n@varied\ndef task(draw):\n    return Task.of('Varied', Echo(wanted=f'n{draw.whole(0, 1, 10**9)}'))\n"
FORMULA = """
from derive import derive
from derive.grading import Task
task = Task.formula("dC/dw", key=derive("(sigma(w*x + b) - y)^2/2", "w"), names={"a": "sigma(w*x + b)"})
"""
NUMBERS = """
from derive.grading import Task, varied
@varied
def task(draw):
    at = {"w": draw.number(0.5, 0.2, 0.9, "0.01"), "x": draw.number(2, 1, 3), "y": 0.3}
    return Task.table("By hand", ["z = w*x", "L = (z - y)^2"], at=at, cells="z L dL/dz", statement="Fill in what is missing.")
"""


def task_file(folder: Path, name: str, source: str) -> str:
    """Writes a task file that logs what it judges into FOLDER/log."""
    path = folder / f"{name}.py"
    path.write_text(source.replace("{log!r}", repr(str(folder / "log"))).replace("{{", "{").replace("}}", "}"))
    return str(path)


def judged(folder: Path) -> list[str]:
    """The answers that were judged, in order."""
    log = folder / "log"
    return [line.split("\t")[0] for line in log.read_text().splitlines()] if log.exists() else []


def hand_in(folder: Path, answers: dict[str, dict[str, object]]) -> Path:
    """FOLDER/in/STUDENT/TASK.txt, or .json for what is no text."""
    for student, by_task in answers.items():
        for task, answer in by_task.items():
            place = folder / "in" / student
            place.mkdir(parents=True, exist_ok=True)
            if isinstance(answer, str):
                (place / f"{task}.txt").write_text(answer, encoding="utf-8")
            else:
                (place / f"{task}.json").write_text(json.dumps(answer))
    return folder / "in"
