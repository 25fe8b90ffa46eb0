"""In a browser: MathJax typesets the golden LaTeX, and our HTML shows formulas on its own.

The pages come from a server on this machine; every other request is refused.
"""

import html
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from notebook_pages import chromium
from test_golden import formulas
from test_graph_drawing import DRAWINGS, meets, texts

from derive.derivation import displayed
from derive.losses import cross_entropy
from derive.network import Network
from derive.ops import softmax, tanh
from derive.show import Document, network_sheet

MATHJAX = Path("/usr/share/javascript/mathjax")

# Without these two extensions a formula that cannot be typeset is marked as an error, not shown as text.
PAGE = """<!doctype html><meta charset="utf-8"><title>formulas</title>
<script type="text/x-mathjax-config">
MathJax.Hub.Config({ jax: ["input/TeX", "output/HTML-CSS"], extensions: ["tex2jax.js"], messageStyle: "none",
  TeX: { extensions: ["AMSmath.js", "AMSsymbols.js"] }, "HTML-CSS": { availableFonts: ["TeX"], imageFont: null },
  tex2jax: { processEnvironments: true, inlineMath: [["$", "$"]], displayMath: [["$$", "$$"]] } });
MathJax.Hub.Queue(() => { document.title = "done" });
</script>
<script src="/mathjax/MathJax.js"></script>
"""
TYPESET = """() => MathJax.Hub.getAllJax().map(jax => {
  const frame = document.getElementById(jax.inputID + "-Frame")
  return { tex: jax.originalText, error: frame.querySelectorAll(".merror, .noError, .MathJax_Error").length > 0,
           height: frame.getBoundingClientRect().height, glyphs: frame.querySelectorAll(".mi, .mo, .mn").length }
})"""


class Handler(SimpleHTTPRequestHandler):
    """/ is the page, /mathjax/ the folder of MathJax."""

    page = b""

    def do_GET(self) -> None:
        if self.path != "/":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.page)

    def translate_path(self, path: str) -> str:
        return super().translate_path(path.removeprefix("/mathjax"))

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(page: str) -> Iterator[str]:
    handler = type("Served", (Handler,), {"page": page.encode("utf-8")})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(MATHJAX)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def browser():
    if not MATHJAX.joinpath("MathJax.js").is_file():
        pytest.skip("MathJax is not installed (Debian: libjs-mathjax)")
    with chromium() as launched:
        yield launched


def visited(browser, page_text, wait, script):
    """What a script finds on a page, and the addresses elsewhere that the page asked for."""
    refused = []
    page = browser.new_page()
    with served(page_text) as address:

        def only_here(route):
            if route.request.url.startswith(address):
                route.continue_()
            else:
                refused.append(route.request.url)
                route.abort()

        page.route("**/*", only_here)
        page.goto(address)
        page.wait_for_function(wait, timeout=60_000)
        found = page.evaluate(script)
        page.close()
    return found, refused


def typeset(browser, texts, more=""):
    body = "".join(f"<div>{html.escape(text)}</div>\n" for text in texts)
    return visited(browser, PAGE + body + more, "document.title == 'done'", TYPESET)


def test_every_golden_formula_is_typeset(browser):
    texts = list(formulas().values())
    for written in (texts, [displayed(text) for text in texts]):  # as it stands, and as Jupyter shows it
        found, refused = typeset(browser, written)
        assert len(found) == len(texts)
        assert not [one["tex"] for one in found if one["error"] or one["height"] < 10 or one["glyphs"] < 5]
        assert not refused


@pytest.mark.parametrize(
    "planted", [r"\begin{align*} a &= \frac{1}{2 \end{align*}", r"$$\nosuchcommand{x}$$", "$$x^1^2$$"]
)
def test_a_planted_error_is_found(browser, planted):
    found, _ = typeset(browser, [planted, "$$x = 1$$"])
    assert [one["error"] for one in found] == [True, False]


def test_a_planted_request_elsewhere_is_refused_and_reported(browser):
    _, refused = typeset(browser, ["$x$"], '<img src="http://192.0.2.1/picture.png">')
    assert refused == ["http://192.0.2.1/picture.png"]


SHOWN = """() => ({
  formulas: [...document.querySelectorAll("math")].map(math => math.getBoundingClientRect().height),
  unknown: [...document.querySelectorAll("math *")].filter(e => !(e instanceof MathMLElement)).length,
  script: document.scripts.length, paper: getComputedStyle(document.body).backgroundColor })"""


def test_the_html_page_shows_its_formulas_and_asks_for_nothing(browser):
    net = Network.dense(3, 4, 2, activation=tanh, output=softmax, loss=cross_entropy)
    page = network_sheet(net, steps=True, code=True).text(".html")
    found, refused = visited(browser, page, "document.readyState == 'complete'", SHOWN)
    assert len(found["formulas"]) == page.count("<math") == 2 + len(net.backprop().derivations())
    assert min(found["formulas"]) > 20 and found["unknown"] == 0 and found["script"] == 0
    assert not refused


def test_the_html_page_has_a_light_and_a_dark_paper(browser):
    page, papers = Document("A sheet", ()).text(".html"), set()
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        papers.add(visited(context, page, "true", SHOWN)[0]["paper"])
        context.close()
    assert len(papers) == 2


# Drawings of graphs, as a notebook shows them

LABELS = """() => {
  const found = [...document.querySelectorAll("svg text")].map(text => {
    const box = text.getBBox(), style = getComputedStyle(text)
    return [text.textContent, text.getComputedTextLength(), box.x, box.x + box.width, box.y + 3, box.y + box.height - 3, style.fill] })
  const svg = document.querySelector("svg"), outer = svg.parentElement
  return { labels: found, width: svg.getBoundingClientRect().width, page: outer.clientWidth, scrolls: outer.scrollWidth,
           paper: getComputedStyle(svg.querySelector(".paper")).fill } }"""
# What a notebook says of pictures within a page.
SHRUNK = '<!doctype html><meta charset="utf-8"><style>svg { max-width: 100%; height: auto }</style><body style="width: 800px">'


@pytest.mark.parametrize("name", DRAWINGS)
def test_labels_of_a_drawing_keep_apart_in_the_fonts_of_the_browser(browser, name):
    g = DRAWINGS[name]()
    found, refused = visited(browser, SHRUNK + g._repr_html_(), "true", LABELS)
    labels = found["labels"]
    assert len(labels) == len(texts(g.svg())) and not refused
    assert not [(a[0], b[0]) for k, a in enumerate(labels) for b in labels[k + 1 :] if meets(a[:-1], b[:-1])]
    room = {t[0]: t[3] - t[2] for t in texts(g.svg()) if t[1] not in ("s", "i", "l")}
    assert not [label[0] for label in labels if label[0] in room and label[1] > room[label[0]] + 0.5]


def test_a_wide_drawing_is_not_shrunk_but_scrolls(browser):
    g = DRAWINGS["forty nodes"]()
    found, _ = visited(browser, SHRUNK + g._repr_html_(), "true", LABELS)
    assert found["width"] > 2 * found["page"] and found["scrolls"] >= found["width"]
    found, _ = visited(browser, SHRUNK + f"<div>{g.svg()}</div>", "true", LABELS)
    assert found["width"] <= found["page"]


def test_a_drawing_is_light_or_dark_as_the_reader_has_it(browser):
    seen = {}
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        found, _ = visited(context, DRAWINGS["C2 halfway"]()._repr_html_(), "true", LABELS)
        seen[scheme] = {found["paper"], *(label[-1] for label in found["labels"])}
        context.close()
    assert len(seen["light"]) == len(seen["dark"]) == 5 and not seen["light"] & seen["dark"]


def test_a_screen_reader_is_told_what_is_drawn(browser):
    page = browser.new_page()
    page.set_content(DRAWINGS["C2 halfway"]()._repr_html_())
    picture = page.get_by_role("img", name="Computational graph of 8 gates, with values and gradients")
    assert picture.count() == 1 and "v₆ = exp(v₅); value 0.367879; gradient −0.534447" in picture.locator("> desc").text_content()
    page.close()
