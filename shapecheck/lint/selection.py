"""Which codes are reported, and how bad they are: by prefix, for all files or for some.

The longer prefix wins: `select SC7, ignore SC70, select SC702` reports SC702. Of two equally long ones `ignore` wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from shapecheck import codes
from shapecheck.diagnostic import Diagnostic
from shapecheck.words import near

ALL = "ALL"
SEVERITIES = ("error", "warning", "note")
KEPT = ("SC101", *codes.UNREADABLE, "SC8", "SC9")
"""What is reported whatever is selected: the definition was not checked, so silence would say that it is all right."""


def is_prefix(text: str) -> bool:
    """Whether a text is a code, the beginning of one, or ALL."""
    return text == ALL or (text != "" and any(code.startswith(text) for code in codes.CODES))


def meant(text: str) -> str | None:
    """The code or prefix that was probably meant by a text that is none."""
    name = text.upper().replace("-", "").replace("_", "")
    name = name[:2] + name[2:].replace("O", "0")
    if is_prefix(name):
        return name
    if name.isdigit() and is_prefix(f"SC{name}"):
        return f"SC{name}"
    titles = {code.title.replace(" ", "-"): code.code for code in codes.CODES.values()}
    title = near(text, titles)
    return titles[title] if title else near(name, codes.CODES)


class Selection:
    """What is reported. `per_file` are pairs of a test of a path and the codes that are ignored where it holds."""

    __slots__ = ("_ignore", "_per_file", "_select", "_severity", "_wanted")

    def __init__(
        self,
        select: Iterable[str] = (ALL,),
        ignore: Iterable[str] = (),
        severity: Mapping[str, str] | None = None,
        per_file: Sequence[tuple[Callable[[str], bool], Sequence[str]]] = (),
    ) -> None:
        self._select = _prefixes(select)
        self._ignore = _prefixes(ignore)
        self._severity = {_prefix(name): value for name, value in (severity or {}).items()}
        self._per_file = per_file
        self._wanted: dict[str, bool] = {}

    def wants(self, code: str) -> bool:
        """Whether a code is reported in a file about which nothing special was said."""
        known = self._wanted.get(code)
        if known is None:
            known = code.startswith(KEPT) or _longest(code, self._select) > _longest(code, self._ignore)
            self._wanted[code] = known
        return known

    def severity(self, code: str, severity: str) -> str:
        """How bad a finding is that is of `severity` by itself."""
        fitting = [prefix for prefix in self._severity if code.startswith(prefix)]
        return self._severity[max(fitting, key=len)] if fitting and not code.startswith(KEPT) else severity

    def test(self, path: str) -> Callable[[str], bool]:
        """`wants` for one file."""
        hidden = tuple(_prefix(code) for holds, ignored in self._per_file if holds(path) for code in ignored)
        if not hidden:
            return self.wants
        return lambda code: self.wants(code) and (code.startswith(KEPT) or not code.startswith(hidden))

    def apply(self, path: str, findings: Iterable[Diagnostic]) -> list[Diagnostic]:
        """The findings that are reported, each as bad as was chosen."""
        wants = self.test(path)
        kept = [found for found in findings if wants(found.code)]
        if self._severity:
            for found in kept:
                found.severity = self.severity(found.code, found.severity)
        return kept


def _prefix(text: str) -> str:
    return "" if text == ALL else text


def _prefixes(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(_prefix, texts))


def _longest(code: str, prefixes: tuple[str, ...]) -> int:
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=-1)
