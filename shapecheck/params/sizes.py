"""Parameters that are sizes and axes: of a whole shape, or one for each axis of an image."""

from __future__ import annotations

from typing import Annotated, Any

from shapecheck import dims
from shapecheck.diagnostic import Refusal
from shapecheck.modes import Semantics
from shapecheck.params.reader import MAX_RANK, MAX_SIZE, Reader, huge, is_int, optional, outside, whole, wrong


def _axes(value: Any, param: str, keras: Semantics) -> tuple[int, ...]:
    if not isinstance(value, (list, tuple)) or not all(map(is_int, value)):
        raise wrong(param, value, "a list of integers")
    return tuple(value)


def _axis_or_axes(value: Any, param: str, keras: Semantics) -> int | tuple[int, ...]:
    return int(value) if is_int(value) else _axes(value, param, keras)


def _axis_pair(value: Any, param: str, keras: Semantics) -> Any:
    if is_int(value):
        return int(value)
    if isinstance(value, (list, tuple)) and len(value) == 2 and all(map(is_int, value)):
        return tuple(value)
    raise wrong(param, value, "an axis, or a list of two")


def _size(size: Any, param: str, keras: Semantics, least: int, unknown: bool) -> Any:
    if isinstance(size, bool) or (keras.whole_floats_as_sizes and isinstance(size, float) and size.is_integer()):
        size = int(size)
    if size is None or (isinstance(size, str) and size.strip().lower() in ("none", "null", "~")):
        if unknown:
            return None
        raise wrong(param, None, "a size")
    if not isinstance(size, (int, str, dims.Expr)) and not hasattr(size, "free_symbols"):
        raise wrong(param, size, "a size")
    try:
        dim = dims.as_dim(size)
    except (dims.DimSyntaxError, TypeError) as error:
        raise Refusal("SC116", param, text=str(size), problem=str(error)) from None
    if isinstance(size, str) and isinstance(dim, int) and keras.generation is not None:
        raise wrong(param, size, "a size")
    if isinstance(dim, int):
        if dim < least:
            raise outside(param, size, f"sizes of at least {least}")
        if dim > MAX_SIZE:
            raise huge(param, dim)
    return dim


def read_sizes(value: Any, param: str, keras: Semantics, least: int, unknown: bool) -> tuple[Any, ...]:
    """A list of sizes: ints of at least `least`, expressions over names, and None where `unknown` allows it."""
    expected = "a list of sizes"
    if not isinstance(value, (list, tuple)):
        raise wrong(param, value, expected)
    if len(value) > MAX_RANK:
        raise Refusal("SC805", param, rank=len(value), limit=MAX_RANK)
    sizes = []
    for item, size in enumerate(value):
        try:
            sizes.append(_size(size, param, keras, least, unknown))
        except Refusal as refusal:
            refusal.facts["item"] = item
            raise
    return tuple(sizes)


def _input_shape(value: Any, param: str, keras: Semantics) -> Any:
    if value is None:
        return None
    if not isinstance(value, (list, tuple)):
        raise wrong(param, value, "a list of sizes")
    return read_sizes(value, param, keras, 0, True)


def _batch_size(value: Any, param: str, keras: Semantics) -> Any:
    return None if value is None else _size(value, param, keras, 0, False)


def _noise_shape(value: Any, param: str, keras: Semantics) -> Any:
    if value is None:
        return None
    if not isinstance(value, (list, tuple)):
        raise wrong(param, value, "a list of sizes, with None for the size of the input")
    if keras.noise_shape_is_checked and any(isinstance(size, float) for size in value):
        raise wrong(param, value, "a list of integers, with None for the size of the input")
    return read_sizes(value, param, keras, 1, True)


def _target_shape(value: Any, param: str, keras: Semantics) -> Any:
    """Sizes, at most one of them unknown: -1, or None where the mode has it."""
    least = -(1 << 62) if keras.minus_sizes_in_reshape else -1
    sizes = read_sizes(value, param, keras, least, True)
    if not keras.names_in_target_shape and any(isinstance(size, dims.Expr) for size in sizes):
        raise wrong(param, value, "a list of integers")
    sizes = tuple(-1 if isinstance(size, int) and size < 0 else size for size in sizes)
    if sum(size in (None, -1) for size in sizes) > 1:
        raise outside(param, value, "a list with at most one -1")
    return sizes


def _per_axis(rank: int, least: int = 1) -> Any:
    """An int for each of `rank` axes, of at least `least`; a single one stands for all of them."""
    several = f"an integer or a list of {rank}" if rank > 1 else "an integer, or a list of one"
    bound = "positive integers" if least else f"integers of at least {least}"

    def read(value: Any, param: str, keras: Semantics) -> tuple[int, ...]:
        given = value if isinstance(value, (list, tuple)) else (value,) * rank
        sizes = tuple(size for size in map(whole, given) if size is not None)
        if len(sizes) != len(given) or len(sizes) != rank:
            raise wrong(param, value, several)
        if min(sizes) < least:
            raise outside(param, value, bound)
        if max(sizes) > MAX_SIZE:
            raise huge(param, max(sizes))
        return sizes

    return Annotated[tuple[int, ...], Reader(several, read)]


def _margins(rank: int) -> Any:
    """(before, after) for each of `rank` axes, from one int, an int for each axis, or a pair for each axis.

    With one axis, a list of two ints is its pair.
    """
    expected = "an integer or a list of two" if rank == 1 else f"an integer, or a list of {rank} integers or pairs"
    pair = _per_axis(2, 0).__metadata__[0]

    def read(value: Any, param: str, keras: Semantics) -> tuple[tuple[int, int], ...]:
        given = (value,) * rank if rank == 1 or not isinstance(value, (list, tuple)) else value
        if len(given) != rank:
            raise wrong(param, value, expected)
        try:
            return tuple(pair.read(margin, param, keras) for margin in given)
        except Refusal as refusal:
            if refusal.code == "SC113":
                raise wrong(param, value, expected) from None
            raise

    return Annotated[tuple[tuple[int, int], ...], Reader(expected, read)]


def _single(kind: Any) -> Any:
    """The same for one axis, as an int only and no boolean."""
    reader: Reader = kind.__metadata__[0]

    def read(value: Any, param: str, keras: Semantics) -> Any:
        if not is_int(value):
            raise wrong(param, value, "a positive integer")
        return reader.read(value, param, keras)

    return Annotated[tuple[int, ...], Reader("a positive integer", read)]


Axes = Annotated[tuple[int, ...], Reader("a list of integers", _axes)]
AxisOrAxes = Annotated[Any, Reader("an integer or a list of integers", _axis_or_axes)]
AxisPair = Annotated[Any, Reader("an axis, or a list of two", _axis_pair)]
InputShape = Annotated[Any, Reader("a list of sizes; None is a size that varies", _input_shape)]
BatchSize = Annotated[Any, Reader("a size, or none", _batch_size)]
NoiseShape = Annotated[Any, Reader("a list of sizes, None for the size of the input", _noise_shape)]
TargetShape = Annotated[Any, Reader("a list of sizes, one of which may be -1", _target_shape)]
Sizes1, Sizes2, Sizes3 = _per_axis(1), _per_axis(2), _per_axis(3)
SingleSize = _single(Sizes1)
Strides1, Strides2, Strides3 = optional(Sizes1), optional(Sizes2), optional(Sizes3)
Extents1, Extents2, Extents3 = _per_axis(1, 0), _per_axis(2, 0), _per_axis(3, 0)
Extras1, Extras2, Extras3 = optional(Extents1), optional(Extents2), optional(Extents3)
Margins1, Margins2, Margins3 = _margins(1), _margins(2), _margins(3)
