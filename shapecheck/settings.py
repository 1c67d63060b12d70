"""Keras's own config file: the default `data_format`, when a machine has changed it."""

from __future__ import annotations

import os

_found: dict[str, str | None] = {}


def config_path() -> str:
    """`keras.json` under `KERAS_HOME`, else under `.keras` in the home folder."""
    home = os.environ.get("KERAS_HOME") or os.path.join(os.path.expanduser("~"), ".keras")
    return os.path.join(home, "keras.json")


def _image_data_format(path: str) -> str | None:
    try:
        with open(path, "rb") as file:
            text = file.read(65_536)
    except OSError:
        return None
    if b"channels_first" not in text:  # nothing but the default, and json is slow to import
        return None
    import json

    try:
        value = json.loads(text)
    except ValueError:
        return None
    chosen = value.get("image_data_format") if isinstance(value, dict) else None
    return chosen if chosen in ("channels_last", "channels_first") else None


def image_data_format() -> str:
    """The data format of a layer that names none; read once for each file."""
    path = config_path()
    if path not in _found:
        _found[path] = _image_data_format(path)
    return _found[path] or "channels_last"


def changed_by() -> str | None:
    """The config file that turned the default into channels_first; None where nothing did."""
    return config_path() if image_data_format() == "channels_first" else None
