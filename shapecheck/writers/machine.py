"""What the forms for machines share: paths below a root, fingerprints, severities, and the words of a finding."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from shapecheck.codes import CODES
from shapecheck.diagnostic import Diagnostic, Fix
from shapecheck.report import Report
from shapecheck.source import Span
from shapecheck.writers.escape import escape

SEVERITIES = ("error", "warning", "note")
"""From the worst on."""


class Options(NamedTuple):
    """What is asked of the writers for machines.

    here         the folder that relative paths start from, and `root` the folder below which a service wants them: the
                 top of the repository. Both absolute; without them paths stay as they are
    resolve      the whole path of a file behind all links, which is the one that services know
    fail_level   the least severity that counts as failed, where a form has tests that fail; `never` for none
    line_hashes  the hashes by which GitHub knows a line again, for those who upload SARIF without its action
    """

    here: str = ""
    root: str = ""
    fail_level: str = "error"
    line_hashes: bool = False
    resolve: Callable[[str], str] = str

    def path(self, path: str) -> str:
        """A path below the root with slashes and without `./`; what is no file keeps its name."""
        if path.startswith("<"):
            return path
        if self.here and self.root:
            whole = os.path.normpath(os.path.join(self.here, path))
            real = self.resolve(whole)
            path = self._below(real if _is_below(real, self.root) else whole)
        return os.path.normpath(path).replace(os.sep, "/")

    def _below(self, whole: str) -> str:
        """A whole path from the root on."""
        try:
            return os.path.relpath(whole, self.root)
        except ValueError:  # on another drive
            return whole

    def path_of(self, report: Report, found: Diagnostic) -> str:
        """The path of the text in which a finding stands."""
        return self.path(found.span.source.path if found.span else report.path)

    def fails(self, found: Diagnostic) -> bool:
        """Whether a finding counts as failed."""
        levels = SEVERITIES[: SEVERITIES.index(self.fail_level) + 1] if self.fail_level != "never" else ()
        return found.severity in levels


DEFAULT = Options()


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def each(reports: Sequence[Report]) -> Iterator[tuple[Report, Diagnostic]]:
    """Every finding with its report."""
    for report in reports:
        for found in report.diagnostics:
            yield report, found


def title(code: str) -> str:
    """What a code is called."""
    return CODES[code].title if code in CODES else "finding"


def said(found: Diagnostic) -> list[str]:
    """What a finding says, in lines: message, notes and help, escaped."""
    lines = [found.message, *(f"note: {line}" for line in found.notes), *(f"help: {line}" for line in found.help)]
    return list(map(escape, lines))


def fix_of(found: Diagnostic) -> Fix | None:
    """The fix of a finding, where it is one that can be written into the text."""
    return found.fix if isinstance(found.fix, Fix) and found.fix.edits else None


def dumps(data: Any, indent: int | None = None) -> str:
    """Values as JSON in ASCII, in which nothing acts on a terminal or a build log; see `escape`."""
    from json import dumps

    return dumps(data, indent=indent).replace("##[", "#\\u0023[")


def first_line(span: Span) -> Span:
    """A span, or its part in its first line: services that compare with a diff want all of its lines to be changed."""
    if span.end_line == span.line:
        return span
    end = len(span.source.line(span.line).rstrip()) + 1
    return span._replace(end_line=span.line, end_column=max(end, span.column))


_NUMBER = re.compile(r"\d+")


def fingerprints(reports: Sequence[Report], options: Options) -> Iterator[tuple[Report, Diagnostic, str]]:
    """Every finding with a name by which it is known again in the next run.

    It is made of the path, the code, the layer, and the message without its numbers; never of a line, so that it
    survives edits above. Equal ones are counted.
    """
    from hashlib import sha256

    seen: dict[tuple[str, ...], int] = {}
    for report, found in each(reports):
        key = (options.path_of(report, found), found.code, found.layer or "", _NUMBER.sub("#", found.message))
        seen[key] = seen.get(key, 0) + 1
        text = "\0".join((*key, str(seen[key])))
        yield report, found, sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
