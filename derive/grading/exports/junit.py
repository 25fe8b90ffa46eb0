"""Results as JUnit XML: a suite for each task, a case for each student.

What is wrong or unreadable is a failure with the diagnosis as its message. What could not be judged is an error and not a skipped case,
since programs that read these files pass over what is skipped, and a person has to look at it. Nothing handed in is skipped.
"""

from __future__ import annotations

import re
from collections import Counter
from xml.etree import ElementTree as Xml

from ..report import Report
from ..results import Results, TaskInfo, outcome
from ..verdicts import RIGHT, UNDECIDED, UNREADABLE, WRONG

ELEMENT = {WRONG: "failure", UNREADABLE: "failure", UNDECIDED: "error"}
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(results: Results) -> str:
    """The whole file."""
    root = Xml.Element("testsuites", name="derive grade")
    for task in results.tasks:
        root.append(_suite(results, task))
    Xml.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(root, encoding="unicode")}\n'


def _suite(results: Results, task: TaskInfo) -> Xml.Element:
    cases = [_case(student, task, results.report(student, task.name)) for student in results.students]
    kinds = Counter(inner.tag for case in cases for inner in case)
    numbers = {"tests": len(cases), "failures": kinds["failure"], "errors": kinds["error"], "skipped": kinds["skipped"]}
    suite = Xml.Element("testsuite", {"name": plain(task.name), **{name: str(n) for name, n in numbers.items()}})
    suite.extend(cases)
    return suite


def _case(student: str, task: TaskInfo, report: Report | None) -> Xml.Element:
    case = Xml.Element("testcase", classname=plain(task.name), name=plain(student))
    if report is None:
        Xml.SubElement(case, "skipped", message="nothing was handed in")
        return case
    found = outcome(report)
    if found != RIGHT:
        inner = Xml.SubElement(case, ELEMENT[found], type=found, message=plain(_message(report, found)))
        inner.text = plain(report.feedback)
    return case


def _message(report: Report, found: str) -> str:
    """The first diagnosis, or what else there is to say first."""
    verdicts = [verdict for verdict in report.verdicts if verdict.verdict == found]
    told = [text for v in verdicts for text in (v.diagnosis, v.detail, v.counterexample) if text]
    return " ".join(told[0].split())[:300] if told else found


def plain(text: str) -> str:
    """The text without the characters that XML does not have."""
    return NOT_XML.sub("\ufffd", text)
