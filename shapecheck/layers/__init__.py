"""The layers, one file per formula, loaded by name when a definition uses them."""

from __future__ import annotations

from collections.abc import Iterable

from shapecheck.contract import REGISTRY, Layer
from shapecheck.layers.index import MODULES

ALIASES = {
    "Input": "InputLayer",
    # second names that Keras exports
    **{f"Convolution{rank}D": f"Conv{rank}D" for rank in (1, 2, 3)},
    **{f"Convolution{rank}DTranspose": f"Conv{rank}DTranspose" for rank in (1, 2, 3)},
    **{f"SeparableConvolution{rank}D": f"SeparableConv{rank}D" for rank in (1, 2)},
    **{f"{short}{rank}D": f"{short.replace('Avg', 'Average')}ing{rank}D" for rank in (1, 2, 3)
       for short in ("MaxPool", "AvgPool", "GlobalMaxPool", "GlobalAvgPool")},
}  # fmt: skip


def find(kind: str) -> type[Layer] | None:
    """The class of a layer by Keras's name; its file is imported now."""
    name = ALIASES.get(kind, kind)
    known = REGISTRY.get(name)
    if known is None and name in MODULES:
        __import__(f"shapecheck.layers.{MODULES[name]}")
        known = REGISTRY.get(name)
    return known


def found(kind: str) -> type[Layer]:
    """The class of a layer that is known to exist."""
    known = find(kind)
    if known is None:
        raise LookupError(kind)
    return known


def names() -> Iterable[str]:
    """The names of all layers, in alphabetical order."""
    return sorted({*MODULES, *REGISTRY, *ALIASES})
