"""A text, a file or a plain value -> ModelSpec. The format is found by content."""

from __future__ import annotations

from typing import Any

from shapecheck.diagnostic import Diagnostic
from shapecheck.source import Source
from shapecheck.spec import ModelSpec

MAX_BYTES = 10 << 20


def read(text: str | bytes, path: str) -> tuple[Source, ModelSpec | None, list[Diagnostic]]:
    """Read a text as a definition; None, with the findings, where there is none to speak of."""
    from shapecheck.readers import yaml_spec, yaml_text

    source, findings = yaml_text.read_text(text, path)
    if findings:
        return source, None, findings
    document, findings = yaml_text.compose(source)
    if document is None:
        return source, None, findings
    spec = yaml_spec.read_model(document.root, source, document)
    spec.findings[:0] = findings
    return source, spec, []


def read_plain(root: Any, path: str) -> tuple[Source, ModelSpec | None, list[Diagnostic]]:
    """Read a definition that was written in Python: a dict or a list of layers."""
    from shapecheck.readers import yaml_spec

    source = Source(path, "")
    return source, yaml_spec.read_model(root, source, None), []
