"""Parameters that are words: free texts, names that Keras knows, and one of a few."""

from __future__ import annotations

from typing import Annotated, Any

from shapecheck.modes import Semantics
from shapecheck.params.reader import Reader, no_word, one_of, outside, wrong


def _text(value: Any, param: str, keras: Semantics) -> str:
    if isinstance(value, str):
        return value
    raise wrong(param, value, "a text")


def _anything(value: Any, param: str, keras: Semantics) -> Any:
    return value


def _activation(value: Any, param: str, keras: Semantics) -> Any:
    from shapecheck import activations

    return activations.get(value, keras.generation)


def _initializer(value: Any, param: str, keras: Semantics) -> Any:
    from shapecheck import initializers

    config = value.get("config") if type(value) is dict else None
    if type(config) is not dict:
        return initializers.get(value, keras.generation)
    try:
        key = (keras.generation, *value, value["class_name"], value.get("module"), value.get("registered_name"),
               *config.items(), *map(type, config.values()))  # fmt: skip
        known = _initializers.get(key)
    except (KeyError, TypeError):  # a list among the settings
        return initializers.get(value, keras.generation)
    if known is None:
        known = _initializers[key] = initializers.get(value, keras.generation)
    return known


_initializers: dict[tuple[Any, ...], Any] = {}
"""Those that files write out in full for every layer, and of which there are few."""


def _regularizer(value: Any, param: str, keras: Semantics) -> Any:
    if value is None:
        return None
    from shapecheck import regularizers

    return regularizers.get(value, keras.generation)


def _constraint(value: Any, param: str, keras: Semantics) -> Any:
    if value is None:
        return None
    from shapecheck import constraints

    return constraints.get(value, keras.generation)


_FORMATS = ("channels_last", "channels_first")


def _data_format(value: Any, param: str, keras: Semantics) -> str:
    if value is None:
        from shapecheck import settings

        return settings.image_data_format()
    word = value.lower() if isinstance(value, str) else value
    if keras.legacy_names and isinstance(word, str):
        word = {"tf": "channels_last", "th": "channels_first"}.get(word, word)
    if not isinstance(word, str):
        raise outside(param, value, "`channels_last` or `channels_first`")
    if word not in _FORMATS:
        raise no_word(param, value, _FORMATS)
    return word


Text = Annotated[str, Reader("a text", _text)]
Anything = Annotated[Any, Reader("any value", _anything)]
ActivationName = Annotated[Any, Reader("the name of an activation, or a function", _activation)]
InitializerName = Annotated[Any, Reader("the name of an initializer, or a map", _initializer)]
RegularizerName = Annotated[Any, Reader("the name of a regularizer, or a map", _regularizer)]
ConstraintName = Annotated[Any, Reader("the name of a constraint, or a map", _constraint)]
DataFormat = Annotated[Any, Reader("`channels_last` or `channels_first`", _data_format)]
Padding = one_of("valid", "same", fold=True)
CausalPadding = one_of("valid", "same", "causal", fold=True)
PoolPadding = one_of("valid", "same")
_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
Interpolation = one_of(*_INTERPOLATIONS)
UpInterpolation = one_of(*_INTERPOLATIONS, fold=True)
FillMode = one_of("constant")
