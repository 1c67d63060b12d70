"""The arguments of a call in a Keras file -> what the layer reads: one tensor, several, or tensors by call argument."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shapecheck import layers
from shapecheck.contract import FIRST_ROLES, input_names
from shapecheck.readers.keras_calls import Arguments
from shapecheck.readers.keras_entries import OPERATIONS, Entry
from shapecheck.readers.keras_file import KerasFile
from shapecheck.source import Place
from shapecheck.spec import LayerSpec, Ref


def bound(file: KerasFile, entry: Entry, item: LayerSpec, given: Arguments, place: Place) -> None:
    """Set what a layer reads, from the arguments of its call."""
    cls = None if entry.is_model or entry.is_custom else layers.find(item.kind)
    if entry.is_operation:
        from shapecheck.layers import _ops

        if entry.kind in OPERATIONS:
            item.kind, inputs, more = _ops.bind_tensorflow(entry.kind, entry.config, given.args, given.kwargs)
        else:
            inputs, more = _ops.bind(item.kind, given.args, given.kwargs)
        item.inputs, item.config = inputs or Ref(""), {**item.config, **more}
        if not inputs:
            file.malformed(place, "a call", "one with a tensor", given.args)
        return
    positional, tensors, others = _sorted(given)
    if entry.is_model:
        item.inputs = _of_a_model(positional)
    elif cls is None or not (tensors or len(positional) > 1):
        refs = [*positional, *tensors.values()]
        item.inputs = refs[0] if len(refs) == 1 and isinstance(refs[0], Ref) else flat(refs)
    else:
        names, _, star = input_names(cls)
        names = (*names, star) if star else names
        several = [one if isinstance(one, Ref) else flat(one) for one in positional]
        item.inputs = {**dict(zip(names, several, strict=False)), **tensors}
    if not entry.is_model:
        item.call = {name: value for name, value in others.items() if value is not None}
    if "mask" in tensors and isinstance(item.inputs, dict):
        item.inputs = {**item.inputs, "mask": item.inputs.pop("mask")}  # behind the inputs
    if item.inputs is None or item.inputs == []:
        file.malformed(place, "a call", "one with a tensor", given.args)
        item.inputs = Ref("")


def _sorted(given: Arguments) -> tuple[list[Any], dict[str, Any], dict[str, Any]]:
    """The tensors by position, those by name, and the other arguments by name."""
    positional = [item for item in given.args if _holds_tensors(item)]
    tensors = {
        name: item if isinstance(item, Ref) else flat(item)
        for name, item in given.kwargs.items() if _holds_tensors(item)
    }  # fmt: skip
    first = next((name for name in FIRST_ROLES if name in tensors), None)
    if first and not positional:
        del tensors[first]
        positional.append(given.kwargs[first])
    others = {name: item for name, item in given.kwargs.items() if not _holds_tensors(item)}
    return positional, tensors, others


def _holds_tensors(value: Any) -> bool:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, Ref):
            return True
        if isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, dict):
            stack.extend(item.values())
    return False


def _of_a_model(positional: Sequence[Any]) -> Any:
    """What a model is called on: one tensor, or all in the order of its inputs."""
    if len(positional) == 1 and isinstance(positional[0], Ref):
        return positional[0]
    return flat(positional)


def flat(values: Any) -> list[Ref]:
    """All tensors in lists and maps inside one another; those of a map in the order of its sorted names."""
    found: list[Ref] = []
    stack = [values]
    while stack:
        item = stack.pop()
        if isinstance(item, Ref):
            found.append(item)
        elif isinstance(item, (list, tuple)):
            stack.extend(reversed(item))
        elif isinstance(item, dict):
            stack.extend(item[name] for name in sorted(item, reverse=True))
    return found
