"""The lines under `assert:`: `output == image`, `logits == [B, 10]`, `enc3.H >= 4`, solved like any other demand.

A line compares sizes (`== != < <= > >=`, arithmetic as in a dim) or whole shapes (`==`); several comparisons are joined
by `and`. A name is a layer, an input, a symbol, or `output` and `input` for the only ones there are. `.H` is an axis
by its letter, `.shape[1]` by its number, `.rank` the number of axes, and `s[1]` the second output of `s`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from shapecheck import axes, dims
from shapecheck.diagnostic import Refusal
from shapecheck.dims import Dim
from shapecheck.expression import ARITHMETIC, ExpressionError, read
from shapecheck.inference import Inference
from shapecheck.need import Obligation
from shapecheck.spec import Assertion
from shapecheck.words import near

ALLOWED = ARITHMETIC | {
    "Compare", "Eq", "NotEq", "Lt", "LtE", "Gt", "GtE", "BoolOp", "And",
    "Attribute", "Subscript", "List", "Tuple", "None",
}  # fmt: skip
MARKS = frozenset(".[]=<>!")
_SIGNS = {"Eq": "==", "NotEq": "!=", "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">="}


class Tensor(NamedTuple):
    """A tensor in an assertion: an output of a node."""

    text: str
    node: int
    output: int
    shape: tuple[Dim, ...]


class Size(NamedTuple):
    """A size in an assertion, and the axis that it was read from, if it was read from one."""

    dim: Dim
    tensor: Tensor | None = None
    axis: int | None = None


class Opaque(Exception):
    """An assertion about something that was not inferred."""


class Asserted(Obligation):
    """What an assertion demands of the sizes. `spots` are (node, output, axis) of the sizes that it compares."""

    __slots__ = ("assertion", "spots")

    def __init__(self, kind: str, a: Dim, b: Dim, assertion: Assertion, sides: Sequence[Size]) -> None:
        axis = next((side.axis for side in sides if side.axis is not None), None)
        super().__init__(kind, a, b, Refusal("SC603", None, axis=axis, a=a, b=b, text=assertion.text))
        self.assertion = assertion
        self.spots = [(s.tensor.node, s.tensor.output, s.axis) for s in sides if s.tensor and s.axis is not None]


class Read(NamedTuple):
    """An assertion, and what it demands; `problem` says why it cannot be read, `opaque` that nothing is known."""

    assertion: Assertion
    obligations: list[Asserted]
    problem: str = ""
    offset: int = 0
    opaque: bool = False


def obligations_of(inference: Inference, lines: Sequence[Assertion]) -> list[Asserted]:
    """What all assertions that can be read demand."""
    return [owed for line in lines for owed in read_line(inference, line).obligations]


def read_line(inference: Inference, line: Assertion) -> Read:
    """One assertion read against a model."""
    found: list[Asserted] = []
    try:
        text, names = _plain_names(inference, line.text)
        values: dict[int, Any] = {}
        for node, place in read(text, ALLOWED, MARKS):
            values[id(node)] = _value(inference, node, place, values, names, line, found)
        whole = values[id(node)]
        if whole is not None:
            raise ExpressionError("an assertion compares sizes or shapes", 0)
    except ExpressionError as error:
        return Read(line, [], error.message, error.offset)
    except Opaque:
        return Read(line, [], opaque=True)
    return Read(line, found)


def _plain_names(inference: Inference, text: str) -> tuple[str, dict[str, str]]:
    """The text with an identifier of the same length for every layer name that is none, and what each stands for."""
    odd = [n.name for n in inference.graph.nodes if not n.name.isidentifier() and n.name in text]
    names: dict[str, str] = {}
    for name in sorted(set(odd), key=len, reverse=True):
        stand_in = f"_{len(names)}".ljust(max(len(name), 4), "_")
        pattern = rf"(?<![\w.]){re.escape(name)}(?!\w)"
        fresh = re.sub(pattern, stand_in, text)
        if fresh != text:
            text, names[stand_in] = fresh, name
    return text, names


def _value(
    inference: Inference,
    node: Any,
    place: int,
    values: dict[int, Any],
    names: dict[str, str],
    line: Assertion,
    found: list[Asserted],
) -> Any:
    """The value of a node of the tree: a Tensor, a Size, a list of sizes, a marker; None for a comparison."""
    kind = type(node).__name__
    if kind == "Constant":
        return node.value if node.value is None else Size(node.value)
    if kind == "Name":
        return _named(inference, names.get(node.id, node.id), place)
    if kind == "Attribute":
        return _attribute(inference, values[id(node.value)], node.attr, place)
    if kind == "Subscript":
        return _item(inference, values[id(node.value)], values[id(node.slice)], place)
    if kind in ("List", "Tuple"):
        items = [values[id(item)] for item in node.elts]
        if not all(item is None or isinstance(item, Size) for item in items):
            raise ExpressionError("a shape is a list of sizes", place)
        return items
    if kind == "Compare":
        operands = [values[id(part)] for part in (node.left, *node.comparators)]
        for sign, a, b in zip(node.ops, operands, operands[1:], strict=False):
            _compare(_SIGNS[type(sign).__name__], a, b, place, line, found)
        return None
    if kind == "BoolOp":
        if any(values[id(part)] is not None for part in node.values):
            raise ExpressionError("`and` joins comparisons", place)
        return None
    return _arithmetic(node, kind, values, place)


def _named(inference: Inference, name: str, place: int) -> Any:
    if name in ("max", "min", "floor", "ceil"):
        return name
    if name in inference.symbols:
        return Size(inference.symbols[name])
    graph = inference.graph
    for node in graph.nodes:
        if node.name == name:
            return _tensor(inference, name, node.index, 0)
    if name in ("output", "input"):
        ends = [(e.node, e.output or 0) for e in graph.outputs] if name == "output" else [(i, 0) for i in graph.inputs]
        if len(ends) == 1:
            return _tensor(inference, name, *ends[0])
        names = ", ".join(f"`{graph.nodes[index].name}`" for index, _ in ends[:8])
        raise ExpressionError(f"the model has {len(ends)} {name}s, name one of them: {names}", place)
    close = near(name, [*inference.symbols, *(node.name for node in graph.nodes), "output", "input"])
    raise ExpressionError(f"`{name}` is no layer and no symbol{f', did you mean `{close}`?' if close else ''}", place)


def _tensor(inference: Inference, text: str, index: int, output: int) -> Tensor:
    applied = inference.applied[index]
    if applied is None or applied.opaque:
        raise Opaque
    if output >= len(applied.outputs):
        raise ExpressionError(f"`{text}` has {len(applied.outputs)} outputs", 0)
    shape = applied.outputs[output].shape
    if shape is None:
        raise Opaque
    return Tensor(text, index, output, shape)


def _attribute(inference: Inference, value: Any, name: str, place: int) -> Any:
    if not isinstance(value, Tensor):
        raise ExpressionError("only a layer has axes", place)
    if name == "shape":
        return [Size(size, value, axis) for axis, size in enumerate(value.shape)]
    if name == "rank":
        return Size(len(value.shape))
    rank = len(value.shape)
    letters = [axes.letter(axis, rank, inference.channels_first) for axis in range(rank)]
    if name not in letters:
        raise ExpressionError(f"`{value.text}` has no axis `{name}`, its axes are {', '.join(letters)}", place)
    return Size(value.shape[letters.index(name)], value, letters.index(name))


def _item(inference: Inference, value: Any, index: Any, place: int) -> Any:
    if not isinstance(index, Size) or not isinstance(index.dim, int):
        raise ExpressionError("a subscript is a number", place)
    if isinstance(value, Tensor):
        return _tensor(inference, value.text, value.node, index.dim)
    if not isinstance(value, list) or not -len(value) <= index.dim < len(value):
        raise ExpressionError(f"there is no item {index.dim}", place)
    return value[index.dim]


def _arithmetic(node: Any, kind: str, values: dict[int, Any], place: int) -> Any:
    if kind == "Call":
        function, parts = values[id(node.func)], [values[id(arg)] for arg in node.args]
        if function not in ("max", "min") or not parts or not all(isinstance(part, Size) for part in parts):
            raise ExpressionError("only max() and min() of sizes can be called", place)
        return Size((dims.maximum if function == "max" else dims.minimum)(*[part.dim for part in parts]))
    parts = [values[id(part)] for part in ((node.operand,) if kind == "UnaryOp" else (node.left, node.right))]
    if not all(isinstance(part, Size) for part in parts):
        raise ExpressionError("arithmetic takes sizes; for an axis write `.H` or `.shape[1]`", place)
    first = parts[0].dim
    if kind == "UnaryOp":
        return Size(-first if type(node.op).__name__ == "USub" else first)
    second = parts[1].dim
    sign = type(node.op).__name__
    try:
        return Size(_OPERATORS[sign](first, second), parts[0].tensor or parts[1].tensor, parts[0].axis or parts[1].axis)
    except KeyError:
        raise ExpressionError("write `//` for a quotient", place) from None
    except ZeroDivisionError:
        raise ExpressionError("division by zero", place) from None


_OPERATORS: dict[str, Any] = {
    "Add": lambda a, b: a + b,
    "Sub": lambda a, b: a - b,
    "Mult": lambda a, b: a * b,
    "FloorDiv": lambda a, b: a // b,
    "Mod": lambda a, b: a % b,
    "Pow": lambda a, b: a**b,
}


def _compare(sign: str, a: Any, b: Any, place: int, line: Assertion, found: list[Asserted]) -> None:
    if isinstance(a, Size) and isinstance(b, Size):
        found.append(_owed(sign, a, b, line))
        return
    shapes = [_sizes(side) for side in (a, b)]
    if None in shapes or sign != "==":
        raise ExpressionError("whole shapes are compared by `==`, and only with shapes", place)
    left, right = shapes
    assert left is not None and right is not None
    if len(left) != len(right):
        found.append(Asserted("equal", len(left), len(right), line, ()))
        found[-1].facts["ranks"] = (len(left), len(right))
        return
    for x, y in zip(left, right, strict=True):
        if x is not None and y is not None:
            found.append(_owed(sign, x, y, line))


def _sizes(side: Any) -> list[Size | None] | None:
    if isinstance(side, Tensor):
        return [Size(size, side, axis) for axis, size in enumerate(side.shape)]
    return side if isinstance(side, list) else None


def _owed(sign: str, a: Size, b: Size, line: Assertion) -> Asserted:
    if dims.UNKNOWN in (a.dim, b.dim):
        raise Opaque
    sides = (a, b)
    if sign in ("==", "!="):
        return Asserted("equal" if sign == "==" else "unequal", a.dim, b.dim, line, sides)
    big, small = (a.dim, b.dim) if sign in (">", ">=") else (b.dim, a.dim)
    return Asserted("at_least", big, small + 1 if sign in ("<", ">") else small, line, sides)
