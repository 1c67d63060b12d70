"""One evaluation of an expression: the namespace it runs in, and the budgets that it cannot overrun.

Before real arrays are touched, each operation runs on their shapes alone, so that nothing large is ever allocated.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

from shapecheck import dims
from shapecheck.dims import UNKNOWN, Expr
from shapecheck.dims.asked import bare
from shapecheck.tracing import Trace, TracedArray, TracedNumpy, Untraceable, einsum_shape, sizes_of

STEPS = 50_000
"""At most this many operations in one evaluation, and items of the lists that it makes."""
ON_ARRAYS, ON_SYMBOLS = 10, 50
"""As how many operations one on an array counts, and every array it makes, and one on a symbolic size."""
DIFFERENCES = 64
"""At most so many differences in a row: NumPy takes them one by one, even of nothing."""
LIST_LIMIT = 1_000
"""At most this many items in a list that an expression makes."""
NUMBER_LIMIT = 2**63
MADE = 2**20
"""An array made of nothing but sizes holds at most this many values, or four times those of the inputs."""
ARRAY = 2**22
"""Any other array may always hold this many; beyond it, a thousand times the inputs, up to ARRAY_MOST."""
ARRAY_MOST = 2**28
WORK = 4
"""All arrays together hold at most this many times the limit for one, and a thousand times the inputs besides."""

_MAKING = frozenset({"zeros", "ones", "empty", "full", "eye", "identity", "arange", "linspace", "array", "asarray"})
_CONTRACTING = frozenset({"matmul", "dot", "inner", "vdot", "vecdot", "tensordot", "einsum", "linalg.norm",
                          "linalg.matmul", "linalg.tensordot", "linalg.vecdot"})  # fmt: skip
_ON_SIZES = frozenset({"prod", "sum", "max", "min", "maximum", "minimum", "add", "subtract", "multiply",
                       "floor_divide", "remainder"})  # fmt: skip
_MATH: dict[str, Callable[..., Any]] = {
    "absolute": abs, "abs": abs, "ceil": math.ceil, "exp": math.exp, "floor": math.floor, "log": math.log,
    "log10": math.log10, "log2": math.log2, "round": round, "sqrt": math.sqrt,
}  # fmt: skip

OPERATORS: dict[str, tuple[str, Callable[..., Any]]] = {
    "Add": ("+", operator.add), "Sub": ("-", operator.sub), "Mult": ("*", operator.mul),
    "Div": ("/", operator.truediv), "FloorDiv": ("//", operator.floordiv), "Mod": ("%", operator.mod),
    "Pow": ("**", operator.pow), "MatMult": ("@", operator.matmul), "BitAnd": ("&", operator.and_),
    "BitOr": ("|", operator.or_), "BitXor": ("^", operator.xor), "USub": ("-", operator.neg),
    "UAdd": ("+", operator.pos), "Invert": ("~", operator.invert), "Lt": ("<", operator.lt), "LtE": ("<=", operator.le),
    "Gt": (">", operator.gt), "GtE": (">=", operator.ge), "Eq": ("==", operator.eq), "NotEq": ("!=", operator.ne),
}  # fmt: skip


class Overrun(Exception):
    """A budget was met; the caller adds the place."""


class Fraction:
    """A number that came of a symbolic size: top/bottom, or with bottom 0 one that nothing is known of."""

    __slots__ = ("bottom", "top")

    def __init__(self, top: Any = 0, bottom: Any = 0) -> None:
        self.top = top
        self.bottom = bottom

    def __repr__(self) -> str:
        return "a fraction of a symbolic size" if self.bottom == 0 else f"({self.top})/{self.bottom}"

    def whole(self, up: bool) -> Any:
        """The floor or the ceiling, as a dim."""
        if self.bottom == 0:
            raise Untraceable("a whole number from arithmetic on a symbolic size")
        return dims.ceil_div(self.top, self.bottom) if up else self.top // self.bottom


def is_array(value: Any) -> bool:
    return isinstance(value, TracedArray) or (hasattr(type(value), "__array_ufunc__") and hasattr(value, "dtype"))


def is_symbolic(value: Any) -> bool:
    return isinstance(value, (Expr, Fraction)) or value is UNKNOWN


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) or is_symbolic(value)


def _plain_number(name: str, value: Any) -> Any:
    if not is_symbolic(value):
        return _MATH[name](value)
    if name in ("floor", "ceil"):
        ratio = value if isinstance(value, Fraction) else Fraction(value, 1)
        return ratio.whole(name == "ceil") if ratio.bottom != 0 and value is not UNKNOWN else ratio
    return dims.maximum(value, -value) if name == "absolute" and isinstance(value, Expr) else Fraction()


class Run:
    """One evaluation. `np` is the namespace, `traced` whether it answers with shapes."""

    __slots__ = ("limit", "made", "most", "np", "steps", "traced", "work")

    def __init__(self, np: Any, arguments: Sequence[Any]) -> None:
        self.np = np
        self.traced = isinstance(np, TracedNumpy)
        self.steps = STEPS
        values = sum(count(value) for value in arrays_in(arguments))
        self.limit = max(ARRAY, min(1024 * values, ARRAY_MOST), 4 * values)
        self.made = max(MADE, 4 * values)
        self.work = self.most = WORK * self.limit + 1000 * values

    def step(self, many: int = 1) -> None:
        self.steps -= many
        if self.steps < 0:
            raise Overrun(f"more than {STEPS} operations")

    def listed(self, values: Any) -> Any:
        """A list or tuple that the expression made; every item in it counts, also in the lists within."""
        stack = [values]
        while stack:
            within = stack.pop()
            if len(within) > LIST_LIMIT:
                raise Overrun(f"a list of {len(within)} items, over the limit of {LIST_LIMIT}")
            self.step(len(within))
            stack += [item for item in within if isinstance(item, (list, tuple))]
        return values

    def call(self, name: str, args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        """One of NumPy's functions; of plain numbers it makes a plain number."""
        if not keywords and args and not any(map(is_array, args)):
            if name in _MATH and len(args) == 1 and is_number(args[0]):
                return _plain_number(name, args[0])
            if name in _ON_SIZES and all(isinstance(value, (int, list, tuple)) for value in args):
                self.step()
                return bare(_named(TracedNumpy(), name)(*args))
        args, keywords = [plain(value) for value in args], {k: plain(value) for k, value in keywords.items()}
        return self.guarded(name, lambda np, *given, **named: _named(np, name)(*given, **named), args, keywords)

    def guarded(self, name: str, function: Callable[..., Any], args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        """`function(np, *args)` after it was tried on shapes alone and found within the budgets."""
        self.step(ON_ARRAYS)
        order = keywords.get("n", args[1] if len(args) > 1 else 1) if name == "diff" else 1
        if isinstance(order, int) and order > DIFFERENCES:
            raise Overrun(f"{order} differences in a row, over the limit of {DIFFERENCES}")
        if self.traced:
            made = bare(function(self.np, *args, **keywords))
            self.weigh(name, args, made)
            return made
        shadows = [shadow(value) for value in args]
        tried = function(TracedNumpy(), *shadows, **{k: shadow(value) for k, value in keywords.items()})
        self.weigh(name, shadows, tried)
        return function(self.np, *args, **keywords)

    def weigh(self, name: str, args: Sequence[Any], made: Any) -> None:
        """Take what an operation makes off the budgets."""
        found = arrays_in((made,))
        self.step(ON_ARRAYS * len(found))
        for value in found:
            size = count(value)
            limit = self.made if name in _MAKING else self.limit
            if size > limit:
                raise Overrun(f"an array of {size} values, over the limit of {limit}")
            self.work -= size
            if name in _CONTRACTING:
                given = [count(each) for each in arrays_in(args)]
                self.work -= _contraction(name, args, given, size)
        if self.work < 0:
            raise Overrun(f"more than {self.most} values in all")

    def operate(self, kind: str, *values: Any) -> Any:
        """An operator on arrays."""
        symbol, function = OPERATORS[kind]
        name = "matmul" if kind == "MatMult" else symbol
        return self.guarded(name, lambda np, *given: function(*given), [plain(value) for value in values], {})


def _named(np: Any, name: str) -> Any:
    for part in name.split("."):
        np = getattr(np, part)
    return np


def plain(value: Any) -> Any:
    """A value as NumPy gets it: a number that came of a symbolic size is some float."""
    if isinstance(value, Fraction):
        return 1.0
    if isinstance(value, (list, tuple)) and any(isinstance(item, Fraction) for item in value):
        return [plain(item) for item in value]
    return value


def shadow(value: Any) -> Any:
    """The shape and dtype of a real array, also inside lists."""
    if isinstance(value, (list, tuple)):
        return [shadow(item) for item in value] if isinstance(value, list) else tuple(map(shadow, value))
    if isinstance(value, TracedArray) or not is_array(value):
        return value
    return TracedArray(tuple(map(int, value.shape)), str(value.dtype), Trace())


def arrays_in(values: Sequence[Any]) -> list[Any]:
    """The arrays among values, also those in lists."""
    found: list[Any] = []
    stack = list(values)
    while stack:
        value = stack.pop()
        if isinstance(value, (list, tuple)):
            stack += value
        elif is_array(value):
            found.append(value)
    return found


def count(array: Any) -> int:
    """How many values an array holds, as budgets see it.

    Every symbol counts as 1, so that no size is refused that could be right. An empty axis counts as 1 as well, since
    NumPy may go through something large on the way to nothing (`tile` takes its axes one by one).
    """
    return prod(max(number(size), 1) for size in sizes_of(array))


def number(size: Any, each: int = 1) -> int:
    """A size where every symbol is 1, or what `each` says."""
    if isinstance(size, Expr):
        return dims.evaluate(size, {symbol.name: each for symbol in dims.symbols_of(size)})
    return 1 if size is UNKNOWN else int(size)


def _contraction(name: str, args: Sequence[Any], given: Sequence[int], made: int) -> int:
    """The multiplications of a product of arrays, weighed against the making of a value."""
    if name == "linalg.norm":  # some of its norms are sums of singular values
        return int(prod(given) ** 1.5) // 64
    if name != "einsum":
        return int((prod(given) * made) ** 0.5) // 64
    if not args or not all(map(is_array, args[1:])):
        return 0
    return number(einsum_shape(Trace(), args[0], [sizes_of(array) for array in args[1:]])[1]) // 8
