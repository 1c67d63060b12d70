"""What a parameter of a layer may be: read a value, or refuse it.

A layer declares `units: Count`; the annotation carries a `Reader` that turns what the user wrote into what the
formulas use. Readers refuse with SC113 (wrong type) or SC114 (value out of range). One reader for each kind of value,
so the file is longer than others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

from shapecheck import dims
from shapecheck.diagnostic import Refusal
from shapecheck.dims import Dim
from shapecheck.modes import Semantics
from shapecheck.words import shown


class Reader:
    """How to read one kind of value. `expected` says in words what is accepted."""

    __slots__ = ("expected", "read")

    def __init__(self, expected: str, read: Callable[[Any, str, Semantics], Any]) -> None:
        self.expected = expected
        self.read = read


def _wrong(param: str, value: Any, expected: str) -> Refusal:
    return Refusal("SC113", param, expected=expected, given=shown(value))


def _outside(param: str, value: Any, expected: str) -> Refusal:
    return Refusal("SC114", param, expected=expected, given=shown(value))


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _dim(value: Any, param: str, keras: Semantics, expected: str) -> Dim:
    """An int, or, where the mode allows it, an expression over names."""
    if _is_int(value):
        return int(value)
    if keras.symbols_as_values and (isinstance(value, (str, dims.Expr)) or hasattr(value, "free_symbols")):
        try:
            dim = dims.as_dim(value)
        except (dims.DimSyntaxError, TypeError):
            raise _wrong(param, value, expected) from None
        if not (isinstance(dim, int) and isinstance(value, str)):
            return dim
    raise _wrong(param, value, expected)


def _count(value: Any, param: str, keras: Semantics) -> Any:
    if type(value) is int and 0 < value <= MAX_SIZE:
        return value
    if isinstance(value, (int, float)) and abs(value) > MAX_SIZE:
        raise _huge(param, value)
    if not keras.values_are_validated and isinstance(value, (int, float)):
        return _legacy_count(value, param)
    if isinstance(value, bool):
        value = int(value)
    dim = _dim(value, param, keras, "a positive integer")
    if dims.at_least(dim, 1) is False:
        raise _outside(param, value, "a positive integer")
    return dim


def _strict_count(value: Any, param: str, keras: Semantics) -> Any:
    if isinstance(value, bool) and keras.values_are_validated:
        raise _wrong(param, value, "a positive integer")
    return _count(value, param, keras)


def _legacy_count(value: float, param: str) -> int:
    """Keras 2.2.4 does not look; a size that cannot exist is refused all the same."""
    if not value >= 0 or value != int(value):
        raise _outside(param, value, "a positive integer")
    return int(value)


def _whole(value: Any, param: str, keras: Semantics) -> int:
    if _is_int(value):
        return int(value)
    raise _wrong(param, value, "an integer")


def _flag(value: Any, param: str, keras: Semantics) -> bool:
    if isinstance(value, bool) or (isinstance(value, (int, float)) and (keras.generation or value in (0, 1))):
        return bool(value)
    raise _wrong(param, value, "true or false")


def _real(value: Any) -> float | None:
    """A number as a float, one of NumPy's too; None for anything else."""
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        value = value.item()
    try:
        return float(value) if isinstance(value, (int, float)) else None
    except OverflowError:
        return None


def _number(value: Any, param: str, keras: Semantics) -> float:
    number = _real(value)
    if number is None:
        raise _wrong(param, value, "a number")
    return number


def _rate(value: Any, param: str, keras: Semantics) -> float:
    rate = _real(value)
    if rate is None:
        raise _wrong(param, value, "a number from 0 to 1")
    if keras.rates_are_clamped:
        return min(1.0, max(0.0, rate))
    if not 0 <= rate <= 1:
        raise _outside(param, value, "a number from 0 to 1")
    return rate


def _penalty(value: Any, param: str, keras: Semantics) -> float:
    penalty = 0.0 if value is None else _real(value)
    if penalty is None:
        raise _wrong(param, value, "a number of at least 0")
    if keras.values_are_validated and not 0 <= penalty < float("inf"):
        raise _outside(param, value, "a number of at least 0")
    return penalty


def _axes(value: Any, param: str, keras: Semantics) -> tuple[int, ...]:
    if not isinstance(value, (list, tuple)) or not all(map(_is_int, value)):
        raise _wrong(param, value, "a list of integers")
    return tuple(value)


def _axis_or_axes(value: Any, param: str, keras: Semantics) -> int | tuple[int, ...]:
    return int(value) if _is_int(value) else _axes(value, param, keras)


def _lora_rank(value: Any, param: str, keras: Semantics) -> Any:
    """Keras asks for truth, so that 0 is none."""
    return None if value is None or (isinstance(value, (int, float)) and not value) else _count(value, param, keras)


def _seed(value: Any, param: str, keras: Semantics) -> int | None:
    if isinstance(value, dict) and isinstance(value.get("config"), dict):  # a serialised SeedGenerator
        value = value["config"].get("seed")
    if value is None or isinstance(value, int):
        return None if value is None else int(value)
    if keras.generation == 2 and isinstance(value, float) and value.is_integer():
        return int(value)
    raise _wrong(param, value, "an integer")


def _text(value: Any, param: str, keras: Semantics) -> str:
    if isinstance(value, str):
        return value
    raise _wrong(param, value, "a text")


def one_of(*names: str, fold: bool = False) -> Any:
    """A reader of a few words; `fold` ignores case, as Keras does for some."""
    expected = " or ".join(f"`{name}`" for name in names)

    def read(value: Any, param: str, keras: Semantics) -> str:
        if not isinstance(value, str):
            raise _wrong(param, value, expected)
        word = value.lower() if fold else value
        if word not in names:
            raise _outside(param, value, expected)
        return word

    return Annotated[str, Reader(expected, read)]


def optional(kind: Any, words: str = "") -> Any:
    """The same kind of value, or None."""
    reader: Reader = kind.__metadata__[0]

    def read(value: Any, param: str, keras: Semantics) -> Any:
        return None if value is None else reader.read(value, param, keras)

    return Annotated[Any, Reader(words or f"{reader.expected}, or none", read)]


def _activation(value: Any, param: str, keras: Semantics) -> Any:
    from shapecheck import activations

    return activations.get(value, keras.generation)


def _initializer(value: Any, param: str, keras: Semantics) -> Any:
    from shapecheck import initializers

    config = value.get("config") if type(value) is dict else None
    if type(config) is not dict:
        return initializers.get(value, keras.generation)
    try:
        key = (keras.generation, *value, value["class_name"], value.get("module"), value.get("registered_name"),
               *config.items(), *map(type, config.values()))  # fmt: skip
        known = _initializers.get(key)
    except (KeyError, TypeError):  # a list among the settings
        return initializers.get(value, keras.generation)
    if known is None:
        known = _initializers[key] = initializers.get(value, keras.generation)
    return known


_initializers: dict[tuple[Any, ...], Any] = {}
"""Those that files write out in full for every layer, and of which there are few."""


def _regularizer(value: Any, param: str, keras: Semantics) -> Any:
    if value is None:
        return None
    from shapecheck import regularizers

    return regularizers.get(value, keras.generation)


def _constraint(value: Any, param: str, keras: Semantics) -> Any:
    if value is None:
        return None
    from shapecheck import constraints

    return constraints.get(value, keras.generation)


_FORMATS = ("channels_last", "channels_first")


def _data_format(value: Any, param: str, keras: Semantics) -> str:
    if value is None:
        from shapecheck import settings

        return settings.image_data_format()
    word = value.lower() if isinstance(value, str) else value
    if keras.legacy_names and isinstance(word, str):
        word = {"tf": "channels_last", "th": "channels_first"}.get(word, word)
    if not isinstance(word, str) or word not in _FORMATS:
        raise _outside(param, value, "`channels_last` or `channels_first`")
    return str(word)


def _anything(value: Any, param: str, keras: Semantics) -> Any:
    return value


Count = Annotated[int, Reader("a positive integer", _count)]
StrictCount = Annotated[int, Reader("a positive integer", _strict_count)]
Whole = Annotated[int, Reader("an integer", _whole)]
Flag = Annotated[bool, Reader("true or false", _flag)]
Number = Annotated[float, Reader("a number", _number)]
Rate = Annotated[float, Reader("a number from 0 to 1", _rate)]
Penalty = Annotated[float, Reader("a number of at least 0", _penalty)]
Axes = Annotated[tuple[int, ...], Reader("a list of integers", _axes)]
AxisOrAxes = Annotated[Any, Reader("an integer or a list of integers", _axis_or_axes)]
Seed = Annotated[Any, Reader("an integer, or none", _seed)]
Text = Annotated[str, Reader("a text", _text)]
Anything = Annotated[Any, Reader("any value", _anything)]
ActivationName = Annotated[Any, Reader("the name of an activation, or a function", _activation)]
InitializerName = Annotated[Any, Reader("the name of an initializer, or a map", _initializer)]
RegularizerName = Annotated[Any, Reader("the name of a regularizer, or a map", _regularizer)]
ConstraintName = Annotated[Any, Reader("the name of a constraint, or a map", _constraint)]
DataFormat = Annotated[Any, Reader("`channels_last` or `channels_first`", _data_format)]


def _sizes(value: Any, param: str, keras: Semantics, least: int, unknown: bool) -> tuple[Any, ...]:
    """A list of sizes: ints of at least `least`, expressions over names, and None where `unknown` allows it."""
    expected = "a list of sizes"
    if not isinstance(value, (list, tuple)):
        raise _wrong(param, value, expected)
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


MAX_RANK = 64
MAX_SIZE = 1 << 48  # no axis has more; a number beyond is a slip of the hand, or an attack


def _huge(param: str, value: Any) -> Refusal:
    return Refusal("SC807", param, given=shown(value), limit="2^48")


def _size(size: Any, param: str, keras: Semantics, least: int, unknown: bool) -> Any:
    if isinstance(size, bool) or (keras.whole_floats_as_sizes and isinstance(size, float) and size.is_integer()):
        size = int(size)
    if size is None or (isinstance(size, str) and size.strip().lower() in ("none", "null", "~")):
        if unknown:
            return None
        raise _wrong(param, None, "a size")
    if not isinstance(size, (int, str, dims.Expr)) and not hasattr(size, "free_symbols"):
        raise _wrong(param, size, "a size")
    try:
        dim = dims.as_dim(size)
    except (dims.DimSyntaxError, TypeError) as error:
        raise Refusal("SC116", param, text=str(size), problem=str(error)) from None
    if isinstance(size, str) and isinstance(dim, int) and keras.generation is not None:
        raise _wrong(param, size, "a size")
    if isinstance(dim, int):
        if dim < least:
            raise _outside(param, size, f"sizes of at least {least}")
        if dim > MAX_SIZE:
            raise _huge(param, dim)
    return dim


def _input_shape(value: Any, param: str, keras: Semantics) -> Any:
    if value is None:
        return None
    if not isinstance(value, (list, tuple)):
        raise _wrong(param, value, "a list of sizes")
    return _sizes(value, param, keras, 0, True)


def _batch_size(value: Any, param: str, keras: Semantics) -> Any:
    return None if value is None else _size(value, param, keras, 0, False)


def _mask_value(value: Any, param: str, keras: Semantics) -> Any:
    if isinstance(value, dict):  # a serialised tensor
        config = value.get("config")
        value = config.get("value") if isinstance(config, dict) else None
    if isinstance(value, int) and abs(value) < MAX_SIZE:
        return value
    return _number(value, param, keras)


def _noise_shape(value: Any, param: str, keras: Semantics) -> Any:
    if value is None:
        return None
    if not isinstance(value, (list, tuple)):
        raise _wrong(param, value, "a list of sizes, with None for the size of the input")
    if keras.noise_shape_is_checked and any(isinstance(size, float) for size in value):
        raise _wrong(param, value, "a list of integers, with None for the size of the input")
    return _sizes(value, param, keras, 1, True)


def _target_shape(value: Any, param: str, keras: Semantics) -> Any:
    """Sizes, at most one of them unknown: -1, or None where the mode has it."""
    least = -(1 << 62) if keras.minus_sizes_in_reshape else -1
    sizes = _sizes(value, param, keras, least, True)
    if not keras.names_in_target_shape and any(isinstance(size, dims.Expr) for size in sizes):
        raise _wrong(param, value, "a list of integers")
    sizes = tuple(-1 if isinstance(size, int) and size < 0 else size for size in sizes)
    if sum(size in (None, -1) for size in sizes) > 1:
        raise _outside(param, value, "a list with at most one -1")
    return sizes


def _axis_pair(value: Any, param: str, keras: Semantics) -> Any:
    if _is_int(value):
        return int(value)
    if isinstance(value, (list, tuple)) and len(value) == 2 and all(map(_is_int, value)):
        return tuple(value)
    raise _wrong(param, value, "an axis, or a list of two")


def _int(value: Any) -> int | None:
    """An int, or a boolean as one."""
    return int(value) if isinstance(value, int) else None


def _per_axis(rank: int, least: int = 1) -> Any:
    """An int for each of `rank` axes, of at least `least`; a single one stands for all of them."""
    several = f"an integer or a list of {rank}" if rank > 1 else "an integer, or a list of one"
    bound = "positive integers" if least else f"integers of at least {least}"

    def read(value: Any, param: str, keras: Semantics) -> tuple[int, ...]:
        given = value if isinstance(value, (list, tuple)) else (value,) * rank
        sizes = tuple(size for size in map(_int, given) if size is not None)
        if len(sizes) != len(given) or len(sizes) != rank:
            raise _wrong(param, value, several)
        if min(sizes) < least:
            raise _outside(param, value, bound)
        if max(sizes) > MAX_SIZE:
            raise Refusal("SC807", param, given=shown(max(sizes)), limit="2^62")
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
            raise _wrong(param, value, expected)
        try:
            return tuple(pair.read(margin, param, keras) for margin in given)
        except Refusal as refusal:
            if refusal.code == "SC113":
                raise _wrong(param, value, expected) from None
            raise

    return Annotated[tuple[tuple[int, int], ...], Reader(expected, read)]


def at_least(least: int, words: str) -> Any:
    """An int of at least `least`."""

    def read(value: Any, param: str, keras: Semantics) -> int:
        size = _int(value)
        if size is None:
            raise _wrong(param, value, words)
        if size < least:
            raise _outside(param, value, words)
        if size > MAX_SIZE:
            raise Refusal("SC807", param, given=shown(size), limit="2^62")
        return size

    return Annotated[int, Reader(words, read)]


def _single(kind: Any) -> Any:
    """The same for one axis, as an int only and no boolean."""
    reader: Reader = kind.__metadata__[0]

    def read(value: Any, param: str, keras: Semantics) -> Any:
        if not _is_int(value):
            raise _wrong(param, value, "a positive integer")
        return reader.read(value, param, keras)

    return Annotated[tuple[int, ...], Reader("a positive integer", read)]


Sizes1, Sizes2, Sizes3 = _per_axis(1), _per_axis(2), _per_axis(3)
def _groups(value: Any, param: str, keras: Semantics) -> int:
    groups = _int(value)
    if groups is None:
        raise _wrong(param, value, "a positive integer, or -1")
    if groups < 1 and groups != -1:
        raise _outside(param, value, "a positive integer, or -1")
    return groups


def _renorm_clipping(value: Any, param: str, keras: Semantics) -> dict[str, float]:
    """Bounds of the correction of a batch renormalization; a bound of None is none."""
    expected = "a mapping of `rmax`, `rmin` and `dmax` to numbers"
    if value is None:
        return {}
    if not isinstance(value, dict) or not {*value} <= {"rmax", "rmin", "dmax"}:
        raise _wrong(param, value, expected)
    bounds = {name: _number(bound, param, keras) for name, bound in value.items() if bound is not None}
    if bounds.get("dmax", 0) < 0 or bounds.get("rmax", 0) < bounds.get("rmin", bounds.get("rmax", 0)):
        raise _outside(param, value, "`dmax` of at least 0, `rmax` of at least `rmin`")
    return bounds


SingleSize = _single(Sizes1)
Strides1, Strides2, Strides3 = optional(Sizes1), optional(Sizes2), optional(Sizes3)
Extents1, Extents2, Extents3 = _per_axis(1, 0), _per_axis(2, 0), _per_axis(3, 0)
Extras1, Extras2, Extras3 = optional(Extents1), optional(Extents2), optional(Extents3)
Margins1, Margins2, Margins3 = _margins(1), _margins(2), _margins(3)
Padding = one_of("valid", "same", fold=True)
CausalPadding = one_of("valid", "same", "causal", fold=True)
PoolPadding = one_of("valid", "same")
Positive = at_least(1, "a positive integer")
Groups = Annotated[int, Reader("a positive integer, or -1", _groups)]
RenormClipping = Annotated[Any, Reader("a mapping with rmax, rmin and dmax", _renorm_clipping)]
_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
Interpolation = one_of(*_INTERPOLATIONS)
UpInterpolation = one_of(*_INTERPOLATIONS, fold=True)
FillMode = one_of("constant")
Extent = at_least(0, "an integer of at least 0")
InputShape = Annotated[Any, Reader("a list of sizes; None is a size that varies", _input_shape)]
BatchSize = Annotated[Any, Reader("a size, or none", _batch_size)]
MaskValue = Annotated[Any, Reader("a number", _mask_value)]
NoiseShape = Annotated[Any, Reader("a list of sizes, None for the size of the input", _noise_shape)]
TargetShape = Annotated[Any, Reader("a list of sizes, one of which may be -1", _target_shape)]
AxisPair = Annotated[Any, Reader("an axis, or a list of two", _axis_pair)]
LoraRank = Annotated[Any, Reader("a positive integer, or none", _lora_rank)]
Alpha = optional(Number)


def _expression(value: str, param: str) -> Any:
    from shapecheck.restricted import restricted

    return restricted(value, param)


def _function(value: Any, param: str, keras: Semantics) -> Any:
    """A function from Python, or a restricted lambda expression from a text."""
    if callable(value):
        return value
    if isinstance(value, str):
        if value.lstrip().startswith("lambda"):
            return _expression(value, param)
        if not re.fullmatch(r"[\w.]+:[\w.]+", value.strip()):
            raise Refusal("SC131", param, problem="it does not begin with `lambda`")
        raise Refusal("SC132", param, given=value)
    raise _wrong(param, value, "a function")


def _output_shape(value: Any, param: str, keras: Semantics) -> Any:
    if value is None or callable(value):
        return value
    if isinstance(value, str) and value.lstrip().startswith("lambda"):
        return _expression(value, param)
    if isinstance(value, (list, tuple)):
        several = value and all(isinstance(item, (list, tuple)) for item in value)
        return tuple(_sizes(item, param, keras, 0, True) for item in value) if several else (
            _sizes(value, param, keras, 0, True))  # fmt: skip
    raise Refusal("SC311", param, given=shown(value))


def _mask_rule(value: Any, param: str, keras: Semantics) -> Any:
    if isinstance(value, str):
        return _expression(value, param)
    if value is None or callable(value) or isinstance(value, (bool, list, tuple)) or hasattr(value, "__array__"):
        return value
    raise _wrong(param, value, "a function, or an array of booleans")


def _arguments(value: Any, param: str, keras: Semantics) -> Any:
    if value is None or (isinstance(value, dict) and all(isinstance(name, str) for name in value)):
        return dict(value or {})
    raise _wrong(param, value, "a mapping of names to values")


Function = Annotated[Any, Reader("a function, or a text such as `lambda x: 2 * x`", _function)]
OutputShape = Annotated[Any, Reader("a list of sizes, a list of such lists, or a function on the shape", _output_shape)]
MaskRule = Annotated[Any, Reader("a function of the inputs and the mask, or a constant", _mask_rule)]
Arguments = Annotated[Any, Reader("a mapping of names to values", _arguments)]
