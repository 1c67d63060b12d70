"""The keys of a configuration: what each takes, its default, what it is for. The README's table is made of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from shapecheck.lint import selection

FAIL_LEVELS = ("error", "warning", "note", "never")


class Wrong(Exception):
    """A value that a key does not take: which part of it, and what was expected.

    Or a code that does not exist, in `prefix`, or a key in a table, in `unknown`, that is none of `names`.
    """

    def __init__(
        self,
        path: tuple[str | int, ...],
        expected: str,
        *,
        at_key: bool = False,
        prefix: str | None = None,
        unknown: str | None = None,
        names: tuple[Any, ...] = (),
    ) -> None:
        super().__init__(expected)
        self.path = path
        self.expected = expected
        self.at_key = at_key
        self.prefix = prefix
        self.unknown = unknown
        self.names = names


class Key(NamedTuple):
    """`read` gives the value that is used, or raises Wrong. A key of the run is read once, for the current folder."""

    name: str
    default: Any
    takes: str
    about: str
    read: Callable[[Any], Any]
    of_run: bool = False


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise Wrong((), "true or false")


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise Wrong((), "a list of texts")
    for index, item in enumerate(value):
        if not isinstance(item, str):
            raise Wrong((index,), "a text")
    return tuple(value)


def _codes(value: Any) -> tuple[str, ...]:
    for index, item in enumerate(_texts(value)):
        if not selection.is_prefix(item):
            raise Wrong((index,), "", prefix=item)
    return tuple(value)


def _table(value: Any, of: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Wrong((), f"a table of {of}")
    return value


def _codes_by_pattern(value: Any) -> dict[str, tuple[str, ...]]:
    found = {}
    for pattern, items in _table(value, "lists of codes by pattern").items():
        try:
            found[pattern] = _codes(items)
        except Wrong as wrong:
            raise Wrong((pattern, *wrong.path), wrong.expected, prefix=wrong.prefix) from None
    return found


def _severities(value: Any) -> dict[str, str]:
    for code, severity in _table(value, "severities by code").items():
        if not selection.is_prefix(code):
            raise Wrong((code,), "", at_key=True, prefix=code)
        if severity not in selection.SEVERITIES:
            raise Wrong((code,), "`error`, `warning` or `note`", names=selection.SEVERITIES)
    return dict(value)


def _one_of(*names: Any) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) in (str, int) and value in names:
            return value
        from shapecheck.words import listing

        expected = listing([f"`{name}`" if isinstance(name, str) else str(name) for name in names], "or")
        raise Wrong((), expected, names=names)

    return read


def _text(value: Any) -> str:
    if isinstance(value, str) and value:
        return value
    raise Wrong((), "a text")


def _count(value: Any) -> int:
    if type(value) is int and 0 <= value <= 1024:
        return value
    raise Wrong((), "a number from 0 to 1024")


def _sizes(value: Any) -> dict[str, int]:
    for name, size in _table(value, "sizes by name").items():
        if type(size) is not int or size < 1:
            raise Wrong((name,), "a size of at least 1")
    return dict(value)


def _limits(value: Any) -> dict[str, int]:
    from shapecheck.rules import OPTIONS

    found = {}
    for name, limit in _table(value, "numbers by name").items():
        known = name.replace("_", "-")
        if known not in OPTIONS:
            raise Wrong((name,), "", at_key=True, unknown=name, names=tuple(OPTIONS))
        if type(limit) is not int or limit < 0:
            raise Wrong((name,), "a whole number of at least 0")
        found[known] = limit
    return found


KEYS = (
    Key("select", (selection.ALL,), "codes", "the codes, or beginnings of codes, that are reported", _codes),
    Key("extend-select", (), "codes", "codes that are added to `select`", _codes),
    Key("ignore", (), "codes", "codes that are not reported; of `select` and `ignore`, the longer prefix wins", _codes),
    Key("per-file-ignores", {}, "table", 'codes that are not reported in some files: `"legacy/**" = ["SC7"]`',
        _codes_by_pattern),
    Key("severity", {}, "table", 'how bad a code is: `SC204 = "error"`', _severities),
    Key("limits", {}, "table", "numbers that rules go by", _limits),
    Key("fail-level", "error", "text", "the least severity for which the exit code is 1; `never` for none",
        _one_of(*FAIL_LEVELS)),
    Key("exclude", (), "patterns", "files and folders that a search passes over, as `.gitignore` has them", _texts),
    Key("respect-gitignore", True, "flag", "whether a search passes over what `.gitignore` names", _flag),
    Key("at", {}, "table", "numbers for sizes that are names: `H = 96`", _sizes),
    Key("keras", None, "2 or 3", "accept and refuse as this generation of Keras does", _one_of(2, 3)),
    Key("data-format", None, "text", "`channels_last` or `channels_first`, where the definition names none",
        _one_of("channels_last", "channels_first")),
    Key("exit-zero", False, "flag", "exit with 0 although there are findings", _flag, True),
    Key("output-format", "full", "text", "the form of the report", _text, True),
    Key("quiet", False, "flag", "print findings, and nothing else", _flag, True),
    Key("statistics", False, "flag", "print how often each code was found, instead of the findings", _flag, True),
    Key("baseline", None, "text", "a file of findings that were known before and are not reported", _text, True),
    Key("fix", False, "flag", "mend what can be mended", _flag, True),
    Key("jobs", 1, "number", "how many processes check; 0 for one a processor", _count, True),
)  # fmt: skip

BY_NAME = {key.name: key for key in KEYS}

REFUSED = {
    "allow-import": "a definition may name functions of a module only where the command line says so: `--allow-import`",
    "extend-ignore": "use `ignore`",
    "extend-exclude": "use `exclude`",
    "tool": "in shapecheck.toml the keys stand at the top, without `[tool.shapecheck]`",
}
"""Keys that people look for, and what to do instead."""
