"""Findings that were known before: a JSON file that hides them, and that shrinks when they are gone.

A finding is known by its file, code and layer, and by the facts of its message: never by its line, so that a text may
be moved about. Of equal ones there is a count.
"""

from __future__ import annotations

import json
import os
import string
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from shapecheck import codes
from shapecheck.diagnostic import Diagnostic, SpecError
from shapecheck.report import Report
from shapecheck.words import os_problem

VERSION = 1
_NEVER = (*codes.UNREADABLE, "SC9")
"""What is not written into a baseline: nothing was read, or we failed."""

_Key = tuple[str, str, str]
"""Code, layer, and a hash of the facts."""


class Baseline:
    """Known findings, by file. Paths in it count from the folder of its own file."""

    def __init__(self, path: str, known: dict[str, Counter[_Key]]) -> None:
        self.path = path
        self._known = known
        self._left: dict[str, Counter[_Key]] = {}
        self._folder = os.path.dirname(os.path.abspath(path))

    def hide(self, report: Report, wants: Callable[[str], bool]) -> int:
        """Take what is known out of a report; how many findings that were.

        What is known and was not found is forgotten: of codes that are reported, unless there are errors left, as they
        keep other things from being found.
        """
        name = self._name(report.path)
        left = Counter(self._known.get(name, Counter()))
        kept = []
        for found in report.diagnostics:
            key = _key(found)
            if left[key] > 0:
                left[key] -= 1
            else:
                kept.append(found)
        hidden = len(report.diagnostics) - len(kept)
        report.diagnostics = kept
        if name in self._known and all(found.severity != "error" for found in kept):
            gone = Counter({key: count for key, count in left.items() if count > 0 and wants(key[0])})
            self._left[name] = self._known[name] - gone
        return hidden

    def shrink(self) -> bool:
        """Forget what is gone, and files that are no more; whether that changes anything."""
        before = {name: +counts for name, counts in self._known.items()}
        for name, counts in self._left.items():
            self._known[name] = counts
        for name in [*self._known]:
            if not os.path.exists(os.path.join(self._folder, name)):
                del self._known[name]
        self._known = {name: +counts for name, counts in self._known.items() if +counts}
        return self._known != before

    def take(self, reports: Iterable[Report]) -> int:
        """Know what is in the reports, and nothing else; how many findings that are."""
        self._known = {}
        for report in reports:
            counts = Counter(_key(found) for found in report.diagnostics if not found.code.startswith(_NEVER))
            if counts:
                self._known[self._name(report.path)] = self._known.get(self._name(report.path), Counter()) + counts
        return sum(sum(counts.values()) for counts in self._known.values())

    def text(self) -> str:
        """The content of the file: sorted, one finding a line."""
        files = ",\n".join(
            f"    {json.dumps(name)}: [\n" + ",\n".join(f"      {row}" for row in _rows(counts)) + "\n    ]"
            for name, counts in sorted(self._known.items())
        )
        files = f"{{\n{files}\n  }}" if files else "{}"
        return f'{{\n  "version": {VERSION},\n  "files": {files}\n}}\n'

    def _name(self, path: str) -> str:
        try:
            path = os.path.relpath(path, self._folder)
        except ValueError:  # on another drive
            path = os.path.abspath(path)
        return path.replace(os.sep, "/")


def _rows(counts: Counter[_Key]) -> Iterator[str]:
    for (code, layer, facts), count in sorted(counts.items()):
        yield json.dumps({"code": code, "layer": layer, "facts": facts, "count": count})


def read(path: str) -> Baseline:
    """Read a baseline. Raises SpecError."""
    try:
        with open(path, "rb") as file:
            data = json.loads(file.read())
    except OSError as error:
        help = ("`--write-baseline` makes one of what is found now",)
        raise _bad("SC106", help, path=path, problem=os_problem(error)) from None
    except (ValueError, RecursionError):
        raise _bad("SC176", path=path, problem="it is not JSON") from None
    if not isinstance(data, dict) or not isinstance(data.get("files"), dict) or "version" not in data:
        raise _bad("SC176", path=path, problem="it has no `version` or no `files`")
    if data["version"] != VERSION:
        raise _bad("SC176", path=path, problem=f"it is of version {data['version']!r}, and {VERSION} is read")
    try:
        known = {name: _counts(rows) for name, rows in data["files"].items()}
    except (KeyError, TypeError, ValueError):
        raise _bad("SC176", path=path, problem="an entry has no `code`, `layer`, `facts` or `count`") from None
    return Baseline(path, known)


def _counts(rows: Sequence[Any]) -> Counter[_Key]:
    counts: Counter[_Key] = Counter()
    for row in rows:
        key = str(row["code"]), str(row["layer"]), str(row["facts"])
        counts[key] += int(row["count"])
    return counts


def _bad(code: str, help: tuple[str, ...] = (), **facts: Any) -> SpecError:
    return SpecError(Diagnostic(code, codes.message(code, facts), help=help, facts=facts))


def _key(found: Diagnostic) -> _Key:
    from hashlib import sha256

    fields = [name for _, name, _, _ in string.Formatter().parse(codes.CODES[found.code].message) if name]
    facts = {name: str(found.facts[name]) for name in fields if name in found.facts and name != "layer"}
    said = json.dumps(facts, sort_keys=True) if facts else found.message
    return found.code, found.layer or "", sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]
