"""LaTeX as MathML for a page, made safe: only elements and attributes of formulas come through, whatever the LaTeX holds."""

from __future__ import annotations

import re
from functools import lru_cache
from xml.etree import ElementTree as Xml

SPACE = "{http://www.w3.org/1998/Math/MathML}"
ELEMENTS = frozenset(
    "math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup mover munder munderover mtable mtr mtd mstyle mphantom".split()
)
ATTRIBUTES = frozenset(
    "display displaystyle stretchy fence form accent accentunder mathvariant separator lspace rspace movablelimits"
    " columnalign scriptlevel".split()
)
ROWS = frozenset("math mrow mtd mstyle".split())
LENGTHS = frozenset("width minsize maxsize".split())  # taken only with a length that browsers know
LENGTH = re.compile(r"\d+(\.\d+)?em")
LONGEST = 2000  # characters of LaTeX; a longer formula is shown as it is written
PRIME = "′"
SIGNS, CLOSING = frozenset("−-+±"), frozenset(")]}|‖!′")
# What the converter does not know, by something that looks the same.
SPELLED = (
    (re.compile(r"\\!"), ""),  # becomes a width that browsers do not know
    (re.compile(r"\\(begin|end)\{(?:aligned|align|split|eqnarray\*?)\}"), r"\\\1{align*}"),
    (re.compile(r"\\(begin|end)\{(?:gathered|gather\*?|multline\*?)\}"), r"\\\1{matrix}"),
    (re.compile(r"\\(?:begin|end)\{equation\*?\}|\\label\{[^{}]*\}|\\(?:nonumber|notag)(?![A-Za-z])"), ""),
    (re.compile(r"\\tag\{([^{}]*)\}"), r"\\qquad\\text{(\1)}"),
    (re.compile(r"\\operatorname\*"), r"\\operatorname"),
    (re.compile(r"(?<!\\left)(?<!\\right)\\[lr]Vert(?![A-Za-z])"), r"\\|"),  # stretched otherwise, and the two by unlike lengths
    (re.compile(r"\\\\\s*\[[\d.]+[a-z]{2}\]"), r"\\\\ "),
)

TEXT = re.compile(r"\\text\{((?:[^{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*)\}")  # with groups of up to three levels in it


@lru_cache(maxsize=4096)
def mathml(latex: str, display: bool = False) -> str:
    """A formula as MathML, in a line of text or on a line of its own; nothing where it cannot be shown so."""
    from latex2mathml.converter import convert

    if len(latex) > LONGEST:
        return ""
    try:
        latex = TEXT.sub(_divided, latex)
        for pattern, spelling in SPELLED:
            latex = pattern.sub(spelling, latex)
        root = Xml.fromstring(convert(latex, display="block" if display else "inline"))
    except Exception:  # a converter of a large language fails in many ways, and the LaTeX itself can be shown
        return ""
    safe = _safe(root)
    return Xml.tostring(safe, encoding="unicode") if safe is not None else ""


def _safe(element: Xml.Element) -> Xml.Element | None:
    """The element without anything that is no formula; None if it is none itself, or holds a command that was not understood."""
    name = element.tag.removeprefix(SPACE)
    if name == "menclose" and element.attrib.get("notation") == "box":
        name = "mrow"  # browsers know no menclose
    if name == "mstyle" and "displaystyle" not in element.attrib:
        name = "mrow"  # a colour, which a page in light and dark has its own of
    if name not in ELEMENTS or (element.text or "").startswith("\\"):
        return None
    made = Xml.Element(name, {key: value for key, value in element.attrib.items() if _kept(key, value)})
    made.text = element.text
    inside = [_safe(child) for child in element]
    if None in inside:
        return None
    made.extend(child for child in inside if child is not None)
    _spaced(made)
    return _primed(made) if name == "msup" else made


def _kept(key: str, value: str) -> bool:
    return key in ATTRIBUTES or (key in LENGTHS and LENGTH.fullmatch(value) is not None)


def _divided(text: re.Match[str]) -> str:
    """Words with formulas in them as words and formulas in turn."""
    parts = re.split(r"(?<!\\)\$", text[1])
    if len(parts) % 2 == 0 or len(parts) == 1:
        return text[0]
    return "".join((f"{{{part}}}" if place % 2 else f"\\text{{{part}}}") for place, part in enumerate(parts) if part)


def _spaced(row: Xml.Element) -> None:
    """The name of a function, such as ln, stands close to what it is applied to, and a bar close to what it is beside."""
    inside = list(row) if row.tag in ROWS else []
    for before, child, after in zip([None, *inside], inside, [*inside[1:], None], strict=False):
        text = child.text or ""
        if child.tag in ("mi", "mo") and len(text) > 1 and text.isalpha():
            first = before is None or (before.text or "").startswith("(")
            opens = after is not None and (after.text == "(" or (len(after) and after[0].text == "("))
            child.tag = "mo"
            child.attrib |= {"lspace": "0" if first else "0.167em", "rspace": "0" if opens else "0.167em"}
        elif child.tag == "mo" and text in SIGNS and (before is None or (before.tag == "mo" and before.text not in CLOSING)):
            child.attrib["form"] = "prefix"  # a sign, and no difference
        elif child.tag == "mo" and text in ("|", "‖"):
            child.attrib |= {"lspace": "0", "rspace": "0"}


def _primed(power: Xml.Element) -> Xml.Element:
    """A prime stands beside what it belongs to: raised as well, browsers make it too small to be seen."""
    base, exponent = power
    if (exponent.text or "").strip() != PRIME:
        return power
    row, sign = Xml.Element("mrow"), Xml.Element("mo", lspace="0", rspace="0")
    sign.text = PRIME
    row.extend([base, sign])
    return row
