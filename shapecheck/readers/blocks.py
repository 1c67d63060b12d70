"""`blocks:` and `repeat`: templates as they are declared, and the values that each use and each turn gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shapecheck.findings import related
from shapecheck.readers.entries import Entry, read_ref
from shapecheck.readers.scope import Reading, Scope, inside
from shapecheck.readers.values import shown_key, whole
from shapecheck.source import Place
from shapecheck.spec import Ref, Use

RESERVED = {"repeat": "repetitions", "call": "calling a layer again"}
_BLOCK = ("params", "inputs", "layers", "outputs")
_REPEAT = ("times", "layers", "vars")
NEEDED: Any = object()


class Block:
    """A template: its parameters with their defaults, the names of its inputs, and its layers, not yet read."""

    __slots__ = ("entries", "inputs", "name", "outputs", "params", "path", "place")

    def __init__(self, name: str, place: Place) -> None:
        self.name = name
        self.place = place
        self.path = place.at("layers")
        self.params: dict[str, Any] = {}
        self.inputs: list[str] | None = None
        self.entries: Sequence[Any] = ()
        self.outputs: list[Ref] | None = None


class Repeat:
    """A repetition: how many turns, over which entries, with which variables."""

    __slots__ = ("entries", "times", "vars")

    def __init__(self, times: int, entries: Sequence[Any], variables: dict[str, Sequence[Any]]) -> None:
        self.times = times
        self.entries = entries
        self.vars = variables


def entries_of(reading: Reading, raw: Any, place: Place, what: str, trail: Sequence[Use] = ()) -> Sequence[Any] | None:
    """A list of layers; None, with a finding, where there is none."""
    if isinstance(raw, (list, tuple)) and raw:
        return raw
    if raw is None and any(found.facts.get("near") == "layers" for found in reading.findings[-4:]):
        return None  # they stand under a key of nearly this name
    reading.malformed(place, what, "a list of layers", raw, trail=trail)
    return None


def read_names(reading: Reading, raw: Any, section: str, what: str, taken: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What `blocks:` or `models:` holds, by names that can be used as kinds; `what` is such a thing in words."""
    place = reading.place(section)
    if raw is None:
        return []
    if not isinstance(raw, dict):
        reading.malformed(place, f"`{section}`", f"a map of {section}", raw)
        return []
    found = []
    for name, body in raw.items():
        where = inside(place, name)
        if not isinstance(name, str) or not name:
            reading.malformed(where, f"the name of a {what}", "a text", name, given=shown_key(name), at_key=True)
        elif name in RESERVED:
            reading.say("SC214", where, at_key=True, name=name, what=RESERVED[name])
        elif name in taken:
            reading.say("SC202", where, at_key=True, name=name, notes=["one is a block, the other a model"])
        else:
            found.append((name, body))
    return found


# Blocks ----------------------------------------------------------------------------------------------------------


def read_block(reading: Reading, name: str, body: Any, place: Place) -> Block:
    """A template under `blocks:`; one that is malformed has no layers."""
    block = Block(name, place)
    if isinstance(body, (list, tuple)):
        block.path = place
        body = {"layers": body}
    if not isinstance(body, dict):
        reading.malformed(place, f"block `{name}`", "a map with `layers`", body)
        return block
    for key in body:
        if key not in _BLOCK:
            reading.unknown_key("block", key, _BLOCK, place)
    block.entries = entries_of(reading, body.get("layers"), block.path, f"`layers` of block `{name}`") or ()
    block.params = read_params(reading, body.get("params"), place.at("params"))
    if body.get("inputs") is not None:
        block.inputs = _names(reading, body["inputs"], place.at("inputs"), "an input of a block")
    outputs = body.get("outputs")
    if outputs is not None:
        several = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        block.outputs = [read_ref(reading, item, place.at("outputs"), ()) for item in several]
    return block


def read_params(reading: Reading, raw: Any, place: Place) -> dict[str, Any]:
    """Name -> default, NEEDED where there is none, from a name, a list of names (or `- filters: 8`), or a map."""
    if not isinstance(raw, (dict, list, tuple, str, type(None))):
        reading.malformed(place, "`params`", "a list of names, or a map of names and defaults", raw)
        return {}
    params: dict[str, Any] = {}
    several = [raw] if isinstance(raw, (dict, str)) else raw or ()
    for item in several:
        given = item.items() if isinstance(item, dict) else [(item, NEEDED)]
        params |= {name: default for name, default in given if check_param(reading, name, place)}
    return params


def check_param(reading: Reading, name: Any, place: Place) -> bool:
    """Whether a parameter can have this name; a finding where it cannot."""
    if not isinstance(name, str) or not name:
        given = shown_key(name)
        reading.malformed(place, "the name of a parameter", "a text", name, given=given, param=given)
        return False
    if name == "B":
        reading.say("SC214", place.at(name), at_key=True, name=name, what="the batch")
        return False
    return True


def _names(reading: Reading, raw: Any, place: Place, what: str) -> list[str]:
    """A list of names, or one name."""
    names = []
    for index, name in enumerate(raw if isinstance(raw, (list, tuple)) else [raw]):
        if isinstance(name, str) and name.strip():
            names.append(name.strip())
        else:
            reading.malformed(place.at(index), what, "a name", name, param=str(index))
    return names


def arguments(
    reading: Reading, block: Block, entry: Entry, scope: Scope, outer: Scope, trail: Sequence[Use]
) -> Scope | None:
    """The scope inside one use of a block; None, with findings, where a parameter is missing or not known."""
    given = dict(entry.config)
    if entry.value is not None:
        given = {}
        if block.params:
            given = {next(iter(block.params)): entry.value}
        else:
            expected = "a map, as it has no parameters"
            reading.malformed(entry.place, f"`{block.name}`", expected, entry.value, trail=trail)
    inner = Scope({}, outer)
    complete = True
    labels = related(block.place, "the block", at_key=True)
    for name in given:
        if name not in block.params:
            complete = False
            close = reading.near(name, [*block.params, "name", "inputs"])
            reading.say("SC111", entry.place.at(name), at_key=True, kind=block.name, param=name, near=close,
                        labels=labels, trail=trail)  # fmt: skip
    for name, default in block.params.items():
        if name in given:
            place = entry.place.at(name) if entry.value is None else entry.place
            inner.names[name] = reading.fill(given[name], place, scope, trail)
        elif default is NEEDED:
            complete = False
            reading.say("SC112", entry.kind_place or entry.place, at_key=entry.kind_place is not None, kind=block.name,
                        param=name, labels=labels, trail=trail)  # fmt: skip
        else:
            inner.names[name] = reading.fill(default, block.place.at("params", name), inner, trail)
    return inner if complete else None


# Repetitions -----------------------------------------------------------------------------------------------------


def read_repeat(reading: Reading, raw: Any, place: Place, scope: Scope, trail: Sequence[Use]) -> Repeat | None:
    """A repetition; None, with findings, where it cannot be carried out."""
    if not isinstance(raw, dict):
        reading.malformed(place, "`repeat`", "a map with `times` and `layers`", raw, trail=trail)
        return None
    for key in raw:
        if key not in _REPEAT:
            reading.unknown_key("repeat", key, _REPEAT, place, trail)
    entries = entries_of(reading, raw.get("layers"), place.at("layers"), "`layers` of a `repeat`", trail)
    variables = _variables(reading, raw.get("vars"), place.at("vars"), scope, trail)
    times = _times(reading, raw, place.at("times"), variables, scope, trail)
    if entries is None or times is None or variables is None:
        return None
    for name, items in variables.items():
        if len(items) != times:
            given = f"one of {len(items):,}"
            reading.malformed(place.at("vars", name), f"`{name}`", f"a list of {times:,} values", items, given=given,
                              notes=[f"there are {times:,} turns"] if times != 1 else ["there is 1 turn"],
                              trail=trail)  # fmt: skip
            return None
    return Repeat(times, entries, variables)


def _times(
    reading: Reading, raw: Mapping[str, Any], place: Place, variables: Mapping[str, Any] | None, scope: Scope,
    trail: Sequence[Use],
) -> int | None:  # fmt: skip
    before = reading.said
    times = reading.fill(raw.get("times"), place, scope, trail)
    if raw.get("times") is None and variables:
        return max(map(len, variables.values()))
    turns = whole(times)
    if turns is not None and turns >= 0:
        return turns
    if reading.said == before:
        reading.malformed(place, "`times`", "a whole number of turns", times, trail=trail)
    return None


def _variables(
    reading: Reading, raw: Any, place: Place, scope: Scope, trail: Sequence[Use]
) -> dict[str, Sequence[Any]] | None:
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        reading.malformed(place, "`vars`", "a map of lists", raw, trail=trail)
        return None
    variables: dict[str, Sequence[Any]] = {}
    for name, items in raw.items():
        if check_param(reading, name, place):
            before = reading.said
            filled = reading.fill(items, place.at(name), scope, trail)
            if reading.said != before:
                return None
            if not isinstance(filled, (list, tuple)):
                reading.malformed(place.at(name), f"`{name}`", "a list with a value for each turn", filled, trail=trail)
                return None
            variables[name] = filled
    return variables
