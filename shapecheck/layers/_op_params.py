"""What the parameters of operations may be: axes, dtypes, sizes that may be worked out, and the keys of an index."""

from typing import Any

from shapecheck import dims, dtypes, params
from shapecheck.diagnostic import Refusal
from shapecheck.layers._values import kind, reader
from shapecheck.words import shown

_PYTHON = {"float": "float32", "int": "int32", "half": "float16", "double": "float64"}


def _dtype(value, param, keras):
    if isinstance(value, dict):  # as Keras saves it
        config = value.get("config")
        value = config.get("name") if isinstance(config, dict) else config
    name = dtypes.named(_PYTHON.get(value, value) if isinstance(value, str) else value)
    if name is None:
        raise Refusal("SC114", param, expected="a dtype such as `float32`", given=shown(value))
    return name


def _sizes(value, param, keras):
    several = value if isinstance(value, (list, tuple)) else [value]
    return tuple(dims.UNKNOWN if size is None else size for size in reader(params.TargetShape)(several, param, keras))


def _open_sizes(value, param, keras):
    """Sizes, with None for each that the model works out itself; `?` where it does so for all of them."""
    if value == "?":
        return value
    several = value if isinstance(value, (list, tuple)) else [value]
    known = reader(params.TargetShape)([size for size in several if size is not None], param, keras)
    left = iter(known)
    return tuple(None if size is None else next(left) for size in several)


def _many_sizes(value, param, keras):
    """Sizes of which any number may be -1."""
    several = value if isinstance(value, (list, tuple)) else [value]
    return tuple(-1 if size == -1 else reader(params.TargetShape)([size], param, keras)[0] for size in several)


def _int(value, param, keras):
    """A whole number; one of Keras's files may be a float."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return int(value) if isinstance(value, bool) else reader(params.Whole)(value, param, keras)


def _ints(value, param, keras):
    if isinstance(value, (list, tuple)):
        return tuple(_int(item, param, keras) for item in value)
    return _int(value, param, keras)


def _item(item, param):
    """One item of an index: an int, a slice, an ellipsis, or None for a new axis."""
    if item is None or item is Ellipsis or isinstance(item, slice) or (isinstance(item, int) and item is not True):
        return int(item) if isinstance(item, bool) else item
    if isinstance(item, dict):
        saved, config = item.get("class_name"), item.get("config")
        if saved == "__ellipsis__":
            return Ellipsis
        config = config if isinstance(config, dict) else item
        if saved in ("__slice__", None) and {*config} <= {"start", "stop", "step"}:
            return slice(*(_end(config.get(name), param) for name in ("start", "stop", "step")))
    if isinstance(item, str):
        text = item.strip()
        if text == "...":
            return Ellipsis
        if text == "?":
            return text
        if text in ("None", "null", "newaxis"):
            return None
        parts = [part.strip() for part in text.split(":")]
        if len(parts) == 1:
            return _end(parts[0], param)
        if len(parts) <= 3:
            return slice(*(_end(part or None, param) for part in parts))
    raise Refusal("SC114", param, expected="an index such as `:, -1` or `..., 1:`", given=shown(item))


def _end(value, param):
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    try:
        return int(value) if isinstance(value, str) else int(value.__index__())
    except (ValueError, AttributeError, TypeError):
        raise Refusal("SC114", param, expected="an index such as `:, -1` or `..., 1:`", given=shown(value)) from None


def _key(value, param, keras):
    """The key of `x[key]` as a tuple: from a text such as `:, -1`, a list of its items, or a single one."""
    if isinstance(value, str):
        text = value.strip().removeprefix("[").removesuffix("]")
        value = text.rstrip(", ").split(",") if text else []
    several = value if isinstance(value, (list, tuple)) else [value]
    if len(several) > 2 * params.MAX_RANK:
        raise Refusal("SC805", param, rank=len(several), limit=params.MAX_RANK)
    return tuple(_item(item, param) for item in several)


def text_of(key):
    """A key as text, which reads back as the same key; a key that is none is left as it is."""
    several = list(key) if isinstance(key, (list, tuple)) else [key]
    try:
        items = [_item(item, "key") for item in several]
    except Refusal:
        return key
    return ", ".join(map(_text, items))


def _text(item):
    if item is Ellipsis:
        return "..."
    if not isinstance(item, slice):
        return str(item)
    ends = [item.start, item.stop] if item.step is None else [item.start, item.stop, item.step]
    return ":".join("" if end is None else str(end) for end in ends)


def _widths(value, param, keras):
    """(before, after) for each axis, or one pair for all of them, from an int, a pair or a list of pairs."""
    if not isinstance(value, (list, tuple)):
        value = [value, value]
    if value and not any(isinstance(item, (list, tuple)) for item in value):
        value = [value * 2] if len(value) == 1 else [value]
    read = reader(params.Margins1)
    return tuple(
        read(list(pair), param, keras)[0] if len(pair) > 1 else read(pair[0], param, keras)[0] for pair in value
    )


def _window(value, param, keras):
    """A whole number, or one for each axis of a window, of at least 1."""
    found = _ints(value, param, keras)
    if any(item < 1 for item in (found if isinstance(found, tuple) else (found,))):
        raise Refusal("SC114", param, expected="positive integers", given=shown(value))
    return found


DType: Any = params.optional(kind("a dtype", _dtype))
NeededDType: Any = kind("a dtype", _dtype)
Int: Any = kind("an integer", _int)
Ints: Any = kind("an integer, or a list of integers", _ints)
Axis: Any = params.optional(Int)
Axes: Any = params.optional(Ints)
Sizes: Any = kind("a list of sizes, one of which may be -1", _sizes)
OpenSizes: Any = kind("a list of sizes, with none for each that is read from a tensor", _open_sizes)
ManySizes: Any = kind("a list of sizes, where -1 takes the rest", _many_sizes)
Key: Any = kind("an index such as `:, -1`", _key)
Widths: Any = kind("an integer, a pair, or a list of pairs", _widths)
Window: Any = kind("a positive integer, or a list of them", _window)
Extent: Any = params.Extent
Count: Any = params.Count
