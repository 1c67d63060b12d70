"""A model of Keras inside something larger: a layers model of TensorFlow.js, and the settings of a DCASE baseline."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from shapecheck.readers.values import ValueProblem, evaluate
from shapecheck.source import Key, Place
from shapecheck.spec import StoredWeight

_TOPOLOGY = "modelTopology"
_DEPTH = 8  # how deep the settings of an application are searched
_LOOKED_AT = 20_000
_OF_THE_OUTER = ("input_shape", "batch_input_shape", "name")
_CONSTANT = re.compile(r"[A-Z][A-Z0-9_]+")
_OF_CONSTANTS = re.compile(r"[A-Z0-9_ ()+*/-]*[A-Z][A-Z0-9_]+[A-Z0-9_ ()+*/-]*")


class Inside(NamedTuple):
    """A configuration of Keras, its path in the document, and the version that saved it."""

    root: Any
    path: tuple[Key, ...]
    version: str | None


class Misfit(Exception):
    """What holds a model of another sort: what it is, and what to do."""

    def __init__(self, code: str, at: str, help: str = "", **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.at = at
        self.help = (help,) if help else ()
        self.facts = facts


# TensorFlow.js -----------------------------------------------------------------------------------------------------


def of_tensorflow_js(root: object) -> Inside | None:
    """The configuration in a `model.json` of TensorFlow.js; None for anything else. Raises Misfit."""
    if not isinstance(root, dict) or _TOPOLOGY not in root:
        return None
    topology = root[_TOPOLOGY]
    if root.get("format") == "graph-model" or (isinstance(topology, dict) and "node" in topology):
        help = "it was converted from a model of Keras or TensorFlow: check that one instead"
        raise Misfit("SC150", "format" if "format" in root else _TOPOLOGY, help, what="a graph model of TensorFlow.js")
    if not isinstance(topology, dict):
        raise Misfit("SC152", _TOPOLOGY, what="file of TensorFlow.js", problem="its `modelTopology` is empty")
    version = topology.get("keras_version")
    path: tuple[Key, ...] = (_TOPOLOGY,)
    if isinstance(topology.get("model_config"), dict):
        topology, path = topology["model_config"], (*path, "model_config")
    return Inside(topology, path, _keras_version(version))


def _keras_version(version: object) -> str | None:
    """TensorFlow.js writes its own version, such as `tfjs-layers 4.2.0`, and means the layers of Keras 2.4."""
    if not isinstance(version, str):
        return None
    return "2.4.0" if version.startswith("tfjs") else version


def manifest(root: Any, place: Place) -> list[StoredWeight]:
    """The weights of which a `model.json` of TensorFlow.js tells the shapes."""
    found = []
    groups = root.get("weightsManifest")
    for number, group in enumerate(groups if isinstance(groups, list) else ()):
        weights = group.get("weights") if isinstance(group, dict) else None
        for index, item in enumerate(weights if isinstance(weights, list) else ()):
            shape = item.get("shape") if isinstance(item, dict) else None
            if isinstance(shape, list) and isinstance(item.get("name"), str) and all(type(n) is int for n in shape):
                where = place.at("weightsManifest", number, "weights", index, "shape")
                found.append(StoredWeight(item["name"], tuple(shape), where))
    return found


# DCASE -------------------------------------------------------------------------------------------------------------


class Settings(NamedTuple):
    """A list of layers in the settings of an application: its path, and the names that stand for values in it.

    `free` are the names that are nowhere defined, which the application itself knows; `others` the paths of further
    lists of layers.
    """

    layers: list[Any]
    path: tuple[Key, ...]
    free: tuple[str, ...]
    others: list[tuple[Key, ...]]


def of_settings(root: object) -> Settings | None:
    """The first list of layers under a key `config`; None where there is none.

    What stands for a value in it is named under `constants`, beside `config` or above it.
    """
    found = _models_in(root)
    if not found:
        return None
    value, path, constants = found[0]
    free: dict[str, None] = {}
    layers = [_unwrapped(_filled(item, constants, free)) for item in value]
    return Settings(layers, path, tuple(free), [path for _, path, _ in found[1:]])


def _models_in(root: object) -> list[tuple[list[Any], tuple[Key, ...], Mapping[str, Any]]]:
    """Every list of layers, its path, and the constants that are known there; the outermost first."""
    found: list[tuple[list[Any], tuple[Key, ...], Mapping[str, Any]]] = []
    level: list[tuple[Any, tuple[Key, ...], Mapping[str, Any]]] = [(root, (), {})]
    looked = 0
    while level and len(level[0][1]) < _DEPTH:
        deeper: list[tuple[Any, tuple[Key, ...], Mapping[str, Any]]] = []
        for value, path, known in level:
            looked += 1
            if looked > _LOOKED_AT:
                return found
            named = isinstance(value, dict)
            if named and isinstance(value.get("constants"), dict):
                known = {**known, **{name: item for name, item in value["constants"].items() if isinstance(name, str)}}
            if named and _is_list_of_layers(value.get("config")):
                found.append((value["config"], (*path, "config"), known))
                continue
            items: Any = value.items() if named else enumerate(value)
            deeper.extend((item, (*path, key), known) for key, item in items if isinstance(item, (dict, list)))
        level = deeper
    return found


def _unwrapped(item: dict[str, Any]) -> dict[str, Any]:
    """A layer with the layer around it, which these settings name as `wrapper` with its `config_wrapper`."""
    wrapper, around = item.get("wrapper"), item.get("config_wrapper")
    if not isinstance(wrapper, str):
        return item
    inner = {key: value for key, value in item.items() if key not in ("wrapper", "config_wrapper")}
    config = inner.get("config")
    shape = {key: config.pop(key) for key in _OF_THE_OUTER if key in config} if isinstance(config, dict) else {}
    outer = around if isinstance(around, dict) else {}
    return {"class_name": wrapper, "config": {**shape, **outer, "layer": inner}}


def _is_list_of_layers(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(
        isinstance(item, dict) and isinstance(item.get("class_name"), str) for item in value
    )


def _filled(value: Any, constants: Mapping[str, Any], free: dict[str, None]) -> Any:
    """A value with the constants put in, also in arithmetic such as `FILTERS * 2`."""
    if isinstance(value, dict):
        return {key: _filled(item, constants, free) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, constants, free) for item in value]
    if not isinstance(value, str):
        return value
    if value in constants:
        return constants[value]
    if len(value) > 200 or not _OF_CONSTANTS.fullmatch(value):
        return value
    names = _CONSTANT.findall(value)
    unknown = [name for name in names if name not in constants]
    if unknown:
        free.update(dict.fromkeys(unknown))
        return _CONSTANT.sub(lambda name: str(constants.get(name[0], name[0])), value)
    try:
        return evaluate(value, constants)
    except ValueProblem:
        return value
