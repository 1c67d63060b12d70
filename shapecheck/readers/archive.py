"""A `.keras` archive: a zip with `config.json`, `metadata.json` and the weights, of which the first two are read.

An archive comes from anywhere, so that its headers are believed only as far as the bytes bear them out.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from typing import Any, BinaryIO

from shapecheck.readers import MAX_BYTES, unreadable
from shapecheck.readers.containers import Content, Unread
from shapecheck.words import shown

CONFIG = "config.json"
METADATA = "metadata.json"
WEIGHTS = "model.weights.h5"

_DIRECTORY = 1 << 20  # bytes of the list of members, that is about 20,000 of them
_METADATA = 1 << 16
_FLAT = 1 << 20  # bytes below which no ratio is suspicious
_RATIO = 200  # JSON of very regular models is packed to a fortieth
_VERSION = re.compile(rb'"keras_version"\s*:\s*"([^"\\]{1,40})"')


class _Bounded:
    """A file of which no more than `_DIRECTORY` bytes are read at once, until the list of members is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell
        self.listing = True

    def seekable(self) -> bool:
        return True

    def read(self, count: int = -1) -> bytes:
        if not self.listing:
            return self._file.read(count)
        data = self._file.read(min(count, _DIRECTORY + 1) if count >= 0 else _DIRECTORY + 1)
        if len(data) > _DIRECTORY:
            raise Unread("SC811", problem=f"its list of members takes more than {_DIRECTORY:,} bytes")
        return data


def content(file: BinaryIO) -> Content:
    """The configuration of a model, and its version. Raises Unread."""
    with opened(file) as archive:
        members = listed(archive)
        if CONFIG not in members:
            raise _nothing_in(members)
        version = None
        if METADATA in members:
            found = _VERSION.search(read(archive, members[METADATA], _METADATA))
            version = found[1].decode("utf-8", "replace") if found else None
        return Content(read(archive, members[CONFIG], MAX_BYTES), version)


def opened(file: BinaryIO) -> zipfile.ZipFile:
    """The archive in a file. Raises Unread."""
    bounded: Any = _Bounded(file)
    try:
        archive = zipfile.ZipFile(bounded)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError, OverflowError, LookupError,
            struct.error):  # fmt: skip
        problem = "its list of members is missing or damaged, as where a download broke off"
        raise Unread("SC151", what="archive", problem=problem) from None
    bounded.listing = False
    return archive


def listed(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The members by name. Raises Unread where a name stands twice, or leads out of the archive."""
    members: dict[str, zipfile.ZipInfo] = {}
    for member in archive.infolist():
        name = member.orig_filename
        if name in members or member.filename in members:
            raise Unread("SC810", problem=f"it has two members with the name {shown(member.filename)}")
        if re.match(r"[/\\]|[A-Za-z]:|\.\.(?:[/\\]|\Z)", name) or re.search(r"[/\\]\.\.(?:[/\\]|\Z)", name):
            raise Unread("SC810", problem=f"the name {shown(name)} of a member leads out of it")
        if "\0" in name:
            raise Unread("SC810", problem=f"there is a zero byte in the name of its member {shown(member.filename)}")
        members[name] = member
    return members


def read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    """The bytes of a member, which may be `limit` at most, however many its header promises. Raises Unread."""
    name, size, packed = member.filename, member.file_size, max(member.compress_size, 1)
    check_packing(member)
    if size > limit:
        raise Unread("SC801", size=f"{size:,}", limit=f"{limit:,}", notes=(f"this is its member `{name}`",))
    if size > _FLAT and size > _RATIO * packed:
        problem = f"`{name}` is packed to 1/{size // packed:,} of its size, and no description of a model can be"
        raise Unread("SC811", problem=problem)
    return unpacked(archive, member, limit)


def unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    """The bytes of a member, which are as many as its header says, and `limit` at most. Raises Unread."""
    name, size = member.filename, member.file_size
    try:
        with archive.open(member) as stream:
            data = stream.read(limit + 1)
            rest = stream.read(1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        problem = "the headers contradict each other" if "header" in str(error) else "it is damaged or cut off"
        raise Unread("SC151", what="archive", problem=f"`{name}`: {problem}") from None
    if len(data) != size or rest:
        problem = f"`{name}` has {len(data):,} bytes, and {size:,} are promised"
        raise Unread("SC151", what="archive", problem=problem)
    return data


def check_packing(member: zipfile.ZipInfo) -> None:
    """Refuse what is encrypted, and what is packed by a method that Keras does not use. Raises Unread."""
    if member.flag_bits & 0x1:
        raise Unread("SC151", what="archive", problem=f"`{member.filename}` is encrypted")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        problem = f"`{member.filename}` is packed by a method that Keras does not use"
        raise Unread("SC151", what="archive", problem=problem)


def _nothing_in(members: dict[str, zipfile.ZipInfo]) -> Unread:
    """What an archive without a configuration is."""
    names = list(members)
    if any(name.endswith("data.pkl") for name in names[:100]):
        return unreadable.refusal("a PyTorch archive")
    if names and all(name.endswith(".npy") for name in names):
        return unreadable.refusal("NumPy arrays")
    if any(name.endswith("saved_model.pb") for name in names[:1000]):
        return unreadable.refusal("a TensorFlow SavedModel")
    inner = next((name for name in names if name.endswith((f"/{CONFIG}", ".keras"))), None)
    help = (f"it holds {shown(inner)}: unpack the archive, and check that",) if inner else ()
    return Unread("SC152", what="archive", problem=f"it has no `{CONFIG}`", help=help)
