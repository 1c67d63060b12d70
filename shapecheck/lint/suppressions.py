"""Comments that hide findings: `# shapecheck: ignore[SC712] why`, and `# shapecheck: file-ignore[SC7] why` for a file.

An `ignore` hides what is found on its line, and, on the first line of a layer's entry, what is found in that entry. On
a line of its own it counts for the line below. Codes are separated by commas and may be beginnings of codes; without
any, everything is hidden. What hid nothing is reported, unless the mistakes in the definition left that open.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable

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


class _Text:
    """A text with its hiders, in order, and with what is wrong with other directives. Lines count from 0."""

    def __init__(self, source: Source) -> None:
        """Raises YAMLError where the text is not YAML."""
        self.source = source
        self.lines = yaml_words.Lines(source.text)
        self.malformed: list[Diagnostic] = []
        words = yaml_words.words(source.text)
        self.hiders = list(self._read(words))
        self._everywhere = [hider for hider in self.hiders if hider.everywhere]
        self._local = [hider for hider in self.hiders if not hider.everywhere]
        self._at = [hider.line for hider in self._local]
        self._homes: dict[int, int] = {}  # line -> the first line of the innermost entry that it belongs to
        self._ends: dict[int, int] = {}  # first line of an entry -> the last one
        for start, end in sorted(words.entries, key=lambda entry: (entry[0], -entry[1])):
            first, last = self.lines.number(start), self.lines.number(max(start, end - 1))
            self._homes.update(dict.fromkeys(range(first, last + 1), first))
            self._ends[first] = max(last, self._ends.get(first, 0))

    def _read(self, words: yaml_words.Words) -> Iterable[_Hider]:
        text, lines = self.source.text, self.lines
        for comment in yaml_words.comments(text, words.opaque):
            number = lines.number(comment)
            for match in _DIRECTIVE.finditer(text, comment, lines.end(number)):
                made = _parsed(match, comment)
                if isinstance(made, _Hider):
                    alone = not text[lines.start(number) : comment].strip(" \t-")
                    made.line = _line_below(number, words.starts, lines) if alone else number
                    yield made
                else:
                    problem, help = made
                    said = codes.message("SC175", {"problem": problem})
                    span = self.span(match.start(), match.start() + len(match[0].rstrip()))
                    self.malformed.append(Diagnostic("SC175", said, severity="warning", span=span, help=[help]))

    def over(self, span: Span | None) -> list[_Hider]:
        """The hiders whose lines a place belongs to."""
        if span is None:
            return self._everywhere
        first = span.line - 1
        home = self._homes.get(first, first)
        return [*self._everywhere, *(self._between(home, home) if home < first else ()),
                *self._between(first, span.end_line - 1)]  # fmt: skip

    def _between(self, first: int, last: int) -> list[_Hider]:
        return self._local[bisect_left(self._at, first) : bisect_right(self._at, last)]

    def last(self, hider: _Hider) -> int:
        """The last line that a hider of some lines is about."""
        return self._ends.get(hider.line, hider.line)

    def span(self, start: int, end: int) -> Span:
        first, last = self.lines.number(start), self.lines.number(end)
        columns = start - self.lines.start(first) + 1, end - self.lines.start(last) + 1
        return Span(self.source, first + 1, columns[0], last + 1, columns[1])


def apply(report: Report, wants: Callable[[str], bool]) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """What is left of the findings of a report, and what is hidden. `wants` says which codes are reported at all."""
    findings = report.diagnostics
    source = report.source
    if source is None or MARK not in source.text:
        return list(findings), []
    from yaml import YAMLError

    try:
        text = _Text(source)
    except YAMLError:
        return list(findings), []
    left: list[Diagnostic] = []
    hidden: list[Diagnostic] = []
    for found in findings:
        over = [] if found.code.startswith(selection.KEPT) else text.over(found.span)
        hiding = [hider for hider in over if hider.hides(found.code)]
        (hidden if hiding else left).append(found)
    doubtful = _doubtful_lines(report) if any(found.severity == "error" for found in findings) else set()
    unused = [found for hider in text.hiders if _judged(hider, text, doubtful) for found in _unused(hider, text, wants)]
    added = [found for found in (*text.malformed, *unused) if wants(found.code)]
    return sorted([*left, *added], key=lambda found: found.span[1:3] if found.span else (0, 0)), hidden


# What is there ----------------------------------------------------------------------------------------------------


def _line_below(number: int, starts: list[int], lines: yaml_words.Lines) -> int:
    """The next line with a word on it."""
    behind = bisect_left(starts, lines.end(number))
    return lines.number(starts[behind]) if behind < len(starts) else number


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


def _judged(hider: _Hider, text: _Text, doubtful: set[int] | None) -> bool:
    """Whether everything was known that the hider is about."""
    if not doubtful or hider.everywhere:
        return doubtful is not None and not doubtful
    return doubtful.isdisjoint(range(hider.line, text.last(hider) + 1))


def _unused(hider: _Hider, text: _Text, wants: Callable[[str], bool]) -> Iterable[Diagnostic]:
    """A finding for a hider, or for those of its codes, that hid nothing."""
    if not hider.codes:
        idle = [] if hider.used else [0]
    else:
        idle = [n for n, (code, _, _) in enumerate(hider.codes) if n not in hider.used and _wanted(code, wants)]
    if not idle:
        return
    verb = "file-ignore" if hider.everywhere else "ignore"
    whole = not hider.codes or len(idle) == len(hider.codes)
    said = listing([f"`{hider.codes[n][0] or selection.ALL}`" for n in idle], "or") if hider.codes else f"`{verb}`"
    start, end = (hider.start, hider.end) if whole else hider.codes[idle[0]][1:]
    edit = _removal(hider, text) if whole else _shortened(hider, text, idle)
    help = "remove the comment" if whole else f"remove {said.replace(' or ', ' and ')}"
    yield Diagnostic(
        "SC174",
        codes.message("SC174", {"what": said}),
        severity=codes.CODES["SC174"].severity,
        span=text.span(start, end),
        help=[help],
        fix=Fix(help, (edit,)),
    )


def _wanted(prefix: str, wants: Callable[[str], bool]) -> bool:
    """Whether one of the codes that a prefix stands for is reported; else nothing is known of its use."""
    return any(wants(code) for code in codes.CODES if code.startswith(prefix))


def _removal(hider: _Hider, text: _Text) -> Edit:
    """Take the directive away, with its reason; where nothing else is on its line, the line."""
    written, lines = text.source.text, text.lines
    number = lines.number(hider.start)
    start, end = hider.start, lines.end(number)
    another = _ANOTHER.search(written, hider.end, end)
    if another:
        return Edit(text.span(start, another.end()), "")
    while start > lines.start(number) and written[start - 1] in " \t":
        start -= 1
    if start == lines.start(number):
        if number + 1 < len(lines):
            end = lines.start(number + 1)
        elif number:
            start = lines.end(number - 1)
    return Edit(text.span(start, end), "")


def _shortened(hider: _Hider, text: _Text, idle: list[int]) -> Edit:
    kept = [code for n, code in enumerate(hider.codes) if n not in idle]
    left = ", ".join(text.source.text[start:end] for _, start, end in kept)
    return Edit(text.span(hider.codes[0][1], hider.codes[-1][2]), left)
