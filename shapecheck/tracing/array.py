"""An array that has a shape and a dtype, and no values: it answers NumPy's operators, indexing and protocols."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from shapecheck import dims
from shapecheck.dims import UNKNOWN, Expr, Undecided
from shapecheck.dims.asked import Asked, asked, bare
from shapecheck.tracing import dtypes as dt
from shapecheck.tracing.dtypes import DType, Untraceable
from shapecheck.tracing.indexing import Chosen, index
from shapecheck.tracing.registry import call, function
from shapecheck.tracing.rules import RANK_LIMIT, Shape, Trace, broadcast, refuse, size

LIST_LIMIT = 10_000


class UnknownName(Untraceable, AttributeError):
    """An attribute that is not traced; `hasattr` answers False."""


class UnknownValue(Untraceable, TypeError):
    """A value that is asked for as a number; `operator.index` and dims see a TypeError."""


class TracedArray:
    """An array of which only the shape, the dtype and the trace are known.

    `sizes` holds the dims, and `shape` the same as a function sees them: there `==` raises Undecided where symbols
    leave it open. `dtype` is a name that also equals NumPy's own dtype objects. What NumPy refuses raises
    TraceMismatch; what needs values, or is not supported, raises Untraceable.
    """

    __slots__ = ("dtype", "sizes", "trace")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, shape: Sequence[Any], dtype: object = "float32", trace: Trace | None = None) -> None:
        self.sizes: Shape = tuple(d if isinstance(d, int) else dims.as_dim(d) for d in shape)
        if len(self.sizes) > RANK_LIMIT:
            refuse("rank", len(self.sizes), f"at most {RANK_LIMIT}", "array")
        self.dtype = DType(dtype) if isinstance(dtype, str) else dt.dtype(dtype)
        self.trace = trace or Trace()

    def __repr__(self) -> str:
        return f"TracedArray(({', '.join(map(str, self.sizes))}{',' * (len(self.sizes) == 1)}), {str(self.dtype)!r})"

    @property
    def ndim(self) -> int:
        return len(self.sizes)

    @property
    def size(self) -> Any:
        return asked(dims.product(self.sizes))

    @property
    def T(self) -> TracedArray:
        return TracedArray(self.sizes[::-1], self.dtype, self.trace)

    def __len__(self) -> int:
        if not self.sizes:
            refuse("rank", 0, "at least 1", "len")
        n = self.sizes[0]
        if not isinstance(n, int):
            raise Undecided(f"the length of an axis of size {n} is not decided")
        return n

    def __iter__(self) -> Iterator[TracedArray]:
        n = len(self)
        if n > LIST_LIMIT:
            raise Untraceable(f"a loop over {n} values")
        return (self[k] for k in range(n))

    def __getitem__(self, key: Any) -> TracedArray:
        items = key if isinstance(key, tuple) else (key,)
        return TracedArray(index(self.trace, self.sizes, tuple(_index(item) for item in items)), self.dtype, self.trace)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "mT":
            return call(self.trace, "matrix_transpose", (self,), {})
        known = METHODS.get(name)
        if known is None:
            raise UnknownName(f"`.{name}` of an array")
        return lambda *args, **keywords: call(self.trace, known, (self, *args), keywords)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        if method != "__call__":
            return ufunc_method(trace_of(inputs, None), ufunc.__name__, method, inputs, keywords)
        return call(trace_of(inputs, None), ufunc.__name__, inputs, keywords)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        inner = (func.__module__ or "").partition("numpy.")[2]
        name = f"{inner}.{func.__name__}" if inner else func.__name__
        return asked(call(trace_of(args, self.trace), name, args, kwargs))

    def _values(self, *_: Any, **__: Any) -> Any:
        raise UnknownValue("what depends on the values of an array")

    __bool__ = __int__ = __float__ = __complex__ = __index__ = __array__ = __contains__ = _values

    def _changed(self, *_: Any, **__: Any) -> Any:
        raise Untraceable("an array that is changed in place")

    @property
    def shape(self) -> tuple[Any, ...]:
        return tuple([d if isinstance(d, int) else Asked(d) for d in self.sizes])

    @shape.setter
    def shape(self, given: Any) -> None:
        self._changed()

    __setitem__ = __delitem__ = sort = fill = put = partition = resize = setflags = _changed


METHODS = {name: name for name in (
    "all", "any", "argmax", "argmin", "argsort", "astype", "clip", "conjugate", "copy", "cumprod", "cumsum",
    "diagonal", "dot", "max", "mean", "min", "prod", "ravel", "repeat", "round", "squeeze", "std", "sum", "swapaxes",
    "take", "trace", "var",
)}  # fmt: skip
METHODS |= {"flatten": "ravel", "conj": "conjugate", "reshape": "_reshape_method", "transpose": "_transpose_method",
            "clip": "_clip_method"}  # fmt: skip

_OPERATORS = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "floordiv": "floor_divide",
    "mod": "remainder", "divmod": "divmod", "pow": "_power", "matmul": "matmul", "and": "bitwise_and",
    "or": "bitwise_or", "xor": "bitwise_xor", "lshift": "left_shift", "rshift": "right_shift",
}  # fmt: skip
_ONE_WAY = {"lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal", "ne": "not_equal",
            "neg": "negative", "pos": "positive", "abs": "absolute", "invert": "invert"}  # fmt: skip


def _operator(name: str, turn: int) -> Callable[..., Any]:
    return lambda *operands: call(trace_of(operands, None), name, operands[::turn], {})


for _name, _function in (_OPERATORS | _ONE_WAY).items():
    setattr(TracedArray, f"__{_name}__", _operator(_function, 1))
    if _name in _OPERATORS:
        setattr(TracedArray, f"__r{_name}__", _operator(_function, -1))


@function("_power")
def _power(t: Trace, x: Any, y: Any) -> Any:
    if isinstance(y, int) and y == 2 and x.dtype == "bool":  # `**` squares, and then True has no int beside it
        return call(t, "square", (x,), {})
    return call(t, "power", (x, y), {})


# Operands ----------------------------------------------------------------------------------------------------


class Operand(NamedTuple):
    """What an operation sees of an argument; a Python scalar has a weak dtype."""

    sizes: Shape
    dtype: DType


def operand(trace: Trace, value: Any, what: str) -> Operand:
    """An argument as an operation sees it: an array, a number, a dim, or lists of them."""
    if isinstance(value, TracedArray):
        return Operand(value.sizes, value.dtype)
    if isinstance(value, (bool, int, float, complex)) and type(value).__module__ != "numpy":
        return Operand((), dt.weak(value))
    if isinstance(value, (Expr, Asked)) or value is UNKNOWN:
        return Operand((), dt.WEAK_INT)
    if isinstance(value, (list, tuple)):
        shape, leaves = listed(value, what)
        return _stacked(trace, shape, [operand(trace, leaf, what) for leaf in leaves], what)
    if value is None or isinstance(value, (str, bytes)):
        refuse("argument", repr(value)[:40], "an array", what)
    if isinstance(getattr(value, "shape", None), tuple) and hasattr(value, "dtype"):
        return Operand(sizes_of(value), dt.dtype(value.dtype))
    raise Untraceable(f"{what} with a {type(value).__name__}")


def as_array(trace: Trace, value: Any, what: str) -> TracedArray:
    """An argument as an array of its own dtype, like `numpy.asarray`."""
    if isinstance(value, TracedArray):
        return value
    found = operand(trace, value, what)
    return TracedArray(found.sizes, dt.strong(found.dtype), trace)


def sizes_of(array: Any) -> Shape:
    """The shape of an array, traced or of numbers, as the algebra has it."""
    return array.sizes if isinstance(array, TracedArray) else tuple(map(int, array.shape))


def listed(value: Any, what: str) -> tuple[Shape, list[Any]]:
    """The shape of nested lists, and what stands in them."""
    shape: list[int] = []
    level = [value]
    while level and isinstance(level[0], (list, tuple)):
        n = len(level[0])
        if not all(isinstance(item, (list, tuple)) and len(item) == n for item in level):
            refuse("argument", "a ragged list", "lists of one length", what)
        if len(level) * n > LIST_LIMIT or len(shape) >= RANK_LIMIT:
            raise Untraceable(f"{what} with more than {LIST_LIMIT} values in a list")
        shape.append(n)
        level = [leaf for item in level for leaf in item]
    if any(isinstance(item, (list, tuple)) for item in level):
        refuse("argument", "a ragged list", "lists of one length", what)
    return tuple(shape), level


def _stacked(trace: Trace, outer: Shape, leaves: list[Operand], what: str) -> Operand:
    inner: Shape = ()
    for k, leaf in enumerate(leaves):
        if k and len(leaf.sizes) != len(inner):
            refuse("rank", len(leaf.sizes), len(inner), what)
        inner = tuple(trace.equal(a, b, what) for a, b in zip(inner, leaf.sizes, strict=True)) if k else leaf.sizes
    return Operand(outer + inner, dt.promote(*(dt.strong(leaf.dtype) for leaf in leaves)) if leaves else dt.FLOAT)


def _index(item: Any) -> Any:
    """An item of a key: arrays and lists of indices become `Chosen`, everything else is left."""
    if isinstance(item, slice):
        return slice(bare(item.start), bare(item.stop), bare(item.step))
    if isinstance(item, Asked):
        return item.dim
    if item is None or item is Ellipsis or isinstance(item, (bool, int, Expr, str, float)) or item is UNKNOWN:
        return item
    if isinstance(item, (list, tuple)):
        shape, leaves = listed(item, "index")
        if all(isinstance(leaf, int) and not isinstance(leaf, bool) for leaf in leaves):
            return Chosen(shape, min(leaves, default=None), max(leaves, default=None))
        raise Untraceable("an index made of values or of arrays")
    kind = dt.dtype(getattr(item, "dtype", "int64")).kind
    if kind == "b":
        raise Untraceable("a boolean mask as an index: the shape depends on the values")
    if kind not in "iu":
        refuse("argument", f"an index of {item.dtype}", "integers", "index")
    if isinstance(item, TracedArray):
        return Chosen(item.sizes)
    if getattr(item, "shape", ()):
        return Chosen(tuple(item.shape), *((int(item.min()), int(item.max())) if item.size else ()))
    return size(item, "index")


# Calls -------------------------------------------------------------------------------------------------------


def trace_of(args: Any, default: Trace | None) -> Trace:
    """The trace of the arrays among the arguments; one that records wins over one that does not."""
    found = default
    for arg in args:
        for item in arg if isinstance(arg, (list, tuple)) else (arg,):
            if isinstance(item, TracedArray) and (found is None or found.record is None):
                found = item.trace
    return found or Trace()


@function("_ufunc")
def _ufunc(trace: Trace, name: str, args: Sequence[Any], keywords: Mapping[str, Any]) -> TracedArray:
    if len(args) != (1 if name in dt.UNARY else 2):
        refuse("argument", f"{len(args)} arguments", "those that it takes", name)
    for keyword, value in keywords.items():
        if keyword != "dtype" and not (keyword == "where" and value is True) and value is not None:
            raise Untraceable(f"`{name}` with `{keyword}`")
    found = [operand(trace, value, name) for value in args]
    kinds = tuple(item.dtype for item in found)
    common = dt.promote(*kinds)
    for value in args:
        if isinstance(value, int) and common.kind in "iu" and not isinstance(value, bool):
            if not dt.fits(value, common) and dt.BINARY.get(name) not in ("test", "divide", "wide", "real"):
                refuse("dtype", value, f"is out of bounds for {common}", name)
            if name == "power" and value is args[1] and value < 0:
                refuse("dtype", "integers", "to negative powers", name)
    shape = broadcast(trace, [item.sizes for item in found], name)
    try:
        gives = dt.of_ufunc(name, kinds)
    except dt.BadDType as error:
        refuse("dtype", "the ufunc", str(error).partition(" ")[2], name)
    asked = keywords.get("dtype")
    return TracedArray(shape, gives if asked is None or gives == "bool" else dt.dtype(asked), trace)


_REDUCTIONS = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min", "logical_and": "all",
               "logical_or": "any"}  # fmt: skip
_ACCUMULATIONS = {"add": "cumsum", "multiply": "cumprod"}


def ufunc_method(trace: Trace, name: str, method: str, inputs: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """`np.add.reduce(x)` and its like; unlike the functions, they run along axis 0 unless told."""
    if method == "outer" and len(inputs) == 2 and not keywords:
        a, b = (as_array(trace, value, name) for value in inputs)
        ones = (1,) * b.ndim
        return call(trace, name, (TracedArray(a.sizes + ones, a.dtype, trace), b), {})
    table = {"reduce": _REDUCTIONS, "accumulate": _ACCUMULATIONS}.get(method, {})
    if name not in table:
        raise Untraceable(f"`{name}.{method}`")
    if method == "accumulate" and not as_array(trace, inputs[0], name).sizes:
        refuse("rank", 0, "at least 1", f"{name}.accumulate")
    return call(trace, table[name], inputs, {"axis": 0, **keywords})
