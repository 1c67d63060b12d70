"""What a file of Keras says of its training: nothing in it has a shape, but code may hide there as in a layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from shapecheck.readers.keras_dialect import PACKAGES
from shapecheck.source import Place

_ROOM = 10_000  # values that are looked at


class Foreign(NamedTuple):
    """A function or a class that is not Keras's. `name` is None where it is code in the file itself."""

    setting: str
    name: str | None
    place: Place


def foreign(compiled: Any, place: Place) -> Iterator[Foreign]:
    """Every function and class in a `compile_config` that Keras does not have, however deep it stands."""
    if not isinstance(compiled, dict):
        return
    waiting = [(str(setting), value, place.at(setting)) for setting, value in reversed(compiled.items())]
    for _ in range(_ROOM):
        if not waiting:
            return
        setting, value, where = waiting.pop()
        if isinstance(value, list):
            waiting.extend((setting, item, where.at(index)) for index, item in reversed([*enumerate(value)]))
        elif isinstance(value, dict):
            if value.get("class_name") == "__lambda__":
                yield Foreign(setting, None, where)
                continue
            name = _foreign_name(value)
            if name is not None:
                yield Foreign(setting, name, where)
            waiting.extend((setting, item, where.at(key)) for key, item in reversed(value.items()))


def _foreign_name(value: Mapping[str, Any]) -> str | None:
    """The name of what a reference means, where it is not Keras's."""
    kind, module, registered = value.get("class_name"), value.get("module"), value.get("registered_name")
    if not isinstance(kind, str) or "config" not in value:
        return None
    if kind == "function" and isinstance(value["config"], str):
        return value["config"]
    theirs = isinstance(module, str) and module.partition(".")[0] not in (*PACKAGES, "builtins")
    return registered if isinstance(registered, str) and registered else kind if theirs else None
