"""Files of weights, told by their content: HDF5 of every Keras, a `.keras` archive with it inside, `.npz`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from io import BytesIO
from typing import Any, BinaryIO

from shapecheck import codes
from shapecheck.diagnostic import Diagnostic
from shapecheck.inference import Inference
from shapecheck.readers import HEAD, archive, containers, hdf5, unreadable
from shapecheck.readers.containers import Unread
from shapecheck.report import error_of
from shapecheck.weights_io import arrays, keras3, legacy
from shapecheck.weights_io.hdf5_store import Store
from shapecheck.weights_io.judging import Loaded
from shapecheck.words import os_problem

_INFLATED = 1 << 28  # bytes above which weights may not be packed to less than a hundredth
_RATIO = 100


def load(path: str, found: Inference) -> Loaded:
    """The weights of the model in a file, and what is wrong with them. Raises SpecError for a file that is no such."""
    loaded = Loaded(found, os.path.basename(path))
    try:
        with open(path, "rb") as file:
            _load(file, loaded)
    except Unread as unread:
        loaded.findings.append(unread.finding)
    except OSError as error:
        message = codes.message("SC106", {"path": path, "problem": os_problem(error)})
        raise error_of(Diagnostic("SC106", message, facts={"path": path})) from None
    return loaded


def holds_weights(path: str) -> bool:
    """Whether a file of a model brings weights with it: a `.keras` archive, or HDF5."""
    try:
        with open(path, "rb") as file:
            head = file.read(HEAD)
            if containers.is_zip(head):
                return archive.WEIGHTS in archive.listed(archive.opened(file))
            return containers.is_hdf5(head)
    except (OSError, Unread):
        return False


def _load(file: BinaryIO, loaded: Loaded) -> None:
    head = file.read(HEAD)
    if containers.is_hdf5(head):
        _load_hdf5(file, loaded)
    elif containers.is_zip(head):
        with archive.opened(file) as packed:
            members = archive.listed(packed)
            if archive.WEIGHTS in members:
                _load_hdf5(BytesIO(_unpacked(packed, members[archive.WEIGHTS])), loaded)
            elif members and all(name.endswith(".npy") for name in members):
                arrays.load(members, packed, loaded)
            else:
                raise Unread("SC152", what="archive", problem=f"it has no `{archive.WEIGHTS}`")
    else:
        what = unreadable.named(head)
        raise unreadable.refusal(what or "no file of weights")


def _load_hdf5(file: BinaryIO, loaded: Loaded) -> None:
    with hdf5.Hdf5(file) as opened:
        store = Store(opened)
        if keras3.is_written_so(store):
            keras3.load(store, loaded)
        elif (container := legacy.container(store)) is not None:
            legacy.load(store, container, loaded)
        else:
            raise Unread("SC152", what="HDF5 file", problem="it holds no weights as Keras writes them")


def _unpacked(packed: Any, member: Any) -> bytes:
    """The weights of an archive. Raises Unread."""
    archive.check_packing(member)
    if member.file_size > _INFLATED and member.file_size > _RATIO * max(member.compress_size, 1):
        problem = f"`{member.filename}` is packed to 1/{member.file_size // max(member.compress_size, 1):,} of its size"
        raise Unread("SC811", problem=problem)
    return archive.unpacked(packed, member, member.file_size)


def save(path: str, found: Inference, weights: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the weights of a run: for Keras 3 into `.weights.h5` or `.h5`, or as arrays into `.npz`."""
    try:
        if path.endswith(".npz"):
            with open(path, "wb") as file:
                arrays.save(file, weights)
            return
        hdf5.need_library()
        import h5py

        with h5py.File(path, "w") as root:
            keras3.save(root, found, weights)
    except Unread as unread:
        raise error_of(unread.finding) from None
    except OSError as error:
        message = codes.message("SC106", {"path": path, "problem": f"it cannot be written ({error.strerror or error})"})
        raise error_of(Diagnostic("SC106", message, facts={"path": path})) from None
