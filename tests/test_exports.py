"""What a class run writes: tables, JUnit XML, Gradescope's files and the page; whatever students write stays text in all of them."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from derive.grading import Report, Verdict
from derive.grading.exports import FILES, export
from derive.grading.exports.gradescope import gradescope
from derive.grading.exports.junit import junit
from derive.grading.exports.page import clip, page
from derive.grading.exports.tables import csv_table, json_text
from derive.grading.results import UNKNOWN, Results, TaskInfo
from derive.latex_mathml import mathml

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ 7*7 }}{% for x in y %}",
    "</title></style></main>",
    "]]>&amp;\x00\x08\ud800\uffff",
    "x" * 200_000,
    "=HYPERLINK(1)",
    "' onmouseover='alert(1)",
    "\N{RIGHT-TO-LEFT OVERRIDE}abc",
)


def verdict(kind="right", points=None, **more):
    return Verdict("t", kind, float(kind == "right") if points is None else points, 1, **more)


def results(reports, tasks=("t1", "t2"), students=None, **more):
    infos = tuple(TaskInfo(name, f"Task {name}", 2 if name == "t2" else 1, "Do it.") for name in tasks)
    return Results(infos, tuple(students or dict.fromkeys(s for s, _ in reports)), reports, more.pop("variants", {}), **more)


def report(*verdicts, notes=()):
    return Report("t", verdicts, notes)


SIGN = {"diagnosis": "the sign is wrong", "codes": ("sign",), "hint": "Which way?", "counterexample": "at x = 1: 2, not 3"}
CLASS = results(
    {
        ("ada", "t1"): report(verdict(answer="a/b", reading=r"\frac{a}{b}")),
        ("ada", "t2"): report(verdict("wrong", **SIGN), verdict(answer="2")),
        ("bo", "t1"): report(verdict("wrong", **SIGN)),
        ("bo", "t2"): report(verdict("could not judge", detail="too large: a person has to look at it")),
        ("cy", "t1"): report(verdict("unreadable", answer="(a", detail="the '(' is never closed\n(a\n^"), notes=("not asked for: q",)),
        ("dee", "t1"): report(verdict("wrong", answer="17")),
    },
    students=("ada", "bo", "cy", "dee", "eve"),
    variants={"ada": 7},
    notices=("x/y.doc: left out",),
)


def hostile():
    every = {}
    for n, text in enumerate(HOSTILE):
        for kind in ("right", "wrong", "could not judge", "unreadable"):
            texts = dict.fromkeys(("answer", "reading", "diagnosis", "hint", "counterexample", "detail", "ran"), text)
            found = Verdict(text, kind, 0, 1, codes=(text,), **texts)
            every[(f"{text[:300]}{n}{kind}", "t1")] = Report(text, (found, found), (text,))
    infos = (TaskInfo("t1", HOSTILE[0], 1, HOSTILE[1]),)
    return Results(infos, tuple(s for s, _ in every), every, {s: 1 for s, _ in every}, HOSTILE)


class Elements(HTMLParser):
    """Elements and attributes of a page, and whether each is closed in its turn."""

    VOID = frozenset({"meta", "br", "link", "img", "input", "hr"})

    def __init__(self, text):
        super().__init__()
        self.elements, self.attributes, self.links, self.ids, self.open, self.crossed = set(), set(), set(), [], [], []
        self.text = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name in ("href", "src", "action", "formaction"):
                self.links.add(value)
            if name == "id":
                self.ids.append(value)
            if name == "style":
                assert re.fullmatch(r"width: [\d.]+%", value), value
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.crossed.append(tag)

    def handle_data(self, data):
        self.text.append(data)


KNOWN = set(
    "html head meta title style body main header footer section h1 h2 h3 p div span b strong i a code".split()
    + "ul ol li table thead tbody tr th td".split()
) | set("math mrow mi mn mo mfrac msup msub mtext".split())


@pytest.mark.parametrize("made", [CLASS, hostile()], ids=["class", "hostile"])
def test_a_page_has_no_element_but_its_own(made):
    text = page(made)
    found = Elements(text)
    assert found.elements <= KNOWN, found.elements - KNOWN
    assert not {name for name in found.attributes if name.startswith("on")} and "src" not in found.attributes
    assert found.links and all(re.fullmatch(r"#s\d+(t\d+)?", link) for link in found.links)
    assert not found.open and not found.crossed
    assert len(found.ids) == len(set(found.ids)) and {link[1:] for link in found.links} <= set(found.ids)
    assert "default-src 'none'" in text and "prefers-color-scheme: dark" in text and "@media print" in text
    assert len(text) < 3_000_000


def test_planted_markup_would_be_found():
    assert "script" in Elements("<script>alert(1)</script>").elements - KNOWN
    assert Elements("<b onclick=x>").attributes == {"onclick"} and Elements("<b><i></b>").crossed


def test_hostile_texts_are_shown_as_they_are():
    shown = "".join(Elements(page(hostile())).text)
    for text in HOSTILE[:5]:
        assert text in shown
    assert "197000 characters more" in shown and clip("abc", 2) == "ab… (1 characters more)"


def test_the_page_says_what_there_is():
    shown = " ".join("".join(Elements(page(CLASS)).text).split())
    assert "5 students, 2 tasks, 6 submissions" in shown
    assert shown.index("Needs a look") < shown.index("Commonest mistakes") < shown.index("Points") < shown.index("Left out")
    assert "? bo, Task t2 – too large Commonest" in shown  # without the words that are the same for all
    told = ("the sign is wrong", "Hint: Which way?", "at x = 1: 2, not 3", "never closed", "asked for: q", "x/y.doc", "variant 7")
    for text in told:
        assert text in shown
    assert "<mfrac><mi>a</mi><mi>b</mi></mfrac>" in page(CLASS).replace("<mrow>", "").replace("</mrow>", "")
    assert "Needs a look" not in page(results({("a", "t1"): report(verdict())}))


def test_what_was_said_of_one_part_is_not_said_again():
    made = page(results({("a", "t1"): report(*(verdict("wrong", diagnosis="it stops", ran="under x") for _ in range(3)))}))
    assert made.count('<div class="why">it stops') == made.count("under x") == 1


def test_an_empty_class_has_a_page_as_well():
    for made in (results({}), results({}, students=("a",))):
        for text in (write(made) for write in FILES.values()):
            assert text


def test_the_commonest_mistakes_come_first_and_a_student_counts_once():
    two = report(verdict("wrong", **SIGN), verdict("wrong", **SIGN))
    either = report(verdict("wrong", codes=("b", "a"), diagnosis="either a or b"))
    odd = report(verdict("wrong"))
    own = ("line 1: SystemExit",)
    alone = report(verdict("wrong", diagnosis=own[0]))
    reports = {"p": two, "q": report(verdict("wrong", **SIGN)), "r": either, "s": odd, "u": odd, "v": alone}
    made = results({(student, "t1"): found for student, found in reports.items()})
    found = [(m.codes, m.students) for m in made.mistakes()]
    assert found == [(("sign",), ("p", "q")), (UNKNOWN, ("s", "u")), (("a", "b"), ("r",)), (own, ("v",))]
    assert made.mistakes()[0].sentence == "the sign is wrong" and not made.mistakes([made.tasks[1]])


# Formulas


def test_formulas_become_mathml():
    assert mathml(r"\frac{\partial C}{\partial w}") == (
        '<math display="inline"><mrow><mfrac><mrow><mo>∂</mo><mi>C</mi></mrow><mrow><mo>∂</mo><mi>w</mi></mrow></mfrac></mrow></math>'
    )
    assert '<mo lspace="0" rspace="0">′</mo>' in mathml(r"\sigma'(z)") and "negativethin" not in mathml(r"\sigma\!\left(z\right)")
    assert mathml(r"\left(a - y\right) a \odot w^{2}_{jk}")
    assert mathml("x = -2, (-3)a - b").count('<mo form="prefix">−</mo>') == 2


@pytest.mark.parametrize(
    "latex",
    [r"\href{javascript:alert(1)}{x}", r"\style{background:url(x)}{x}", r"\class{a}{x}", r"<script>alert(1)</script>", r"\color{red}{x}"],
)
def test_formulas_carry_nothing_else(latex):
    for name in re.findall(r"<(\w+)", mathml(latex)):
        assert name in KNOWN
    assert not re.search(r"href|style|class|<script|color", re.sub(r">[^<]*<", "><", mathml(latex)))


def test_what_is_no_formula_is_shown_as_it_is_written():
    for latex in (r"\frac{", "{" * 500, "x" * 5000, r"\left(", "\x00"):
        assert isinstance(mathml(latex), str)
    assert mathml("x" * 5000) == "" and mathml(r"\frac{") == ""
    assert "<code>\\frac{</code>" in page(results({("a", "t1"): report(verdict(reading=r"\frac{", answer="x"))}))


# Tables


def test_the_csv_table_has_a_line_for_each_student():
    rows = list(csv.DictReader(io.StringIO(csv_table(CLASS))))
    assert [row["student"] for row in rows] == ["ada", "bo", "cy", "dee", "eve"]
    assert (rows[0]["t1"], rows[0]["t2"], rows[0]["points"], rows[0]["out_of"]) == ("1", "1", "2", "3")
    assert (rows[1]["t2"], rows[2]["t2"], rows[4]["t1"], rows[4]["points"]) == ("0", "", "", "0")


def test_a_spreadsheet_runs_nothing():
    made = results({(name, "t1"): report(verdict()) for name in ("=cmd()", "+1", "-1", "@x", "\tx", "ok")})
    assert [row[0] for row in csv.reader(io.StringIO(csv_table(made)))][1:] == ["'=cmd()", "'+1", "'-1", "'@x", "'\tx", "ok"]


def test_json_has_everything():
    found = json.loads(json_text(CLASS))
    assert found["counts"] == {"right": 1, "wrong": 3, "could not judge": 1, "unreadable": 1}
    assert found["students"][0]["tasks"]["t1"]["outcome"] == "right" and found["students"][0]["variant"] == 7
    assert Report.from_data(found["students"][1]["tasks"]["t2"]) == CLASS.report("bo", "t2")
    assert [(m["task"], m["codes"], m["students"]) for m in found["mistakes"]] == [
        ("t1", ["sign"], ["bo"]), ("t2", ["sign"], ["ada"]), ("t1", list(UNKNOWN), ["dee"]),
    ]  # fmt: skip
    assert found["notices"] == list(CLASS.notices)


# JUnit


def test_junit_has_a_suite_for_each_task_and_a_case_for_each_student():
    root = ElementTree.fromstring(junit(CLASS).encode())
    first, second = root.findall("testsuite")
    assert first.attrib == {"name": "t1", "tests": "5", "failures": "3", "errors": "0", "skipped": "1"}
    assert second.attrib == {"name": "t2", "tests": "5", "failures": "1", "errors": "1", "skipped": "3"}
    cases = {case.get("name"): case for case in first}
    assert cases["ada"].find("failure") is None and len(cases["ada"]) == 0
    assert cases["bo"].find("failure").get("message") == "the sign is wrong" and "Which way?" in cases["bo"].find("failure").text
    assert cases["cy"].find("failure").get("type") == "unreadable" and "never closed" in cases["cy"].find("failure").get("message")
    assert cases["eve"].find("skipped") is not None
    assert {case.get("name"): case for case in second}["bo"].find("error").get("type") == "could not judge"


def test_junit_stays_xml_whatever_is_in_it():
    root = ElementTree.fromstring(junit(hostile()).encode())
    assert len(root.findall("testsuite/testcase")) == 4 * len(HOSTILE)
    assert any("<script>" in case.get("name") for case in root.iter("testcase"))


# Gradescope


def test_gradescope_has_a_file_for_each_student_with_its_documented_fields():
    files = {name: json.loads(text) for name, text in gradescope(CLASS).items()}
    assert sorted(files) == ["ada.json", "bo.json", "cy.json", "dee.json", "eve.json"]
    ada = files["ada.json"]
    assert ada["score"] == 2 and len(ada["tests"]) == 3 and ada["stdout_visibility"] == "hidden"
    for found in files.values():
        for test in found["tests"]:
            assert 0 <= test["score"] <= test["max_score"] and test["visibility"] == "visible" and test["name"]
            assert test.get("status", "failed") in ("passed", "failed") and isinstance(test["output"], str)
    assert files["eve.json"]["tests"][0]["output"] == "nothing was handed in" and files["eve.json"]["score"] == 0
    assert len(gradescope(hostile())) == 4 * len(HOSTILE)


# Files


def test_every_file_of_the_table_is_written_whole(tmp_path):
    for made in (CLASS, hostile()):
        export(made, tmp_path)
        for name in FILES:
            assert (tmp_path / name).read_text("utf-8")
    assert len(list((tmp_path / "gradescope").iterdir())) == 5 + 4 * len(HOSTILE)
    assert not list(tmp_path.glob("**/*.part"))
