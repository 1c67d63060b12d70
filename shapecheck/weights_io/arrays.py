"""Weights in the format of `numpy.savez`: an array for each weight, under the name `layer/weight`."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from typing import Any, BinaryIO

from shapecheck.readers import archive
from shapecheck.readers.containers import Unread
from shapecheck.weights_io.judging import Loaded
from shapecheck.weights_io.layout import held


def load(members: Mapping[str, zipfile.ZipInfo], packed: zipfile.ZipFile, loaded: Loaded) -> None:
    """Put the arrays into the layers of a model."""
    stored = {name.removesuffix(".npy"): member for name, member in members.items()}
    for layer in held(loaded.found):
        missing = []
        for path in layer.weights:
            member = stored.pop(f"{layer.name}/{path}", None)
            if member is None:
                missing.append(path)
                continue
            shape, read = _array(packed, member)
            loaded.take(layer, path, shape, read, member.filename)
        if missing:
            loaded.missing(layer, missing)
    for name, member in stored.items():
        loaded.left_over(name, _array(packed, member)[0])


def _array(packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[tuple[int, ...], Any]:
    """The shape that the header of an array tells, and how to read it. Raises Unread."""
    import numpy as np

    archive.check_packing(member)
    form = np.lib.format
    try:
        with packed.open(member) as stream:
            version = form.read_magic(stream)
            head = {(1, 0): form.read_array_header_1_0, (2, 0): form.read_array_header_2_0}[version](stream)
    except Exception:
        raise Unread("SC157", name=member.filename, problem="it is no array of NumPy") from None
    shape, _, dtype = head
    if dtype.kind not in "fiub":
        raise Unread("SC157", name=member.filename, problem="it holds no numbers")

    def read() -> Any:
        try:
            with packed.open(member) as stream:
                return form.read_array(stream, allow_pickle=False)
        except Exception:
            raise Unread("SC157", name=member.filename, problem="it is damaged or cut off") from None

    return tuple(shape), read


def save(file: BinaryIO, weights: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the weights of a run."""
    import numpy as np

    with zipfile.ZipFile(file, "w") as packed:
        for name, own in weights.items():
            for path, array in own.items():
                with packed.open(f"{name}/{path}.npy", "w", force_zip64=True) as stream:
                    np.lib.format.write_array(stream, np.asarray(array), allow_pickle=False)
