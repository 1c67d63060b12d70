"""Names that a definition can have and refer to, where those of a file of Keras are others."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shapecheck.layers.index import MODULES
from shapecheck.naming import Names
from shapecheck.readers.blocks import RESERVED
from shapecheck.readers.entries import MAX_NAME
from shapecheck.spec import ModelSpec

HOLE = "${"
_INDEXED = re.compile(r"\[\s*-?\d+\s*\]$")


def sound_names(names: Sequence[str]) -> list[str]:
    """Names that YAML can refer to: without an index at the end, not too long, without spaces around them."""
    fresh = Names(names)
    return [name if is_sound(name) else fresh.fresh(mended(name)) for name in names]


def is_sound(name: str) -> bool:
    return bool(name) and name == name.strip() and len(name) <= MAX_NAME and not _INDEXED.search(name)


def mended(name: str) -> str:
    name = name.strip()[:MAX_NAME]
    return _INDEXED.sub(lambda index: "_" + index[0].strip("[] "), name).strip() or "layer"


def model_names(spec: ModelSpec) -> tuple[dict[str, str], Names]:
    """The names of the models, changed where a definition cannot have a model of that name, and further ones."""
    lost = {*RESERVED, *spec.custom, "Input", "InputLayer", "class_name", "type"}
    fresh = Names({*lost, *MODULES, *spec.models})
    return {
        name: name if name not in lost and is_sound(name) and HOLE not in name else (
            fresh.fresh(f"{mended(name).replace(HOLE, '_')}_model"))
        for name in spec.models
    }, fresh  # fmt: skip
