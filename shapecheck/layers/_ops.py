"""A call of an operation as a file has it, bound to what its class here takes: tensors by operand, the rest by name.

Readers use it; a `Ref` is known by its name and `output`, so that nothing above this floor is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shapecheck import layers

RULED_BY_FUNCTIONS = "it runs functions that are not in the file"
RULED_BY_VALUES = "its shape depends on values"
OPAQUE: Mapping[str, str] = {
    **dict.fromkeys(
        ("Map", "Scan", "AssociativeScan", "Switch", "WhileLoop", "ForiLoop", "Cond", "VectorizedMap", "JVP"),
        RULED_BY_FUNCTIONS,
    ),
    "Select": "it takes two lists of tensors",
    "SegmentReduction": "it names no reduction",
    **dict.fromkeys(("Unique", "Nonzero", "Bincount"), RULED_BY_VALUES),
}
"""Operations of Keras of which no rule can tell what they give, and why."""


def why(kind: str) -> str:
    """Why nothing is known of an operation, to follow a sentence; empty for one that no list has."""
    reason = OPAQUE.get(kind.removeprefix("ops."))
    return f": {reason}" if reason else ""


def is_ref(value: Any) -> bool:
    """Whether a value of a call stands for a tensor."""
    return hasattr(value, "output") and hasattr(value, "place")


def is_list(value: Any) -> bool:
    """Whether a value of a call is a list; a tensor is a tuple, and none."""
    return isinstance(value, (list, tuple)) and not is_ref(value)


def bind(kind: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """What a call of `ops.X` reads, and which of its parameters stand among the arguments of the call.

    `args` and `kwargs` are those of the call: tensors are `Ref`s, all else is JSON, with slices and `...` as Keras
    saves them or as Python has them. The inputs are one Ref, a list, or a map by operand. Never raises: what does not
    belong there is left among the parameters, to be refused with a place.
    """
    cls: Any = layers.find(kind)
    if cls is None:
        return [*_refs([*args, *kwargs.values()])] or None, {}
    star = cls.star
    if star is not None:
        several = args[0] if len(args) == 1 and is_list(args[0]) else args or kwargs.get(star, ())
        return _bound_list(star, several, {name: value for name, value in kwargs.items() if name not in (star, "name")})
    called: tuple[str, ...] = cls.called
    given = {called[i] if i < len(called) else f"argument {i + 1}": value for i, value in enumerate(args)}
    given |= {name: value for name, value in kwargs.items() if name != "name"}
    inputs: dict[str, Any] = {}
    config: dict[str, Any] = {}
    for name, value in given.items():
        if is_ref(value):
            inputs[name] = value
        elif name == "key":
            config[name] = _key(value)
        elif name not in cls.operands or value is not None:
            config[name] = _without_refs(value)
    if len(cls.operands) == 1 and [*inputs] == [*cls.operands]:
        return inputs[cls.operands[0]], config
    return inputs or None, config


def bind_tensorflow(
    kind: str, config: Mapping[str, Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[str, Any, dict[str, Any]]:
    """The same for a layer that stands for a function of TensorFlow, and the operation that does what it does.

    `kind` is TFOpLambda or SlicingOpLambda, whose `config` names a function, or TensorFlowOpLayer, which has a node of
    a graph.
    """
    if kind == "TensorFlowOpLayer":
        from shapecheck.layers import _tf_nodes

        return _tf_nodes.bind(config, args)
    from shapecheck.layers import _tf_functions

    function = config.get("function")
    return _tf_functions.bind(function if isinstance(function, str) else "?", args, kwargs)


def _bound_list(star: str, several: Any, config: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The tensors of a list, and where there are constants among them, those in their places."""
    items = list(several) if is_list(several) else [several]
    if not all(map(is_ref, items)):
        config[star] = [None if is_ref(item) else item for item in items]
    return [item for item in items if is_ref(item)] or None, config


def _key(value: Any) -> Any:
    """The key of an index as one text, which a model in YAML could have; a tensor in it is a `?`."""
    from shapecheck.layers._op_params import text_of

    several = value if is_list(value) else [value]
    return text_of(["?" if is_ref(item) else item for item in several])


def _without_refs(value: Any) -> Any:
    """A value with None for each tensor in its lists: a size that is worked out by the model itself."""
    if isinstance(value, (list, tuple)):
        return [None if is_ref(item) else item for item in value]
    return value


def _refs(given: Any) -> Iterator[Any]:
    """Every tensor in the arguments of a call, in order; nothing recurses."""
    left = [given]
    while left:
        item = left.pop()
        if is_ref(item):
            yield item
        elif isinstance(item, (list, tuple)):
            left.extend(reversed(item))
        elif isinstance(item, Mapping):
            left.extend(reversed([*item.values()]))
