"""Which files a command line means: files that are named, folders that are searched, patterns such as `**/*.yaml`.

A search passes over hidden folders, what `.gitignore` or `exclude` names, and files that hold no definition by their
look. It follows no link to a folder, so it ends. What is named is taken as it is, unless `force_exclude` asks to treat
it as if it had been found: a hook is handed all files of a commit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from shapecheck.lint.configuration import Configuration, Finder

SUFFIXES = (".yaml", ".yml", ".json", ".keras", ".h5", ".hdf5")
_MAGIC = frozenset("*?[")
_PASSED_OVER = frozenset({"node_modules", "site-packages"})


class Nothing(NamedTuple):
    """A path that stands for no file, and why."""

    path: str
    problem: str


class Search:
    """Finds files. `is_definition` looks into one that was not named."""

    def __init__(self, finder: Finder, is_definition: Callable[[str], bool], *, force_exclude: bool = False) -> None:
        self._finder = finder
        self._is_definition = is_definition
        self._force = force_exclude
        self._ignored: dict[str, list[Callable[[str, bool], bool | None]]] = {}

    def files(self, paths: Sequence[str]) -> Iterator[str | Nothing]:
        """The files that paths stand for, each once, and Nothing for a path that stands for none."""
        seen: set[str] = set()
        for path in paths:
            for found in self._of(path):
                where = found if isinstance(found, Nothing) or found == "-" else os.path.abspath(found)
                if where not in seen:
                    seen.add(where)  # type: ignore[arg-type]
                    yield found

    def _of(self, path: str) -> Iterable[str | Nothing]:
        if path == "-":
            return [path]
        if os.path.isdir(path):
            return self._some(path, self._below(path), "no model definition in this folder", folder=True)
        if not os.path.lexists(path) and not _MAGIC.isdisjoint(path):
            return self._some(path, self._matching(path), "no model definition matches this pattern")
        passed_over = self._force and (self._excluded(path) or not self._is_definition(path))
        return [] if passed_over else [path]

    def _some(
        self, path: str, found: Iterable[str], problem: str, *, folder: bool = False
    ) -> Iterator[str | Nothing]:
        empty = True
        for name in found:
            empty = False
            yield name
        if empty:
            yield Nothing(path, self._saved_model(path) or problem if folder else problem)

    def _saved_model(self, path: str) -> str:
        """What to say of a folder that is a SavedModel, or has one in it; nothing of others."""
        from shapecheck.readers import unreadable

        for parent, folders, names in os.walk(path):
            folders.sort()
            if unreadable.SAVED_MODEL in names:
                inside = os.path.relpath(parent, path)
                said = unreadable.folder(parent)
                return said if inside == "." else f"no model definition in this folder, but `{inside}`: {said}"
        return ""

    # searching

    def _below(self, folder: str) -> Iterator[str]:
        """The definitions below a folder: those of each folder in order, then those of the folders in it."""
        for path in self._candidates(folder):
            if self._is_definition(path):
                yield path

    def _candidates(self, folder: str) -> Iterator[str]:
        for parent, folders, names in os.walk(folder):
            ignored = self._tests(parent)
            folders[:] = [
                name
                for name in sorted(folders)
                if not name.startswith(".")
                and name not in _PASSED_OVER
                and not os.path.exists(os.path.join(parent, name, "pyvenv.cfg"))
                and not _decided(ignored, os.path.join(parent, name), True)
            ]
            for name in sorted(names):
                path = os.path.join(parent, name)
                if name.endswith(SUFFIXES) and os.path.isfile(path) and not _decided(ignored, path, False):
                    yield os.path.normpath(path)

    def _matching(self, pattern: str) -> Iterator[str]:
        """The definitions below the fixed part of a pattern whose path matches it."""
        from shapecheck.lint.patterns import Patterns

        parts = pattern.replace(os.sep, "/").split("/")
        fixed = next(number for number, part in enumerate(parts) if not _MAGIC.isdisjoint(part))
        folder = "/".join(parts[:fixed]) or ("/" if pattern.startswith("/") else ".")
        wanted = Patterns(folder, ["/" + "/".join(parts[fixed:])])
        for path in self._candidates(folder):
            if wanted.match(path) and self._is_definition(path):
                yield path

    def _excluded(self, path: str) -> bool:
        """Whether a file, or a folder above it, is one that a search passes over."""
        folder = os.path.dirname(path)
        above = [folder]
        while (parent := os.path.dirname(above[-1])) not in ("", above[-1]):
            above.append(parent)
        folders = [name for name in reversed(above) if name]
        return _decided(self._tests(folder), path, False) or any(
            _decided(self._tests(os.path.dirname(name)), name, True) for name in folders
        )

    # what is passed over

    def _tests(self, folder: str) -> list[Callable[[str, bool], bool | None]]:
        """What decides about the names in a folder; the first that decides wins."""
        here = os.path.abspath(folder)
        configuration = self._finder.of_folder(here)
        tests = [_excludes(configuration)] if configuration.get("exclude", ()) else []
        return [*tests, *self._gitignores(here)] if configuration.get("respect-gitignore", True) else tests

    def _gitignores(self, folder: str) -> list[Callable[[str, bool], bool | None]]:
        """The tests of the `.gitignore` files from a folder up to that of its repository, the nearest first."""
        chain = []
        at = folder
        while at not in self._ignored:
            chain.append(at)
            parent = os.path.dirname(at)
            if parent == at or os.path.exists(os.path.join(at, ".git")):
                break
            at = parent
        tests = self._ignored.get(at, [])
        for at in reversed(chain):
            files = [os.path.join(at, ".git", "info", "exclude"), os.path.join(at, ".gitignore")]
            for path in files:
                lines = _lines(path)
                if lines:
                    from shapecheck.lint.patterns import Patterns

                    tests = [Patterns(at, lines).decide, *tests]
            self._ignored[at] = tests
        return tests


def _excludes(configuration: Configuration) -> Callable[[str, bool], bool | None]:
    from shapecheck.lint.patterns import Patterns

    return Patterns(configuration.folder, configuration["exclude"]).decide


def _decided(tests: Sequence[Callable[[str, bool], bool | None]], path: str, is_folder: bool) -> bool:
    return next((found for test in tests if (found := test(path, is_folder)) is not None), False)


def _lines(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read().splitlines()
    except OSError:
        return []
