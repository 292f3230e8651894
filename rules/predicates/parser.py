"""Tokens to an expression, by operator precedence (Pratt 1973): each operator says how strongly it binds to its left."""

from rules.predicates.fault import PredicateError
from rules.predicates.lexer import Token, TokenType, tokens
from rules.predicates.syntax import Binary, Call, Conditional, Expression, FieldPath, Items, Literal, Op, Span, Unary

MAX_LENGTH = 2_000
"""The longest expression, in characters."""
MAX_DEPTH = 32
"""The deepest nesting of parts."""
MAX_PARTS = 250
"""The most parts of an expression: what one observation may cost a rule at most."""

_BINDING = {
    Op.OR: 1,
    Op.AND: 2,
    Op.EQUAL: 3,
    Op.UNEQUAL: 3,
    Op.LESS: 3,
    Op.AT_MOST: 3,
    Op.MORE: 3,
    Op.AT_LEAST: 3,
    Op.IN: 3,
    Op.PLUS: 4,
    Op.MINUS: 4,
    Op.TIMES: 5,
    Op.OVER: 5,
    Op.REST: 5,
}
"""How strongly a binary operator binds (the precedence of CEL)."""
_UNARY_BINDING = 6
_TRUTH = {"true": True, "false": False}


def parse(text: str) -> Expression:
    """Read an expression.

    Raises:
        PredicateError: it is none, or it is too long, too deep or too large.
    """
    if len(text) > MAX_LENGTH:
        span = Span(MAX_LENGTH, MAX_LENGTH + 1)
        raise PredicateError(f"the expression has {len(text)} characters.", f"Write at most {MAX_LENGTH}.", span)
    parser = _Parser(tokens(text))
    found = parser.expression(0, 0)
    parser.expect_end()
    return found


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._next = 0
        self._parts = 0

    def expression(self, binding: int, depth: int) -> Expression:
        """What binds stronger than ``binding``."""
        left = self._operand(depth)
        while (op := self._operator()) is not None and _BINDING[op] > binding:
            self._take()
            right = self.expression(_BINDING[op], depth + 1)
            left = Binary(op, left, right, Span(left.span.start, right.span.end))
        return self._conditional(left, depth) if binding == 0 and self._comes("?") else left

    def _conditional(self, condition: Expression, depth: int) -> Expression:
        """``? yes : no`` behind a condition: it binds weakest of all, and to its right."""
        self._expect("?")
        yes = self.expression(0, depth + 1)
        self._expect(":")
        no = self.expression(0, depth + 1)
        return Conditional(condition, yes, no, Span(condition.span.start, no.span.end))

    def expect_end(self) -> None:
        """Nothing may follow."""
        token = self._peek()
        if token.type is not TokenType.END:
            raise PredicateError(f"{token.value!r} is not expected here.", "Write '&&' or '||' between two conditions.", token.span)

    def _operand(self, depth: int) -> Expression:
        token = self._take()
        self._parts += 1
        if depth > MAX_DEPTH:
            raise PredicateError("the expression is nested too deeply.", f"Nest at most {MAX_DEPTH} deep.", token.span)
        if self._parts > MAX_PARTS:
            raise PredicateError("the expression has too many parts.", f"Write at most {MAX_PARTS}; 'in' takes long lists.", token.span)
        match token.type:
            case TokenType.NUMBER:
                return Literal(float(token.value), token.span)
            case TokenType.TEXT:
                return self._members(Literal(token.value, token.span), depth)
            case TokenType.NAME if token.value in _TRUTH:
                return Literal(_TRUTH[token.value], token.span)
            case TokenType.NAME if token.value != Op.IN:
                return self._named(token, depth)
            case _:
                return self._symbol(token, depth)

    def _symbol(self, token: Token, depth: int) -> Expression:
        match token.value:
            case "(":
                inner = self.expression(0, depth + 1)
                self._expect(")")
                return self._members(inner, depth)
            case "[":
                return self._items(token)
            case "!" | "-":
                op = Op(token.value)
                operand = self.expression(_UNARY_BINDING, depth + 1)
                span = Span(token.span.start, operand.span.end)
                if op is Op.MINUS and isinstance(operand, Literal) and isinstance(operand.value, float):
                    return Literal(-operand.value, span)
                return Unary(op, operand, span)
        if token.type is TokenType.END:
            raise PredicateError("the expression breaks off here.", "Write a field, a value or '('.", token.span)
        raise PredicateError(f"{token.value!r} is not expected here.", "Write a field, a value or '('.", token.span)

    def _named(self, token: Token, depth: int) -> Expression:
        if self._comes("("):
            operands, end = self._operands(depth)
            return self._members(Call(token.value, operands, Span(token.span.start, end)), depth)
        return self._members(FieldPath((token.value,), token.span), depth)

    def _members(self, left: Expression, depth: int) -> Expression:
        """``.field``, ``["field"]`` and ``.function(...)`` behind an operand."""
        while self._peek().type is TokenType.SYMBOL and self._peek().value in (".", "["):
            opening = self._take()
            name = self._take()
            wanted = TokenType.NAME if opening.value == "." else TokenType.TEXT
            if name.type is not wanted:
                raise PredicateError(
                    f"{name.value!r} is no name of a field.", 'Write .name after a field, or attributes["name"].', name.span
                )
            if opening.value == "[":
                self._expect("]")
            elif self._peek().value == "(":
                operands, end = self._operands(depth)
                left = Call(name.value, (left, *operands), Span(left.span.start, end))
                continue
            if not isinstance(left, FieldPath):
                raise PredicateError("only an observation has fields.", "Write for example attributes.name.", name.span)
            left = FieldPath((*left.path, name.value), Span(left.span.start, self._tokens[self._next - 1].span.end))
        return left

    def _operands(self, depth: int) -> tuple[tuple[Expression, ...], int]:
        """What stands in the parentheses of a call, and where they end."""
        self._expect("(")
        found: list[Expression] = []
        while not self._comes(")"):
            if found:
                self._expect(",")
            found.append(self.expression(0, depth + 1))
        return tuple(found), self._take().span.end

    def _items(self, opening: Token) -> Expression:
        found: list[Literal] = []
        while not self._comes("]"):
            if found:
                self._expect(",")
            item = self.expression(0, 1)
            if not isinstance(item, Literal):
                raise PredicateError("a list holds numbers, texts and truth values only.", "Write for example [1, 2, 3].", item.span)
            found.append(item)
        return Items(tuple(found), Span(opening.span.start, self._take().span.end))

    def _operator(self) -> Op | None:
        token = self._peek()
        if token.type is TokenType.SYMBOL or (token.type is TokenType.NAME and token.value == Op.IN):
            return Op(token.value) if token.value in _BINDING else None
        return None

    def _comes(self, symbol: str) -> bool:
        return self._peek().type is TokenType.SYMBOL and self._peek().value == symbol

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._tokens[self._next]
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token

    def _expect(self, symbol: str) -> None:
        token = self._take()
        if token.value != symbol or token.type is not TokenType.SYMBOL:
            shown = repr(token.value) if token.value else "the end"
            raise PredicateError(f"{symbol!r} is missing before {shown}.", f"Add {symbol!r}.", token.span)
