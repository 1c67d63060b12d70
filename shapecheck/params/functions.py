"""Parameters of a Lambda: functions from Python, or the restricted expressions that stand for them in a text."""

from __future__ import annotations

import re
from typing import Annotated, Any

from shapecheck.diagnostic import Refusal
from shapecheck.modes import Semantics
from shapecheck.params.reader import Reader, wrong
from shapecheck.params.sizes import read_sizes
from shapecheck.words import shown


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
    raise wrong(param, value, "a function")


def _output_shape(value: Any, param: str, keras: Semantics) -> Any:
    if value is None or callable(value):
        return value
    if isinstance(value, str) and value.lstrip().startswith("lambda"):
        return _expression(value, param)
    if isinstance(value, (list, tuple)):
        several = value and all(isinstance(item, (list, tuple)) for item in value)
        return tuple(read_sizes(item, param, keras, 0, True) for item in value) if several else (
            read_sizes(value, param, keras, 0, True))  # fmt: skip
    raise Refusal("SC311", param, given=shown(value))


def _mask_rule(value: Any, param: str, keras: Semantics) -> Any:
    if isinstance(value, str):
        return _expression(value, param)
    if value is None or callable(value) or isinstance(value, (bool, list, tuple)) or hasattr(value, "__array__"):
        return value
    raise wrong(param, value, "a function, or an array of booleans")


def _arguments(value: Any, param: str, keras: Semantics) -> Any:
    if value is None or (isinstance(value, dict) and all(isinstance(name, str) for name in value)):
        return dict(value or {})
    raise wrong(param, value, "a mapping of names to values")


Function = Annotated[Any, Reader("a function, or a text such as `lambda x: 2 * x`", _function)]
OutputShape = Annotated[Any, Reader("a list of sizes, a list of such lists, or a function on the shape", _output_shape)]
MaskRule = Annotated[Any, Reader("a function of the inputs and the mask, or a constant", _mask_rule)]
Arguments = Annotated[Any, Reader("a mapping of names to values", _arguments)]
