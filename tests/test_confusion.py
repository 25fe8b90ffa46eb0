"""No false "right", no false "wrong": a table over all answers, printed with -s."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from confusion_answers import HOSTILE, RIGHT, TASKS, UNREADABLE, WRONG

from derive.grading import grade
from derive.grading import verdicts as v


def judged(task: str, answer: str):
    (verdict,) = grade(TASKS[task], answer).verdicts
    return verdict


@pytest.mark.parametrize("task", TASKS)
def test_right_answers_in_other_clothes_are_right(task):
    found = {answer: judged(task, answer) for answer in RIGHT[task]}
    assert {a: (f.verdict, f.detail) for a, f in found.items() if f.verdict != v.RIGHT} == {}
    assert not any(f.diagnosis for f in found.values())


@pytest.mark.parametrize("task", TASKS)
def test_wrong_answers_are_wrong(task):
    found = {answer: judged(task, answer) for answer, _ in WRONG[task]}
    assert {a: (f.verdict, f.detail) for a, f in found.items() if f.verdict != v.WRONG} == {}
    assert all(f.points == 0 and (f.counterexample or "shapes" in f.diagnosis) for f in found.values())


@pytest.mark.parametrize("answer", UNREADABLE, ids=range(len(UNREADABLE)))
def test_what_cannot_be_read_costs_nothing_and_earns_nothing(answer):
    for task in TASKS:
        found = judged(task, answer)
        assert found.verdict == v.UNREADABLE and found.points == 0 and found.detail, task


@pytest.mark.parametrize("answer", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_answers_are_refused_or_wrong(answer):
    for task in TASKS:
        found = judged(task, answer)
        assert found.verdict in (v.UNREADABLE, v.WRONG, v.UNDECIDED) and found.points == 0, task


def diagnoses() -> Counter[str]:
    """How often the diagnosis has the words that it should have, others, or none."""
    counted: Counter[str] = Counter()
    for task, answers in WRONG.items():
        for answer, words in answers:
            told = judged(task, answer).diagnosis
            if words is None:
                counted["none, and none is due" if not told else "a story where none is due"] += 1
            else:
                counted["as it should be" if re.search(words, told) else "another" if told else "none"] += 1
    return counted


def test_most_diagnoses_say_what_was_done(capsys):
    counted, due = diagnoses(), sum(words is not None for answers in WRONG.values() for _, words in answers)
    right, wrong = (sum(map(len, table.values())) for table in (RIGHT, WRONG))
    with capsys.disabled():
        print(f"\n{right} right, {wrong} wrong, {len(UNREADABLE)} unreadable and {len(HOSTILE)} hostile answers; of the wrong ones:")
        for kind, number in counted.most_common():
            print(f"  {number:4d}  {kind}")
    assert right + wrong + len(UNREADABLE) + len(HOSTILE) >= 150
    assert counted["as it should be"] >= 0.9 * due


def test_the_table_can_fail():
    assert judged("slope", "a(1+a)").verdict != judged("slope", "a(1-a)").verdict
    assert not re.search("tanh", judged("slope", "a(1+a)").diagnosis)
