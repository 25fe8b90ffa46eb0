"""The lessons run, their notebooks are those of their sources, and `derive lessons` copies, opens and writes them as pages."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import lesson_notebooks
import nbformat
import psutil
import pytest
from nbconvert import HTMLExporter

from derive.cli import main
from derive.errors import DeriveError
from derive.latex_mathml import mathml
from derive.lessons import executing, library, pages, serving
from derive.lessons.cells import body, markdown
from derive.lessons.folder import copy
from derive.lessons.library import LESSONS, Lesson, chosen, lessons
from derive.lessons.mathematics import formulas_of, with_formulas
from derive.widgets import Curve

ROOT = Path(__file__).resolve().parents[1]
HERE = sorted(LESSONS.glob("[0-9][0-9]_*.ipynb"))
TESTS = Path(__file__).resolve().parent
SECONDS = 180  # for one cell

FIRST = r"""# %% [markdown]
# # Slopes of $\sigma$
#
# The slope is $\sigma'(z)$, as in [the next lesson](02_next.ipynb#errors).
#
# $$\frac{\partial C}{\partial a} \tag{BP1}$$

# %% tags=["kept"]
import sys

from IPython.display import HTML, Latex, display

display(HTML("<p>An output with $w_{jk}$</p><script>alert(1)</script>"), Latex(r"$$a \odot b$$"))
print("a < b", sys.stdin is None)
"""
SECOND = """# %% [markdown]
# # Errors

# %%
print(1)
"""
FAILING = """# %% [markdown]
# # Fails

# %%
a = 1

# %%
b = a + missing
"""


@pytest.fixture
def planted(tmp_path):
    """A folder with two lessons, sources and notebooks."""
    return plant(tmp_path / "lessons", {"01_first": FIRST, "02_next": SECOND})


def plant(folder, sources):
    folder.mkdir(exist_ok=True)
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(source, "utf-8")
    for path, text in lesson_notebooks.notebooks(folder).items():
        path.write_bytes(text.encode("utf-8"))
    return folder


@pytest.fixture
def command(planted, monkeypatch, capsys):
    """`derive lessons` on the planted lessons: the exit status, what it printed, and what it said."""
    monkeypatch.setattr(library, "lessons", partial(lessons, planted))

    def run(*arguments):
        status = main(["lessons", *map(str, arguments)])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


# The lessons themselves


def test_there_are_thirteen_lessons_and_an_appendix():
    assert [path.stem[:2] for path in HERE] == [f"{n:02}" for n in range(1, 15)]


@pytest.mark.parametrize("path", HERE, ids=lambda path: path.stem)
def test_lesson_runs(path, tmp_path):
    """Every cell runs in a kernel of its own; there, every exercise is solved by its key and its wrong answers are caught."""
    notebook = nbformat.read(path, as_version=4)
    asked = f"import sys; sys.path.insert(0, {str(TESTS)!r}); import lesson_checks; print(lesson_checks.report())"
    notebook.cells.append(nbformat.v4.new_code_cell(asked))
    nbformat.write(notebook, tmp_path / path.name)
    cells = executing.executed(lessons(tmp_path)[0], SECONDS)
    assert not said_on_stderr(cells)
    found = json.loads("".join(output["text"] for output in cells[-1]["outputs"]))
    assert not found["problems"]
    assert 2 <= len(found["graded"]) and found["predictions"] >= (1 if path != HERE[-1] else 0), found
    assert found["steppers"] and found["sliders"] and found["work"] == 1, found


@pytest.mark.parametrize("path", HERE, ids=lambda path: path.stem)
def test_a_lesson_has_its_parts(path):
    """A heading with its number, a question, how long it takes; its work at the end, and the way to the next."""
    cells = nbformat.read(path, as_version=4).cells
    first = cells[0]["source"]
    assert first.startswith((f"# {int(path.stem[:2])}. ", "# Appendix", "# 14. ")) and "?" in first, first
    assert "minutes" in first
    assert re.fullmatch(rf'MyWork\("my_work_{path.stem[:2]}.json"\)', cells[-1]["source"])
    words = "".join(cell["source"] for cell in cells if cell["cell_type"] == "markdown")
    place = HERE.index(path)
    if place + 1 < len(HERE):
        assert f"]({HERE[place + 1].name})" in words
    for linked in re.findall(r"\]\(([^)]*\.ipynb)\)", words):
        assert (path.parent / linked).is_file(), linked
    assert not re.search(r"0\.\d*0000000\d", words)


def said_on_stderr(cells):
    outputs = [output for cell in cells if cell["cell_type"] == "code" for output in cell["outputs"]]
    return [output["text"] for output in outputs if output["output_type"] == "stream" and output["name"] == "stderr"]


def test_a_planted_warning_is_found(tmp_path):
    plant(tmp_path, {"01_a": "# %%\nimport warnings\n\nwarnings.warn('planted')\n"})
    (said,) = said_on_stderr(executing.executed(lessons(tmp_path)[0]))
    assert "planted" in said


def test_nbconvert_shows_the_picture_and_the_words_of_a_figure():
    """As Jupyter saves it with its outputs: without the state of the widgets, the live view cannot be shown."""
    bundle = dict(Curve("x^2", at=3)._repr_mimebundle_())
    cell = nbformat.v4.new_code_cell("Curve(...)", outputs=[nbformat.v4.new_output("execute_result", bundle, execution_count=1)])
    page, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    assert 'class="derive-static"' in page and "the slope is 6" in page and "<math" in page
    assert 'class="s1"' in page


def test_the_notebooks_are_those_of_their_sources():
    assert not lesson_notebooks.stale(), "run: python tests/lesson_notebooks.py"


def test_a_planted_stale_notebook_is_found(planted):
    assert lesson_notebooks.stale(planted) == []
    (planted / "02_next.py").write_text(SECOND.replace("print(1)", "print(2)"), "utf-8")
    (planted / "03_alone.ipynb").write_text("{}", "utf-8")
    plant(planted / "more", {"01_a": SECOND})
    (planted / "more" / "01_a.ipynb").unlink()
    assert lesson_notebooks.stale(planted) == ["02_next.ipynb", "03_alone.ipynb"]
    assert lesson_notebooks.stale(planted / "more") == ["01_a.ipynb"]


def test_a_source_gives_the_same_bytes_always():
    made = lesson_notebooks.notebook(FIRST, "07_first")
    assert made == lesson_notebooks.notebook(FIRST, "07_first") and made.endswith("}\n")
    notebook = json.loads(made)
    assert [cell["id"] for cell in notebook["cells"]] == ["07-1", "07-2"]
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"} and notebook["nbformat_minor"] == 5
    assert [cell["metadata"] for cell in notebook["cells"]] == [{}, {"tags": ["kept"]}]
    assert notebook["cells"][1]["outputs"] == [] and notebook["cells"][1]["execution_count"] is None
    assert "jupytext" not in made


def test_a_notebook_is_valid():
    import nbformat

    nbformat.validate(nbformat.reads(lesson_notebooks.notebook(FIRST, "01_first"), as_version=4))


def test_the_wheel_holds_lessons_with_their_sources(tmp_path):
    """That the wheel holds every file is a test of tests/test_project.py: here, that no setting leaves out a notebook."""
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / "derive").mkdir()
    (tmp_path / "derive" / "__init__.py").touch()
    plant(tmp_path / "lessons", {"01_first": FIRST})
    build = "from hatchling.builders.wheel import WheelBuilder as Wheel\n"
    build += "print(*(file.distribution_path for file in Wheel('.').recurse_included_files()))"
    done = subprocess.run([sys.executable, "-c", build], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert {"lessons/01_first.py", "lessons/01_first.ipynb"} <= set(done.stdout.split())


# Which lessons


def test_lessons_have_numbers_and_titles(planted):
    assert [(lesson.number, lesson.name, lesson.title) for lesson in lessons(planted)] == [
        ("01", "01_first", r"Slopes of $\sigma$"),
        ("02", "02_next", "Errors"),
    ]


def test_a_choice_of_lessons(planted):
    every = lessons(planted)
    assert chosen(every, None) == every and chosen(every, "2, 01") == every and chosen(every, "02") == every[1:]
    for wrong in ("3", "x", "1,x", ""):
        with pytest.raises(DeriveError, match=r"there is no lesson .*there are 01, 02"):
            chosen(every, wrong)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"cells": [1]}', '{"cells": [{}]}', "\x00"])
def test_what_is_no_notebook_is_said(text, tmp_path):
    (tmp_path / "01_a.ipynb").write_text(text)
    with pytest.raises(DeriveError, match=r"01_a\.ipynb: this is no notebook"):
        lessons(tmp_path)


def test_no_lessons_are_said(tmp_path):
    (tmp_path / "notes.ipynb").write_text("{}")
    with pytest.raises(DeriveError, match="there are no lessons"):
        lessons(tmp_path)


def test_the_list(command):
    assert command("--list") == (0, "01  Slopes of $\\sigma$\n02  Errors\n", "")
    assert command("--list", "--only", "2") == (0, "02  Errors\n", "")


# The copy


def test_a_copy_never_writes_over_a_file(command, planted, tmp_path):
    mine = tmp_path / "a" / "mine"
    assert command(mine, "--copy-only", "--only", "01") == (0, "", f"1 lesson copied into {mine}\n")
    assert (mine / "01_first.ipynb").read_bytes() == (planted / "01_first.ipynb").read_bytes()
    (mine / "01_first.ipynb").write_text("my work")
    status, _, said = command(mine, "--copy-only")
    assert status == 0 and said == f"1 lesson copied into {mine}\n1 lesson in {mine} already, left as it is\n"
    assert (mine / "01_first.ipynb").read_text() == "my work"
    assert command(mine, "--copy-only")[2] == f"2 lessons in {mine} already, left as they are\n"
    assert sorted(path.name for path in mine.iterdir()) == ["01_first.ipynb", "02_next.ipynb"]


def test_the_folder_has_a_name_of_its_own(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert command("--copy-only")[0] == 0 and (tmp_path / "derive-lessons" / "02_next.ipynb").is_file()


@pytest.mark.parametrize("links", [True, False])
def test_copies_at_the_same_time_do_no_harm(planted, tmp_path, monkeypatch, links):
    if not links:
        monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(PermissionError("no links here")))
    copied = []
    threads = [threading.Thread(target=lambda: copied.append(copy(lessons(planted), tmp_path / "mine"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(copied) == 8 and all(len(one.new) + len(one.kept) == 2 for one in copied)
    assert sum(len(one.new) for one in copied) == 2 or not links
    assert {path.name: path.read_bytes() for path in (tmp_path / "mine").iterdir()} == {
        path.name: path.read_bytes() for path in planted.glob("*.ipynb")
    }


def test_a_copy_that_fails_leaves_nothing(planted, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(DeriveError, match="the lessons cannot be copied: No space left on device"):
        copy(lessons(planted), tmp_path / "mine")
    assert list((tmp_path / "mine").iterdir()) == []


def test_a_link_to_nowhere_is_left(planted, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "01_first.ipynb").symlink_to(tmp_path / "gone.ipynb")
    assert len(copy(lessons(planted), tmp_path / "mine").kept) == 1 and not (tmp_path / "gone.ipynb").exists()


def test_a_folder_that_cannot_be_used_is_said_in_one_line(command, tmp_path):
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        status, _, said = command(folder, "--copy-only")
        assert status == 2 and said == f"derive: {folder}: this is a file, and a folder is needed; give another name\n"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder in which nobody can write")
def test_a_folder_that_cannot_be_written_is_said_in_one_line(command):
    status, _, said = command("/proc/self/lessons", "--copy-only")
    assert status == 2 and "the lessons cannot be copied" in said and said.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [("--list", "--copy-only"), ("--html", "x", "--voila"), ("--list", "--port", "1"), ("--html", "x", "mine"), ("--list", "mine")],
)
def test_what_does_not_go_together_is_said(command, arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = set(tmp_path.iterdir())
    status, _, said = command(*arguments)
    assert status == 2 and said.count("\n") == 1 and arguments[0].strip("-") in said
    assert set(tmp_path.iterdir()) == before


# Pages


class Page(HTMLParser):
    """The elements of a page, where it links to, and what it would load."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.links, self.loads = [], [], []
        self.feed(text)
        self.loads += re.findall(r"@import|url\(", text)

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.links += [value for name, value in attrs if tag == "a" and name == "href"]
        self.loads += [value for name, value in attrs if name in ("src", "srcset", "data", "poster") and not value.startswith("data:")]
        self.loads += [tag] if tag in ("script", "link", "iframe", "object", "embed") else []
        self.loads += [name for name, _ in attrs if name.startswith("on")]

    handle_startendtag = handle_starttag


def test_what_a_page_would_load_is_found():
    for text in ("<script src=a>", "<img src='https://a/b.png'/>", "<link href=x>", "<style>@import 'x'</style>", "<b onclick=x>"):
        assert Page(text).loads, text
    assert not Page("<img src='data:image/png;base64,AA=='>").loads and Page("<a href=x>").links == ["x"]


def test_pages_need_nothing_else(command, tmp_path):
    made = tmp_path / "made" / "pages"
    status, printed, said = command("--html", made)
    assert (status, printed) == (0, "") and "1/2 01_first" in said and f"2 of 2 lessons written into {made}" in said
    assert sorted(path.name for path in made.iterdir()) == ["01_first.html", "02_next.html", "index.html"]
    for path in made.iterdir():
        page = Page(text := path.read_text("utf-8"))
        assert not page.loads, page.loads
        assert {link.partition("#")[0] for link in page.links} <= {"", *(path.name for path in made.iterdir())}
        assert "default-src 'none'" in text and "prefers-color-scheme: dark" in text
        assert "$" not in re.sub("(?s)<title>.*?</title>|<pre>.*?</pre>", "", text)
    first = (made / "01_first.html").read_text("utf-8")
    assert Page(first).elements.count("math") == 5 and "a &lt; b" in first and "(BP1)" in first
    assert "alert(1)" not in first.partition('class="output"')[2]
    assert Page(first).links == ["index.html", "02_next.html", "02_next.html#errors", "index.html", "02_next.html"]
    assert Page((made / "02_next.html").read_text("utf-8")).links == ["01_first.html", "index.html"] * 2
    assert Page((made / "index.html").read_text("utf-8")).links == ["01_first.html", "02_next.html"]


def test_a_choice_of_pages_keeps_the_others_in_the_contents(planted, tmp_path):
    every = lessons(planted)
    quiet = {"every": every, "say": lambda line: None}
    assert not pages.write_pages(every[:1], tmp_path / "made", **quiet)
    first = (tmp_path / "made" / "01_first.html").read_bytes()
    assert Page((tmp_path / "made" / "index.html").read_text("utf-8")).links == ["01_first.html"]
    assert not pages.write_pages(every[1:], tmp_path / "made", **quiet)
    assert Page((tmp_path / "made" / "index.html").read_text("utf-8")).links == ["01_first.html", "02_next.html"]
    assert (tmp_path / "made" / "01_first.html").read_bytes() == first


def test_a_lesson_that_fails_is_named_and_the_others_are_written(command, planted, tmp_path):
    plant(planted, {"01_first": FAILING})
    status, _, said = command("--html", tmp_path / "made")
    assert status == 1 and "lesson 01_first, cell 3 (b = a + missing): NameError: name 'missing' is not defined" in said
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == ["02_next.html", "index.html"]
    assert Page((tmp_path / "made" / "02_next.html").read_text("utf-8")).links == ["index.html"] * 2


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("# %%\nimport time\n\ntime.sleep(60)\n", "cell 1 (import time)"),
        ("# %%\na = 1\n\n# %%\nimport os\n\nos._exit(1)\n", "cell 2 (import os)"),
        ("# %% tags=['raises-exception']\n1 / 0\n", "cell 1 (1 / 0): ZeroDivisionError: division by zero"),
    ],
    ids=["too long", "kernel dies", "an error that is marked"],
)
def test_other_failures_are_named(source, named, tmp_path):
    plant(tmp_path, {"04_a": source})
    before = kernels()
    with pytest.raises(DeriveError, match=re.escape(f"lesson 04_a, {named}")):
        executing.executed(lessons(tmp_path)[0], seconds=2)
    assert kernels() <= before


def kernels():
    return {child.pid for child in psutil.Process().children(recursive=True) if child.status() != psutil.STATUS_ZOMBIE}


def test_a_lesson_runs_in_an_empty_folder(tmp_path):
    plant(tmp_path, {"01_a": "# %%\nimport os\n\nprint(os.listdir(), os.getcwd())\n"})
    (cell,) = executing.executed(lessons(tmp_path)[0])
    listed, _, folder = cell["outputs"][0]["text"].strip().partition(" ")
    assert listed == "[]" and not Path(folder).exists()


def test_without_the_extra_the_pages_say_what_to_install(command, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "nbclient", None)
    status, _, said = command("--html", tmp_path / "made")
    assert status == 2 and said.endswith("derive: nbclient is not installed; pip install 'derive-nn[lessons]'\n")


# Formulas and outputs


@pytest.mark.parametrize(
    ("text", "math"),
    [
        ("a $x$ b", 1),
        ("$x$ and $$y$$", 2),
        (r"\(x\) \[y\]", 2),
        (r"\begin{align*} a &= b \\ c &= d \end{align*}", 1),
        ("costs \\$5 and \\$6", 0),
        ("costs $5", 0),
        ("", 0),
    ],
)
def test_formulas_in_text(text, math):
    assert formulas_of(text).count("<math") == math


def test_formulas_in_html():
    text = '<p title="$a$">a &lt; $b$ &amp; <code>$c$</code><pre>$d$</pre><svg viewBox="0 0 1 1"><text>$e$ &lt;</text></svg></p>'
    made = with_formulas(text)
    assert made.count("<math") == 1 and "a &lt; <math" in made and "</math> &amp; <code>$c$" in made
    assert '<p title="$a$">' in made and 'viewBox="0 0 1 1"' in made and "<text>$e$ &lt;</text>" in made and "<pre>$d$" in made
    assert with_formulas("a<script>alert('$x$')</script>b<link rel=x>") == "ab"


def test_what_is_no_formula_is_shown_as_it_is_written():
    assert formulas_of(r"$<\frac{$") == r'<code class="latex">&lt;\frac{</code>'
    assert r'<code class="latex">\unheard{x}</code>' in formulas_of(r"$$\unheard{x}$$")


@pytest.mark.parametrize(
    ("latex", "has"),
    [
        (r"\begin{align*} a &= b \\ c &= d \end{align*}", ("<mtable", 'columnalign="right"', 'columnalign="left"')),
        (r"\begin{aligned} a &= b \\[2pt] c &= d \end{aligned}", ("<mtable", "<mtr><mtd", "<mi>d</mi>")),
        (r"\begin{gathered} a \\ b \end{gathered}", ("<mtable",)),
        (r"\underbrace{x}_{\text{loss}}", ("<munder>", "⏟", "<mtext>loss</mtext>")),
        (r"\operatorname{swish}(z)", ('<mo lspace="0" rspace="0">swish</mo>',)),
        (r"a \odot b", ("⊙",)),
        (r"\tfrac{1}{2} \dfrac{1}{2} \frac{1}{2}", ("<mfrac>",)),
        (r"|x| = \begin{cases} x & x > 0 \\ -x & \text{otherwise} \end{cases}", ("{</mo>", "<mtable>", "otherwise")),
        (r"\text{put in $\frac{\partial C}{\partial a}$ now}", ("<mtext>put in </mtext>", "<mfrac>", "<mtext> now</mtext>")),
        (r"a = b \tag{BP1}", ('<mspace width="2em"', "(BP1)")),
        (r"a \quad b", ('<mspace width="1em"',)),
        (r"\boxed{a}", ("<mi>a</mi>",)),
        (r"\color{red}{x}", ("<mi>x</mi>",)),
        (r"2 \ln x", ('<mo lspace="0.167em" rspace="0.167em">ln</mo>',)),
    ],
)
def test_formulas_of_lessons_become_mathml(latex, has):
    made = mathml(latex, display=True).replace("\N{NO-BREAK SPACE}", " ")
    assert made.startswith('<math display="block">') and all(part in made for part in has), made
    assert "&amp;" not in made and "[2pt]" not in made


def cell(**data):
    return {"cell_type": "code", "metadata": {}, "source": "", "outputs": [{"output_type": "display_data", "data": data}]}


def test_outputs_show_the_best_that_needs_no_script():
    live = {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "FloatSlider()"}
    assert "Interactive in the notebook" in body([cell(**live)]) and "FloatSlider" not in body([cell(**live)])
    assert "<b>static</b>" in body([cell(**live, **{"text/html": "<b>static</b>"})])
    assert 'src="data:image/png;base64,QUJD"' in body([cell(**{"image/png": "QU\nJD\n", "text/plain": "Figure"})])
    assert "<svg" in body([cell(**{"image/svg+xml": "<svg></svg>", "image/png": "QUJD"})])
    assert "<math" in body([cell(**{"text/latex": "$$x$$", "text/plain": "x"})])
    assert "a &lt; b" in body([cell(**{"text/plain": "a < b"})])
    stream = {"output_type": "stream", "name": "stdout", "text": "10%\r100%\n\x1b[1mbold\x1b[0m <"}
    made = body([{**cell(), "outputs": [stream]}])
    assert "10%" not in made.replace("100%", "") and "ansi-bold" in made and "&lt;" in made


def test_cells_that_a_lesson_hides_are_hidden():
    code = {"cell_type": "code", "source": "secret = 1", "outputs": []}
    assert "secret" not in body([{**code, "metadata": {"tags": ["remove_cell"]}}])
    assert "secret" not in body([{**code, "metadata": {"jupyter": {"source_hidden": True}}}])
    assert "secret" in body([{**code, "metadata": {}}])


def test_markdown():
    made = markdown("## A *b*\n\n$a_1$ *x* $b_2$\n\n| a |\n|---|\n| $x$ |\n\n<details><summary>More</summary>\n\n$y$\n\n</details>")
    assert made.count("<math") == 4 and "<em>x</em>" in made and "<table>" in made and "<summary>More" in made and "¶" not in made
    assert '<a href="02_next.html">' in markdown("[n](02_next.ipynb)")


# The servers

START = """
import sys
from functools import partial
from pathlib import Path
from derive.lessons import library
library.lessons = partial(library.lessons, Path(sys.argv[1]))
from derive.cli import main
sys.exit(main(["lessons", *sys.argv[2:]]))
"""


def a_free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def answer(address, patience=60.0, **more):
    request, end = urllib.request.Request(address, **more), time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(request, timeout=10) as got:
                return got.read().decode()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def kill(process, children):
    """Ends a process that a test started, and what that had started, whatever is left of them."""
    if process.poll() is None:
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    process.wait()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminated"])
@pytest.mark.parametrize("server", ["jupyterlab", "voila"])
def test_a_server_answers_and_ends_with_all_that_it_started(server, stop, planted, tmp_path):
    port, mine, said = a_free_port(), tmp_path / "mine", tmp_path / "said"
    choice = ["--voila"] if server == "voila" else []
    environment = {**os.environ, "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"), "JUPYTER_CONFIG_DIR": str(tmp_path / "config")}
    with open(said, "wb") as file:
        command = [sys.executable, "-c", START, str(planted), str(mine), "--no-browser", "--port", str(port), *choice]
        process = subprocess.Popen(command, stderr=file, stdout=file, cwd=tmp_path, env=environment, start_new_session=True)
    children = []
    try:
        if server == "voila":
            assert "Errors" in answer(f"http://127.0.0.1:{port}/voila/render/02_next.ipynb")
            assert f"Voila starts at http://127.0.0.1:{port}/" in said.read_text("utf-8")
        else:
            assert "version" in answer(f"http://127.0.0.1:{port}/api")
            token = re.search(r"token=(\w+)", said.read_text("utf-8"))[1]
            header = {"Authorization": f"token {token}"}
            assert "02_next.ipynb" in answer(f"http://127.0.0.1:{port}/api/contents", headers=header)
            kernels = f"http://127.0.0.1:{port}/api/kernels"
            new, end = json.loads(answer(kernels, headers=header, data=b"{}", method="POST", patience=5)), time.monotonic() + 60
            # A kernel that is still loading answers Ctrl-C with a traceback of its own; what it says first is that it is there.
            while json.loads(answer(kernels, headers=header))[0]["last_activity"] == new["last_activity"]:
                assert time.monotonic() < end
                time.sleep(0.1)
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) >= 2  # the server and a kernel
        process.send_signal(stop)
        assert process.wait(40) == 0, said.read_text("utf-8")
        _gone, alive = psutil.wait_procs(children, timeout=10)
        assert not alive
    finally:
        kill(process, children)
    assert "Traceback" not in said.read_text("utf-8")


def test_a_port_in_use_is_said_in_one_line(command, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, _, said = command(tmp_path / "mine", "--no-browser", "--port", port)
    assert status == 2 and said.endswith(f"derive: the port {port} is in use; give another with --port\n")


@pytest.mark.parametrize(("server", "choice"), [("jupyterlab", ()), ("voila", ("--voila",))])
def test_without_the_extra_lessons_are_copied_and_it_is_said_what_to_install(server, choice, command, tmp_path, monkeypatch):
    find = serving.importlib.util.find_spec
    monkeypatch.setattr(serving.importlib.util, "find_spec", lambda name: None if name == server else find(name))
    mine = tmp_path / "mine"
    status, _, said = command(mine, *choice)
    missing = f"derive: {serving.SHOWN[server]} is not installed; pip install 'derive-nn[lessons]'\n"
    assert (status, said) == (2, f"2 lessons copied into {mine}\n{missing}")
    assert len(list(mine.iterdir())) == 2


def test_the_command_line_of_a_server_names_this_machine_only(tmp_path):
    for server in ("jupyterlab", "voila"):
        line = serving.command(server, tmp_path, 1234, browser=False)
        assert line[0] == sys.executable and "--no-browser" in line and "127.0.0.1" in " ".join(line) and str(tmp_path) in " ".join(line)
        assert "--no-browser" not in serving.command(server, tmp_path, 1234, browser=True)


def test_ctrl_c_while_pages_are_made_leaves_no_kernel(tmp_path):
    plant(tmp_path / "slow", {"01_slow": "# %%\nimport time\n\ntime.sleep(60)\n"})
    command = [sys.executable, "-c", START, str(tmp_path / "slow"), "--html", str(tmp_path / "made")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    children, end = [], time.monotonic() + 30
    try:
        while not children and time.monotonic() < end:
            time.sleep(0.1)
            children = psutil.Process(process.pid).children(recursive=True)
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=40)
        assert process.returncode == 130 and said.endswith("derive: interrupted\n") and "Traceback" not in said, said
        _gone, alive = psutil.wait_procs(children, timeout=10)
        assert children and not alive
    finally:
        kill(process, children)


def test_a_lesson_is_a_path_and_a_title(tmp_path):
    lesson = Lesson(tmp_path / "12_a_b.ipynb", "A")
    assert (lesson.number, lesson.name) == ("12", "12_a_b")
