"""One entry under `layers:` -> what it says: a kind, its configuration, its name and what it reads.

    Flatten                                  a bare word
    Dense: 10                                one key; a scalar or a list is the layer's first parameter
    Dense: {units: 10, name: d, inputs: x}   one key, and a map
    {class_name: Dense, config: {...}}       as Keras saves it
    {type: Dense, units: 10}                 flat
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from shapecheck.readers.scope import Reading, Scope, inside
from shapecheck.readers.values import shown_key
from shapecheck.source import Place
from shapecheck.spec import Inputs, Ref, Use

LAYER = "a map of one key such as `Dense: 10`"
MAX_NAME = 200
OWN = ("name", "inputs", "call")
_NOT_KINDS = ("", "class_name", "type")
NOWHERE = Ref("")
"""What stands for inputs that were malformed; the finding is there already."""

_INDEXED = re.compile(r"(.*\S)\s*\[\s*(-?\d{1,9})\s*\]", re.DOTALL)


class Entry:
    """An entry as it was written. `config` is the map of parameters, `value` what stood in its place.

    `at` is the place of the whole entry, `place` that of the configuration, and `side` maps `name`, `inputs` and `call`
    to their places.
    """

    # Class attributes instead of slots: most entries have few of these, and there are many entries.
    config: Mapping[str, Any] = {}
    value: Any = None
    name: Any = None
    inputs: Any = None
    call: Any = None

    def __init__(self, kind: str, at: Place, place: Place, kind_place: Place | None) -> None:
        self.kind = kind
        self.at = at
        self.place = self.side = place
        self.kind_place = kind_place

    def take(self, config: Mapping[Any, Any]) -> None:
        """Set the configuration, and what else stands among its keys."""
        if "name" in config or "inputs" in config or "call" in config:
            rest = dict(config)
            self.name = rest.pop("name", None)
            self.inputs = rest.pop("inputs", None)
            self.call = rest.pop("call", None)
            config = rest
        self.config = config


def read_entry(reading: Reading, item: Any, at: Place, trail: Sequence[Use]) -> Entry | None:
    """What an entry says; None, with a finding, where it says nothing that can be a layer."""
    if isinstance(item, dict):
        if len(item) == 1:
            ((kind, value),) = item.items()
            if isinstance(kind, str) and kind not in _NOT_KINDS:
                place = Place(at.document, (*at.path, kind))
                entry = Entry(kind, at, place, place)
                if isinstance(value, dict):
                    entry.take(plain_keys(reading, value, place, trail))
                else:
                    entry.value = value
                return entry
        if "class_name" in item or "type" in item:
            return _alias(reading, item, at, trail)
        return _several_keys(reading, item, at, trail)
    if isinstance(item, str) and item.strip():
        return Entry(item.strip(), at, at, None)
    reading.malformed(at, "a layer", LAYER, item, trail=trail)
    return None


def plain_keys(reading: Reading, config: Mapping[Any, Any], place: Place, trail: Sequence[Use]) -> Mapping[str, Any]:
    """The configuration without keys that are no text; each of those is a finding."""
    for key in config:
        if not isinstance(key, str):
            break
    else:
        return config
    for key in [key for key in config if not isinstance(key, str)]:
        given = shown_key(key)
        reading.malformed(inside(place, key), "the name of a parameter", "a text", key, given=given, at_key=True,
                          param=given, trail=trail)  # fmt: skip
    return {key: value for key, value in config.items() if isinstance(key, str)}


def _alias(reading: Reading, item: Mapping[Any, Any], at: Place, trail: Sequence[Use]) -> Entry | None:
    """`{class_name: Dense, config: {...}}` or `{type: Dense, units: 10}`."""
    word = "class_name" if "class_name" in item else "type"
    kind = item[word]
    if not isinstance(kind, str) or not kind.strip():
        reading.malformed(at.at(word), f"`{word}`", "the name of a layer", kind, trail=trail)
        return None
    rest = {key: value for key, value in item.items() if key != word}
    if word == "type":
        entry = Entry(kind.strip(), at, at, at.at(word))
        entry.take(plain_keys(reading, rest, at, trail))
        return entry
    entry = Entry(kind.strip(), at, at.at("config"), at.at(word))
    known = ("config", *OWN)
    for key in rest:
        if key not in (*known, *_SAVED):
            reading.unknown_key("layer with `class_name`", key, known, at, trail)
    config = rest.get("config")
    if isinstance(config, dict):
        entry.take(plain_keys(reading, config, entry.place, trail))
    elif config is not None:
        reading.malformed(entry.place, "`config`", "a map of parameters", config, trail=trail)
    if any(key in rest for key in OWN):
        entry.side = at
        inner = entry.name
        entry.name, entry.inputs, entry.call = (rest.get(key) for key in OWN)
        if entry.name is None:
            entry.name = inner
    return entry


_SAVED = ("module", "registered_name", "build_config")
"""Keys that Keras saves beside `config`, and that say nothing about shapes."""


def _several_keys(reading: Reading, item: Mapping[Any, Any], at: Place, trail: Sequence[Use]) -> Entry | None:
    """Most often the parameters were not indented below the layer: say so, and read them as if they had been."""
    head = next(iter(item), None)
    if len(item) < 2 or not isinstance(head, str) or not head:
        given = f"the key {shown_key(head)}" if item else ""
        reading.malformed(at, "a layer", LAYER, item, given=given, trail=trail)
        return None
    rest = {key: value for key, value in item.items() if key != head}
    words = ", ".join(f"`{shown_key(key)}`" for key in [*rest][:3])
    body, own = item[head], all(key in OWN for key in rest)
    entry = Entry(head, at, at, at.at(head))
    help = ""
    if body is None:
        help = f"indent {words} further, below `{head}:`"
        entry.take(plain_keys(reading, rest, at, trail))
    elif own and isinstance(body, dict):
        help = f"move {words} into the map of `{head}`"
        entry.take({**plain_keys(reading, body, at.at(head), trail), **rest})
        entry.place = at.at(head)
    elif own:
        help = f"give `{head}` a map, and move {words} into it"
        entry.take(rest)
        entry.value, entry.place = body, at.at(head)
    elif all(_is_kind(key) for key in item):
        help = "begin each layer with a `-` of its own"
    reading.malformed(at, "a layer", LAYER, item, given=f"a map of {len(item)} keys", trail=trail,
                      help=[help] if help else [])  # fmt: skip
    return entry if body is None or own else None


def _is_kind(key: object) -> bool:
    return isinstance(key, str) and key[:1].isupper()


# Names and references --------------------------------------------------------------------------------------------


def read_name(reading: Reading, entry: Entry, scope: Scope, trail: Sequence[Use]) -> str | None:
    """The name an entry gives itself; a finding where it is none, and then the text of it where it has one."""
    name = entry.name
    if name is None or (type(name) is str and name.isidentifier() and len(name) <= MAX_NAME):
        return name
    place = entry.side.at("name")
    name = reading.fill(name, place, scope, trail, bare=False)
    problem = "a text"
    if isinstance(name, str):
        name = name.strip()
        if not name:
            problem = "a text that is not empty"
        elif len(name) > MAX_NAME:
            problem = f"a text of at most {MAX_NAME} characters"
        elif name.endswith("]") and _INDEXED.fullmatch(name):
            problem = "a text without an index, which stands for an output"
        else:
            return name
    reading.malformed(place, "`name`", problem, name, trail=trail)
    plain = isinstance(name, (int, float)) and not isinstance(name, bool) and abs(name) < 1 << 64
    return str(name) if plain else None


def read_inputs(
    reading: Reading, raw: Any, place: Place, scope: Scope, trail: Sequence[Use], what: str = "`inputs`"
) -> Inputs:
    """What `inputs` says: a name, a list of names, or a map from call arguments to either; None for nothing."""
    if raw is None:
        return None
    if type(raw) is str and raw.isidentifier():
        return Ref(raw, None, place)
    raw = reading.fill(raw, place, scope, trail, bare=False)
    if isinstance(raw, str):
        return read_ref(reading, raw, place, trail)
    if isinstance(raw, (list, tuple)):
        return [read_ref(reading, item, place.at(index), trail) for index, item in enumerate(raw)]
    if not isinstance(raw, dict) or not raw:
        reading.malformed(place, what, "a name, a list of names, or a map of them", raw, trail=trail)
        return NOWHERE
    roles: dict[str, Any] = {}
    for role, item in raw.items():
        if not isinstance(role, str):
            reading.malformed(place, "a call argument", "a text", role, given=shown_key(role), trail=trail)
            roles[shown_key(role)] = NOWHERE
        elif isinstance(item, (list, tuple)):
            inner = place.at(role)
            roles[role] = [read_ref(reading, one, inner.at(index), trail) for index, one in enumerate(item)]
        elif item is not None:  # a call argument that is left out
            roles[role] = read_ref(reading, item, place.at(role), trail)
    return roles


def read_ref(reading: Reading, raw: Any, place: Place, trail: Sequence[Use]) -> Ref:
    """`enc`, or `s[1]` for its second output."""
    if type(raw) is str and raw.isidentifier():
        return Ref(raw, None, place)
    if not isinstance(raw, str) or not raw.strip():
        reading.malformed(place, "an input", "the name of a layer", raw, trail=trail)
        return NOWHERE
    if raw.endswith("]") and (indexed := _INDEXED.fullmatch(raw.strip())):
        return Ref(indexed[1], int(indexed[2]), place)
    return Ref(raw.strip(), None, place)
