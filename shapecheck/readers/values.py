"""Numbers from `${...}`, and plain words about values."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from shapecheck.expression import ARITHMETIC, ExpressionError, read
from shapecheck.words import shown

LIMIT = 2**63
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "floor": math.floor, "ceil": math.ceil, "round": round, "int": int, "abs": abs, "min": min, "max": max,
}  # fmt: skip
_ALLOWED = ARITHMETIC | {"float"}


class ValueProblem(ValueError):
    """An expression that has no value."""


class UnknownName(ValueProblem):
    """An expression over a name that nothing gives a value."""

    def __init__(self, name: str) -> None:
        super().__init__(f"`{name}` is not known")
        self.name = name


class Lookup(Protocol):
    """Where the names of an expression get their values."""

    def __contains__(self, name: str) -> bool: ...
    def get(self, name: str) -> Any: ...


def evaluate(text: str, names: Lookup) -> int | float:
    """The number that an expression over ints and floats gives; a quotient that is whole is an int.

    Raises UnknownName, or ValueProblem for anything else that is wrong.
    """
    try:
        nodes = read(text, _ALLOWED, marks=".")
    except ExpressionError as error:
        raise ValueProblem(error.message) from None
    found: dict[int, Any] = {}
    called = {id(node.func) for node, _ in nodes if type(node).__name__ == "Call"}
    for node, _ in nodes:
        if id(node) in called:
            continue
        try:
            value = _STEPS[type(node).__name__](node, found, names)
        except ZeroDivisionError:
            raise ValueProblem("division by zero") from None
        except (ArithmeticError, ValueError, TypeError) as error:
            raise error if isinstance(error, ValueProblem) else ValueProblem("it has no value") from None
        if not abs(value) <= LIMIT:
            raise ValueProblem("a number in it is larger than 2^63")
        found[id(node)] = value
    return found[id(nodes[-1][0])]  # type: ignore[no-any-return]


def _name(node: Any, found: Mapping[int, Any], names: Lookup) -> Any:
    if node.id not in names:
        raise UnknownName(node.id)
    value = names.get(node.id)
    if not isinstance(value, (int, float)):
        raise ValueProblem(f"`{node.id}` is {kind_of(value)}, and no number")
    return value


def _call(node: Any, found: Mapping[int, Any], names: Lookup) -> Any:
    function = FUNCTIONS.get(node.func.id)
    if function is None:
        raise ValueProblem(f"there is no function `{node.func.id}`")
    return function(*[found[id(argument)] for argument in node.args])


def _unary(node: Any, found: Mapping[int, Any], names: Lookup) -> Any:
    value = found[id(node.operand)]
    return -value if type(node.op).__name__ == "USub" else value


def _quotient(a: Any, b: Any) -> Any:
    whole = isinstance(a, int) and isinstance(b, int) and a % b == 0
    return a // b if whole else a / b


_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "Add": operator.add, "Sub": operator.sub, "Mult": operator.mul, "FloorDiv": operator.floordiv,
    "Mod": operator.mod, "Div": _quotient, "Pow": operator.pow,
}  # fmt: skip


def _binary(node: Any, found: Mapping[int, Any], names: Lookup) -> Any:
    return _OPERATORS[type(node.op).__name__](found[id(node.left)], found[id(node.right)])


_STEPS: Mapping[str, Callable[[Any, Mapping[int, Any], Lookup], Any]] = {
    "Constant": lambda node, found, names: node.value,
    "Name": _name, "Call": _call, "UnaryOp": _unary, "BinOp": _binary,
}  # fmt: skip


def measure(value: Any, limit: int) -> tuple[int, int]:
    """How many values a collection holds, shared ones counted each time, and how deep it goes; stops past `limit`."""
    count, deep = 0, 0
    level: list[Any] = [value]
    while level and count <= limit:
        below: list[Any] = []
        for item in level:
            count += 1
            if isinstance(item, dict):
                below.extend(item.values())
            elif isinstance(item, (list, tuple)):
                below.extend(item)
            if count + len(below) > limit:
                return limit + 1, deep
        deep += 1
        level = below
    return count, deep


def kind_of(value: Any) -> str:
    """What sort of value it is, in words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    for types, words in _WORDS:
        if isinstance(value, types):
            return words
    return "a function" if callable(value) else f"a {type(value).__name__}"


_WORDS: tuple[tuple[Any, str], ...] = (
    (int, "a number"), (float, "a number"), (str, "a text"), (dict, "a mapping"), ((list, tuple), "a list"),
)  # fmt: skip


def whole(value: Any) -> int | None:
    """An integer of any library as an int; None for everything else, truth values among it."""
    if isinstance(value, (bool, str, float)) or not hasattr(value, "__index__"):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def described(value: Any) -> str:
    """A value that is not as it should be, as a message shows it."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return "nothing"
    if isinstance(value, (list, tuple, dict)) and not value:
        return "an empty map" if isinstance(value, dict) else "an empty list"
    return shown(value)


def shown_key(key: object) -> str:
    """A key as a message shows it."""
    text = key if isinstance(key, str) else repr(key) if isinstance(key, (float, bool, type(None))) else "?"
    if isinstance(key, int) and not isinstance(key, bool):
        text = str(key) if abs(key) < 1 << 128 else "a huge number"
    return text if len(text) <= 60 else text[:57] + "..."
