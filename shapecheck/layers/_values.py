"""What the parameters of a few layers may be, read from the kinds of values that all layers share."""

from typing import Annotated, Any

from shapecheck import params
from shapecheck.diagnostic import Refusal


def reader(kind: Any) -> Any:
    """The function of a kind of value that reads what was written: (value, parameter, mode) -> value."""
    return kind.__metadata__[0].read


def finite(value: Any, param: str, keras: Any) -> float:
    """A number that is neither infinite nor nan."""
    number = float(reader(params.Number)(value, param, keras))
    if not abs(number) < float("inf"):
        raise Refusal("SC114", param, expected="a finite number", given=str(number))
    return number


def kind(expected: str, read: Any) -> Any:
    """A kind of value, and what is expected of it in words."""
    return Annotated[Any, params.Reader(expected, read)]


Finite: Any = kind("a number", finite)
