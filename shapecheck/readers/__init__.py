"""A text, a file or a plain value -> ModelSpec. The format is found by content."""

from __future__ import annotations

from typing import Any, BinaryIO

from shapecheck.diagnostic import Diagnostic
from shapecheck.source import Source
from shapecheck.spec import ModelSpec

MAX_BYTES = 10 << 20

Read = tuple[Source, ModelSpec | None, list[Diagnostic]]
"""The text, and the definition in it; None, with the findings, where there is none to speak of."""

HEAD = 2056  # bytes that tell a text from a container; an HDF5 file may begin at 512, 1024 or 2048
_CONTROL = bytes({*range(32)} - {*b"\t\n\f\r"})  # what no text has


def read_file(file: BinaryIO, path: str) -> Read:
    """Read an open file as a definition, a text or a container of one; otherwise as `read` does."""
    head = file.read(HEAD)
    if not head.isascii() or len(head.translate(None, _CONTROL)) < len(head):
        from shapecheck.readers import containers

        try:
            found = containers.content(file, head)
        except containers.Unread as unread:
            return Source(path, ""), None, [unread.finding]
        if found is not None:
            return read_text(found.text, path, found.version)
    return read_text(head + file.read(MAX_BYTES + 1 - len(head)), path)


def read(text: str | bytes, path: str) -> Read:
    """Read a text, or the bytes of a file; None, with the findings, where there is no definition to speak of."""
    if isinstance(text, bytes):
        from io import BytesIO

        return read_file(BytesIO(text), path)
    return read_text(text, path)


def read_text(text: str | bytes, path: str, version: str | None = None) -> Read:
    """Read a text; `version` is what its container says of the Keras that saved it."""
    from shapecheck.readers.text import decoded

    source, findings = decoded(text, path)
    if findings:
        return source, None, findings
    if source.text.lstrip()[:1] in ("{", "[", '"') or (path.lower().endswith(".json") and source.text.strip()):
        from shapecheck.readers import json_model

        found = json_model.read(source, version)
        if found is not None:
            return found
    from shapecheck.readers import yaml_spec, yaml_text

    document, findings = yaml_text.compose(source)
    if document is None:
        return source, None, findings
    if isinstance(document.root, dict) and "class_name" in document.root:
        from shapecheck.readers import keras_dialect, keras_yaml

        if keras_dialect.is_model(document.root):
            return source, keras_yaml.read(source, document, findings), []
    spec = yaml_spec.read_model(document.root, source, document)
    spec.findings[:0] = findings
    return source, spec, []


def read_plain(root: Any, path: str) -> Read:
    """Read a definition that was written in Python: a dict or a list of layers, or the `config` of a Keras model."""
    from shapecheck.readers import keras_dialect, yaml_spec

    source = Source(path, "")
    if keras_dialect.is_model(root) and keras_dialect.is_marked(root):
        from shapecheck.readers import json_text, keras_model
        from shapecheck.readers.scope import Nowhere

        saved = json_text.as_saved(root)
        return source, keras_model.read_model(saved, source, Nowhere(source, saved)), []
    return source, yaml_spec.read_model(root, source, None), []
