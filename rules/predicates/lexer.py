"""Cuts an expression's text into tokens."""

import re
from enum import StrEnum

import msgspec

from rules.predicates.fault import PredicateError
from rules.predicates.syntax import Span


class TokenType(StrEnum):
    """What a token is."""

    NUMBER = "number"
    TEXT = "text"
    NAME = "name"
    SYMBOL = "symbol"
    END = "end"


class Token(msgspec.Struct, frozen=True):
    """A piece of the text; the value of a text is without its quotes and escapes."""

    type: TokenType
    value: str
    span: Span


_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<symbol>&&|\|\||==|!=|<=|>=|[-+*/%!<>()\[\].,?:])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'"}
_MISTAKES = {
    "=": ("'=' is no comparison.", "Write '=='."),
    "&": ("'&' is no operator.", "Write '&&'."),
    "|": ("'|' is no operator.", "Write '||'."),
    '"': ("a text has no end.", "Add the closing quote."),
    "'": ("a text has no end.", "Add the closing quote."),
}


def tokens(text: str) -> list[Token]:
    """Every token of the text, and the end.

    Raises:
        PredicateError: a character belongs to no token.
    """
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            character = text[position]
            what, fix = _MISTAKES.get(character, (f"{character!r} means nothing here.", "Remove it."))
            raise PredicateError(what, fix, Span(position, position + 1))
        position = match.end()
        if match.lastgroup == "space":
            continue
        span = Span(match.start(), match.end())
        type_ = TokenType(str(match.lastgroup))
        found.append(Token(type_, _unquoted(match.group(), span) if type_ is TokenType.TEXT else match.group(), span))
    found.append(Token(TokenType.END, "", Span(len(text), len(text) + 1)))
    return found


def _unquoted(written: str, span: Span) -> str:
    def unescape(match: re.Match[str]) -> str:
        escape = match.group(1)
        if len(escape) > 1:
            return chr(int(escape[1:], 16))
        if escape not in _ESCAPES:
            raise PredicateError(f"'\\{escape}' is no escape.", "Write '\\\\' for a backslash.", span)
        return _ESCAPES[escape]

    return _ESCAPE.sub(unescape, written[1:-1])
