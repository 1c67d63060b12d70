"""Formats of models that are recognised by their first bytes, so that the refusal says what the file is."""

from __future__ import annotations

import os
import re

from shapecheck.readers.containers import Unread

SAVED_MODEL = "saved_model.pb"  # the file that makes a folder a SavedModel
_KERAS = 'save the model from Keras with `model.save("model.keras")`, or write `model.to_json()` to a file'
_TORCH = "PyTorch saves no layers that could be checked: describe the model in YAML, or begin with `shapecheck example`"
_WEIGHTS = "it holds arrays without layers: check the definition of the model instead"
_UNPACK = "unpack it, and check the model inside"

_ADVICE = {
    "a TensorFlow SavedModel": _KERAS,
    "a TensorFlow graph": _KERAS,
    "a part of a TensorFlow SavedModel": _KERAS,
    "a TensorFlow Lite model": "it was compiled from a model: check that one instead",
    "an ONNX model": "check the model that it was exported from",
    "a PyTorch archive": _TORCH,
    "a Python pickle": "unpickling runs code, so it is never done; " + _TORCH,
    "safetensors weights": _WEIGHTS,
    "GGUF weights": _WEIGHTS,
    "NumPy arrays": _WEIGHTS,
    "a gzip archive": _UNPACK,
    "a bzip2 archive": _UNPACK,
    "an xz archive": _UNPACK,
    "a 7z archive": _UNPACK,
    "a zstd archive": _UNPACK,
    "a tar archive": _UNPACK,
}

_MAGIC = (
    (b"\x93NUMPY", "NumPy arrays"),
    (b"GGUF", "GGUF weights"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
)

# The first fields of the protocol buffers: a small number as field 1, then a message or a text. A SavedModel counts its
# schema version, which is 1; ONNX its format, which was 3 when it was first published.
_SAVED_MODEL = re.compile(rb"\x08\x01\x12[\x80-\xff]{0,4}[\x00-\x7f]\n")
_ONNX = re.compile(rb"\x08[\x03-\x1f](?:\x12[\x00-\x7f][\x20-\x7e]|[\x1a\x22\x2a\x32\x3a\x42])")
_GRAPH = re.compile(rb"\n[\x80-\xff]{0,4}[\x02-\x7f]\n[\x01-\x7f][\w./-]+\x12[\x01-\x7f][A-Z]\w+", re.ASCII)
_PICKLE = re.compile(rb"\x80[\x02-\x05](?:[\x8a\x95c}\](\x8c\x58])")
_SAFETENSORS = re.compile(rb'[\s\S]{5}\0\0\0\{\s*"')


def named(head: bytes) -> str | None:
    """What the file is that begins so; None where it is none of the formats that are known."""
    for magic, what in _MAGIC:
        if head.startswith(magic):
            return what
    if head[4:8] == b"TFL3":
        return "a TensorFlow Lite model"
    if head[257:262] == b"ustar":
        return "a tar archive"
    if b"_tf_keras_" in head[:200]:
        return "a part of a TensorFlow SavedModel"
    patterns = (
        (_SAFETENSORS, "safetensors weights"),
        (_PICKLE, "a Python pickle"),
        (_SAVED_MODEL, "a TensorFlow SavedModel"),
        (_ONNX, "an ONNX model"),
        (_GRAPH, "a TensorFlow graph"),
    )
    return next((what for pattern, what in patterns if pattern.match(head)), None)


def folder(path: str) -> str:
    """What a folder is that stands where a file was expected."""
    if os.path.isfile(os.path.join(path, SAVED_MODEL)):
        return "it is a SavedModel of TensorFlow, a format that is not read: save the model as `model.keras` instead"
    return "it is a folder"


def refusal(what: str) -> Unread:
    """That the file is `what`, and what to do instead."""
    advice = _ADVICE.get(what)
    return Unread("SC150", what=what, help=(advice,) if advice else ())
