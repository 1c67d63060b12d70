"""Short expressions from text, read as a tree and never evaluated: dims, and the restricted lambda.

Limits are checked before and right after parsing; whatever is wrong is one ExpressionError with an offset.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ast

LIMIT_TEXT = 512
LIMIT_NODES = 200
LIMIT_INT = 2**63
LIMIT_EXPONENT = 8

ARITHMETIC = frozenset(
    {"Constant", "Name", "Load", "Call", "UnaryOp", "UAdd", "USub"}
    | {"BinOp", "Add", "Sub", "Mult", "FloorDiv", "Mod", "Div", "Pow"}
)
"""The node classes of a dim expression. `/` is let through for floor(a/b) and ceil(a/b) only; the reader of the tree
refuses it elsewhere."""

_MARKS = frozenset("+-*/%(), \t\r\n")
_RUN_ON = re.compile(r"(?<!\w)\d+(?:\.|[^\W\d])")
_WORDS = {
    "Div": "`/` stands only inside floor() and ceil(); write `//`",
    "BitXor": "write `**` for a power",
    "Compare": "a comparison is no size",
    "Attribute": "a name has no parts",
    "Lambda": "a function is no size",
}


class ExpressionError(ValueError):
    """Text that is not an expression of the allowed kind; `offset` counts code points from 0."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def read(text: str, allowed: Collection[str] = ARITHMETIC, marks: Collection[str] = "") -> list[tuple[Any, int]]:
    """The nodes of an expression with their offsets, children before parents, the whole expression last.

    `allowed` names the `ast` classes that may stand in it, `marks` the characters allowed besides letters, digits and
    those of arithmetic. Operators and contexts are checked, but not listed.
    """
    import ast
    import warnings

    if len(text) > LIMIT_TEXT:
        raise ExpressionError(f"an expression has at most {LIMIT_TEXT} characters, not {len(text)}", LIMIT_TEXT)
    run_on = None if "float" in allowed else _RUN_ON.search(text)
    if run_on:
        raise ExpressionError("a number must be a whole decimal number", run_on.start())
    for place, letter in enumerate(text):
        if not (letter.isalnum() or letter == "_" or letter in _MARKS or letter in marks):
            raise ExpressionError(f"unexpected character {letter!a}", place)
    body = re.sub(r"[\t\r\n]", " ", text).lstrip(" ")
    shift = len(text) - len(body)
    if not body.strip():
        raise ExpressionError("the expression is empty", 0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what Python only warns of, such as `1or 2`, is an error here
            root = ast.parse(body, mode="eval").body
    except SyntaxError as error:
        reason = (error.msg or "invalid syntax").split(". ")[0].rstrip(".").replace("'", "`")
        place = shift + (error.offset or 1) - 1
        raise ExpressionError(reason[:1].lower() + reason[1:], max(0, min(place, len(text)))) from None
    except (ValueError, MemoryError, RecursionError, OverflowError):
        raise ExpressionError("the expression cannot be read", shift) from None
    return _checked(root, allowed, body.encode(), shift)


def _checked(root: ast.AST, allowed: Collection[str], body: bytes, shift: int) -> list[tuple[Any, int]]:
    import ast

    found: list[tuple[Any, int]] = []
    stack: list[tuple[ast.AST, int]] = [(root, shift)]
    while stack:
        node, outer = stack.pop()
        column = getattr(node, "col_offset", None)
        place = outer if column is None else shift + len(body[:column].decode())
        kind = type(node).__name__
        if kind not in allowed:
            raise ExpressionError(_WORDS.get(kind, "this is not allowed in an expression"), place)
        if isinstance(node, ast.Constant):
            _check_constant(node.value, allowed, place)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            power = node.right
            if not isinstance(power, ast.Constant) or not isinstance(power.value, int):
                raise ExpressionError("an exponent must be a number", place)
            if not 0 <= power.value <= LIMIT_EXPONENT:
                raise ExpressionError(f"an exponent is at most {LIMIT_EXPONENT}", place)
        elif isinstance(node, ast.Call) and (node.keywords or not isinstance(node.func, ast.Name)):
            raise ExpressionError("only plain calls are allowed", place)
        if not isinstance(node, ast.operator | ast.unaryop | ast.expr_context | ast.boolop | ast.cmpop):
            found.append((node, place))
            if len(found) > LIMIT_NODES:
                raise ExpressionError(f"an expression has at most {LIMIT_NODES} parts", place)
        stack += [(child, place) for child in ast.iter_child_nodes(node)]
    found.reverse()
    return found


def _check_constant(value: object, allowed: Collection[str], place: int) -> None:
    if value.__class__ is int:
        if abs(value) > LIMIT_INT:
            raise ExpressionError("a number is at most 2**63", place)
    elif not (value is None and "None" in allowed) and _sort(value) not in allowed:
        raise ExpressionError(f"{value!r} is no whole number", place)


def _sort(value: object) -> str:
    """What a set of allowed things calls a truth value or a float; nothing allows any other constant."""
    return type(value).__name__ if isinstance(value, (bool, float)) else ""
