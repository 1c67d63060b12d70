"""NumPy's rules for shapes, on sizes that may be symbols: shapes in, shape out, obligations to a recorder.

Where sizes must match and that hangs on a symbol, nothing is guessed: the trace is told, and goes on assuming it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from shapecheck import dims
from shapecheck.dims import UNKNOWN, Dim, Expr
from shapecheck.tracing.dtypes import Untraceable

Shape = tuple[Dim, ...]
RANK_LIMIT = 64

_WORDS = {
    "equal": "{a} and {b} are not equal",
    "broadcast": "{a} and {b} do not broadcast",
    "divides": "{b} is not a multiple of {a}",
    "at_least": "{a} is less than {b}",
    "axis": "there is no axis {a} in rank {b}",
    "rank": "rank {a} where {b} is needed",
    "argument": "{a} where {b} is needed",
    "dtype": "{a} {b}",
}


class TraceMismatch(Exception):
    """An operation that NumPy refuses for every size.

    `kind` is equal, broadcast, divides (`a` divides `b`), at_least (`a` >= `b`), axis (`a` in a rank of `b`), rank,
    argument or dtype; `what` is the name of the operation.
    """

    def __init__(self, kind: str, a: Any, b: Any, what: str) -> None:
        said = _WORDS[kind].format(a=_said(a), b=_said(b))
        super().__init__(f"{what}: {said}")
        self.kind = kind
        self.a = a
        self.b = b
        self.what = what


def _said(value: Any) -> str:
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_said, value)) + ("," if len(value) == 1 else "") + ")"
    return str(value)[:120]


def refuse(kind: str, a: Any, b: Any, what: str) -> NoReturn:
    raise TraceMismatch(kind, a, b, what)


class Trace:
    """What one run of a function over shapes leaves undecided, told to `record(kind, a, b)` as it happens.

    The kinds are ("equal", a, b), ("broadcast", a, b): equal or one of them 1, ("divides", d, x) and
    ("at_least", x, n). `record` may return a dim for "equal": the side to go on with.
    """

    __slots__ = ("record",)

    def __init__(self, record: Callable[..., Any] | None = None) -> None:
        self.record = record

    def _owe(self, kind: str, a: Dim, b: Dim) -> Any:
        if self.record is not None and a is not UNKNOWN and b is not UNKNOWN:
            return self.record(kind, a, b)
        return None

    def equal(self, a: Dim, b: Dim, what: str) -> Dim:
        answer = dims.same(a, b)
        if answer is False:
            refuse("equal", a, b, what)
        if answer:
            return a
        chosen = self._owe("equal", a, b)
        return min((a, b), key=_weight) if chosen is None else dims.as_dim(chosen)

    def broadcast(self, a: Dim, b: Dim, what: str) -> Dim:
        """The size of the result; exact wherever NumPy accepts, empty axes included."""
        if a == 1:
            return b
        if b == 1 or dims.same(a, b):
            return a
        fixed = [d for d in (a, b) if dims.same(d, 1) is False]
        if len(fixed) == 2:
            if dims.same(a, b) is False:
                refuse("broadcast", a, b, what)
            return self.equal(a, b, what)
        self._owe("broadcast", a, b)
        if fixed:
            return fixed[0]
        return dims.maximum(a, b) * dims.minimum(a, b, 1)

    def stretches(self, a: Dim, b: Dim, what: str) -> None:
        """`a` can be broadcast to `b` as it stands: a == b or a == 1."""
        if a == 1 or dims.same(a, b):
            return
        one = dims.same(b, 1)
        if one or dims.same(a, 1) is False:
            self.equal(a, b, what)
        elif one is False:
            self.broadcast(a, b, what)
        else:
            self.equal((a - 1) * (a - b), 0, what)

    def divides(self, divisor: Dim, a: Dim, what: str) -> None:
        answer = dims.divides(divisor, a)
        if answer is False:
            refuse("divides", divisor, a, what)
        if answer is None:
            self._owe("divides", divisor, a)

    def at_least(self, a: Dim, least: int, what: str) -> None:
        answer = dims.at_least(a, least)
        if answer is False:
            refuse("at_least", a, least, what)
        if answer is None:
            self._owe("at_least", a, least)


def _weight(dim: Dim) -> tuple[int, int]:
    """Known sizes before symbols, short before long, and UNKNOWN last."""
    if isinstance(dim, int):
        return 0, 0
    return (1, dims.size(dim)) if dim is not UNKNOWN else (2, 0)


# Arguments ---------------------------------------------------------------------------------------------------


def size(value: Any, what: str) -> Dim:
    """A size or an index that was given: an int, a dim, or anything that counts as an int."""
    if isinstance(value, (int, Expr)) or value is UNKNOWN:
        return int(value) if isinstance(value, bool) else value
    if value is None or isinstance(value, (str, float, list, tuple)):
        refuse("argument", _given(value), "an integer", what)
    try:
        return dims.as_dim(value)
    except TypeError:
        refuse("argument", _given(value), "an integer", what)


def integer(value: Any, what: str) -> int:
    """An int that was given; UNKNOWN and symbols are not traced."""
    found = size(value, what)
    if not isinstance(found, int):
        raise Untraceable(f"{what} with {found}")
    return found


# Where NumPy takes True for 1; elsewhere it wants an integer.
_TAKES_FLAGS = frozenset({"tile", "repeat", "expand_dims", "swapaxes", "moveaxis", "flip", "roll", "stack", "split",
                          "diff", "sort", "argsort", "norm", "vecdot", "diagonal", "median"})  # fmt: skip


def sizes(value: Any, what: str) -> Shape:
    """A shape that was given, as a tuple, a list or a single size."""
    given = value if isinstance(value, (tuple, list)) else (value,)
    if len(given) > RANK_LIMIT:
        refuse("rank", len(given), f"at most {RANK_LIMIT}", what)
    return tuple(size(_no_flag(item, what), what) for item in given)


def _no_flag(value: Any, what: str) -> Any:
    if isinstance(value, bool) and what not in _TAKES_FLAGS:
        refuse("argument", value, "an integer", what)
    return value


def _given(value: Any) -> str:
    return repr(value)[:40] if value is None or isinstance(value, (str, float)) else f"a {type(value).__name__}"


def axis_of(value: Any, rank: int, what: str) -> int:
    """An axis counted from either end, as one counted from the front."""
    axis = integer(_no_flag(value, what), what)
    if not -rank <= axis < rank:
        refuse("axis", axis, rank, what)
    return axis % rank


def axes_of(value: Any, rank: int, what: str) -> tuple[int, ...]:
    """An axis or several different ones."""
    found = tuple(axis_of(item, rank, what) for item in (value if isinstance(value, (tuple, list)) else (value,)))
    if len(set(found)) < len(found):
        refuse("argument", f"an axis twice in {value}", "each axis once", what)
    return found


# Rules -------------------------------------------------------------------------------------------------------


def broadcast(trace: Trace, shapes: Sequence[Shape], what: str) -> Shape:
    """Shapes aligned at their ends; on each axis all are equal or 1."""
    found: list[Dim] = [1] * max(map(len, shapes), default=0)
    for shape in shapes:
        for k in range(1, len(shape) + 1):
            found[-k] = trace.broadcast(found[-k], shape[-k], what)
    return tuple(found)


def broadcast_to(trace: Trace, shape: Shape, target: Shape, what: str = "broadcast_to") -> Shape:
    if len(shape) > len(target):
        refuse("rank", len(target), f"at least {len(shape)}", what)
    for own, wanted in zip((1,) * (len(target) - len(shape)) + shape, target, strict=True):
        trace.stretches(own, wanted, what)
        trace.at_least(wanted, 0, what)
    return target


def reduced(shape: Shape, axes: Sequence[int] | None, keepdims: Any) -> Shape:
    """The shape after a reduction over `axes`, or over all of them."""
    gone = range(len(shape)) if axes is None else axes
    if keepdims:
        return tuple(1 if k in gone else d for k, d in enumerate(shape))
    return tuple(d for k, d in enumerate(shape) if k not in gone)


def reshape(trace: Trace, shape: Shape, target: Shape, what: str = "reshape") -> Shape:
    """The target with its one negative size worked out; the number of values must stay."""
    free = [k for k, d in enumerate(target) if isinstance(d, int) and d < 0]
    if len(free) > 1:
        refuse("argument", f"{len(free)} unknown sizes", "at most one", what)
    have, want = list(shape), [d for k, d in enumerate(target) if k not in free]
    for d in want:
        trace.at_least(d, 0, what)
    for d in tuple(want):  # an axis that stays as it is cancels, where it cannot be empty
        if d in have and dims.at_least(d, 1):
            have.remove(d)
            want.remove(d)
    total, known = dims.product(have), dims.product(want)
    if not free:
        if dims.same(total, known) is False:
            refuse("equal", dims.product(shape), dims.product(target), what)
        trace.equal(total, known, what)
        return target
    trace.at_least(known, 1, what)
    trace.divides(known, total, what)
    return (*target[: free[0]], total // known, *target[free[0] + 1 :])


def squeeze(trace: Trace, shape: Shape, axis: Any = None) -> Shape:
    if isinstance(axis, list):
        refuse("argument", "a list of axes", "a tuple", "squeeze")
    if axis is not None:
        gone = () if not shape and axis in (0, -1) else axes_of(axis, len(shape), "squeeze")
        for k in gone:
            trace.equal(shape[k], 1, "squeeze")
        return reduced(shape, gone, False)
    for d in shape:
        if dims.same(d, 1) is None:
            raise Untraceable(f"squeeze without an axis: whether {d} is 1 decides the rank")
    return tuple(d for d in shape if d != 1)


def expand_dims(shape: Shape, axis: Any, what: str = "expand_dims") -> Shape:
    many = axis if isinstance(axis, (tuple, list)) else (axis,)
    rank = len(shape) + len(many)
    new, rest = axes_of(many, rank, what), iter(shape)
    return tuple(1 if k in new else next(rest) for k in range(rank))


def transpose(shape: Shape, axes: Any = None) -> Shape:
    if axes is None:
        return shape[::-1]
    order = axes_of(axes, len(shape), "transpose")
    if len(order) != len(shape):
        refuse("rank", len(shape), len(order), "transpose")
    return tuple(shape[k] for k in order)


def moveaxis(shape: Shape, source: Any, destination: Any) -> Shape:
    origin, target = (axes_of(given, len(shape), "moveaxis") for given in (source, destination))
    if len(origin) != len(target):
        refuse("argument", f"{len(origin)} axes", f"{len(target)} axes", "moveaxis")
    rest = iter([k for k in range(len(shape)) if k not in origin])
    moved = dict(zip(target, origin, strict=True))
    return tuple(shape[moved[k] if k in moved else next(rest)] for k in range(len(shape)))


def concatenate(trace: Trace, shapes: Sequence[Shape], axis: Any, what: str = "concatenate") -> Shape:
    """Sizes on `axis` add up, all others are equal."""
    if not shapes:
        refuse("argument", "no array", "at least one", what)
    rank = len(shapes[0])
    for shape in shapes:
        if not shape or len(shape) != rank:
            refuse("rank", len(shape), rank or "at least 1", what)
    along = axis_of(axis, rank, what)
    found = list(shapes[0])
    found[along] = dims.total(shape[along] for shape in shapes)
    for shape in shapes[1:]:
        for k in range(rank):
            if k != along:
                found[k] = trace.equal(found[k], shape[k], what)
    return tuple(found)
