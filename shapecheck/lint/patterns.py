"""Patterns of paths, written as in `.gitignore`, that count from a folder. `pathspec` reads them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any


class Patterns:
    """The patterns of one place: the lines of a `.gitignore`, or a list in a configuration."""

    __slots__ = ("_folder", "_spec")

    def __init__(self, folder: str, lines: Iterable[str]) -> None:
        import pathspec

        self._folder = folder
        self._spec: Any = pathspec.GitIgnoreSpec.from_lines(lines)

    def match(self, path: str, is_folder: bool = False) -> bool:
        """Whether a path matches, or a folder above it does."""
        return self.decide(path, is_folder) is True

    def decide(self, path: str, is_folder: bool = False) -> bool | None:
        """True where the last pattern that fits takes the path, False where it takes it back, None where none fits."""
        relative = os.path.relpath(path, self._folder or ".").replace(os.sep, "/")
        if relative == ".":
            return None
        found: bool | None = self._spec.check_file(relative + "/" * is_folder).include
        return found
