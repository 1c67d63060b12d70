"""The weights of Keras 3, as in `model.weights.h5`: see `layout` for where each of them stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from shapecheck.weights_io.hdf5_store import Store
from shapecheck.weights_io.judging import Loaded
from shapecheck.weights_io.layout import Held, groups, held

_ROOTS = ("layers", "_layer_checkpoint_dependencies")  # the second in Keras 2.12 and 2.13: see `layout.held`
_OTHER = re.compile(r"(?:^|/)(?:optimizer|_?seed_generator\w*|_?random_generator|_?metrics\w*|_?loss\w*|_?compile\w*)/")
"""What is saved beside the weights."""


def is_written_so(store: Store) -> bool:
    return any(store.has(name) for name in _ROOTS)


def load(store: Store, loaded: Loaded) -> None:
    """Put the arrays of a file into the layers of a model."""
    first = next(name for name in _ROOTS if store.has(name))
    used: set[str] = set()
    layers = held(loaded.found)
    if first != _ROOTS[0]:
        layers = max(layers, held(loaded.found, twice=True), key=lambda some: _known(store, some, first))
    for layer in layers:
        _load_layer(store, layer, first, used, loaded)
    for array in store:
        if array.path not in used and not _OTHER.search(array.path):
            loaded.left_over(array.path, array.shape)


def _known(store: Store, layers: Sequence[Held], first: str) -> int:
    """How many of the layers have a group in the file."""
    return sum(store.has(_below(first, layer.group)) for layer in layers)


def _below(first: str, group: str) -> str:
    return group.replace(f"{_ROOTS[0]}/", f"{first}/")


def _load_layer(store: Store, layer: Held, first: str, used: set[str], loaded: Loaded) -> None:
    missing: list[str] = []
    for part in groups(layer.layer, layer.weights):
        choices = [_below(first, f"{layer.group}/{group}vars") for group in (part.group, part.older)]
        arrays = dict(next((found for choice in choices if (found := store.members(choice))), {}))
        used.update(array.path for array in arrays.values())
        for number, path in enumerate(part.paths):
            array = arrays.pop(str(number), None)
            if array is not None:
                loaded.take(layer, path, array.shape, array.read, array.path)
            else:
                missing.append(path)
        for array in arrays.values():
            loaded.left_over(array.path, array.shape, layer)
    if missing:
        loaded.missing(layer, missing)


def save(root: Any, found: Any, weights: Any) -> None:
    """Write the weights of a run into an open HDF5 file, so that Keras finds them."""
    for layer in held(found):
        for part in groups(layer.layer, layer.weights):
            group = root.create_group(f"{layer.group}/{part.group}vars")
            group.attrs["name"] = layer.name.rpartition("/")[2]
            for number, path in enumerate(part.paths):
                group[str(number)] = weights[layer.name][path]
