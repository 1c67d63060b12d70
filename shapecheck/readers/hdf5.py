"""Files in HDF5, as Keras saves models and weights, read by h5py in a process of its own; see `hdf5_process`.

h5py is an optional package, and asked for by name when it is missing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from threading import Timer
from typing import Any, BinaryIO

from shapecheck.readers import MAX_BYTES
from shapecheck.readers.containers import Content, Unread

_WAIT = 60.0  # seconds for an answer, where the system itself sets no limit
_KIND = "HDF5 file"


def need_library() -> None:
    """Raises Unread where h5py is not installed."""
    from importlib.util import find_spec

    if find_spec("h5py") is None:
        raise Unread("SC153", what="HDF5", package="h5py", help=("install it with `pip install h5py`",))


class Hdf5:
    """An HDF5 file that is open in another process, which ends with it."""

    def __init__(self, file: BinaryIO) -> None:
        need_library()
        from shapecheck.readers import hdf5_process

        command = [sys.executable, "-I", "-S", hdf5_process.__file__, json.dumps([part for part in sys.path if part])]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        name = getattr(file, "name", None)
        try:
            if isinstance(name, str) and os.path.isfile(name):
                self._send({"path": os.path.abspath(name), "size": os.path.getsize(name)})
            else:  # what was unpacked, or read from standard input
                file.seek(0)
                data = file.read()
                self._send({"size": len(data)}, data)
            self._receive()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Hdf5:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            try:
                if stream is not None:
                    stream.close()
            except OSError:
                pass  # what was still to be sent
        self._process.wait()

    def ask(self, do: str, **more: Any) -> tuple[Mapping[str, Any], bytes]:
        """The answer to one of the questions of `hdf5_process`, with its bytes. Raises Unread."""
        self._send({"do": do, "with": more})
        return self._receive()

    def _send(self, asked: Mapping[str, Any], data: bytes = b"") -> None:
        stream: Any = self._process.stdin
        try:
            stream.write(json.dumps(asked).encode() + b"\n" + data)
            stream.flush()
        except OSError:
            raise self._ended() from None

    def _receive(self) -> tuple[Mapping[str, Any], bytes]:
        stream: Any = self._process.stdout
        watch = Timer(_WAIT, self._process.kill)
        watch.daemon = True
        watch.start()
        try:
            line = stream.readline()
            answer = json.loads(line) if line.endswith(b"\n") else None
            data = stream.read(answer["bytes"]) if answer else b""
        finally:
            watch.cancel()
        if answer is None or len(data) != answer["bytes"]:
            raise self._ended()
        if "damaged" in answer:
            said = answer["damaged"]
            problem = "it is cut off" if "truncated" in said else f"it is damaged ({said})"
            raise Unread("SC151", what=_KIND, problem=problem)
        return answer, data

    def _ended(self) -> Unread:
        return Unread("SC151", what=_KIND, problem="it is damaged (libhdf5 crashes over it, or finds no end)")


def content(file: BinaryIO) -> Content:
    """The configuration of a model, and its version. Raises Unread."""
    with Hdf5(file) as opened:
        config = attribute(opened, "model_config", MAX_BYTES)
        if config is not None:
            version = attribute(opened, "keras_version", 100)
            return Content(config, None if version is None else version.decode("utf-8", "replace"))
        index, _ = opened.ask("index")
    groups = index.get("groups", {})
    listed = "layer_names" in groups.get("", ()) or not {"layers", "model_weights"}.isdisjoint(groups)
    if listed and index["arrays"]:
        help = ("check the definition of the model; `shapecheck run MODEL --weights FILE` puts these weights in",)
        raise Unread("SC152", what=_KIND, problem="it holds weights only, without the layers", help=help)
    raise Unread("SC152", what=_KIND, problem="it has no attribute `model_config`")


def attribute(opened: Hdf5, name: str, limit: int) -> bytes | None:
    """A text that stands in an attribute, None where there is none. Raises Unread where it is too long or no text."""
    answer, data = opened.ask("attribute", name=name, limit=limit)
    if "too_long" in answer:
        notes = (f"this is its attribute `{name}`",)
        raise Unread("SC801", size=f"{answer['too_long']:,}", limit=f"{limit:,}", notes=notes)
    if "no_text" in answer:
        raise Unread("SC151", what=_KIND, problem=f"its attribute `{name}` is no text")
    return None if "missing" in answer else data
