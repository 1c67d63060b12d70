"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import stat


def replace(path: str, data: bytes) -> None:
    """Let a file hold `data`: another file takes its place, with its rights; a link stays one. Raises OSError.

    What is no plain file, such as a pipe, is written to.
    """
    path = os.path.realpath(path)
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and not stat.S_ISREG(mode):
        with open(path, "wb") as file:
            file.write(data)
        return
    import tempfile

    handle, made = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".shapecheck-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(made, stat.S_IMODE(mode) if mode is not None else 0o666 & ~_umask())
        os.replace(made, path)
    except BaseException:
        os.unlink(made)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
