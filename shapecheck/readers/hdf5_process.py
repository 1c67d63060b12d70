"""What reads HDF5, in a process of its own: libhdf5 can hang, crash or take all memory over a damaged file.

It imports nothing of shapecheck, follows hard links alone, and never leaves the file. It is asked in lines of JSON, and
answers each with a line of JSON and the bytes of which that tells the number. A file is opened by its path, or is the
bytes that follow the first line.
"""

from __future__ import annotations

import json
import sys
from typing import Any

RATE = 20 << 20  # bytes for which there is a second of the processor, beyond the first
MEMBERS = 200_000
DEEP = 300
TEXTS = 64 << 20  # bytes of the names that an attribute lists
NAMES = ("layer_names", "weight_names", "keras_version", "backend")


def main() -> None:
    """Answer what is asked until there is nothing more."""
    sys.path[:] = json.loads(sys.argv[1])
    import io

    import h5py

    first = json.loads(sys.stdin.buffer.readline())
    source: Any = first.get("path") or io.BytesIO(sys.stdin.buffer.read(first["size"]))
    _limit(first["size"])
    root = None
    try:
        root = h5py.File(source, "r")
        _answer({})
    except Exception as error:
        _answer({"damaged": _said(error)})
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        try:
            answer, data = _DO[asked["do"]](h5py, root, **asked.get("with", {}))
        except Exception as error:
            answer, data = {"damaged": _said(error)}, b""
        _answer(answer, data)


def _limit(size: int) -> None:
    """Let the system end this process when it takes too much time or memory."""
    try:
        import resource
    except ImportError:  # not on Windows, where whoever asks has a limit of its own
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime + 0.5) + 1 + size // RATE
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(answer: dict[str, Any], data: bytes = b"") -> None:
    out = sys.stdout.buffer
    out.write(json.dumps({**answer, "bytes": len(data)}).encode() + b"\n")
    out.write(data)
    out.flush()


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:160]}"


# What can be asked -------------------------------------------------------------------------------------------------


def _attribute(h5py: Any, root: Any, name: str, limit: int) -> tuple[dict[str, Any], bytes]:
    """A text that stands in an attribute of the root."""
    if name not in root.attrs:
        return {"missing": True}, b""
    held = root.attrs.get_id(name)
    if held.shape not in ((), (1,)):
        return {"no_text": True}, b""
    size = held.get_storage_size()
    if size > limit:
        return {"too_long": size}, b""
    value = root.attrs[name]
    value = value[0] if getattr(value, "shape", ()) == (1,) else value
    data = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
    if not isinstance(data, bytes):
        return {"no_text": True}, b""
    return ({"too_long": len(data)}, b"") if len(data) > limit else ({}, bytes(data))


def _index(h5py: Any, root: Any) -> tuple[dict[str, Any], bytes]:
    """Everything that hard links lead to: shapes of arrays, lists of names, and what is not read."""
    groups: dict[str, dict[str, list[str]]] = {}
    arrays: dict[str, list[int]] = {}
    strange: dict[str, str] = {}
    seen = {h5py.h5o.get_info(root.id).addr}
    stack = [(root, "", 0)]
    count = 0
    while stack:
        group, above, depth = stack.pop()
        groups[above] = {name: found for name in NAMES if (found := _texts(group.attrs, name)) is not None}
        for name in group:
            path = f"{above}/{name}".lstrip("/")
            count += 1
            if count > MEMBERS or depth > DEEP:
                return {"too_many": MEMBERS}, b""
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                strange[path] = "it is a link to somewhere else"
                continue
            item = group[name]
            if isinstance(item, h5py.Group):
                address = h5py.h5o.get_info(item.id).addr
                if address not in seen:
                    seen.add(address)
                    stack.append((item, path, depth + 1))
            elif isinstance(item, h5py.Dataset):
                problem = _problem(item)
                if problem:
                    strange[path] = problem
                else:
                    arrays[path] = list(item.shape)
    return {"groups": groups, "arrays": arrays, "strange": strange}, b""


def _texts(attributes: Any, name: str) -> list[str] | None:
    """The texts of an attribute, which Keras divides among `name0`, `name1`, ... where they are many."""
    parts = [name] if name in attributes else []
    while not parts or parts[0] != name:
        part = f"{name}{len(parts)}"
        if part not in attributes:
            break
        parts.append(part)
    found: list[str] = []
    for part in parts:
        held = attributes.get_id(part)
        if 0 in held.shape:
            continue  # of which libhdf5 tells no size
        if held.get_storage_size() > TEXTS:
            raise ValueError(f"the attribute {part} is too long")
        value = attributes[part]
        for item in value.tolist() if getattr(value, "shape", ()) else [value]:
            found.append(item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item))
    return found if parts else None


def _problem(item: Any) -> str:
    if item.external or item.is_virtual:
        return "its numbers are kept in another file"
    if item.shape is None or not (item.dtype.kind in "fiub" or _is_bfloat16(item)):
        return "it holds no numbers"
    return ""


def _is_bfloat16(item: Any) -> bool:
    return bool(item.dtype.kind == "V" and item.dtype.itemsize == 2 and item.dtype.names is None)


def _read(h5py: Any, root: Any, path: str) -> tuple[dict[str, Any], bytes]:
    """The numbers of an array of the index; bfloat16 is the upper half of a float32."""
    import numpy as np

    item = root[path]
    value = np.asarray(item[()])
    if _is_bfloat16(item):
        value = (value.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    value = value.astype(value.dtype.newbyteorder("<"), copy=False)
    return {"dtype": value.dtype.str, "shape": list(value.shape)}, value.tobytes()


_DO: dict[str, Any] = {"attribute": _attribute, "index": _index, "read": _read}

if __name__ == "__main__":
    main()
