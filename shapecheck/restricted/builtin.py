"""What operators, indexing and the few built-in functions do on the values of an expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shapecheck import dims
from shapecheck.dims import UNKNOWN, Expr, Undecided
from shapecheck.dims.asked import bare
from shapecheck.restricted.guard import (
    LIST_LIMIT,
    NUMBER_LIMIT,
    ON_SYMBOLS,
    OPERATORS,
    Fraction,
    Overrun,
    Run,
    is_array,
    is_number,
    is_symbolic,
    number,
)
from shapecheck.tracing import Untraceable

ATTRIBUTES = ("T", "dtype", "ndim", "shape", "size")


_WORDS = {"int": "an integer", "str": "text", "bool": "a flag", "Expr": "a size", "Unknown": "a size",
          "DType": "a dtype", "Fraction": "a fraction", "ellipsis": "`...`"}  # fmt: skip


def _kind(value: Any) -> str:
    if value is None or is_array(value):
        return "None" if value is None else "an array"
    return _WORDS.get(type(value).__name__, f"a {type(value).__name__}")


def _is_size(value: Any) -> bool:
    return isinstance(value, (int, Expr)) or value is UNKNOWN


def items(value: Any) -> Any:
    """What stands in a list or a tuple."""
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"a list is needed, not {_kind(value)}")
    return value


def numbers(ends: Sequence[Any]) -> range:
    """The numbers of a `range`."""
    for end in ends:
        if isinstance(end, Expr) or end is UNKNOWN:
            raise Undecided(f"`range` over {end} is not decided")
        if is_array(end) and not end.shape and not hasattr(end, "trace"):
            continue
        if not isinstance(end, int):
            raise TypeError(f"`range` takes whole numbers, not {_kind(end)}")
    made = range(*map(int, ends))
    if made and (made[-1] - made[0]) // made.step >= LIST_LIMIT:
        raise Overrun(f"a list of over {LIST_LIMIT} items")
    return made


def truth(value: Any) -> bool:
    """Whether a value counts as true; Undecided for a symbol, Untraceable for an array without values."""
    if isinstance(value, Fraction):
        raise Untraceable("a condition on a fraction of a symbolic size")
    return bool(value)


# Operators ---------------------------------------------------------------------------------------------------


def _counted(run: Run, *values: Any) -> None:
    run.step(ON_SYMBOLS if any(map(is_symbolic, values)) else 1)


def binary(run: Run, kind: str, a: Any, b: Any) -> Any:
    _counted(run, a, b)
    if isinstance(a, (str, bytes)) or isinstance(b, (str, bytes)):
        raise Overrun("text from text, which is not allowed")
    if is_array(a) or is_array(b):
        return run.operate(kind, a, b)
    if isinstance(a, (list, tuple)) or isinstance(b, (list, tuple)):
        return _lists(run, kind, a, b)
    if not (is_number(a) and is_number(b)):
        raise TypeError(f"`{OPERATORS[kind][0]}` between {_kind(a)} and {_kind(b)}")
    if is_symbolic(a) or is_symbolic(b):
        return _limited(_symbolic(kind, a, b))
    return _limited(OPERATORS[kind][1](a, b))


def _limited(value: Any) -> Any:
    known = number(value, 2) if isinstance(value, Expr) else value
    if isinstance(known, int) and abs(known) > NUMBER_LIMIT:
        raise Overrun("a number over 2**63")
    return value


def _lists(run: Run, kind: str, a: Any, b: Any) -> Any:
    if kind == "Add" and type(a) is type(b):
        return run.listed(a + b)
    times, values = (a, b) if isinstance(a, int) else (b, a)
    if kind == "Mult" and isinstance(times, int) and isinstance(values, (list, tuple)):
        if len(values) * times > LIST_LIMIT:
            raise Overrun(f"a list of {len(values) * times} items, over the limit of {LIST_LIMIT}")
        return run.listed(values * times)
    if kind == "Mult" and (isinstance(times, Expr) or isinstance(values, Expr)):
        raise Undecided("the length of a list repeated as often as a symbolic size is not decided")
    raise TypeError(f"`{OPERATORS[kind][0]}` between {_kind(a)} and {_kind(b)}")


def _symbolic(kind: str, a: Any, b: Any) -> Any:
    """Arithmetic on numbers of which at least one is a symbolic size, or came of one."""
    if UNKNOWN in (a, b) and kind in ("Add", "Sub", "Mult", "FloorDiv", "Mod"):
        return UNKNOWN
    whole = not any(isinstance(value, (float, Fraction)) for value in (a, b))
    if kind in ("BitAnd", "BitOr", "BitXor", "MatMult"):
        raise TypeError(f"`{OPERATORS[kind][0]}` between {_kind(a)} and {_kind(b)}")
    if kind == "Pow":
        return OPERATORS[kind][1](a, b) if whole and isinstance(b, int) and b >= 0 and UNKNOWN is not a else Fraction()
    if whole and kind != "Div":
        return OPERATORS[kind][1](a, b)
    if kind == "Div" and whole:
        if isinstance(b, int) and b == 0:
            raise ZeroDivisionError("division by zero")
        return Fraction(a, b) if UNKNOWN not in (a, b) and dims.at_least(b, 1) else Fraction()
    if kind == "Mult":
        (top, bottom), (other_top, other_bottom) = _ratio(a), _ratio(b)
        if bottom != 0 and other_bottom != 0:
            return Fraction(top * other_top, bottom * other_bottom)
    return Fraction()


def _ratio(value: Any) -> tuple[Any, Any]:
    if isinstance(value, Fraction):
        return value.top, value.bottom
    if isinstance(value, float):
        top, bottom = value.as_integer_ratio() if abs(value) < 1 << 20 else (0, 0)
        return (top, bottom) if bottom <= 1024 else (0, 0)
    return (value, 1) if value is not UNKNOWN else (0, 0)


def unary(run: Run, kind: str, value: Any) -> Any:
    _counted(run, value)
    if is_array(value):
        return run.operate(kind, value)
    if isinstance(value, Fraction):
        return value if kind == "UAdd" else _symbolic("Mult", value, -1)
    if not is_number(value) or (kind == "Invert" and not isinstance(value, int)):
        raise TypeError(f"`{OPERATORS[kind][0]}` on {_kind(value)}")
    if kind == "UAdd" or value is UNKNOWN:
        return value
    return _limited(OPERATORS[kind][1](value))


def compare(run: Run, kind: str, a: Any, b: Any) -> Any:
    _counted(run, a, b)
    if kind in ("Is", "IsNot"):
        return (a is None) == (kind == "Is")
    if is_array(a) or is_array(b):
        return run.operate(kind, a, b)
    if kind in ("Eq", "NotEq"):
        equal = _equal(a, b)
        if equal is None:
            sign = OPERATORS[kind][0]
            raise Undecided(f"{str(a)[:60]} {sign} {str(b)[:60]} is not decided for all sizes")
        return equal == (kind == "Eq")
    if isinstance(a, Fraction) or isinstance(b, Fraction):
        raise Untraceable("a comparison with a fraction of a symbolic size")
    return OPERATORS[kind][1](a, b)


def _equal(a: Any, b: Any) -> bool | None:
    """Whether two plain values are equal; None where that hangs on a symbol."""
    answer: bool | None = True
    stack = [(a, b)]
    while stack:
        left, right = stack.pop()
        if isinstance(left, (list, tuple)) and type(left) is type(right):
            if len(left) != len(right):
                return False
            stack += zip(left, right, strict=True)
            continue
        if is_symbolic(left) or is_symbolic(right):
            left, right = (int(v) if isinstance(v, float) and v.is_integer() else v for v in (left, right))
            if isinstance(left, Fraction) or isinstance(right, Fraction):
                raise Untraceable("a comparison with a fraction of a symbolic size")
            same = dims.same(left, right) if _is_size(left) and _is_size(right) else False
        else:
            same = bool(left == right)
        if same is False:
            return False
        answer = answer and same
    return answer


# Parts of values ---------------------------------------------------------------------------------------------


def item(run: Run, value: Any, key: Any) -> Any:
    if is_array(value):
        return run.guarded("index", lambda np, x, k: x[k], (value, key), {})
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"{_kind(value)} has no items")
    run.step()
    for end in (key.start, key.stop, key.step) if isinstance(key, slice) else (key,):
        if is_symbolic(end):
            raise Undecided(f"the item {end} of a list is not decided")
    return value[key]


def attribute(value: Any, name: str) -> Any:
    if not is_array(value):
        raise TypeError(f"{_kind(value)} has no `{name}`")
    return bare(getattr(value, name))


def method(run: Run, value: Any, name: str, args: Sequence[Any], named: Mapping[str, Any]) -> Any:
    if not is_array(value):
        raise TypeError(f"{_kind(value)} has no `{name}`")
    return run.guarded(name, lambda np, x, *given, **extra: getattr(x, name)(*given, **extra), (value, *args), named)


# Functions ---------------------------------------------------------------------------------------------------


def _abs(run: Run, value: Any) -> Any:
    if not is_number(value) and not is_array(value):
        raise TypeError(f"`abs` of {_kind(value)}")
    return run.call("absolute", (value,), {})


def _len(run: Run, value: Any) -> Any:
    if not is_array(value):
        return len(items(value))
    if not value.shape:
        raise TypeError("an array of rank 0 has no length")
    if not isinstance(value.shape[0], int):
        raise Undecided(f"the length of an axis of size {value.shape[0]} is not decided")
    return value.shape[0]


def _extreme(largest: bool) -> Callable[..., Any]:
    def extreme(run: Run, *values: Any) -> Any:
        given = list(items(values[0]) if len(values) == 1 else values)
        _counted(run, *given)
        if not all(map(is_number, given)) or not given:
            raise TypeError(f"`{'max' if largest else 'min'}` takes numbers")
        if any(isinstance(value, (float, Fraction)) for value in given) and any(map(is_symbolic, given)):
            return Fraction()
        if any(map(is_symbolic, given)):
            return (dims.maximum if largest else dims.minimum)(*given)
        return max(given) if largest else min(given)

    return extreme


def _sum(run: Run, values: Any, start: Any = 0) -> Any:
    found = start
    for value in items(values):
        run.step()
        found = binary(run, "Add", found, value)
    return found


def _int(run: Run, value: Any) -> Any:
    """A whole number; a fraction of a symbolic size is cut, and sizes are never negative."""
    if isinstance(value, Fraction):
        if value.bottom == 0 or not dims.at_least(value.top, 0):
            raise Untraceable("a whole number from arithmetic on a symbolic size")
        return value.whole(up=False)
    if is_symbolic(value):
        return value
    if not is_number(value) and not (is_array(value) and not value.shape):
        raise TypeError(f"`int` of {_kind(value)}")
    return _limited(int(value))


def _float(run: Run, value: Any) -> Any:
    if is_symbolic(value):
        return value if isinstance(value, Fraction) else Fraction(value, 1) if value is not UNKNOWN else Fraction()
    if not is_number(value) and not (is_array(value) and not value.shape):
        raise TypeError(f"`float` of {_kind(value)}")
    return float(value)


# Each with the least and the most arguments that it takes.
FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int]] = {
    "abs": (_abs, 1, 1),
    "float": (_float, 1, 1),
    "int": (_int, 1, 1),
    "len": (_len, 1, 1),
    "list": (lambda run, values: list(items(values)), 1, 1),
    "max": (_extreme(True), 1, 99),
    "min": (_extreme(False), 1, 99),
    "sum": (_sum, 1, 2),
    "tuple": (lambda run, values: tuple(items(values)), 1, 1),
}
