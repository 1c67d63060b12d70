"""The rule of a custom layer, from text: what stands on both sides of its arrow, and how its names are found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from shapecheck import dims, need, params
from shapecheck.diagnostic import Refusal
from shapecheck.dims import Dim
from shapecheck.expression import ExpressionError, read
from shapecheck.words import shown

REST = "..."
ANY = "?"
"""On the left any size, on the right one that is not known."""
FORM = "shapes on both sides of `->`, such as `(n, h) -> (n, 2*h)`"
MAX_TEXT = 2_000
BLANK = "solved for"  # a symbol of this name is in no definition, for its blank


class Size(NamedTuple):
    """A size as it is written, the names in it, and its divisions as (dividend, divisor)."""

    text: str
    names: frozenset[str]
    divisions: tuple[tuple[str, str], ...]

    def at(self, values: Mapping[str, Dim]) -> Dim:
        """The size where names have these values; that its divisions leave no remainder is owed."""
        if self.text == ANY:
            return dims.UNKNOWN
        try:
            for dividend, divisor in self.divisions:
                a, b = dims.parse(dividend, values), dims.parse(divisor, values)
                need.divides(b, a, f"`{dividend}`")
            return dims.parse(self.text, values)
        except ExpressionError as error:
            raise Refusal("SC116", text=self.text, problem=error.message) from None


class Rule(NamedTuple):
    """A rule, taken apart. `order` lists the expressions on the left as (input, entry, name to find or None)."""

    inputs: tuple[tuple[Size, ...], ...]
    outputs: tuple[tuple[Size, ...], ...]
    order: tuple[tuple[int, int, str | None], ...]
    weights: Mapping[str, tuple[Size, ...]] | None


def line(dim: Dim) -> tuple[Dim, Dim] | None:
    """(a, b) where the dim is a*x + b in the symbol that it is solved for, else None."""
    x = dims.symbol(BLANK)
    once, twice = dims.substitute(dim, {BLANK: 1}), dims.substitute(dim, {BLANK: 2})
    slope = twice - once
    start = once - slope
    return (slope, start) if dims.same(dim, slope * x + start) is True else None


def rule_of(name: str, parameters: Mapping[str, Any], text: str, weights: Mapping[str, Any] | None) -> Rule:
    left, arrow, right = text.partition("->")
    inputs, outputs = _shapes(left), _shapes(right)
    if not (arrow and inputs and outputs and len(text) <= MAX_TEXT):
        raise Refusal("SC115", "rule", what=f"the rule of `{name}`", expected=FORM, given=shown(text))
    order, known = _order(inputs, parameters)
    spread = any(size.text == REST for shape in inputs for size in shape)
    made = None if weights is None else {str(path): _weight(path, sizes) for path, sizes in weights.items()}
    for param, shapes in (("rule", outputs), ("weights", tuple((made or {}).values()))):
        for size in (size for shape in shapes for size in shape):
            if size.text == REST and (param == "weights" or not spread):
                raise Refusal("SC116", param, text=REST, problem="nothing on the left of the rule stands for it")
            if strange := sorted(size.names - known):
                problem = f"`{strange[0]}` is neither a parameter nor on the left of the rule"
                raise Refusal("SC116", param, text=size.text, problem=problem)
    return Rule(inputs, outputs, order, made)


def _weight(path: object, sizes: Any) -> tuple[Size, ...]:
    if not isinstance(sizes, (list, tuple)) or len(sizes) > params.MAX_RANK:
        raise Refusal("SC115", "weights", what=f"the weight {shown(path)}", expected="a list of sizes",
                      given=shown(sizes))  # fmt: skip
    return tuple([_size(str(size), "weights") for size in sizes])


def _order(
    inputs: tuple[tuple[Size, ...], ...], parameters: Mapping[str, Any]
) -> tuple[tuple[tuple[int, int, str | None], ...], frozenset[str]]:
    """In which order the expressions on the left are solved, and the names that are known afterwards."""
    entries = [(number, entry, size) for number, shape in enumerate(inputs) for entry, size in enumerate(shape)]
    known = {*parameters, *(size.text for _, _, size in entries if size.text.isidentifier())}
    left = [item for item in entries if not item[2].text.isidentifier() and item[2].text not in (REST, ANY)]
    order: list[tuple[int, int, str | None]] = []
    while left:
        waiting = []
        for number, entry, size in left:
            unknown = size.names - known
            if len(unknown) > 1:
                waiting.append((number, entry, size))
                continue
            name = next(iter(unknown), None)
            if name is not None:
                symbols = {word: dims.symbol(BLANK if word == name else word) for word in size.names}
                if line(dims.parse(size.text, symbols)) is None:
                    raise Refusal("SC116", "rule", text=size.text, problem=f"it cannot be solved for `{name}`")
                known.add(name)
            order.append((number, entry, name))
        if len(waiting) == len(left):
            size = waiting[0][2]
            names = " and ".join(f"`{name}`" for name in sorted(size.names - known)[:2])
            raise Refusal("SC116", "rule", text=size.text, problem=f"{names} cannot both be found from it")
        left = waiting
    return tuple(order), frozenset(known)


def _shapes(text: str) -> tuple[tuple[Size, ...], ...]:
    """`(n, h), (n, 2*h)` as sizes; nothing where it is not of that form."""
    shapes: list[tuple[Size, ...]] = []
    parts = _parts(text[:MAX_TEXT])
    for part in parts:
        if not (part.startswith("(") and part.endswith(")")) or len(shapes) >= params.MAX_RANK:
            return ()
        inside = _parts(part[1:-1])
        if not inside:
            return ()
        if not inside[-1]:
            inside.pop()  # `(n,)` and `()`
        if not all(inside) or len(inside) > params.MAX_RANK or inside.count(REST) > 1:
            return ()
        shapes.append(tuple([_size(one, "rule") for one in inside]))
    return tuple(shapes)


def _parts(text: str) -> list[str]:
    """A text split at the commas outside its parentheses; no parts where those do not pair."""
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            return []
        if letter == "," and not depth:
            parts.append(text[start:place].strip())
            start = place + 1
    return [] if depth else [*parts, text[start:].strip()]


def _size(text: str, param: str) -> Size:
    if text in (REST, ANY):
        return Size(text, frozenset(), ())
    try:
        dims.parse(text)
        nodes = [node for node, _ in read(text)]
    except ExpressionError as error:
        raise Refusal("SC116", param, text=text, problem=error.message) from None
    from ast import unparse

    called = {id(node.func) for node in nodes if type(node).__name__ == "Call"}
    names = {node.id for node in nodes if type(node).__name__ == "Name" and id(node) not in called}
    divisions = [(unparse(node.left), unparse(node.right)) for node in nodes
                 if type(node).__name__ == "BinOp" and type(node.op).__name__ == "FloorDiv"]  # fmt: skip
    return Size(text, frozenset(names), tuple(divisions))
