"""Whether a file that nobody named holds a definition, by its look: broken definitions count, other files do not."""

from __future__ import annotations

import re

from shapecheck.readers.containers import HDF5

_KEY = re.compile(r"""^["']?layers["']?\s*:""", re.MULTILINE)
_FLOW = re.compile(r"""\s*\{(?s:.*?)\blayers["']?\s*:""")
_ENTRY = re.compile(r"""^-\s+\{?\s*["']?(?:(?:class_name|type)["']?\s*:\s*["']?)?(\w+)""", re.MULTILINE)
_AS_YAML = re.compile(r"^class_name:\s*(?:Sequential|Functional|Model)\b", re.MULTILINE)
_INSIDE = re.compile(r"^\s+config:(?:\s*#.*)?\n(?:\s*#.*\n|\s*\n)*\s*-\s+class_name:\s*(\w+)", re.MULTILINE)
_SAVED = re.compile(r'"class_name"\s*:\s*"(?:Sequential|Functional|Model)"')
_LISTED = re.compile(r'"layers"\s*:\s*\[\s*\{\s*"(?:(?:class_name|type)"\s*:\s*")?(\w+)')
_READ = 10_000_000  # bytes that are looked at


def looks_like_definition(path: str) -> bool:
    """Whether YAML has `layers:`, or is a list with a layer in it; whether JSON is a model of Keras or has layers.

    An archive of Keras is one by its name; an HDF5 file where it describes a model, and does not hold weights alone.
    """
    if path.endswith(".keras"):
        return True
    try:
        with open(path, "rb") as file:
            data = file.read(_READ)
    except OSError:
        return True  # the check says why it cannot be read
    if data.startswith(HDF5):
        return b"model_config" in data
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    if path.endswith(".json"):
        listed = _LISTED.search(text)
        return bool(_SAVED.search(text)) or (listed is not None and listed[1] in _kinds())
    if b"\0" in data[:1000]:
        return False
    if _KEY.search(text) or _FLOW.match(text) or _AS_YAML.search(text):
        return True
    if any(entry.group(1) in _kinds() for entry in _INSIDE.finditer(text)):
        return True
    return any(entry.group(1) in _kinds() for entry in _ENTRY.finditer(text))


def _kinds() -> frozenset[str]:
    from shapecheck import layers

    return frozenset(layers.names())
