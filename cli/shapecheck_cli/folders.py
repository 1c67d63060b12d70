"""The definitions in a folder, told from other YAML by their look."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

_KEY = re.compile(r"""^["']?layers["']?\s*:""", re.MULTILINE)
_FLOW = re.compile(r"""\s*\{(?s:.*?)\blayers["']?\s*:""")
_ENTRY = re.compile(r"""^-\s+\{?\s*["']?(?:(?:class_name|type)["']?\s*:\s*["']?)?(\w+)""", re.MULTILINE)
_READ = 10_000_000  # bytes that are looked at


def definitions(folder: str) -> Iterator[str]:
    """The definitions below a folder, in alphabetical order; hidden folders are passed over."""
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = os.path.join(parent, name)
            if name.endswith((".yaml", ".yml")) and os.path.isfile(path) and _is_definition(path):
                yield path


def _is_definition(path: str) -> bool:
    """Whether a YAML file has `layers:`, or is a list with a layer in it; by its look, so that broken ones count."""
    try:
        with open(path, "rb") as file:
            text = file.read(_READ).decode("utf-8", "replace").removeprefix("\ufeff")
    except OSError:
        return True  # the check says why it cannot be read
    if _KEY.search(text) or _FLOW.match(text):
        return True
    from shapecheck import layers

    known = frozenset(layers.names())
    return any(entry.group(1) in known for entry in _ENTRY.finditer(text))
