"""A layer from its configuration, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, TypeVar

from shapecheck import dtypes, params
from shapecheck.contract import Layer, call
from shapecheck.diagnostic import Refusal, Refusals
from shapecheck.modes import STRICT, Semantics
from shapecheck.params import Reader

FLAG: Reader = params.Flag.__metadata__[0]  # type: ignore[attr-defined]

# What every layer takes, besides its own: (reader, default).
COMMON: dict[str, tuple[Reader, Any]] = {
    "name": (params.optional(params.Text).__metadata__[0], None),
    "dtype": (Reader("a dtype or a policy", lambda value, param, keras: dtypes.policy(value)), None),
    "trainable": (FLAG, True),
    "activity_regularizer": (params.RegularizerName.__metadata__[0], None),
    "autocast": (FLAG, True),
}
L_ = TypeVar("L_", bound=Layer)

_format: ContextVar[str | None] = ContextVar("data_format", default=None)
"""The default of the whole definition, for the layers inside the one that is made."""


FIRST = ("input_shape", "batch_input_shape", "input_dim", "batch_size")
_LEGACY_COMMON = ("input_dtype", "weights")


def _default_values(cls: type[Layer], keras: Semantics) -> dict[str, Any]:
    """The attributes of a layer to which nothing was given, read once for each class and mode."""
    known: Any = cls.__dict__.get("_default_values")
    key = keras.generation
    if known is None:  # kept on the class, so that it goes with a class that a definition made
        known = cls._default_values = {}  # type: ignore[attr-defined]
    if key not in known:
        values = {"name": None, "policy": dtypes.policy(None), "trainable": True, "activity_regularizer": None,
                  "autocast": cls.autocasts}  # fmt: skip
        for p in cls.parameters.values():
            if not p.required and p.name != "data_format":
                plain = p.default is None and not p.name.endswith("activation")
                values[p.attribute] = None if plain else p.reader.read(p.default, p.name, keras)
        known[key] = values
    return known[key]  # type: ignore[no-any-return]


def make(
    cls: type[L_],
    config: Mapping[str, Any],
    keras: Semantics = STRICT,
    data_format: str | None = None,
) -> tuple[L_, list[Refusal]]:
    """A layer from its configuration, and everything that is wrong with its parameters.

    `data_format` is the default of the whole definition, for a layer that names none.
    """
    if data_format is not None:
        token = _format.set(data_format)
        try:
            return make(cls, config, keras)
        finally:
            _format.reset(token)
    data_format = _format.get()
    written: Mapping[str, str] = {}
    if keras.legacy_names:
        from shapecheck import legacy

        config, written = legacy.arguments(cls.kind, config)
    if cls.older and keras.generation == 2:
        config = {**cls.older, **config}
    made = cls.__new__(cls)
    values = made.__dict__
    values.update(_default_values(cls, keras))
    refusals: list[Refusal] = []
    declared = cls.parameters
    given: dict[str, Any] = {}
    for name, value in config.items():
        parameter = declared.get(name)
        if parameter is None:
            newer = cls.also.get(name)
            if newer in declared:
                name, parameter = newer, declared[newer]
            elif wrong := _read_common(values, name, value, cls, keras):
                refusals.append(wrong)
                continue
            else:
                given[name] = value
                continue
        given[name] = value
        try:
            if name == "data_format" and value is None:
                value = data_format
            values[parameter.attribute] = parameter.reader.read(value, name, keras)
        except Refusal as refusal:
            refusal.param = refusal.param or name  # a named thing, such as an activation, does not know where it stands
            if refusal.code == "SC113" and isinstance(value, str):
                refusal.facts.update(value=value, unquoted=_unquoted(value, parameter.reader, name, keras))
            refusals.append(refusal)
        except Refusals as several:
            refusals.extend(several.found)
    values["given"] = given
    if "data_format" in declared and "data_format" not in given:
        values["data_format"] = params.DataFormat.__metadata__[0].read(data_format, "data_format", keras)
    meant = {refusal.facts.get("near") for refusal in refusals if refusal.code == "SC111"}
    for parameter in declared.values():
        if parameter.required and parameter.name not in given and parameter.name not in meant:
            refusals.append(Refusal("SC112", parameter.name))
    if not refusals:
        try:
            call(made.check, (), {"keras": keras})
        except Refusal as refusal:
            refusals.append(refusal)
    for found in refusals:
        found.param = written.get(found.param or "", found.param)
        found.facts.setdefault("kind", cls.kind)
        found.facts.setdefault("param", found.param)
    return made, refusals


def _read_common(values: dict[str, Any], name: str, value: Any, cls: type[Layer], keras: Semantics) -> Refusal | None:
    """Read a parameter that every layer takes; the refusal where it is none, or has a wrong value."""
    common = COMMON.get(name)
    try:
        if common is not None:
            values["policy" if name == "dtype" else name] = common[0].read(value, name, keras)
        elif name in FIRST and (name != "batch_input_shape" or keras.batch_input_shape):
            pass  # the wiring makes an Input of these, and judges them there
        elif not (keras.legacy_names and name in _LEGACY_COMMON):
            return Refusal("SC111", name, near=_near(name, cls))
    except Refusal as refusal:
        refusal.param = refusal.param or name
        return refusal
    return None


def _unquoted(text: str, reader: Reader, name: str, keras: Semantics) -> str | None:
    """The number or the list of numbers that was written as a text, if the parameter takes it."""
    words = text.strip()
    if words[:1] + words[-1:] in ("()", "[]"):
        words = words[1:-1]
    values: list[int | float] = []
    for word in words.removesuffix(",").split(","):
        try:
            values.append(int(word) if word.strip().lstrip("-").isdecimal() else float(word))
        except ValueError:
            return None
    meant = values if "," in words or text.strip()[:1] in ("(", "[") else values[0]
    try:
        reader.read(meant, name, keras)
    except (Refusal, Refusals):
        return None
    return str(meant)


def _near(name: str, cls: type[Layer]) -> str | None:
    from shapecheck.legacy import RENAMED
    from shapecheck.words import near

    return RENAMED.get(cls.kind, {}).get(name) or near(name, [*cls.parameters, *COMMON, *FIRST])
