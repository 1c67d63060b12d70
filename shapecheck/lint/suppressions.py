"""Comments that hide findings: `# shapecheck: ignore[SC712] why`, and `# shapecheck: file-ignore[SC7] why` for a file.

An `ignore` hides what is found on its line, and, on the first line of a layer's entry, what is found in that entry. On
a line of its own it counts for the line below. Codes are separated by commas and may be beginnings of codes; without
any, everything is hidden. What hid nothing is reported, unless the mistakes in the definition left that open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from shapecheck import codes
from shapecheck.diagnostic import Diagnostic, Edit, Fix
from shapecheck.lint import selection
from shapecheck.readers import yaml_words
from shapecheck.report import Report
from shapecheck.source import Source, Span
from shapecheck.words import listing, near

MARK = "shapecheck:"
_DIRECTIVE = re.compile(r"#[ \t]*shapecheck:[ \t]*(?P<verb>[\w-]*)(?P<rest>(?:(?![ \t]#[ \t])[^\r\n])*)")
_ANOTHER = re.compile(r"[ \t]+(?=#[ \t])")
_LIST = re.compile(r"[ \t]*\[(?P<codes>[^\]]*)\](?P<reason>.*)")
_VERBS = ("ignore", "file-ignore")
_SYNONYMS = ("disable", "noqa", "skip", "off", "allow", "suppress", "ignored")


class _Hider:
    """One comment. `codes` are its codes with their offsets; none for all codes. Lines count from 0."""

    __slots__ = ("codes", "comment", "end", "everywhere", "line", "start", "used")

    def __init__(self, verb: str, found: list[tuple[str, int, int]], start: int, end: int, comment: int) -> None:
        self.everywhere = verb == "file-ignore"
        self.codes = found
        self.start = start
        self.end = end
        self.comment = comment  # where the comment starts in which the directive stands
        self.line = -1
        self.used: set[int] = set()  # which of the codes hid something; 0 for all codes

    def hides(self, code: str) -> bool:
        """Whether a code is meant; remembers which of the codes said so."""
        fitting = [number for number, (prefix, _, _) in enumerate(self.codes) if code.startswith(prefix)]
        self.used.update(fitting if self.codes else [0])
        return bool(fitting) or not self.codes


class _Text(NamedTuple):
    """What is to be known of a text: its hiders, and the entries of layers as (first line, last line)."""

    hiders: list[_Hider]
    malformed: list[Diagnostic]
    entries: list[tuple[int, int]]


def apply(report: Report, wants: Callable[[str], bool]) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """What is left of the findings of a report, and what is hidden. `wants` says which codes are reported at all."""
    findings = report.diagnostics
    source = report.source
    if source is None or MARK not in source.text:
        return list(findings), []
    text = _read(source)
    if text is None:
        return list(findings), []
    left: list[Diagnostic] = []
    hidden: list[Diagnostic] = []
    for found in findings:
        hiding = [] if found.code.startswith(selection.KEPT) else [
            hider for hider in text.hiders if _covers(hider, found.span, text.entries) and hider.hides(found.code)
        ]  # fmt: skip
        (hidden if hiding else left).append(found)
    doubtful = _doubtful_lines(report) if any(found.severity == "error" for found in findings) else set()
    unused = [
        found
        for hider in text.hiders
        if _judged(hider, text.entries, doubtful)
        for found in _unused(source, hider, wants)
    ]
    added = [found for found in (*text.malformed, *unused) if wants(found.code)]
    return sorted([*left, *added], key=lambda found: found.span[1:3] if found.span else (0, 0)), hidden


def _covers(hider: _Hider, span: Span | None, entries: list[tuple[int, int]]) -> bool:
    if hider.everywhere:
        return True
    if span is None:
        return False
    first, last = span.line - 1, span.end_line - 1
    return first <= hider.line <= last or hider.line == _first_line(first, entries)


def _first_line(line: int, entries: list[tuple[int, int]]) -> int:
    """The first line of the innermost entry that a line belongs to; the line itself outside of all."""
    return max((first for first, last in entries if first <= line <= last), default=line)


# What is there ----------------------------------------------------------------------------------------------------


def _read(source: Source) -> _Text | None:
    """The hiders of a text; None where it is not YAML."""
    from yaml import YAMLError

    text = source.text
    try:
        found = yaml_words.words(text)
    except YAMLError:
        return None
    lines = yaml_words.Lines(text)
    entries = [(lines.number(first), lines.number(max(first, last - 1))) for first, last in found.entries]
    read = _Text([], [], entries)
    for comment in yaml_words.comments(text, found.opaque):
        number = lines.number(comment)
        for match in _DIRECTIVE.finditer(text, comment, lines.end(number)):
            made = _parsed(match, comment)
            if isinstance(made, _Hider):
                alone = not text[lines.start(number) : comment].strip(" \t-")
                made.line = _line_below(number, found.starts, lines) if alone else number
                read.hiders.append(made)
            else:
                problem, help = made
                end = match.start() + len(match[0].rstrip())
                said = codes.message("SC175", {"problem": problem})
                span = _span(source, lines, match.start(), end)
                read.malformed.append(Diagnostic("SC175", said, severity="warning", span=span, help=[help]))
    return read


def _line_below(number: int, starts: Sequence[int], lines: yaml_words.Lines) -> int:
    """The next line with a word on it."""
    behind = lines.end(number)
    return next((lines.number(start) for start in starts if start >= behind), number)


def _parsed(match: re.Match[str], comment: int) -> _Hider | tuple[str, str]:
    """A directive; or what is wrong with it, and what to write."""
    verb, rest = match["verb"], match["rest"]
    if verb not in _VERBS:
        close = near(verb, _VERBS) or ("ignore" if verb.lower() in _SYNONYMS else None)
        said = f"`{verb}` is neither `ignore` nor `file-ignore`" if verb else "it does not say `ignore`"
        return said, f"did you mean `{close}`?" if close else "write `# shapecheck: ignore[SC301] reason`"
    end = match.end("verb")
    found: list[tuple[str, int, int]] = []
    if rest.lstrip().startswith("["):
        listed = _LIST.match(rest)
        if listed is None:
            return "its list of codes has no `]`", f"write `{verb}[SC301]`"
        at = match.start("rest") + listed.start("codes")
        for part in listed["codes"].split(","):
            code = part.strip().upper()
            start = at + len(part) - len(part.lstrip())
            if not code:
                return "a code is missing in its list", f"write `{verb}[SC301]`, or `{verb}` for all codes"
            if not selection.is_prefix(code):
                close = selection.meant(part.strip())
                return f"no code begins with `{part.strip()}`", (
                    f"did you mean `{close}`?" if close else "`shapecheck rule` lists the codes"
                )
            found.append(("" if code == selection.ALL else code, start, start + len(part.strip())))
            at += len(part) + 1
        end = match.start("rest") + listed.end("codes") + 1
    elif rest.strip() and (not rest[0].isspace() or re.match(r"[ \t]*SC\d", rest, re.IGNORECASE)):
        return "codes stand in brackets", f"write `{verb}[SC301]`"
    return _Hider(verb, found, match.start(), end, comment)


# What is not used -------------------------------------------------------------------------------------------------


def _doubtful_lines(report: Report) -> set[int] | None:
    """The lines, from 0, of layers of which not everything is known, because of a mistake; None for all lines."""
    if not report.size:
        return None
    lines: set[int] = set()
    for calls in report.calls.values():
        for call in calls:
            if None in call.output_shapes and call.place is not None and (span := call.place.span()):
                lines.update(range(span.line - 1, span.end_line))
    return lines


def _judged(hider: _Hider, entries: list[tuple[int, int]], doubtful: set[int] | None) -> bool:
    """Whether everything was known that the hider is about."""
    if not doubtful or hider.everywhere:
        return doubtful is not None and not doubtful
    last = max((end for start, end in entries if start == hider.line), default=hider.line)
    return doubtful.isdisjoint(range(hider.line, last + 1))


def _unused(source: Source, hider: _Hider, wants: Callable[[str], bool]) -> Iterable[Diagnostic]:
    """A finding for a hider, or for those of its codes, that hid nothing."""
    if not hider.codes:
        idle = [] if hider.used else [0]
    else:
        idle = [n for n, (code, _, _) in enumerate(hider.codes) if n not in hider.used and _wanted(code, wants)]
    if not idle:
        return
    lines = yaml_words.Lines(source.text)
    verb = "file-ignore" if hider.everywhere else "ignore"
    whole = not hider.codes or len(idle) == len(hider.codes)
    said = listing([f"`{hider.codes[n][0] or selection.ALL}`" for n in idle], "or") if hider.codes else f"`{verb}`"
    start, end = (hider.start, hider.end) if whole else hider.codes[idle[0]][1:]
    edits = _removal(source, hider, lines) if whole else _shortened(source, hider, lines, idle)
    text = "remove the comment" if whole else f"remove {said.replace(' or ', ' and ')}"
    yield Diagnostic(
        "SC174",
        codes.message("SC174", {"what": said}),
        severity=codes.CODES["SC174"].severity,
        span=_span(source, lines, start, end),
        help=[text],
        fix=Fix(text, edits),
    )


def _wanted(prefix: str, wants: Callable[[str], bool]) -> bool:
    """Whether one of the codes that a prefix stands for is reported; else nothing is known of its use."""
    return any(wants(code) for code in codes.CODES if code.startswith(prefix))


def _removal(source: Source, hider: _Hider, lines: yaml_words.Lines) -> tuple[Edit, ...]:
    """Take the directive away, with its reason; where nothing else is on its line, the line."""
    number = lines.number(hider.start)
    text, start, end = source.text, hider.start, lines.end(number)
    another = _ANOTHER.search(text, hider.end, end)
    if another:
        return (Edit(_span(source, lines, start, another.end()), ""),)
    while start > lines.start(number) and text[start - 1] in " \t":
        start -= 1
    if start == lines.start(number):
        if number + 1 < len(lines):
            end = lines.start(number + 1)
        elif number:
            start = lines.end(number - 1)
    return (Edit(_span(source, lines, start, end), ""),)


def _shortened(source: Source, hider: _Hider, lines: yaml_words.Lines, idle: list[int]) -> tuple[Edit, ...]:
    kept = [code for n, code in enumerate(hider.codes) if n not in idle]
    text = ", ".join(source.text[start:end] for _, start, end in kept)
    return (Edit(_span(source, lines, hider.codes[0][1], hider.codes[-1][2]), text),)


def _span(source: Source, lines: yaml_words.Lines, start: int, end: int) -> Span:
    first, last = lines.number(start), lines.number(end)
    return Span(source, first + 1, start - lines.start(first) + 1, last + 1, end - lines.start(last) + 1)
