"""LaTeX as MathML for a page, made safe: only elements and attributes of formulas come through, whatever the LaTeX holds."""

from __future__ import annotations

import re
from functools import lru_cache
from xml.etree import ElementTree as Xml

SPACE = "{http://www.w3.org/1998/Math/MathML}"
ELEMENTS = frozenset(
    "math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup mover munder munderover mtable mtr mtd".split()
)
ATTRIBUTES = frozenset(
    "display displaystyle stretchy fence form accent accentunder mathvariant separator lspace rspace movablelimits".split()
)
LONGEST = 2000  # characters of LaTeX; a longer formula is shown as it is written
NO_SPACE = re.compile(r"\\!")  # becomes a width that browsers do not know
PRIME = "′"


@lru_cache(maxsize=4096)
def mathml(latex: str) -> str:
    """A formula as MathML, or nothing where it cannot be shown so."""
    from latex2mathml.converter import convert

    if len(latex) > LONGEST:
        return ""
    try:
        root = Xml.fromstring(convert(NO_SPACE.sub("", latex)))
    except Exception:  # a converter of a large language fails in many ways, and the LaTeX itself can be shown
        return ""
    safe = _safe(root)
    return Xml.tostring(safe, encoding="unicode") if safe is not None else ""


def _safe(element: Xml.Element) -> Xml.Element | None:
    """The element without anything that is no formula; None if it is none itself."""
    name = element.tag.removeprefix(SPACE)
    if name not in ELEMENTS:
        return None
    made = Xml.Element(name, {key: value for key, value in element.attrib.items() if key in ATTRIBUTES})
    made.text = element.text
    inside = [_safe(child) for child in element]
    if None in inside:
        return None
    made.extend(child for child in inside if child is not None)
    return _primed(made) if name == "msup" else made


def _primed(power: Xml.Element) -> Xml.Element:
    """A prime stands beside what it belongs to: raised as well, browsers make it too small to be seen."""
    base, exponent = power
    if (exponent.text or "").strip() != PRIME:
        return power
    row, sign = Xml.Element("mrow"), Xml.Element("mo", lspace="0", rspace="0")
    sign.text = PRIME
    row.extend([base, sign])
    return row
