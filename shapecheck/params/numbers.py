"""Parameters that are numbers, yes or no, or a seed."""

from __future__ import annotations

from typing import Annotated, Any

from shapecheck import dims
from shapecheck.dims import Dim
from shapecheck.modes import Semantics
from shapecheck.params.reader import MAX_SIZE, Reader, huge, is_int, optional, outside, whole, wrong


def _dim(value: Any, param: str, keras: Semantics, expected: str) -> Dim:
    """An int, or, where the mode allows it, an expression over names."""
    if is_int(value):
        return int(value)
    if keras.symbols_as_values and (isinstance(value, (str, dims.Expr)) or hasattr(value, "free_symbols")):
        try:
            dim = dims.as_dim(value)
        except (dims.DimSyntaxError, TypeError):
            raise wrong(param, value, expected) from None
        if not (isinstance(dim, int) and isinstance(value, str)):
            return dim
    raise wrong(param, value, expected)


def _count(value: Any, param: str, keras: Semantics) -> Any:
    if type(value) is int and 0 < value <= MAX_SIZE:
        return value
    if isinstance(value, (int, float)) and abs(value) > MAX_SIZE:
        raise huge(param, value)
    if not keras.values_are_validated and isinstance(value, (int, float)):
        return _legacy_count(value, param)
    if isinstance(value, bool):
        value = int(value)
    dim = _dim(value, param, keras, "a positive integer")
    if dims.at_least(dim, 1) is False:
        raise outside(param, value, "a positive integer")
    return dim


def _strict_count(value: Any, param: str, keras: Semantics) -> Any:
    if isinstance(value, bool) and keras.values_are_validated:
        raise wrong(param, value, "a positive integer")
    return _count(value, param, keras)


def _legacy_count(value: float, param: str) -> int:
    """Keras 2.2.4 does not look; a size that cannot exist is refused all the same."""
    if not value >= 0 or value != int(value):
        raise outside(param, value, "a positive integer")
    return int(value)


def _whole(value: Any, param: str, keras: Semantics) -> int:
    if is_int(value):
        return int(value)
    raise wrong(param, value, "an integer")


def _flag(value: Any, param: str, keras: Semantics) -> bool:
    if isinstance(value, bool) or (isinstance(value, (int, float)) and (keras.generation or value in (0, 1))):
        return bool(value)
    raise wrong(param, value, "true or false")


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
        raise wrong(param, value, "a number")
    return number


def _rate(value: Any, param: str, keras: Semantics) -> float:
    rate = _real(value)
    if rate is None:
        raise wrong(param, value, "a number from 0 to 1")
    if keras.rates_are_clamped:
        return min(1.0, max(0.0, rate))
    if not 0 <= rate <= 1:
        raise outside(param, value, "a number from 0 to 1")
    return rate


def _penalty(value: Any, param: str, keras: Semantics) -> float:
    penalty = 0.0 if value is None else _real(value)
    if penalty is None:
        raise wrong(param, value, "a number of at least 0")
    if keras.values_are_validated and not 0 <= penalty < float("inf"):
        raise outside(param, value, "a number of at least 0")
    return penalty


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
    raise wrong(param, value, "an integer")


def at_least(least: int, words: str) -> Any:
    """An int of at least `least`."""

    def read(value: Any, param: str, keras: Semantics) -> int:
        size = whole(value)
        if size is None:
            raise wrong(param, value, words)
        if size < least:
            raise outside(param, value, words)
        if size > MAX_SIZE:
            raise huge(param, size)
        return size

    return Annotated[int, Reader(words, read)]


def _groups(value: Any, param: str, keras: Semantics) -> int:
    groups = whole(value)
    if groups is None:
        raise wrong(param, value, "a positive integer, or -1")
    if groups < 1 and groups != -1:
        raise outside(param, value, "a positive integer, or -1")
    return groups


def _mask_value(value: Any, param: str, keras: Semantics) -> Any:
    if isinstance(value, dict):  # a serialised tensor
        config = value.get("config")
        value = config.get("value") if isinstance(config, dict) else None
    if isinstance(value, int) and abs(value) < MAX_SIZE:
        return value
    return _number(value, param, keras)


def _renorm_clipping(value: Any, param: str, keras: Semantics) -> dict[str, float]:
    """Bounds of the correction of a batch renormalization; a bound of None is none."""
    expected = "a mapping of `rmax`, `rmin` and `dmax` to numbers"
    if value is None:
        return {}
    if not isinstance(value, dict) or not {*value} <= {"rmax", "rmin", "dmax"}:
        raise wrong(param, value, expected)
    bounds = {name: _number(bound, param, keras) for name, bound in value.items() if bound is not None}
    if bounds.get("dmax", 0) < 0 or bounds.get("rmax", 0) < bounds.get("rmin", bounds.get("rmax", 0)):
        raise outside(param, value, "`dmax` of at least 0, `rmax` of at least `rmin`")
    return bounds


Count = Annotated[int, Reader("a positive integer", _count)]
StrictCount = Annotated[int, Reader("a positive integer", _strict_count)]
Whole = Annotated[int, Reader("an integer", _whole)]
Flag = Annotated[bool, Reader("true or false", _flag)]
Number = Annotated[float, Reader("a number", _number)]
Rate = Annotated[float, Reader("a number from 0 to 1", _rate)]
Penalty = Annotated[float, Reader("a number of at least 0", _penalty)]
Seed = Annotated[Any, Reader("an integer, or none", _seed)]
Positive = at_least(1, "a positive integer")
Extent = at_least(0, "an integer of at least 0")
Groups = Annotated[int, Reader("a positive integer, or -1", _groups)]
LoraRank = Annotated[Any, Reader("a positive integer, or none", _lora_rank)]
MaskValue = Annotated[Any, Reader("a number", _mask_value)]
RenormClipping = Annotated[Any, Reader("a mapping with rmax, rmin and dmax", _renorm_clipping)]
Alpha = optional(Number)
