"""JSON -> ModelSpec: a model of Keras, alone or in TensorFlow.js, a definition of ours, or what it looks like."""

from __future__ import annotations

from typing import Any

from shapecheck import codes
from shapecheck.diagnostic import Diagnostic
from shapecheck.findings import finding
from shapecheck.readers import json_text, keras_dialect, keras_model, wrapped
from shapecheck.source import Place, Source
from shapecheck.spec import ModelSpec
from shapecheck.words import shown


def read(source: Source, version: str | None) -> tuple[Source, ModelSpec | None, list[Diagnostic]] | None:
    """The model in a JSON text; None where it may be YAML in a style that begins like JSON."""
    document, findings = json_text.compose(source)
    if document is None:
        told = source.path.lower().endswith(".json") or '"class_name"' in source.text
        return (source, None, findings) if told else None
    root = document.root
    if isinstance(root, str) and root.lstrip()[:1] == "{":  # JSON that was written as JSON once more
        return read(Source(source.path, root), version)
    try:
        inside = wrapped.of_tensorflow_js(root)
    except wrapped.Misfit as misfit:
        place = Place(document, (misfit.at,))
        return source, None, [finding(misfit.code, place, help=misfit.help, **misfit.facts)]
    if inside is not None:
        spec = keras_model.read_model(inside.root, source, document, inside.path, inside.version or version)
        spec.stored = wrapped.manifest(root, Place(document, ()))
    elif keras_dialect.is_model(root):
        spec = keras_model.read_model(root, source, document, version=version)
    elif isinstance(root, dict) and "class_name" in root and "config" in root:
        return source, None, [_no_model(document, root)]
    else:
        from shapecheck.readers import yaml_spec

        spec = yaml_spec.read_model(root, source, document)
    spec.findings[:0] = findings
    return source, spec, []


def _no_model(document: json_text.JsonDocument, root: dict[str, Any]) -> Diagnostic:
    """What to say of an object of Keras that is no model, or of which the layers are not in the file."""
    kind = shown(root["class_name"])
    custom = isinstance(root.get("registered_name"), str)
    problem = (f"it is a model of the class {kind}, whose layers are code and not in the file" if custom
               else f"it is one object of Keras, {kind}, and not a model")  # fmt: skip
    facts = {"problem": problem}
    return Diagnostic("SC104", codes.message("SC104", facts), span=document.span(("class_name",)), facts=facts)
