"""A model in HDF5, as Keras 1 and 2 saved them: the configuration is an attribute of the file. Weights are not read.

h5py is an optional package, and asked for by name when it is missing.
"""

from __future__ import annotations

from typing import Any, BinaryIO

from shapecheck.readers import MAX_BYTES
from shapecheck.readers.containers import Content, Unread
from shapecheck.words import failure

EXTRA = "shapecheck-nn[h5]"


def library() -> Any:
    """h5py. Raises Unread where it is not installed."""
    try:
        import h5py
    except ImportError:
        help = (f"install it with `pip install '{EXTRA}'`, or `pip install h5py`",)
        raise Unread("SC153", what="HDF5", package="h5py", help=help) from None
    return h5py


def opened(file: BinaryIO) -> Any:
    """The HDF5 file in a file that is open, for reading. Raises Unread."""
    h5py = library()
    try:
        return h5py.File(file, "r")
    except Exception as error:
        raise damaged(error) from None


def damaged(error: Exception) -> Unread:
    """What h5py says, in one line."""
    said = failure(error)
    problem = "it is cut off" if "truncated" in said else f"it is damaged ({said})"
    return Unread("SC151", what="HDF5 file", problem=problem)


def content(file: BinaryIO) -> Content:
    """The configuration of a model, and its version. Raises Unread."""
    with opened(file) as root:
        try:
            config = attribute(root, "model_config", MAX_BYTES)
            version = attribute(root, "keras_version", 100)
            weights = [name for name in ("layers", "model_weights", "_layer_checkpoint_dependencies") if name in root]
            listed = "layer_names" in root.attrs or "layer_names0" in root.attrs
        except Unread:
            raise
        except Exception as error:
            raise damaged(error) from None
    if config is None:
        if weights or listed:
            help = ("check the definition of the model; `shapecheck run MODEL --weights FILE` puts these weights in",)
            raise Unread("SC152", what="HDF5 file", problem="it holds weights only, without the layers", help=help)
        raise Unread("SC152", what="HDF5 file", problem="it has no attribute `model_config`")
    return Content(config, None if version is None else version.decode("utf-8", "replace"))


def attribute(owner: Any, name: str, limit: int) -> bytes | None:
    """A text that stands in an attribute, None where there is none. Raises Unread where it is too long or no text."""
    if name not in owner.attrs:
        return None
    found = owner.attrs.get_id(name)
    size = found.get_storage_size()
    if size > limit:
        notes = (f"this is its attribute `{name}`",)
        raise Unread("SC801", size=f"{size:,}", limit=f"{limit:,}", notes=notes)
    if found.shape not in ((), (1,)):
        raise Unread("SC151", what="HDF5 file", problem=f"its attribute `{name}` is no text")
    value = owner.attrs[name]
    if getattr(value, "shape", ()) == (1,):
        value = value[0]
    if isinstance(value, str):
        value = value.encode("utf-8", "surrogateescape")
    if not isinstance(value, bytes):
        raise Unread("SC151", what="HDF5 file", problem=f"its attribute `{name}` is no text")
    if len(value) > limit:
        notes = (f"this is its attribute `{name}`",)
        raise Unread("SC801", size=f"{len(value):,}", limit=f"{limit:,}", notes=notes)
    return bytes(value)
