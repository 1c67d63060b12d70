"""What is in a file, told by its first bytes: a text, a container that is opened, or a format that is not read.

A container is opened for one thing only: the text that describes the model. Nothing is extracted, nothing is imported.
"""

from __future__ import annotations

from typing import BinaryIO, NamedTuple

from shapecheck import codes
from shapecheck.diagnostic import Diagnostic

ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
HDF5 = b"\x89HDF\r\n\x1a\n"


class Content(NamedTuple):
    """The text of a container, and the version of Keras that its metadata names."""

    text: bytes
    version: str | None = None


class Unread(Exception):
    """A file without a description that can be read, with the finding that says so."""

    def __init__(self, code: str, *, help: tuple[str, ...] = (), notes: tuple[str, ...] = (), **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.finding = Diagnostic(code, codes.message(code, facts), help=help, notes=notes, facts=facts)


def is_hdf5(head: bytes) -> bool:
    return any(head.startswith(HDF5, offset) for offset in (0, 512, 1024, 2048))


def is_zip(head: bytes) -> bool:
    return head.startswith(ZIP)


def content(file: BinaryIO, head: bytes) -> Content | None:
    """The description inside a container that begins with `head`; None for a text. Raises Unread."""
    if is_zip(head):
        from shapecheck.readers import archive

        return archive.content(file)
    if is_hdf5(head):
        from shapecheck.readers import hdf5

        return hdf5.content(file)
    from shapecheck.readers import unreadable

    what = unreadable.named(head)
    if what is not None:
        raise unreadable.refusal(what)
    return None
