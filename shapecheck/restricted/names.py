"""The functions that an expression may name: NumPy's own, and what Keras and TensorFlow call them.

NumPy's are those of `shapecheck.tracing`. The others are written out below in NumPy's, in the language of the
expressions themselves, with the argument names and defaults of keras.backend (Keras 2), keras.ops and tf.
"""

from __future__ import annotations

from math import e, inf, nan, pi
from typing import Any

from shapecheck.tracing import FUNCTIONS, METHODS, DType, dtypes, takes_of

PREFIXES = {
    "np": "np", "numpy": "np", "K": "K", "keras.backend": "K", "tf.keras.backend": "K", "ops": "ops",
    "keras.ops": "ops", "tf": "tf", "tf.math": "tf", "tf.nn": "tf", "own": "own",
}  # fmt: skip
ROOTS = frozenset(prefix.partition(".")[0] for prefix in PREFIXES) - {"own"}

CONSTANTS: dict[str, Any] = {"pi": pi, "e": e, "inf": inf, "nan": nan, "newaxis": None}
CONSTANTS |= {name: DType(name) for name in dtypes.NAMES} | {"bool_": dtypes.BOOL}

# Names that hold several of NumPy's functions in one line: `f a b` is `f(x, ...) = np.f(x, ...)`, `k=f` renames.
_ONE = """abs exp log log1p log2 log10 expm1 sqrt square sin cos tan sinh cosh tanh arcsin arccos arctan arcsinh
arccosh arctanh sign floor ceil negative reciprocal isnan isinf isfinite logical_not round=round asin=arcsin
acos=arccos atan=arctan asinh=arcsinh acosh=arccosh atanh=arctanh zeros_like ones_like real conj
trunc positive"""
_TWO = """maximum minimum add subtract multiply divide power pow=power equal not_equal greater greater_equal less
less_equal logical_and logical_or logical_xor floor_divide floordiv=floor_divide mod truediv=divide true_divide=divide
arctan2 atan2=arctan2 hypot outer dot"""

_SHARED = """
relu(x, negative_slope=0.0, max_value=None, threshold=0.0) = own.relu(x, negative_slope, max_value, threshold)
relu6(x) = np.clip(x, 0.0, 6.0)
leaky_relu(x, negative_slope=0.2) = np.where(x > 0, x, x * negative_slope)
sigmoid(x) = 0.5 * (np.tanh(0.5 * x) + 1.0)
silu(x) = x * own.sigmoid(x)
swish(x) = x * own.sigmoid(x)
softplus(x) = np.maximum(x, 0.0) + np.log1p(np.exp(-np.absolute(x)))
softsign(x) = x / (np.absolute(x) + 1.0)
elu(x, alpha=1.0) = np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0.0)))
softmax(x, axis=-1) = own.shares(np.exp(x - np.max(x, axis=own.axes(axis), keepdims=True)), axis)
log_softmax(x, axis=-1) = x - own.logsumexp(x, axis, True)
logsumexp(x, axis=None, keepdims=False) =
  own.kept(np.log(np.sum(np.exp(x - np.max(x, axis=own.axes(axis), keepdims=True)), axis=own.axes(axis), keepdims=True))
  + np.max(x, axis=own.axes(axis), keepdims=True), axis, keepdims)
l2_normalize(x, axis=None, epsilon=1e-12) =
  x / np.sqrt(np.maximum(np.sum(np.square(x), axis=own.axes(axis), keepdims=True), epsilon))
rsqrt(x) = 1.0 / np.sqrt(x)
one_hot(x, num_classes, axis=-1) = np.moveaxis(own.hot(x, num_classes), -1, axis)
squared_difference(x, y) = np.square(x - y)
cast(x, dtype) = np.asarray(x, dtype)
stop_gradient(x) = x
identity(x) = x
shape(x) = np.shape(x)
int_shape(x) = np.shape(x)
ndim(x) = np.ndim(x)
size(x) = np.size(x)
reshape(x, shape) = np.reshape(x, shape)
stack(x, axis=0) = np.stack(x, axis=axis)
matmul(x1, x2) = np.matmul(x1, x2)
tensordot(x1, x2, axes=2) = np.tensordot(x1, x2, axes=axes)
broadcast_to(x, shape) = np.broadcast_to(x, shape)
where(condition, x1, x2) = np.where(condition, x1, x2)
tile(x, repeats) = np.tile(x, repeats)
roll(x, shift, axis=None) = np.roll(x, shift, axis=axis)
zeros(shape, dtype="float32") = np.zeros(shape, dtype)
ones(shape, dtype="float32") = np.ones(shape, dtype)
"""

_OWN = """
relu(x, slope, top, threshold) = own.capped(np.maximum(x, 0.0) if slope == 0 and threshold == 0 else
  np.where(x > threshold, x, slope * (x - threshold)), top)
made(x, dtype) = x if dtype is not None else x.astype("float32") if x.dtype == "float64" else
  x.astype("int32") if x.dtype == "int64" else x
axes(axis) = axis if axis is None or np.ndim(axis) == 0 else tuple(axis)
capped(x, top) = x if top is None else np.minimum(x, top)
shares(x, axis) = x / np.sum(x, axis=own.axes(axis), keepdims=True)
kept(x, axis, keepdims) = x if keepdims else np.reshape(x, ()) if axis is None else np.squeeze(x, own.axes(axis))
sigmoid(x) = 0.5 * (np.tanh(0.5 * x) + 1.0)
logsumexp(x, axis, keepdims) =
  np.log(np.sum(np.exp(x - np.max(x, axis=own.axes(axis), keepdims=True)), axis=own.axes(axis), keepdims=True))
  + np.max(x, axis=own.axes(axis), keepdims=True)
hot(x, n) = np.asarray(np.expand_dims(x, -1) == np.arange(n), "float32")
paired(x, y, a, b) = np.reshape(np.matmul(
  np.reshape(np.moveaxis(x, a, -1), (x.shape[0], own.rest(x, a), x.shape[a])),
  np.reshape(np.moveaxis(y, b, 1), (y.shape[0], y.shape[b], own.rest(y, b)))),
  x.shape[:a] + x.shape[a + 1:] + y.shape[1:b] + y.shape[b + 1:])
rest(x, a) = np.prod((1,) + x.shape[1:a] + x.shape[a + 1:])
column(x) = np.expand_dims(x, -1) if x.ndim == 1 else x
"""

_AS_IN_NUMPY = frozenset({"einsum"})
_REDUCED = "sum mean max min prod std var any all"

_TABLES = {
    "K": "".join(f"\n{f}(x, axis=None, keepdims=False) = np.{f}(x, axis=own.axes(axis), keepdims=keepdims)"
                 for f in _REDUCED.split()) + """
argmax(x, axis=-1) = np.argmax(x, axis=axis)
argmin(x, axis=-1) = np.argmin(x, axis=axis)
cumsum(x, axis=0) = np.cumsum(x, axis=axis)
cumprod(x, axis=0) = np.cumprod(x, axis=axis)
expand_dims(x, axis=-1) = np.expand_dims(x, axis)
squeeze(x, axis) = np.squeeze(x, axis)
permute_dimensions(x, pattern) = np.transpose(x, pattern)
transpose(x) = np.transpose(x)
concatenate(tensors, axis=-1) = np.concatenate(tensors, axis=axis)
repeat(x, n) = np.repeat(np.expand_dims(x, 1), n, axis=1)
repeat_elements(x, rep, axis) = np.repeat(x, rep, axis=axis)
tile(x, n) = np.tile(x, n)
flatten(x) = np.reshape(x, (-1,))
batch_flatten(x) = np.reshape(x, (x.shape[0], np.prod((1,) + x.shape[1:])))
reverse(x, axes) = np.flip(x, own.axes(axes))
gather(reference, indices) = np.take(reference, indices, axis=0)
clip(x, min_value, max_value) = np.clip(x, min_value, max_value)
pow(x, a) = np.power(x, a)
dot(x, y) = np.dot(x, y)
batch_dot(x, y, axes=None) = own.column(own.paired(x, y, x.ndim - 1, y.ndim - 2 if y.ndim > 2 else 1)
  if axes is None else own.paired(x, y, own.front(axes, 0, x), own.front(axes, 1, y)))
switch(condition, then_expression, else_expression) = np.where(condition, then_expression, else_expression)
cast_to_floatx(x) = np.asarray(x, "float32")
epsilon() = 1e-7
constant(value, dtype="float32") = np.asarray(value, dtype)
arange(start, stop=None, step=1, dtype="int32") = np.arange(start, stop, step, dtype)
eye(size, dtype="float32") = np.eye(size, dtype=dtype)
l2_normalize(x, axis=None) = x / np.sqrt(np.maximum(np.sum(np.square(x), axis=own.axes(axis), keepdims=True), 1e-12))
relu(x, alpha=0.0, max_value=None, threshold=0.0) = own.relu(x, alpha, max_value, threshold)
temporal_padding(x, padding=(1, 1)) = np.pad(x, ((0, 0), padding, (0, 0)))
""",
    "ops": "".join(f"\n{f}(x, axis=None, keepdims=False) = np.{f}(x, axis=own.axes(axis), keepdims=keepdims)"
                   for f in (_REDUCED + " median").split()) + """
argmax(x, axis=None, keepdims=False) = np.asarray(np.argmax(x, axis=axis, keepdims=keepdims), "int32")
argmin(x, axis=None, keepdims=False) = np.asarray(np.argmin(x, axis=axis, keepdims=keepdims), "int32")
count_nonzero(x, axis=None) = np.asarray(np.count_nonzero(x, axis=own.axes(axis)), "int32")
identity(n, dtype="float32") = np.eye(n, dtype=dtype)
cumsum(x, axis=None, dtype=None) = np.cumsum(x, axis=axis, dtype=dtype)
cumprod(x, axis=None, dtype=None) = np.cumprod(x, axis=axis, dtype=dtype)
reshape(x, newshape) = np.reshape(x, newshape)
expand_dims(x, axis) = np.expand_dims(x, axis)
squeeze(x, axis=None) = np.squeeze(x, axis)
transpose(x, axes=None) = np.transpose(x, axes)
swapaxes(x, axis1, axis2) = np.swapaxes(x, axis1, axis2)
moveaxis(x, source, destination) = np.moveaxis(x, source, destination)
concatenate(xs, axis=0) = np.concatenate(xs, axis=axis)
vstack(xs) = np.vstack(xs)
hstack(xs) = np.hstack(xs)
split(x, indices_or_sections, axis=0) = np.split(x, indices_or_sections, axis=axis)
repeat(x, repeats, axis=None) = np.repeat(x, repeats, axis=axis)
flip(x, axis=None) = np.flip(x, axis)
pad(x, pad_width, mode="constant", constant_values=None) = np.pad(x, pad_width, mode=mode)
  if constant_values is None else np.pad(x, pad_width, mode=mode, constant_values=constant_values)
take(x, indices, axis=None) = np.take(x, indices, axis=axis)
take_along_axis(x, indices, axis=None) = np.take_along_axis(x, indices, axis)
clip(x, x_min, x_max) = np.clip(x, x_min, x_max)
ravel(x) = np.ravel(x)
sort(x, axis=-1) = np.sort(x, axis=axis)
argsort(x, axis=-1) = np.asarray(np.argsort(x, axis=axis), "int32")
diff(a, n=1, axis=-1) = np.diff(a, n, axis)
inner(x1, x2) = np.inner(x1, x2)
vdot(x1, x2) = np.vdot(x1, x2)
norm(x, ord=None, axis=None, keepdims=False) = np.linalg.norm(x, ord, own.axes(axis), keepdims)
normalize(x, axis=-1, epsilon=1e-7) = x / np.maximum(np.linalg.norm(x, None, own.axes(axis), True), epsilon)
convert_to_tensor(x, dtype=None) = np.asarray(x, dtype)
array(x, dtype=None) = np.asarray(x, dtype)
full(shape, fill_value, dtype=None) = own.made(np.full(shape, fill_value, dtype), dtype)
full_like(x, fill_value, dtype=None) = np.full_like(x, fill_value, dtype)
arange(start, stop=None, step=1, dtype=None) = own.made(np.arange(start, stop, step, dtype), dtype)
linspace(start, stop, num=50) = np.asarray(np.linspace(start, stop, num), "float32")
eye(N, M=None, k=0, dtype="float32") = np.eye(N, M, k, dtype)
tril(x, k=0) = np.tril(x, k)
triu(x, k=0) = np.triu(x, k)
diagonal(x, offset=0, axis1=0, axis2=1) = np.diagonal(x, offset, axis1, axis2)
trace(x, offset=0, axis1=0, axis2=1) = np.trace(x, offset, axis1, axis2)
unstack(x, num=None, axis=0) = [np.take(x, i, axis=axis) for i in range(x.shape[axis] if num is None else num)]
""",
    "tf": "".join(f"\nreduce_{f}(input_tensor, axis=None, keepdims=False) = "
                  f"np.{'var' if f == 'variance' else f}(input_tensor, axis=own.axes(axis), keepdims=keepdims)"
                  for f in ["sum", "mean", "max", "min", "prod", "std", "variance", "any", "all"]) + """
reduce_logsumexp(x, axis=None, keepdims=False) = own.kept(own.logsumexp(x, axis, True), axis, keepdims)
argmax(input, axis=0) = np.argmax(input, axis=axis)
argmin(input, axis=0) = np.argmin(input, axis=axis)
cumsum(x, axis=0) = np.cumsum(x, axis=axis)
cumprod(x, axis=0) = np.cumprod(x, axis=axis)
concat(values, axis) = np.concatenate(values, axis=axis)
stack(values, axis=0) = np.stack(values, axis=axis)
unstack(value, num=None, axis=0) =
  [np.take(value, i, axis=axis) for i in range(value.shape[axis] if num is None else num)]
split(value, num_or_size_splits, axis=0) = np.split(value, num_or_size_splits if np.ndim(num_or_size_splits) == 0
  else [sum(num_or_size_splits[:i + 1]) for i in range(len(num_or_size_splits) - 1)], axis=axis)
expand_dims(input, axis) = np.expand_dims(input, axis)
squeeze(input, axis=None) = np.squeeze(input, own.axes(axis))
reshape(tensor, shape) = np.reshape(tensor, shape)
transpose(a, perm=None) = np.transpose(a, perm)
gather(params, indices, axis=0) = np.take(params, indices, axis=axis)
reverse(tensor, axis) = np.flip(tensor, own.axes(axis))
pad(tensor, paddings, mode="CONSTANT", constant_values=0) = np.pad(tensor, paddings, constant_values=constant_values)
  if mode == "CONSTANT" else np.pad(tensor, paddings, mode="reflect" if mode == "REFLECT" else "symmetric")
repeat(input, repeats, axis=None) = np.repeat(input, repeats, axis=axis)
tile(input, multiples) = np.tile(input, multiples)
clip_by_value(t, clip_value_min, clip_value_max) = np.clip(t, clip_value_min, clip_value_max)
where(condition, x, y) = np.where(condition, x, y)
norm(tensor, axis=None, keepdims=False) =
  np.sqrt(np.sum(np.square(tensor), axis=own.axes(axis), keepdims=keepdims))
one_hot(indices, depth, axis=-1) = np.moveaxis(own.hot(indices, depth), -1, axis)
matmul(a, b, transpose_a=False, transpose_b=False) =
  np.matmul(np.swapaxes(a, -1, -2) if transpose_a else a, np.swapaxes(b, -1, -2) if transpose_b else b)
tensordot(a, b, axes) = np.tensordot(a, b, axes=axes)
rank(input) = np.ndim(input)
shape(input) = np.shape(input)
fill(dims, value) = own.made(np.full(dims, value), None)
range(start, limit=None, delta=1) = own.made(np.arange(start, limit, delta), None)
constant(value, dtype=None) = np.asarray(value, dtype)
convert_to_tensor(value, dtype=None) = np.asarray(value, dtype)
eye(num_rows, num_columns=None, dtype="float32") = np.eye(num_rows, num_columns, dtype=dtype)
linspace(start, stop, num) = np.asarray(np.linspace(start, stop, num), "float32")
roll(input, shift, axis) = np.roll(input, shift, axis=axis)
sort(values, axis=-1) = np.sort(values, axis=axis)
argsort(values, axis=-1) = np.argsort(values, axis=axis)
broadcast_to(input, shape) = np.broadcast_to(input, shape)
relu(features) = np.maximum(features, 0.0)
leaky_relu(features, alpha=0.2) = np.where(features > 0, features, features * alpha)
add_n(inputs) = sum(inputs)
""",
    "own": _OWN + "front(axes, k, x) = (axes if np.ndim(axes) == 0 else axes[k]) % x.ndim\n",
}  # fmt: skip


def _read(table: str) -> dict[str, str]:
    """Lines `name(arguments) = body`, indented lines going on, as name -> lambda text."""
    found: dict[str, str] = {}
    for entry in table.replace("\n  ", " ").splitlines():
        head, equals, body = entry.partition(" = ")
        if equals:
            name, _, arguments = head.partition("(")
            found[name] = f"lambda {arguments.rstrip().removesuffix(')')}: {body}"
    return found


_read_tables: dict[str, dict[str, str]] = {}


def definitions(family: str) -> dict[str, str]:
    """The functions of a family besides NumPy's, each as a lambda text over NumPy's."""
    if family not in _read_tables:
        found: dict[str, str] = {}
        if family != "own":
            for names, arguments in ((_ONE, "x"), (_TWO, "x1, x2")):
                for entry in names.split():
                    name, _, target = entry.partition("=")
                    found[name] = f"lambda {arguments}: np.{target or name}({arguments})"
            found |= _read(_SHARED)
        _read_tables[family] = found | _read(_TABLES[family])
    return _read_tables[family]


def resolve(path: tuple[str, ...]) -> tuple[str, str] | None:
    """The family and the name in it that dotted words mean, by the longest prefix that is one."""
    for count in range(len(path) - 1, 0, -1):
        family = PREFIXES.get(".".join(path[:count]))
        if family is not None:
            name = ".".join(path[count:])
            return ("np" if name in _AS_IN_NUMPY else family), name
    return None


_NOT_TAKEN = ("out", "where", "optimize", "subok", "casting")


def known(family: str) -> list[str]:
    """The names of the functions of a family."""
    if family != "np":
        return list(definitions(family))
    return [name for name in (*FUNCTIONS, *dtypes.UNARY, *dtypes.BINARY, *dtypes.ALIASES) if name[0] != "_"]


def numpy_takes(name: str) -> tuple[str, ...] | None:
    """The argument names of one of NumPy's functions that may be given by name; None where it is not traced."""
    name = dtypes.ALIASES.get(name, name)
    if name in dtypes.UNARY or name in dtypes.BINARY:
        return ("dtype",)
    return _takes(name) if name in FUNCTIONS and name[0] != "_" else None


def method_takes(name: str) -> tuple[str, ...]:
    """The argument names of a method of arrays that may be given by name."""
    name = METHODS[name]
    return _takes(name)[1:] if name in FUNCTIONS else ()


def _takes(name: str) -> tuple[str, ...]:
    takes, named, _ = takes_of(FUNCTIONS[name])
    return tuple(word for word in (*takes, *named) if word not in _NOT_TAKEN and word[0] != "_")
