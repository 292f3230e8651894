"""Gives every part of an expression its type, and finds what can never have one."""

from collections.abc import Mapping

from config.suggest import did_you_mean
from rules.predicates.fault import PredicateError
from rules.predicates.fields import field_type
from rules.predicates.functions import FUNCTIONS, HAS
from rules.predicates.patterns import MATCHES, searcher
from rules.predicates.syntax import Binary, Call, Conditional, Expression, FieldPath, Items, Literal, Op, Span, Unary
from rules.predicates.types import Type, type_of

Types = Mapping[Expression, Type]
"""The type of every part."""

_LOGIC = frozenset({Op.AND, Op.OR})
_EQUALITY = frozenset({Op.EQUAL, Op.UNEQUAL})
_ORDER = frozenset({Op.LESS, Op.AT_MOST, Op.MORE, Op.AT_LEAST})
_ORDERED = frozenset({Type.NUMBER, Type.TEXT, Type.ANY})


def check(expression: Expression, value: Type) -> tuple[Types, tuple[PredicateError, ...]]:
    """Type an expression whose ``value`` has the given type; the whole must be true or false."""
    checker = _Checker(value)
    checker.expect(expression, Type.BOOL, "the whole expression is the answer whether an observation matches")
    return checker.types, tuple(checker.errors)


class _Checker:
    def __init__(self, value: Type) -> None:
        self._value = value
        self.types: dict[Expression, Type] = {}
        self.errors: list[PredicateError] = []

    def expect(self, part: Expression, wanted: Type, why: str) -> None:
        """Note a part whose type can never be the wanted one."""
        found = self.type(part)
        if found not in (wanted, Type.ANY):
            self._fault(f"this is {found.value}, but {why}.", f"Write what is {wanted.value}.", part.span)

    def type(self, part: Expression) -> Type:
        """The type of a part, found once; what cannot have one is noted and counts as any, so that it is told once."""
        if part not in self.types:
            self.types[part] = self._type(part)
        return self.types[part]

    def _type(self, part: Expression) -> Type:  # noqa: PLR0911  # One row a form of expression.
        match part:
            case Literal():
                return type_of(part.value)
            case Items():
                return self._items(part)
            case FieldPath():
                return self._field(part)
            case Unary(op=Op.NOT):
                self.expect(part.operand, Type.BOOL, "'!' turns true and false around")
                return Type.BOOL
            case Unary():
                self.expect(part.operand, Type.NUMBER, "'-' is for numbers")
                return Type.NUMBER
            case Binary():
                return self._binary(part)
            case Conditional():
                return self._conditional(part)
            case Call():
                return self._call(part)

    def _items(self, part: Items) -> Type:
        for item in part.items:
            self.types[item] = type_of(item.value)
        return Type.LIST

    def _field(self, part: FieldPath) -> Type:
        try:
            return field_type(part, self._value)
        except PredicateError as error:
            self.errors.append(error)
            return Type.ANY

    def _binary(self, part: Binary) -> Type:
        if part.op in _LOGIC:
            for side in (part.left, part.right):
                self.expect(side, Type.BOOL, f"{part.op.value!r} joins conditions")
            return Type.BOOL
        left, right = self.type(part.left), self.type(part.right)
        if part.op is Op.IN:
            self._membership(part, left, right)
            return Type.BOOL
        if part.op in _EQUALITY or part.op in _ORDER:
            self._comparison(part, left, right)
            return Type.BOOL
        return self._arithmetic(part, left, right)

    def _comparison(self, part: Binary, left: Type, right: Type) -> None:
        if Type.ANY not in (left, right) and left is not right:
            self._fault(f"{left.value} is compared with {right.value}.", "Compare things of one type.", part.span)
        elif part.op in _ORDER:
            for side, found in ((part.left, left), (part.right, right)):
                if found not in _ORDERED:
                    self._fault(f"{found.value} has no order for {part.op.value!r}.", "Write '==' or '!='.", side.span)

    def _membership(self, part: Binary, left: Type, right: Type) -> None:
        if right not in (Type.LIST, Type.ANY):
            self._fault(f"'in' looks into a list, and this is {right.value}.", "Write for example [1, 2, 3].", part.right.span)
        elif isinstance(part.right, Items) and left is not Type.ANY:
            for item in part.right.items:
                if (found := type_of(item.value)) is not left:
                    self._fault(f"{left.value} is never {found.value}.", "List values of the same type.", item.span)

    def _arithmetic(self, part: Binary, left: Type, right: Type) -> Type:
        if part.op is Op.PLUS and Type.TEXT in (left, right):
            for side in (part.left, part.right):
                self.expect(side, Type.TEXT, "'+' joins a text with a text")
            return Type.TEXT
        if part.op is Op.PLUS and left is Type.ANY and right is Type.ANY:
            return Type.ANY  # Two attributes may be texts as well as numbers.
        for side in (part.left, part.right):
            self.expect(side, Type.NUMBER, f"{part.op.value!r} computes with numbers")
        return Type.NUMBER

    def _conditional(self, part: Conditional) -> Type:
        self.expect(part.condition, Type.BOOL, "'?' asks for a condition")
        yes, no = self.type(part.yes), self.type(part.no)
        if Type.ANY in (yes, no):
            return Type.ANY
        if yes is not no:
            self._fault(f"'?:' gives {yes.value} or {no.value}.", "Give two values of one type.", part.span)
        return yes

    def _call(self, part: Call) -> Type:
        if part.name == HAS:
            if len(part.operands) != 1 or not isinstance(part.operands[0], FieldPath):
                self._fault("has() asks for one field.", "Write for example has(zone).", part.span)
            else:
                self.type(part.operands[0])
            return Type.BOOL
        types = [self.type(operand) for operand in part.operands]
        if part.name == MATCHES and len(types) == 2:
            self._pattern(part)
        function = FUNCTIONS.get(part.name)
        if function is None:
            self._fault(f"there is no function {part.name!r}.", did_you_mean(part.name, [*FUNCTIONS, HAS]), part.span)
            return Type.ANY
        if len(types) != len(function.takes):
            wanted = f"It takes {len(function.takes)}, the one before its dot included."
            self._fault(f"{part.name!r} is given {len(types)} operands.", wanted, part.span)
            return function.gives
        for operand, found, allowed in zip(part.operands, types, function.takes, strict=True):
            if found not in (*allowed, Type.ANY):
                names = " or ".join(one.value for one in allowed)
                self._fault(f"{part.name!r} takes {names}, and this is {found.value}.", f"Write what is {names}.", operand.span)
        return function.gives

    def _pattern(self, part: Call) -> None:
        try:
            searcher(part.operands[1])
        except PredicateError as error:
            self.errors.append(error)

    def _fault(self, what: str, fix: str, span: Span) -> None:
        self.errors.append(PredicateError(what, fix, span))
