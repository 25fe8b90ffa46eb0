"""Text that a person typed -> SymPy expression, by a grammar: never `eval`, `sympify` or `parse_expr`.

    text --scan--> lexemes --Names--> lexemes with meanings --grammar (lark, LALR)--> tree --Builder--> expression

What a word means depends on the names declared for the call, so the text is cut and named before lark sees it: the
terminals of the grammar are kinds of lexemes. LaTeX is cut by `tex_reading` into the same kinds, and everything after that
is the same. `Builder` knows the rules of the tree, not the grammar, so that another grammar can share it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sympy import Expr, Symbol

from . import tex_reading
from .building import Builder, Limits, Part
from .errors import DeriveError, ReadError
from .letters import Lexeme, scan, spelled
from .names import Functions, Names, Symbols
from .spellings import Glyph, Words
from .tex_tokens import Token

if TYPE_CHECKING:
    from lark import Lark, Tree

# What follows in a product without a sign is a name, a call or a bracket: `2x`, never `x 2`. A leading sign covers the
# whole product.
GRAMMAR = r"""
?sum: signed ((PLUS | MINUS) signed)*
?signed: product | MINUS signed -> minus | PLUS signed -> plus
?product: (literal | operand) ((TIMES | DIVIDE) factor | operand)*
?factor: literal | operand | MINUS factor -> minus | PLUS factor -> plus
?literal: number | number _POW exponent -> power
?operand: atom | atom _POW exponent -> power
?exponent: literal | operand | MINUS exponent -> minus | PLUS exponent -> plus
number: NUMBER
?atom: SYMBOL -> symbol
     | _LPAR sum _RPAR -> group
     | _OPENBAR sum _CLOSEBAR -> absolute
     | FUNCTION PRIME* _LPAR sum (_COMMA sum)* _RPAR -> call
%declare NUMBER SYMBOL FUNCTION PRIME PLUS MINUS TIMES DIVIDE _POW _LPAR _RPAR _COMMA _OPENBAR _CLOSEBAR
"""
_ENDS = ("NUMBER", "SYMBOL", "_RPAR", "_CLOSEBAR")

LIMITS = Limits()
LATEX_IS_LONGER = 4  # times as many characters for the same formula


def read(
    text: str, symbols: Symbols = None, functions: Functions = None, form: str = "python", limits: Limits = LIMITS
) -> Expr:
    """The expression that a text stands for, of the shape that was typed: `2*(a-y)` and `x + x` stay as they are.

    symbols    the names that may occur: "w x b", several names, or names with the symbol or expression that each stands
               for; None: every name is a symbol. A declared name comes before everything else: `E`, `I`, `lambda`, `pi`
               and `e` are ordinary names, and `w^2` is the weight where it is declared, not a square.
    functions  more functions, name -> what builds the application; the common ones and the activations are known.
    form       the way of writing; "python" is `2x`, `x^2` or `x**2`, `(a-y)(1-a)`, `sigma'(z)`, `|x|`, and also
               σ ŷ w₁ x² · × −; "latex" is `\\frac12 (a-y)^2`, `\\sigma'(z^l_j)`, `e^{-z}`, `\\frac{\\partial C}{\\partial w}`.

    In LaTeX, what stands in a row is a product of letters, and a name is one letter with all its marks: declared names are
    known by any spelling of them, `w2_jk` and `w^2_jk` by `w^{2}_{jk}`, `dC/dw` by `\\frac{\\partial C}{\\partial w}`.
    Decimals are exact: 0.1 is 1/10. A name before a bracket is a product, a function before a bracket is a call. A
    product without `*` right after a division is refused where people differ about it (`1/2x`). Undeclared, `e` and
    `pi` are the constants.

    Raises ReadError, with the place in the text as typed, for all that cannot be read and all that is beyond `limits`;
    DeriveError where something declared cannot be a name, or the form is not known.
    """
    if checked(text, form, limits) == "latex":
        return expression(text, tex_reading.lexemes(text, tex_reading.words(symbols, functions), limits), limits, blanks=False)
    names, lexemes = _cut(text, symbols, functions)
    return expression(text, names.named(text, lexemes), limits)


def read_equation(
    text: str, symbols: Symbols = None, functions: Functions = None, form: str = "python", limits: Limits = LIMITS
) -> tuple[Symbol, Expr]:
    """`z1 = w1*x + b1` as (symbol, expression): a definition of one name, declared or new. Otherwise as `read`."""
    if checked(text, form, limits) == "latex":
        words = tex_reading.words(symbols, functions)
        glyph, token, sign, right = tex_reading.equation(text, words, limits)
        return _new(text, words, glyph, token), expression(text, right, limits, sign, blanks=False)
    names, lexemes = _cut(text, symbols, functions)
    signs = [k for k, lexeme in enumerate(lexemes) if lexeme.kind == "EQUALS"]
    if not signs:
        raise ReadError("there is no '=' in it", text, _end(lexemes), "give an equation: z = w*x + b")
    at = signs[0]
    if len(signs) > 1 or lexemes[at].text != "=":
        raise ReadError("an equation has one '='", text, lexemes[signs[-1]].start, "give an equation: z = w*x + b")
    left = _defined(text, names, lexemes[:at])
    return left, expression(text, names.named(text, lexemes[at + 1 :]), limits, lexemes[at])


FORMS = ("python", "latex")


def checked(text: str, form: str, limits: Limits) -> str:
    """The form, where it is one and the text is one; raises what `read` raises for those that are none."""
    if form not in FORMS:
        raise DeriveError(f"the form {form!r} cannot be read", hint=f"forms: {', '.join(FORMS)}")
    if not isinstance(text, str):
        raise ReadError(f"expected a text, not {type(text).__name__}", str(text), 0)
    length = limits.length * (LATEX_IS_LONGER if form == "latex" else 1)
    if len(text) > length:
        raise ReadError(f"the text has {len(text):,} characters, the limit is {length:,}", text, length)
    return form


def _cut(text: str, symbols: Symbols, functions: Functions) -> tuple[Names, list[Lexeme]]:
    names = Names(symbols, functions)
    lexemes = scan(text, names.is_declared)
    if not lexemes:
        raise nothing(text)
    return names, lexemes


def nothing(text: str) -> ReadError:
    """The error for a text without anything in it."""
    return ReadError("there is nothing to read", text, 0, "type an expression, such as 2*x + 1")


def _new(text: str, words: Words, glyph: Glyph, token: Token) -> Symbol:
    """The symbol that an equation in LaTeX defines: a declared name, or a new one."""
    found = words.find(glyph, token.start)
    if found is not None and isinstance(found.value, Symbol):
        return found.value
    if (words.has_core(glyph.core) and found is not None) or words.function(glyph.core) is not None:
        what = f"'{glyph.core}' has a meaning already, it cannot be the left side of an equation"
        raise ReadError(what, text, token.start, "use another name")
    return Symbol(glyph.python)


def _defined(text: str, names: Names, lexemes: list[Lexeme]) -> Symbol:
    meaning = names.symbol(lexemes)
    if isinstance(meaning, Symbol):
        return meaning
    if len(lexemes) == 1 and lexemes[0].kind == "NAME" and not names.is_free(lexemes[0]):
        what = f"'{lexemes[0].text}' has a meaning already, it cannot be the left side of an equation"
        raise ReadError(what, text, lexemes[0].start, "use another name")
    if meaning is None and len(lexemes) == 1 and lexemes[0].kind == "NAME":
        return Symbol(spelled(lexemes[0].text))
    place = lexemes[0].start if lexemes else 0
    raise ReadError("the left side of the equation is not one name", text, place, "give an equation: z = w*x + b")


def expression(text: str, lexemes: list[Lexeme], limits: Limits, before: Lexeme | None = None, blanks: bool = True) -> Expr:
    """The expression that lexemes with meanings stand for; `before` is what stands in front of them in the text."""
    if not lexemes and before is None:
        raise nothing(text)
    lexemes = paired(text, lexemes, limits)
    builder = Builder(text, lexemes, limits, blanks)
    built: dict[int, Part] = {}
    part = None
    # Bottom up by a loop: a long chain of signs or powers must not meet Python's limit on recursion.
    for node in parsed(GRAMMAR, text, lexemes, before).iter_subtrees():
        children = [built[id(x)] if id(x) in built else lexemes[x.start_pos] for x in list[Any](node.children)]
        part = built[id(node)] = getattr(builder, node.data)(children, int(node.meta.start_pos))
    assert part is not None
    return part.expr


def paired(text: str, lexemes: list[Lexeme], limits: Limits) -> list[Lexeme]:
    """The lexemes with every bracket matched, and every `|` told to open or to close."""
    found: list[Lexeme] = []
    opened: list[Lexeme] = []
    for lexeme in lexemes:
        inside_bars = bool(opened) and opened[-1].kind == "_OPENBAR"
        if lexeme.kind == "BAR":
            closes = inside_bars and found[-1].kind in _ENDS
            lexeme = Lexeme("_CLOSEBAR" if closes else "_OPENBAR", "|", lexeme.start)
        if lexeme.kind in ("_LPAR", "_OPENBAR"):
            opened.append(lexeme)
            if len(opened) > limits.depth:
                raise ReadError(f"brackets are nested deeper than {limits.depth}, the limit", text, lexeme.start)
        elif lexeme.kind in ("_RPAR", "_CLOSEBAR"):
            if not opened:
                raise ReadError("there is a ')' without '('", text, lexeme.start)
            if lexeme.kind == "_RPAR" and inside_bars:
                raise ReadError("there is a ')' before the '|' is closed", text, lexeme.start)
            opened.pop()
        found.append(lexeme)
    if opened:
        raise ReadError(f"the '{opened[-1].text}' is never closed", text, opened[-1].start)
    return found


@cache
def _parser(grammar: str) -> Lark:
    from lark import Lark  # here, so that `import derive` does not pay for it

    return Lark(grammar, parser="lalr", start="sum", propagate_positions=True)


def parsed(grammar: str, text: str, lexemes: list[Lexeme], before: Lexeme | None) -> Tree[Any]:
    """The parse tree; positions in it are positions in the list of lexemes."""
    from lark import Token, UnexpectedToken

    parser, at = _parser(grammar).parse_interactive(), 0
    try:
        for at, x in enumerate(lexemes):
            parser.feed_token(Token(x.kind, x.text, start_pos=at, end_pos=at + 1, line=1, column=at))
        at = len(lexemes)
        tree: Tree[Any] = parser.feed_eof()  # type: ignore[no-untyped-call]  # lark leaves it untyped
        return tree
    except UnexpectedToken as error:
        operand = "NUMBER" in error.expected
    # Not in the handler: the parser's own error would hang on this one, and cannot be pickled where contexts are pickled too.
    raise _unexpected(text, lexemes, at, operand, before)


def _end(lexemes: list[Lexeme]) -> int:
    return lexemes[-1].end if lexemes else 0


def _unexpected(text: str, lexemes: list[Lexeme], at: int, operand: bool, before: Lexeme | None) -> ReadError:
    """What is wrong at lexeme `at`. `operand`: a number, a name or a bracket was expected there."""
    last = lexemes[at - 1] if at else before
    here = lexemes[at] if at < len(lexemes) else Lexeme("END", "", last.end if last else 0)
    named = next((x for x in reversed(lexemes[:at]) if x.kind == "FUNCTION"), None)
    if last and last.kind in ("FUNCTION", "PRIME") and named:
        name = text[named.start : last.end]
        argument = here.text if here.kind in ("SYMBOL", "NUMBER") else "x"
        hint = f"a power of it is written {name}({argument})^2" if here.kind == "_POW" else ""
        return ReadError(f"'{name}' needs parentheses: {name}({argument})", text, named.start, hint)
    if here.kind == "PRIME" and (operand or not last):
        return ReadError("quotes are not used in expressions", text, here.start)
    if operand:
        place = f"after '{last.text}'" if last else "at the start"
        found = f", not '{here.text}'" if here.text else ""
        return ReadError(f"expected a number, a name or '(' {place}{found}", text, here.start)
    assert last
    what, hint = {
        "NUMBER": (f"there is a number after '{last.text}'", "write '*' or '^' between them"),
        "_COMMA": ("there is a ',' outside of a function's arguments", "a decimal is written with a point: 0.5"),
        "PRIME": ("a prime stands right after the name of an activation, for its slope", "write sigma'(z)"),
    }.get(here.kind, (f"'{here.text}' cannot follow '{last.text}'", ""))
    return ReadError(what, text, here.start, hint)
