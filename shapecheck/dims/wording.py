"""Dims as text, both ways: written as people write them, and `parse(text(x)) == x`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from keyword import iskeyword
from typing import Any

from shapecheck.dims.division import divide, is_positive
from shapecheck.dims.extremes import extreme
from shapecheck.dims.form import add, factored, magnitude, subtract, wrap
from shapecheck.dims.making import ceil_div, symbol
from shapecheck.dims.nodes import UNKNOWN, Dim, Expr, Extreme, Floor, Known, Named, Node, Product, Symbol
from shapecheck.expression import LIMIT_EXPONENT, LIMIT_TEXT, ExpressionError, read

ATOM, PRODUCT, QUOTIENT, SUM = range(4)
"""How tightly a piece of text binds."""

Piece = tuple[int, str, int]  # coefficient, text, how tightly it binds
LIMIT_BITS = 1 << 14


def text(dim: Dim) -> str:
    """A dim as people write it: `64*H*W`, `2*H + 1`, `ceil(H/2)`, `H % 2`; `?` for UNKNOWN."""
    if not isinstance(dim, Expr):
        return number(dim) if isinstance(dim, int) else "?"
    try:
        return dim._text
    except AttributeError:
        dim._text = _render(dim)[0]
        return dim._text


def number(value: int) -> str:
    """An int as text; one of thousands of digits only by its magnitude."""
    if value.bit_length() > 14_000:
        return f"{'-' if value < 0 else ''}about 2**{value.bit_length() - 1}"
    return str(value)


def _render(dim: Known) -> tuple[str, int]:
    if not isinstance(dim, Expr):
        return number(dim), ATOM if dim >= 0 else SUM
    const, pieces = _pieces(dim)
    pieces.sort(key=lambda piece: piece[0] < 0)
    if len(pieces) == 1 and not const and pieces[0][0] > 0:
        return _scaled(*pieces[0])
    words = ""
    if pieces[0][0] < 0 and const > 0:
        words, const = number(const), 0
    for c, body, level in pieces:
        if words:
            words += (" + " if c > 0 else " - ") + _scaled(abs(c), body, level)[0]
        elif c < 0:
            bare, how = _scaled(-c, body, level)
            words = "-" + (f"({bare})" if how == QUOTIENT else bare)
        else:
            words = _scaled(c, body, level)[0]
    if const:
        words += (" + " if const > 0 else " - ") + number(abs(const))
    return words, SUM


def _scaled(c: int, body: str, level: int) -> tuple[str, int]:
    if c == 1:
        return body, level
    return f"{number(c)}*{body if level < QUOTIENT else f'({body})'}", PRODUCT


def _inside(dim: Known, most: int) -> str:
    words, level = _render(dim)
    return words if level <= most else f"({words})"


def _pieces(dim: Expr) -> tuple[int, list[Piece]]:
    """The constant and the terms of a sum, with `%`, `ceil` and `(H - 3)//2` recovered."""
    const = dim.const
    if len(dim.terms) == 1:
        node, c = dim.terms[0]
        if isinstance(node, Floor) and isinstance(node.num, Expr):
            if c == 1 and const == -1 and node.num.const and isinstance(node.den, int):
                moved = subtract(node.num, node.den)
                return 0, [(1, f"{_inside(moved, PRODUCT)}//{number(node.den)}", QUOTIENT)]
            if isinstance(node.den, Expr) and c == const and is_positive(node.den):
                top = add(node.num, 1)
                if ceil_div(top, node.den) == add(wrap(node), 1):
                    return 0, [(c, f"ceil({_inside(top, PRODUCT)}/{_inside(node.den, ATOM)})", ATOM)]
        return const, [(c, *_node(node))]
    left = dict(dim.terms)
    pieces: list[Piece] = []
    if len(left) <= 12 and const.bit_length() < LIMIT_BITS:
        for node, c in dim.terms:
            found = _modulo(node, -c, left) if node in left else None
            if found is not None:
                k, shift, body = found
                const -= shift
                pieces.append((k, body, QUOTIENT))
    return const, [*[(c, *_node(node)) for node, c in left.items()], *pieces]


def _modulo(node: Node, c: int, left: dict[Node, int]) -> tuple[int, int, str] | None:
    """(k, constant used up, text) where the terms left hold k*(x % d), -c*node being its quotient; they are taken."""
    factors = list(node.factors) if isinstance(node, Product) else [node]
    for quotient in [f for f in factors if isinstance(f, Floor)]:
        others = [f for f in factors if f is not quotient]
        content, under = factored(quotient.den)
        if len(others) != len(under) or any(f not in others for f in under) or c % content:
            continue
        k, x = c // content, quotient.num
        wanted = x.terms if isinstance(x, Expr) else ()
        if wanted and all(left.get(t) == k * n for t, n in wanted):
            for t, _ in wanted:
                del left[t]
            del left[node]
            assert isinstance(x, Expr)
            return k, k * x.const, f"{_inside(x, PRODUCT)} % {_inside(quotient.den, ATOM)}"
    if isinstance(node, Floor) and isinstance(node.den, int):
        for other, a in left.items():
            if other is not node and c % a == 0 and c // a > 1 and divide(wrap(other), c // a) == wrap(node):
                del left[other], left[node]
                return a, 0, f"{_inside(wrap(other), PRODUCT)} % {number(c // a)}"
    return None


def _node(node: Node) -> tuple[str, int]:
    if isinstance(node, Symbol | Named):
        return node.name, ATOM
    if isinstance(node, Floor):
        return _floor(node)
    if isinstance(node, Extreme):
        return f"{'max' if node.largest else 'min'}({', '.join([_render(arg)[0] for arg in node.args])})", ATOM
    if isinstance(node, Expr):
        return _render(node)
    assert isinstance(node, Product)
    return _product(node), PRODUCT


def _floor(node: Floor) -> tuple[str, int]:
    num, den = node.num, node.den
    if isinstance(den, int) and isinstance(num, Expr) and num.const == den - 1:
        return f"ceil({_inside(subtract(num, num.const), PRODUCT)}/{number(den)})", ATOM
    return f"{_inside(num, PRODUCT)}//{_inside(den, ATOM)}", QUOTIENT


def _product(node: Product) -> str:
    words = []
    factors = list(node.factors)
    while factors:
        first = factors[0]
        many = factors.count(first)
        factors = [f for f in factors if f != first]
        body, level = _node(first)
        body = body if level == ATOM else f"({body})"
        while many:
            power = min(many, LIMIT_EXPONENT)
            words.append(body if power == 1 else f"{body}**{power}")
            many -= power
    return "*".join(words)


Names = Mapping[str, Dim] | Collection[str] | None


def parse(text: str, names: Names = None) -> Dim:
    """The dim that a text says: ints, names, `+ - * // % **`, floor(a/b), ceil(a/b), max(...), min(...).

    `names` maps the names that may be used to dims, or lists them; without it every name is a symbol.
    Raises DimSyntaxError (with `.message` and `.offset`).
    """
    plain = text.strip(" ")
    if plain.isascii() and len(plain) <= LIMIT_TEXT:
        if plain.isidentifier() and not iskeyword(plain):
            return _name(plain, names, text.index(plain))
        if plain.isdigit() and len(plain) < 19 and (plain == "0" or plain[0] != "0"):
            return int(plain)
    values: dict[int, Any] = {}
    nodes = read(text)
    called = {id(node.func) for node, _ in nodes if type(node).__name__ == "Call"}
    ratios = _ratios(nodes)
    for node, place in nodes:
        kind = type(node).__name__
        try:
            if kind == "Constant":
                value: Any = node.value
            elif kind == "Name":
                value = node.id if id(node) in called else _name(node.id, names, place)
            elif kind == "UnaryOp":
                value = values[id(node.operand)]
                value = -value if type(node.op).__name__ == "USub" else value
            elif kind == "BinOp" and id(node) in ratios:
                value = None
            elif kind == "BinOp":
                value = _binary(type(node.op).__name__, values[id(node.left)], values[id(node.right)], place)
            else:
                value = _call(node, values, place)
        except ZeroDivisionError:
            raise ExpressionError("division by zero", place) from None
        except OverflowError:
            raise ExpressionError("the numbers grow too large", place) from None
        if not isinstance(value, str) and magnitude(value) > LIMIT_BITS:
            raise ExpressionError("the numbers grow too large", place)
        values[id(node)] = value
    return values[id(nodes[-1][0])]  # type: ignore[no-any-return]


def _ratios(nodes: list[tuple[Any, int]]) -> set[int]:
    """The divisions `a/b` that stand directly inside floor() or ceil()."""
    found = set()
    for node, _ in nodes:
        if type(node).__name__ == "Call" and node.func.id in ("floor", "ceil") and len(node.args) == 1:
            (arg,) = node.args
            if type(arg).__name__ == "BinOp" and type(arg.op).__name__ == "Div":
                found.add(id(arg))
    return found


def _name(name: str, names: Names, place: int) -> Dim:
    if names is None:
        return symbol(name)
    if name not in names:
        raise ExpressionError(f"unknown name `{name}`", place)
    return names[name] if isinstance(names, Mapping) else symbol(name)


def _binary(sign: str, a: Any, b: Any, place: int) -> Any:
    if sign == "Add":
        return a + b
    if sign == "Sub":
        return a - b
    if sign == "Mult":
        return a * b
    if sign == "FloorDiv":
        return a // b
    if sign == "Mod":
        return a % b
    if sign == "Pow":
        return a**b
    raise ExpressionError("`/` stands only inside floor() and ceil(); write `//`", place)


def _call(node: Any, values: dict[int, Any], place: int) -> Any:
    name = node.func.id
    if name in ("floor", "ceil"):
        if len(node.args) != 1:
            raise ExpressionError(f"{name}() takes one value", place)
        (arg,) = node.args
        if values[id(arg)] is not None:
            return values[id(arg)]
        top, bottom = values[id(arg.left)], values[id(arg.right)]
        return top // bottom if name == "floor" else ceil_div(top, bottom)
    if name in ("max", "min"):
        args = [values[id(arg)] for arg in node.args]
        if not args:
            raise ExpressionError(f"{name}() takes one value or more", place)
        return UNKNOWN if UNKNOWN in args else extreme(name == "max", args)
    raise ExpressionError(f"unknown function `{name}`", place)
