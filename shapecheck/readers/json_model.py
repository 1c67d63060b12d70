"""JSON -> ModelSpec: a model of Keras, or a refusal that says what the file looks like."""

from __future__ import annotations

from shapecheck.diagnostic import Diagnostic
from shapecheck.readers import json_text, keras_dialect, keras_model
from shapecheck.source import Source
from shapecheck.spec import ModelSpec


def read(source: Source, version: str | None) -> tuple[Source, ModelSpec | None, list[Diagnostic]] | None:
    """The model in a JSON text; None for the spec language, of which JSON is a part, and for YAML in its own style."""
    document, findings = json_text.compose(source)
    if document is None:
        told = source.path.lower().endswith(".json") or '"class_name"' in source.text
        return (source, None, findings) if told else None
    if not keras_dialect.is_model(document.root):
        return None
    spec = keras_model.read_model(document.root, source, document, version=version)
    spec.findings[:0] = findings
    return source, spec, []
