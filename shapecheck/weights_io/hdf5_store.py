"""Groups and arrays of an HDF5 file, as its index tells them: links, and arrays of other files, are not followed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shapecheck.readers.containers import Unread
from shapecheck.readers.hdf5 import Hdf5


class Array:
    """An array in a file; it is read only by somebody who knows that its shape is right."""

    __slots__ = ("_file", "path", "shape")

    def __init__(self, file: Hdf5, path: str, shape: list[int]) -> None:
        self._file = file
        self.path = path
        self.shape = tuple(shape)

    def read(self) -> Any:
        """The numbers. Raises Unread."""
        import numpy as np

        answer, data = self._file.ask("read", path=self.path)
        return np.frombuffer(data, answer["dtype"]).reshape(answer["shape"])


class Store:
    """What stands in a file of weights."""

    def __init__(self, file: Hdf5) -> None:
        index, _ = file.ask("index")
        if "too_many" in index:
            raise Unread("SC803", limit=f"{index['too_many']:,} groups and arrays")
        self._texts = index["groups"]
        self._strange = index["strange"]
        self._arrays = {path: Array(file, path, shape) for path, shape in index["arrays"].items()}
        self._members: dict[str, dict[str, Array]] = {}
        for path, array in self._arrays.items():
            above, _, name = path.rpartition("/")
            self._members.setdefault(above, {})[name] = array

    def has(self, path: str) -> bool:
        """Whether there is such a group. Raises Unread where a link stands in its place."""
        self._refuse(path)
        return path in self._texts

    def array(self, path: str) -> Array | None:
        """The array at a path, None where there is none. Raises Unread for one that is kept elsewhere."""
        self._refuse(path)
        return self._arrays.get(path)

    def members(self, group: str) -> dict[str, Array]:
        """The arrays of a group by their names."""
        self._refuse(group)
        for path in self._strange:
            if path.rpartition("/")[0] == group:
                self._refuse(path)
        return self._members.get(group, {})

    def texts(self, group: str, name: str) -> list[str]:
        """The texts of an attribute of a group; none where it has no such attribute."""
        found: list[str] = self._texts.get(group, {}).get(name, [])
        return found

    def __iter__(self) -> Iterator[Array]:
        return iter(self._arrays.values())

    def _refuse(self, path: str) -> None:
        """Refuse what is a link, stands behind one, or is not read for another reason."""
        while path and self._strange:
            if path in self._strange:
                raise Unread("SC157", name=path, problem=self._strange[path])
            path = path.rpartition("/")[0]
