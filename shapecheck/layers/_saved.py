"""Layers of a file whose code is not at hand, and would not be run if it were: Lambdas and custom layers.

Such a layer gives what its file says it gave, if it still reads what it read then; otherwise nothing is known of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from shapecheck import dims, params
from shapecheck.apply import Opaque, Undescribed
from shapecheck.contract import END, Parameter, TensorSpec, Weight
from shapecheck.dims import Dim

NOT_BUILT = "saved>Input"
"""The kind of an input of which nothing is known."""

_ANYTHING = params.Anything.__metadata__[0]


class Saved(Undescribed):
    """`gives` maps the number of an output to its shape with the batch, and `read` holds the shapes of the inputs.

    In both a None is a size that was not known; `gives` None: nothing is known of what the layer gives.
    """

    parameters = {name: Parameter(name, name, _ANYTHING, False, None) for name in ("gives", "read")}
    mask = END
    gives: Mapping[int, Any] | None
    read: Any

    @property
    def said(self) -> bool:
        return self.gives is None

    def shape(self, *xs: Any) -> Any:
        if self.gives is None:
            raise Opaque(f"nothing is known of the layer `{self.kind}`")
        if self.read is not None and not _alike(self.read, xs):
            raise Opaque("the file was saved when it had other inputs")
        batch = xs[0][0] if xs and xs[0] else dims.UNKNOWN
        outputs = [_output(self.gives.get(number), batch) for number in range(1 + max(self.gives))]
        return outputs[0] if len(outputs) == 1 else outputs


class SavedCustom(Saved):
    """One of which not even the weights are known."""

    def weights(self, *xs: Any) -> Iterable[tuple[str, Weight]]:
        yield "?", Weight((dims.UNKNOWN,))


def _output(sizes: Any, batch: Dim) -> Any:
    if sizes is None:
        return TensorSpec(None)
    whole = tuple(dims.UNKNOWN if size is None else size for size in sizes)
    return (batch, *whole[1:]) if whole and sizes[0] is None else whole


def _alike(before: Any, now: tuple[Any, ...]) -> bool:
    """Whether the inputs may still be those of which the file tells."""
    return len(before) == len(now) and all(
        saved is None or (len(saved) == len(x) and not any(map(_differ, saved, x)))
        for saved, x in zip(before, now, strict=True)
    )


def _differ(saved: int | None, now: Dim) -> bool:
    return saved is not None and dims.same(saved, now) is False


def saved(kind: str, custom: bool) -> type[Saved]:
    """The class of such layers under the name of their own class."""
    return type(kind, (SavedCustom if custom else Saved,), {"kind": kind})
