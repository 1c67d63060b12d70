"""The configuration of a file: `shapecheck.toml` or `[tool.shapecheck]` in `pyproject.toml`, the nearest up the tree.

Looking for one costs two `stat` calls a folder, each folder once; `tomllib` is imported only for a file that is there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any

from shapecheck import codes
from shapecheck.diagnostic import Diagnostic, SpecError
from shapecheck.source import Source, Span
from shapecheck.words import os_problem

OWN, SHARED = "shapecheck.toml", "pyproject.toml"
_WORD = b"shapecheck"
_MOST_BYTES = 10 << 20


class BadConfiguration(SpecError):
    """A configuration that cannot be used; `source` is its text, `findings` all that is wrong with it."""

    def __init__(self, source: Source, findings: list[Diagnostic]) -> None:
        super().__init__(findings[0])
        self.source = source
        self.findings = findings


class Configuration:
    """The values of a configuration; `path` is its file, and patterns in it count from `folder`."""

    __slots__ = ("_given", "_selection", "folder", "path")

    def __init__(self, given: Mapping[str, Any] | None = None, path: str | None = None, folder: str = "") -> None:
        self._given = dict(given or {})
        self._selection: Any = None
        self.path = path
        self.folder = folder

    def __getitem__(self, name: str) -> Any:
        if name in self._given:
            return self._given[name]
        from shapecheck.lint.keys import BY_NAME

        return BY_NAME[name].default

    def __bool__(self) -> bool:
        return bool(self._given)

    def get(self, name: str, default: Any) -> Any:
        """What was said of a key, without the table of all keys being loaded."""
        return self._given.get(name, default)

    def overridden(self, given: Mapping[str, Any]) -> Configuration:
        """The same where a command line says otherwise.

        `select` there replaces `select`, `extend-select` and `ignore` here; `ignore`, `extend-select` and `exclude` add
        to what is said here, and what is selected there is not ignored here.
        """
        if not given:
            return self
        values = {**self._given, **given}
        if "select" in given:
            values["extend-select"] = given.get("extend-select", ())
            values["ignore"] = given.get("ignore", ())
        else:
            added = tuple(given.get("extend-select", ()))
            values["extend-select"] = (*self.get("extend-select", ()), *added)
            kept = [code for code in self.get("ignore", ()) if not (added and code.startswith(added))]
            values["ignore"] = (*kept, *given.get("ignore", ()))
        values["exclude"] = (*self.get("exclude", ()), *given.get("exclude", ()))
        return Configuration(values, self.path, self.folder)

    def selection(self) -> Any:
        """What is reported; None where everything is, as it is."""
        names = ("select", "extend-select", "ignore", "per-file-ignores", "severity")
        if not any(self._given.get(name) for name in names):
            return None
        if self._selection is None:
            from shapecheck.lint.selection import Selection

            per_file = [(self._test(pattern), ignored) for pattern, ignored in self["per-file-ignores"].items()]
            select = (*self["select"], *self["extend-select"])
            self._selection = Selection(select, self["ignore"], self["severity"], per_file)
        return self._selection

    def _test(self, pattern: str) -> Callable[[str], bool]:
        from shapecheck.lint.patterns import Patterns

        negated = pattern.startswith("!")
        patterns = Patterns(self.folder, [pattern.removeprefix("!")])
        return lambda path: patterns.match(path) is not negated


NOTHING = Configuration()


class Finder:
    """Finds the configuration of files, and reads each only once.

    With `fixed`, that one counts for all files. `given` is what a command line says instead.
    """

    def __init__(self, fixed: Configuration | None = None, given: Mapping[str, Any] | None = None) -> None:
        self._given = given or {}
        self._fixed = fixed.overridden(self._given) if fixed is not None else None
        self._known: dict[str, Configuration] = {}

    def of_file(self, path: str) -> Configuration:
        """The configuration of a file. Raises BadConfiguration."""
        return self.of_folder(os.path.dirname(os.path.abspath(path)))

    def of_folder(self, folder: str) -> Configuration:
        """The configuration of the files in a folder, given by its absolute path."""
        if self._fixed is not None:
            return self._fixed
        passed = []
        found = None
        while folder not in self._known:
            passed.append(folder)
            found = _in_folder(folder)
            parent = os.path.dirname(folder)
            if found is not None or parent == folder:
                found = (found or NOTHING).overridden(self._given)
                break
            folder = parent
        if found is None:
            found = self._known[folder]
        for name in passed:
            self._known[name] = found
        return found


def _in_folder(folder: str) -> Configuration | None:
    for name in (OWN, SHARED):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            found = read(path)
            if found is not None:
                return found
    return None


def named(path: str) -> Configuration:
    """The configuration in a file that was named; patterns in it count from the current folder.

    Raises BadConfiguration.
    """
    found = read(path, os.getcwd())
    if found is None:
        raise _bad(Source(path, ""), "SC106", path=path, problem="it has no `[tool.shapecheck]`")
    return found


def read(path: str, folder: str | None = None) -> Configuration | None:
    """Read a file; None for a `pyproject.toml` that says nothing of us. Raises BadConfiguration."""
    own, shared = (os.path.basename(path) == name for name in (OWN, SHARED))
    shown = _shown_path(path)
    try:
        with open(path, "rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise _bad(Source(shown, ""), "SC106", path=shown, problem=os_problem(error)) from None
    if shared and _WORD not in data:
        return None
    values, source = _parsed(data, shown)
    home: tuple[str, ...] = ()
    tool = values.get("tool")
    if isinstance(tool, dict) and "shapecheck" in tool and (shared or not own):
        values, home = tool["shapecheck"], ("tool", "shapecheck")
    elif shared:
        return None
    given = _Reader(source, home).read(values)
    folder = os.path.dirname(os.path.abspath(path)) if folder is None else folder
    if "baseline" in given:
        given["baseline"] = _shown_path(os.path.join(folder, given["baseline"]))
    return Configuration(given, path, folder)


def _shown_path(path: str) -> str:
    """A path below the current folder without the way to it."""
    here = os.path.join(os.getcwd(), "")
    return path.removeprefix(here) if path.startswith(here) else path


def _parsed(data: bytes, shown: str) -> tuple[dict[str, Any], Source]:
    import tomllib

    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        problem = f"byte 0x{data[error.start]:02x} at position {error.start:,} is not UTF-8"
        raise _bad(Source(shown, ""), "SC170", problem=problem) from None
    source = Source(shown, text)
    try:
        if len(data) > _MOST_BYTES:
            raise RecursionError
        return tomllib.loads(text), source
    except tomllib.TOMLDecodeError as error:
        place = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error), re.DOTALL)
        said = place[1] if place else str(error)
        line, column = (int(place[2]), int(place[3])) if place and place[2] else _end(text)
        span = Span(source, line, column, line, column + 1)
        raise _bad(source, "SC170", span, problem=said[:1].lower() + said[1:]) from None
    except (RecursionError, ValueError):
        raise _bad(source, "SC170", problem="it is too large, or nested too deep") from None


def _end(text: str) -> tuple[int, int]:
    lines = text.rstrip().split("\n")
    return len(lines), len(lines[-1]) + 1


def _bad(source: Source, code: str, span: Span | None = None, **facts: Any) -> BadConfiguration:
    return BadConfiguration(source, [Diagnostic(code, codes.message(code, facts), span=span, facts=facts)])


class _Reader:
    """Holds the values of a file against the table of keys; all that is wrong is collected."""

    def __init__(self, source: Source, home: tuple[str, ...]) -> None:
        self._source = source
        self._home = home
        self._findings: list[Diagnostic] = []

    def read(self, values: Any) -> dict[str, Any]:
        from shapecheck.lint.keys import BY_NAME, Wrong

        given: dict[str, Any] = {}
        if not isinstance(values, dict):
            self._say("SC172", (), name="tool.shapecheck", expected="a table", given=_shown(values))
            values = {}
        for name, value in values.items():
            if name not in BY_NAME:
                self._unknown(name)
                continue
            try:
                given[name] = BY_NAME[name].read(value)
            except Wrong as wrong:
                self._wrong(name, value, wrong)
        if self._findings:
            self._findings.sort(key=lambda found: found.span[1:3] if found.span else (0, 0))
            raise BadConfiguration(self._source, self._findings)
        return given

    def _unknown(self, name: str) -> None:
        from shapecheck.lint.keys import BY_NAME, REFUSED
        from shapecheck.words import near

        instead = REFUSED.get(name.replace("_", "-"))
        close = None if instead else near(name, BY_NAME)
        help = [instead] if instead else [f"did you mean `{close}`?"] if close else []
        self._say("SC171", (name,), at_key=True, help=help, key=name)

    def _wrong(self, name: str, value: Any, wrong: Any) -> None:
        from shapecheck.words import near

        path = (name, *wrong.path)
        if wrong.prefix is not None:
            from shapecheck.lint.selection import meant

            close = meant(wrong.prefix)
            help = [f"did you mean `{close}`?"] if close else []
            return self._say("SC173", path, at_key=wrong.at_key, help=help, given=wrong.prefix)
        if wrong.unknown is not None:
            close = near(wrong.unknown, wrong.names)
            help = [f"did you mean `{close}`?"] if close else []
            return self._say("SC171", path, at_key=True, help=help, key=f"{name}.{wrong.unknown}")
        for step in wrong.path:
            value = value[step]
        shown = ".".join(str(step) for step in path if not isinstance(step, int))
        close = near(value, [known for known in wrong.names if isinstance(known, str)])
        help = [f"did you mean `{close}`?"] if close else []
        return self._say("SC172", path, help=help, name=shown, expected=wrong.expected, given=_shown(value))

    def _say(self, code: str, path: tuple[Any, ...], *, at_key: bool = False, help: Any = (), **facts: Any) -> None:
        from shapecheck.lint.toml_places import places
        from shapecheck.readers.text import Offsets

        marks = places(self._source.text).get((*self._home, *path))
        span = Offsets(self._source).span(*(marks[:2] if at_key else marks[2:])) if marks else None
        self._findings.append(Diagnostic(code, codes.message(code, facts), span=span, help=help, facts=facts))


def _shown(value: Any) -> str:
    from shapecheck.words import shown

    return {True: "true", False: "false"}[value] if isinstance(value, bool) else shown(value)
