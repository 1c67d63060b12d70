"""Weights whose numbers mean something else than those of Keras 2, though their shapes can be the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shapecheck.contract import Layer
from shapecheck.weights_io.hdf5_store import Array, Store
from shapecheck.weights_io.layout import Held

_CONVOLUTIONS = ("Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "ConvLSTM2D")
_RECURRENT = ("LSTM", "GRU", "ConvLSTM2D")
_AGAIN = "load the weights in Keras 2 with TensorFlow, and save them there"


class Older:
    """What a file says of the Keras that wrote it: its version, and the backend that it had.

    Keras 1 wrote no version into files of weights alone; its names end in `_W`, and those of later ones never do.
    """

    def __init__(self, store: Store, root: str) -> None:
        said = store.texts(root, "keras_version") or store.texts("", "keras_version")
        backend = store.texts(root, "backend") or store.texts("", "backend")
        self._first = said[0].startswith("1.") if said else None
        self._theano = backend == ["theano"]

    def refused(self, layers: Sequence[Held], arrays: Sequence[Array]) -> str:
        """Why the arrays of one group cannot be the weights of these layers; nothing where they can."""
        first = self._first
        if first is None:
            first = any(array.path.endswith("_W") for array in arrays)
        inside = [one for held in layers for one in _inside(held.layer)]
        if first and any(one.kind in _RECURRENT for one in inside) and len(arrays) > _count(layers):
            return f"Keras 1 keeps an array for each gate: {_AGAIN}"
        for one in inside:
            if one.kind not in _CONVOLUTIONS:
                continue
            told: dict[str, Any] = {name: getattr(one, name, None) for name in ("data_format", "kernel_size")}
            if first and (told["data_format"] == "channels_first" or one.kind in ("Conv1D", "Conv2DTranspose")):
                return f"Keras 1 keeps the axes of the kernel in another order: {_AGAIN}"
            if self._theano and any(size != 1 for size in told["kernel_size"] or ()):
                return f"Keras with Theano turns the kernels of convolutions around: {_AGAIN}"
        return ""


def _inside(layer: Layer) -> list[Layer]:
    """A layer, and all that it wraps."""
    found = [layer]
    for one in found:
        found.extend(one.inner.values())
    return found


def _count(layers: Sequence[Held]) -> int:
    return sum(len(held.weights) for held in layers)
