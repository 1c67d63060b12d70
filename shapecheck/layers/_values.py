"""What the parameters of a few layers may be, read from the kinds of values that all layers share."""

from typing import Annotated, Any

from shapecheck import params


def reader(kind: Any) -> Any:
    """The function of a kind of value that reads what was written: (value, parameter, mode) -> value."""
    return kind.__metadata__[0].read


def kind(expected: str, read: Any) -> Any:
    """A kind of value, and what is expected of it in words."""
    return Annotated[Any, params.Reader(expected, read)]
