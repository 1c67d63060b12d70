"""What is handed to a layer in Python: shapes or arrays, with masks and dtypes in the same structure, or a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from shapecheck import axes, dims, dtypes
from shapecheck.contract import Layer, TensorSpec, by_first, input_names, takes_list
from shapecheck.diagnostic import Refusal
from shapecheck.dims import Dim
from shapecheck.params import MAX_RANK, MAX_SIZE
from shapecheck.words import near, shown

Given = list[Any] | dict[str, Any]


def specs(
    kind: type[Layer], inputs: Sequence[Any], named: Mapping[str, Any], mask: Any, dtype: Any
) -> tuple[Given, bool]:
    """The inputs of a call by their shapes, as tensor specs, and whether they came as one list.

    Every None gets a readable symbol, axis 0 that of the batch. Refuses (SC113, SC114, SC116) what is no shape.
    """
    listed = len(inputs) == 1 and _is_list(inputs[0])
    shapes = [_written(shape) for shape in (*(inputs[0] if listed else inputs), *named.values())]
    taken = {symbol.name for shape in shapes for size in shape or () if size is not None
             for symbol in dims.symbols_of(size)}  # fmt: skip
    masks = _spread(mask, len(shapes), listed, "mask")
    names = _spread(dtype, len(shapes), listed, "dtype", all_alike=True)
    made = []
    for place, (shape, m, name) in enumerate(zip(shapes, masks, names, strict=True)):
        known = None if shape is None else _named(shape, place, taken)
        made.append(TensorSpec(known, dtypes.read(name), None if m is None else mask_shape(m, known)))
    return _by_role(kind, made, named), listed


def arrays(
    kind: type[Layer], inputs: Sequence[Any], named: Mapping[str, Any], mask: Any
) -> tuple[Given, list[Any], bool]:
    """The inputs of a call as arrays, a mask or None for each, and whether they came as one list."""
    of_a_list = takes_list(kind) or kind.each_of_a_list
    listed = len(inputs) == 1 and not named and isinstance(inputs[0], (list, tuple)) and (
        of_a_list or any(hasattr(item, "shape") for item in inputs[0]))  # fmt: skip
    given = list(inputs[0]) if listed else list(inputs)
    made = [array(x, texts=kind.reads_texts) for x in (*given, *named.values())]
    masks = _spread(mask, len(made), listed, "mask")
    return _by_role(kind, made, named), [None if m is None else mask_array(m) for m in masks], listed


def placed(kind: type[Layer], given: Given, masks: Iterable[tuple[int | str, Any]]) -> Iterator[tuple[Any, Any]]:
    """Where each mask belongs that a call names, such as `query_mask`; refuses (SC208) one of an input that is none."""
    names = input_names(kind)[0]
    for role, mask in masks:
        if mask is None:
            continue
        key: Any = role if isinstance(given, dict) or isinstance(role, int) else names.index(role)
        if not (key in given if isinstance(given, dict) else key < len(given)):
            raise Refusal("SC208", expected=f"an input `{role}` for its mask", given="none")
        yield key, mask


def one_by_one(kind: type[Layer], given: Given, listed: bool) -> None:
    """Refuse (SC208) a list of one for a layer that takes its inputs one by one."""
    if listed and len(given) == 1 and not kind.each_of_a_list and not takes_list(kind):
        raise Refusal("SC208", expected="an input", given="a list of one")


def with_symbols(shape: Iterable[Dim | None]) -> tuple[Dim, ...]:
    """The shape of an Input with a symbol for every None."""
    written = tuple(shape)
    return _named(written, 0, {s.name for size in written if size is not None for s in dims.symbols_of(size)})


def in_a_row(
    kind: type[Layer], inputs: tuple[Any, ...], named: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Inputs by position instead of by name, where the last call argument of a layer takes any number of them.

    `x, initial_state=[h, c]` is x, h, c.
    """
    names, _, star = input_names(kind)
    named = named if inputs else by_first(kind, named)
    if unknown := next((name for name in named if name not in names and name != star), None):
        raise Refusal("SC212", name=unknown, near=near(unknown, [*names, *([star] if star else [])]))
    if not names or star not in named or {*names[len(inputs) :], star} != {*named}:
        return inputs, named
    left, several = [named[star]], []
    while left:
        item = left.pop(0)
        first = item[0] if isinstance(item, (list, tuple)) and item else None
        if isinstance(first, (list, tuple)) or hasattr(first, "shape") or (isinstance(item, list) and not item):
            left[:0] = item
        elif item is not None:
            several.append(item)
    return (*inputs, *(named[name] for name in names[len(inputs) :]), *several), {}


def array(value: Any, name: str = "x", real: bool = True, texts: bool = False) -> Any:
    """A NumPy array of booleans, (real) numbers or, with `texts`, texts; refuses (SC501) anything else."""
    import numpy as np

    try:
        made = np.asarray(value)
    except Exception:  # whatever the value's own conversion raises
        raise Refusal("SC501", name=name, expected="an array of numbers", given=shown(value)) from None
    if texts and made.dtype.kind in "USO" and made.size and all(isinstance(one, (str, bytes)) for one in made.flat):
        words = [one if isinstance(one, str) else one.decode(errors="surrogateescape") for one in made.flat]
        return np.asarray(words, str).reshape(made.shape)
    if made.dtype.kind not in ("biuf" if real else "biufc") and made.dtype.name != "bfloat16":
        raise Refusal("SC501", name=name, expected="an array of real numbers", given=f"of dtype {made.dtype}")
    return made


def dtype_of(array: Any) -> str:
    """The name that Keras has for the dtype of an array."""
    return "string" if array.dtype.kind == "U" else str(array.dtype.name)


def whole(value: Any, param: str) -> int:
    """A seed, or another int; refuses (SC113) anything else."""
    if isinstance(value, bool) or not hasattr(type(value), "__index__"):
        raise Refusal("SC113", param, expected="an integer", given=shown(value))
    try:
        return int(value.__index__())
    except TypeError:
        raise Refusal("SC113", param, expected="an integer", given=shown(value)) from None


def flag(value: Any, param: str) -> bool:
    """True or false, and None for false; refuses (SC113) anything else."""
    if value is None or isinstance(value, int) or type(value).__name__ in ("bool", "bool_"):
        return bool(value)
    raise Refusal("SC113", param, expected="true or false", given=shown(value))


# Shapes ----------------------------------------------------------------------------------------------------------


def _is_list(value: Any) -> bool:
    """Whether a value is a list of shapes rather than a shape: it is empty, or has shapes in it."""
    if not isinstance(value, (list, tuple)):
        return False
    several = any(isinstance(item, (list, tuple)) for item in value)
    return several or (isinstance(value, list) and not value)


def _written(shape: Any, param: str = "shape") -> tuple[Dim | None, ...] | None:
    """A shape with its None's; a shape of None is one of unknown rank."""
    if shape is None:
        return None
    if not isinstance(shape, (list, tuple)):
        raise Refusal("SC113", param, expected="a list of sizes", given=shown(shape))
    if len(shape) > MAX_RANK:
        raise Refusal("SC805", param, rank=len(shape), limit=MAX_RANK)
    return tuple(None if size is None else _size(size, param) for size in shape)


def _size(value: Any, param: str) -> Dim:
    try:
        size = dims.as_dim(value)
    except dims.DimSyntaxError as error:
        raise Refusal("SC116", param, text=str(value), problem=str(error)) from None
    except (TypeError, ValueError, ArithmeticError):
        raise Refusal("SC113", param, expected="a list of sizes", given=f"one with {shown(value)}") from None
    if isinstance(size, int) and size < 0:
        raise Refusal("SC114", param, expected="a list of sizes of at least 0", given=f"one with {shown(value)}")
    if isinstance(size, int) and size > MAX_SIZE:
        raise Refusal("SC807", param, given=shown(size), limit="2^48")
    return size


def _named(shape: Iterable[Dim | None], place: int, taken: set[str]) -> tuple[Dim, ...]:
    """A shape with a readable symbol for every None, such as `T`, or `T_2` for another input or where T is taken."""
    sizes: list[Dim] = []
    written = tuple(shape)
    for axis, size in enumerate(written):
        if size is None:
            letter = "B" if axis == 0 else axes.letter(axis, len(written))
            name = letter if axis == 0 or (place == 0 and letter not in taken) else f"{letter}_{place + 1}"
            size = dims.symbol(name, varies=True)
        sizes.append(size)
    return tuple(sizes)


def mask_shape(mask: Any, shape: Sequence[Dim] | None) -> tuple[Dim, ...]:
    """The shape of a mask, whose None's are the sizes that its tensor has there."""
    known = shape or ()
    return tuple(
        (known[axis] if axis < len(known) else dims.UNKNOWN) if size is None else size
        for axis, size in enumerate(_written(mask, "mask") or ())
    )


# Structure -------------------------------------------------------------------------------------------------------


def _spread(value: Any, count: int, listed: bool, param: str, all_alike: bool = False) -> list[Any]:
    """One value for each of `count` inputs: a list where the inputs are one, else that of the first, or of all."""
    if value is None:
        return [None] * count
    if listed or (count > 1 and isinstance(value, (list, tuple)) and len(value) == count):
        if isinstance(value, (list, tuple)) and len(value) == count:
            return list(value)
        if not all_alike or isinstance(value, (list, tuple)):
            raise Refusal("SC113", param, expected=f"a list of {count}, as the inputs are", given=shown(value))
    return [value] * count if all_alike else [value, *[None] * (count - 1)][:count]


def _by_role(kind: type[Layer], values: list[Any], named: Mapping[str, Any]) -> Given:
    if not named:
        return values
    positional = len(values) - len(named)
    names = input_names(kind)[0]
    if positional > len(names):
        raise Refusal("SC208", expected=f"{len(names)} inputs", given=len(values))
    roles = [*names[:positional], *named]
    if len(set(roles)) < len(roles):
        raise Refusal("SC208", expected="each input once", given=f"`{max(roles, key=roles.count)}` twice")
    return dict(zip(roles, values, strict=True))


def mask_array(value: Any) -> Any:
    """A mask as an array of booleans; refuses (SC113) what is none."""
    import numpy as np

    try:
        made = np.asarray(value)
    except Exception:  # whatever the value's own conversion raises
        made = np.asarray(None)
    if made.dtype.kind not in "biuf":
        raise Refusal("SC113", "mask", expected="an array of booleans", given=shown(value))
    return made.astype(bool)
