"""Running a function on shapes: `TracedArray` answers NumPy, and `TracedNumpy` is a NumPy without NumPy.

    trace = Trace(record)                                # hears what hangs on a symbol
    x = TracedArray((B, T, 64), trace=trace)
    y = function(x)                                      # np.xxx(x), x @ x, x[:, 1:], x.reshape(...)
    y = layer.mask(TracedNumpy(trace), x)                # the same without numpy being loaded

What NumPy refuses at every size raises TraceMismatch; what cannot be told from shapes raises Untraceable; a
comparison of dims that is not decided raises `dims.Undecided`. Everything else goes to the trace as an obligation.
"""

from __future__ import annotations

from collections.abc import Callable
from math import e, inf, nan, pi
from typing import Any

from shapecheck import dims
from shapecheck.dims import UNKNOWN, Expr
from shapecheck.dims.asked import asked, bare
from shapecheck.tracing import dtypes, making, products, reductions, shapes, values
from shapecheck.tracing.array import METHODS, TracedArray, UnknownName, as_array, sizes_of, trace_of, ufunc_method
from shapecheck.tracing.dtypes import DType, Untraceable
from shapecheck.tracing.products import einsum_shape
from shapecheck.tracing.registry import FUNCTIONS, call, takes_of
from shapecheck.tracing.rules import Trace, TraceMismatch

__all__ = [
    "FUNCTIONS",
    "METHODS",
    "DType",
    "Trace",
    "TraceMismatch",
    "TracedArray",
    "TracedNumpy",
    "Untraceable",
    "dtypes",
    "einsum_shape",
    "outputs",
    "run",
    "sizes_of",
    "takes_of",
    "trace_of",
    "traced_np",
]

_LOADED = (making, products, reductions, shapes, values)  # they enter themselves into FUNCTIONS

_CONSTANTS: dict[str, Any] = {"pi": pi, "e": e, "inf": inf, "nan": nan, "newaxis": None}
_DTYPES = {name: DType(name) for name in dtypes.NAMES} | {
    "bool_": dtypes.BOOL,
    "float": dtypes.FLOAT,
    "int": dtypes.INT,
}

# On plain sizes these give a size, so that a shape can be worked out with them.
_ON_DIMS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "floor_divide": lambda a, b: a // b,
    "remainder": lambda a, b: a % b,
    "maximum": dims.maximum,
    "minimum": dims.minimum,
}
_ON_LISTS: dict[str, Callable[..., Any]] = {
    "prod": dims.product,
    "sum": dims.total,
    "max": lambda given: dims.maximum(*given),
    "min": lambda given: dims.minimum(*given),
}


def _is_dim(value: Any) -> bool:
    return (isinstance(value, (int, Expr)) and not isinstance(value, bool)) or value is UNKNOWN


class _Function:
    """A function of the namespace; a ufunc has `reduce`, `accumulate` and `outer` too."""

    __slots__ = ("_name", "_trace")

    def __init__(self, name: str, trace: Trace) -> None:
        self._name = name
        self._trace = trace

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        name = self._name
        if not keywords:
            plain = bare(args)
            if name in _ON_DIMS and len(args) == 2 and all(map(_is_dim, plain)):
                return asked(_ON_DIMS[name](*plain))
            given = plain[0] if len(args) == 1 and isinstance(args[0], (list, tuple)) else ()
            if name in _ON_LISTS and given and all(map(_is_dim, given)):
                return asked(_ON_LISTS[name](given))
        return asked(call(trace_of(args, self._trace), name, args, keywords))

    def __getattr__(self, method: str) -> Any:
        if method not in ("reduce", "accumulate", "outer"):
            raise UnknownName(f"`{self._name}.{method}`")
        return lambda *args, **keywords: ufunc_method(trace_of(args, self._trace), self._name, method, args, keywords)


class TracedNumpy:
    """NumPy's array functions, constants and dtypes by name, on traced arrays; numpy is not imported.

    Arrays that are made from sizes carry `trace`.
    """

    __slots__ = ("_prefix", "_trace")

    def __init__(self, trace: Trace | None = None, _prefix: str = "") -> None:
        self._trace = trace or Trace()
        self._prefix = _prefix

    def __getattr__(self, name: str) -> Any:
        full = self._prefix + dtypes.ALIASES.get(name, name)
        if full in FUNCTIONS or full in dtypes.UNARY or full in dtypes.BINARY:
            return _Function(full, self._trace)
        if full in _CONSTANTS:
            return _CONSTANTS[full]
        if full in _DTYPES:
            return _DTYPES[full]
        if full == "linalg":
            return TracedNumpy(self._trace, "linalg.")
        raise UnknownName(f"`{full}`")


def run(function: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
    """`function(*args, **keywords)` on traced arrays and dims; the TypeErrors that come of them become Untraceable.

    A size times 0.5 is no size, and an array without values no number. Python and NumPy raise a plain TypeError there,
    which is no mistake of the function.
    """
    try:
        return function(*args, **keywords)
    except (Untraceable, dims.Undecided):
        raise
    except TypeError as error:
        if "'TracedArray'" in str(error):
            raise Untraceable("what depends on the values of an array") from error
        if _of_sizes(str(error)) or _from_dims(error):
            raise Untraceable("a symbolic size where Python or NumPy needs a number") from error
        raise


def _of_sizes(said: str) -> bool:
    """Whether Python or NumPy says that a size is no number; NumPy shows the size where it is all that was given."""
    if any(f"'{name}'" in said for name in ("Asked", "Expr", "Unknown")) or said.endswith(", not Asked"):
        return True
    _, wanted, given = said.partition("expected a sequence of integers or a single integer, got ")
    try:
        return bool(wanted) and not isinstance(dims.parse(given[1:-1]), int)
    except dims.DimSyntaxError:
        return given == f"'{UNKNOWN}'"


def _from_dims(error: TypeError) -> bool:
    """Whether the algebra of sizes raised it, as it does for `size / 2`."""
    step, name = error.__traceback__, ""
    while step is not None:
        name = step.tb_frame.f_globals.get("__name__", "")
        step = step.tb_next
    return name.startswith("shapecheck.dims")


def outputs(made: Any, trace: Trace) -> tuple[list[TracedArray], bool]:
    """The arrays that a traced function returned, and whether they came as a list; a number is an array of rank 0.

    Raises TypeError for anything else.
    """
    listed = isinstance(made, (list, tuple))
    found = []
    for item in made if listed else (made,):
        if item is None or isinstance(item, (str, bytes, dict, list, tuple)):
            raise TypeError(f"returned {'None' if item is None else 'a ' + type(item).__name__}, which is no array")
        found.append(as_array(trace, item, "the result"))
    return found, listed


traced_np = TracedNumpy()
