"""The weights of Keras 1 and 2, and of Keras 3 in `.h5`: a group for each layer, and the names of its arrays in order.

In a group stand first the weights that training changes, then the others, of all that is inside the layer.
"""

from __future__ import annotations

from collections.abc import Sequence

from shapecheck.weights_io.hdf5_store import Array, Store
from shapecheck.weights_io.judging import Loaded, fits
from shapecheck.weights_io.layout import Held, held
from shapecheck.weights_io.older import Older

Place = tuple[Held, str]
"""A weight: its layer, and its path in it."""


def container(store: Store) -> str | None:
    """The group that holds those of the layers; None in a file that was not written so."""
    return next((group for group in ("model_weights", "") if store.texts(group, "layer_names")), None)


def load(store: Store, root: str, loaded: Loaded) -> None:
    """Put the arrays of a file into the layers of a model, by the names of the layers, or else in their order."""
    stored = {name: found for name in store.texts(root, "layer_names") if (found := _arrays(store, root, name))}
    needed: dict[str, list[Held]] = {}
    for layer in held(loaded.found):
        needed.setdefault(layer.top, []).append(layer)
    older = Older(store, root)
    if not set(needed) <= set(stored) and len(needed) == len(stored):
        stored = dict(zip(needed, stored.values(), strict=True))
    for top, layers in needed.items():
        if top in stored:
            arrays = stored.pop(top)
            problem = older.refused(layers, arrays)
            if problem:
                loaded.say("SC157", layers[0], name=arrays[0].path, problem=problem)
            else:
                _fill(layers, arrays, loaded)
        else:
            for layer in layers:
                loaded.missing(layer, list(layer.weights))
    for arrays in stored.values():
        for array in arrays:
            loaded.left_over(array.path, array.shape)


def _arrays(store: Store, root: str, name: str) -> list[Array]:
    group = f"{root}/{name}".lstrip("/")
    found = (store.array(f"{group}/{path}") for path in store.texts(group, "weight_names"))
    return [array for array in found if array is not None]


def _fill(layers: Sequence[Held], arrays: Sequence[Array], loaded: Loaded) -> None:
    """Put the arrays of one group into the layers that it stands for."""
    natural = [(layer, path) for layer in layers for path in layer.weights]
    parted = sorted(natural, key=lambda place: not _is_trained(*place))
    if len(arrays) != len(natural):
        return _fill_by_name(parted, arrays, loaded)
    still = sorted(natural, key=lambda place: place[1].rpartition("/")[2] in _STATISTICS)
    order = max((parted, natural, still), key=lambda order: _agreement(order, arrays))
    for (layer, path), array in zip(order, arrays, strict=True):
        loaded.take(layer, path, array.shape, array.read, array.path)


def _is_trained(layer: Held, path: str) -> bool:
    return layer.layer.trainable and layer.weights[path].trainable


_STATISTICS = ("moving_mean", "moving_variance")  # which a frozen model of Keras 2.2 writes behind all others


def _agreement(order: Sequence[Place], arrays: Sequence[Array]) -> tuple[int, int]:
    """How well an order fits: by the shapes, then by the last words of the names."""
    shapes = names = 0
    for (layer, path), array in zip(order, arrays, strict=True):
        shapes += fits(array.shape, layer.weights[path].shape)
        names += path.rpartition("/")[2] == _word(array)
    return shapes, names


def _word(array: Array) -> str:
    return array.path.rpartition("/")[2].partition(":")[0]


def _fill_by_name(places: Sequence[Place], arrays: Sequence[Array], loaded: Loaded) -> None:
    """Say which weights are missing, and which are too many, going by the last words of their names."""
    rest = list(arrays)
    missing: dict[str, tuple[Held, list[str]]] = {}
    for layer, path in places:
        found = next((array for array in rest if _word(array) == path.rpartition("/")[2]), None)
        if found is None:
            missing.setdefault(layer.name, (layer, []))[1].append(path)
        else:
            rest.remove(found)
            loaded.take(layer, path, found.shape, found.read, found.path)
    for layer, paths in missing.values():
        loaded.missing(layer, paths)
    for array in rest:
        loaded.left_over(array.path, array.shape, places[0][0])
