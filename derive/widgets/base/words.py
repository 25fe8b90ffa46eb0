"""Words with formulas between dollar signs, as figures show them."""

from __future__ import annotations

from ...styles import Note


def words(note: Note) -> str:
    """A note whose formulas are LaTeX: the words as they are, every formula between dollar signs."""
    return "".join(part if isinstance(part, str) else f"${part.string}$" for part in ((note,) if isinstance(note, str) else note))
