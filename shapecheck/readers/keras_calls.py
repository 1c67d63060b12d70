"""What a layer of a Keras file is called on: the nodes of both generations -> tensors by call argument.

    [["a", 0, 0, {}], ["b", 0, 0, {"mask": ["m", 0, 0]}]]       Keras 1 and 2: name, call of that layer, output
    {"args": [[tensor, tensor]], "kwargs": {"mask": tensor}}    Keras 3, where a tensor is a map with its history

A reference counts the calls of a layer in this model only. Keras 2 counts one more for a model that is called, because
building the model was a call as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from shapecheck.source import Place
from shapecheck.spec import Ref

TENSOR = "__keras_tensor__"
_NOISE = ("training", "mask")
"""Arguments that Keras writes for calls in which they say nothing."""

DEEPEST = 20  # lists and maps inside one another in the arguments of a call


class Malformed(Exception):
    """Something in a call is not as Keras writes it."""

    def __init__(self, place: Place, expected: str, given: object) -> None:
        super().__init__(expected)
        self.place = place
        self.expected = expected
        self.given = given


class Arguments(NamedTuple):
    """The arguments of one call, in which tensors are `Ref`s."""

    args: list[Any]
    kwargs: dict[str, Any]


Resolve = Callable[..., Ref]
"""A reference, from the name of a layer, the numbers of its call and of the output, the place, and the shape saved."""


def is_reference(value: object) -> bool:
    """Whether it is a reference as Keras 1 and 2 write it, `[name, call, output]`, perhaps with arguments."""
    return (
        isinstance(value, list)
        and 3 <= len(value) <= 4
        and isinstance(value[0], str)
        and type(value[1]) is int
        and type(value[2]) is int
        and (len(value) == 3 or isinstance(value[3], dict) or value[3] is None)
    )


def read(node: object, place: Place, known: Mapping[str, Any], resolve: Resolve) -> Arguments:
    """The arguments of the call that a node describes; `known` holds the names of the layers. Raises Malformed."""
    if isinstance(node, dict):
        return _tree(node, place, resolve)
    if isinstance(node, list):
        return _references(node, place, known, resolve)
    raise Malformed(place, "a list of references, or a map with `args` and `kwargs`", node)


# Keras 1 and 2 -----------------------------------------------------------------------------------------------------


def _references(node: list[Any], place: Place, known: Mapping[str, Any], resolve: Resolve) -> Arguments:
    if is_reference(node) and not _is_constant(node):  # the single tensor of an operation
        return Arguments([resolve(*node[:3], place)], _keywords(node, place, known, resolve))
    if _is_constant(node):
        return Arguments([node[2]], _keywords(node, place, known, resolve))
    tensors, keywords = [], {}
    for index, item in enumerate(node):
        where = place.at(index)
        if not (is_reference(item) or _is_constant(item)):
            raise Malformed(where, "a reference such as `[name, 0, 0]`", item)
        tensors.append(item[2] if _is_constant(item) else resolve(*item[:3], where))
        if len(item) == 4:
            keywords.update(_keywords(item, where, known, resolve))
    return Arguments(tensors if len(tensors) == 1 else [tensors], keywords)


def _is_constant(item: object) -> bool:
    """Whether it is a number, or a list of them, that stands in the place of a tensor."""
    return (
        isinstance(item, list)
        and 3 <= len(item) <= 4
        and item[0] == "_CONSTANT_VALUE"
        and (len(item) == 3 or isinstance(item[3], dict) or item[3] is None)
    )


def _keywords(item: list[Any], place: Place, known: Mapping[str, Any], resolve: Resolve) -> dict[str, Any]:
    given = item[3] if len(item) == 4 else None
    return {
        name: _keyword(value, place.at(3, name), known, resolve, 0)
        for name, value in (given or {}).items()
        if name not in _NOISE or value not in (None, True, False)
    }


def _keyword(value: Any, place: Place, known: Mapping[str, Any], resolve: Resolve, level: int) -> Any:
    """A value, or the tensors that hide in it."""
    if not isinstance(value, list) or level == DEEPEST:
        return value
    if is_reference(value) and value[0] in known:
        return resolve(*value[:3], place)
    if _is_constant(value):
        return value[2]
    return [_keyword(item, place.at(index), known, resolve, level + 1) for index, item in enumerate(value)]


# Keras 3 -----------------------------------------------------------------------------------------------------------


def _tree(node: dict[str, Any], place: Place, resolve: Resolve) -> Arguments:
    args, kwargs = node.get("args", []), node.get("kwargs", {})
    if not isinstance(args, list):
        raise Malformed(place.at("args"), "a list", args)
    if not isinstance(kwargs, dict):
        raise Malformed(place.at("kwargs"), "a map", kwargs)
    positional = [_leaf(item, place.at("args", index), resolve, 0) for index, item in enumerate(args)]
    keywords = {
        name: _leaf(value, place.at("kwargs", name), resolve, 0)
        for name, value in kwargs.items()
        if name not in _NOISE or value not in (None, True, False)
    }
    return Arguments(positional, keywords)


def _leaf(value: Any, place: Place, resolve: Resolve, level: int) -> Any:
    if level == DEEPEST:
        raise Malformed(place, f"arguments of at most {DEEPEST} levels", value)
    if isinstance(value, list):
        return [_leaf(item, place.at(index), resolve, level + 1) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    kind, config = value.get("class_name"), value.get("config")
    if kind == TENSOR:
        history = config.get("keras_history") if isinstance(config, dict) else None
        if not isinstance(config, dict) or not isinstance(history, list) or not is_reference(history):
            raise Malformed(place, "a tensor with a `keras_history` such as `[name, 0, 0]`", history)
        return resolve(*history[:3], place, config.get("shape"))
    if isinstance(config, dict):
        if kind == "__slice__":
            bounds = (config.get(name) for name in ("start", "stop", "step"))
            return slice(*(_leaf(bound, place, resolve, level + 1) for bound in bounds))
        if kind == "__ellipsis__":
            return ...
    if kind == "__tuple__":
        items = value.get("config", value.get("items"))
        return _leaf(items if isinstance(items, list) else [], place, resolve, level + 1)
    if isinstance(kind, str):
        return value  # a function, or another thing that Keras saves as a map: for whoever takes the argument
    return {name: _leaf(item, place.at(name), resolve, level + 1) for name, item in value.items()}


# Ends --------------------------------------------------------------------------------------------------------------


def ends(value: Any, place: Place, resolve: Resolve) -> list[Ref]:
    """The tensors of `input_layers` or `output_layers`, which have the structure of what the model takes or gives.

    A single one stands as `[name, 0, 0]`, and several in lists and maps inside one another; those of a map come in the
    order of its sorted names, as in Keras. Raises Malformed.
    """
    found: list[Ref] = []
    stack = [(value, place)]
    while stack:
        item, where = stack.pop()
        if is_reference(item):
            found.append(resolve(*item[:3], where))
        elif isinstance(item, list):
            stack.extend((one, where.at(index)) for index, one in reversed([*enumerate(item)]))
        elif isinstance(item, dict):
            stack.extend((one, where.at(name)) for name, one in sorted(item.items(), reverse=True))
        elif item is not None:
            raise Malformed(where, "a reference such as `[name, 0, 0]`", item)
    return found
