"""What composing a YAML text needs now and then: anchors, tags, merges, budgets, and words for what is wrong.

The file is longer than others because the list of things that YAML can do besides holding values is long.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NoReturn

from yaml.error import MarkedYAMLError
from yaml.events import ScalarEvent

from shapecheck import codes
from shapecheck.diagnostic import Diagnostic, Label
from shapecheck.readers import yaml_scalars
from shapecheck.readers.yaml_places import Doubled, Items, Table, YamlDocument, YamlOffsets, clip
from shapecheck.words import near, shown

DEPTH = 100
NODES = 750_000
"""More than 20,000 layers need, and read in about two seconds."""
REPEATED = 250_000
"""How many values may come from aliases: a few bytes can stand for millions."""

_FINDINGS = 1_000
_DIRECTIVES = 100
_NEAR = 100  # a name is compared with no more than so many others
_FORBIDDEN = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_BARE_TAG = r"(?:&\S*\s+)?!(?!\S)"


class Stop(Exception):
    """A budget is used up, and the finding is made."""


class Note:
    """What is remembered of an open collection that has an anchor or a tag."""

    __slots__ = ("anchor", "nodes", "peak", "start", "tag")

    def __init__(self, event: Any, nodes: int, peak: int) -> None:
        self.anchor: str | None = event.anchor
        self.tag: str | None = event.tag
        self.start: int = event.start_mark.index
        self.nodes = nodes
        self.peak = peak


_Anchored = tuple[object, int, int, bool]
"""A value, how many values it holds, itself included, how deep they are nested, and whether it is a quoted text."""


class Composer:
    """The state of one text, and all that is seldom needed."""

    __slots__ = (
        "anchors", "broken", "doubled", "findings", "known", "nodes", "objects", "offsets", "peak", "quoted",
        "repeated", "text",
    )  # fmt: skip

    def __init__(self, offsets: YamlOffsets) -> None:
        self.offsets = offsets
        self.text = offsets.text
        self.findings: list[Diagnostic] = []
        self.known = dict(yaml_scalars.CORE)  # each word is resolved once
        self.anchors: dict[str, _Anchored | None] = {}  # None while it is open
        self.quoted: set[int] = set()  # where aliases of quoted texts stand
        self.objects: dict[int, object] = {}  # collections under a tag that asks for an object of Python, by their id
        self.doubled: list[Doubled] = []
        self.broken: set[int] = set()  # where aliases stand that lead nowhere
        self.nodes = 0  # in the collections that are finished; what aliases repeat counts again
        self.repeated = 0
        self.peak = 0  # the greatest depth since the innermost collection with an anchor began

    # findings

    def say(
        self,
        code: str,
        start: int,
        end: int,
        label: str = "",
        *,
        labels: Sequence[tuple[int, int, str]] = (),
        help: Sequence[str] = (),
        **facts: Any,
    ) -> None:
        span = self.offsets.span
        further = [Label(span(first, last), said) for first, last, said in labels]
        said = codes.message(code, facts)
        self.findings.append(
            Diagnostic(code, said, span=span(start, end), label=label, labels=further, help=help, facts=facts)
        )
        if len(self.findings) == _FINDINGS:
            self.findings[-1].notes = (f"reading stops after {_FINDINGS:,} findings",)
            raise Stop

    def finish(self) -> list[Diagnostic]:
        """All findings, in the order of the text."""
        self.findings.sort(key=lambda finding: finding.span[1:3] if finding.span else (0, 0))
        return self.findings

    def syntax(self, error: MarkedYAMLError) -> None:
        from shapecheck.readers.text import CONFLICT, RESOLVE, conflict  # not loaded for a text that is all right
        from shapecheck.readers.yaml_problems import explain

        if marked := conflict(self.text):
            return self.say("SC101", *marked, help=(RESOLVE,), problem=CONFLICT)
        mark, opened = error.problem_mark, error.context_mark
        at = mark.index if mark else 0
        found = explain(error.problem or "", error.context or "", self.text, at, opened.index if opened else None)
        labels = [(*found.opened, found.opened_label)] if found.opened else []
        self.say("SC101", found.start, found.end, found.label, labels=labels, help=found.help, problem=found.what)

    def forbidden(self, error: Exception) -> None:
        """A character that YAML allows nowhere; the parser does not say where it is."""
        match = re.search(_FORBIDDEN, self.text)
        if match is None:
            return self.say("SC101", 0, 0, problem=str(error))
        help = "is the file UTF-16? save it as UTF-8" if match[0] == "\0" else "write it as an escape in double quotes"
        problem = f"the character U+{ord(match[0]):04X} is not allowed"
        self.say("SC101", match.start(), match.end(), help=(help,), problem=problem)

    # budgets

    def check_directives(self) -> None:
        """Refuse a text with very many `%TAG` lines: libyaml compares each with all others, before the first event."""
        if self.text.count("%TAG") > _DIRECTIVES:
            at = self.text.find("%TAG")
            self.say("SC101", at, at + 4, problem=f"it has more than {_DIRECTIVES} `%TAG` directives")
            raise Stop

    def too_deep(self, start: int, end: int) -> NoReturn:
        self.say("SC802", start, end, limit=DEPTH)
        raise Stop

    def too_many(self, start: int, end: int, limit: int) -> NoReturn:
        self.say("SC803", start, end, limit=f"{limit:,} values")
        raise Stop

    # documents

    def next_document(self, parser: Any, event: Any, values: list[Any], marks: list[int]) -> bool:
        """Whether to go on after a second `---`: yes if the document before it or behind it is empty."""
        if marks[0] == marks[1]:
            values.clear()
            marks.clear()
            self.anchors.clear()
            return True
        first = parser.peek_event()
        empty: bool = first.start_mark.index == first.end_mark.index
        if empty and isinstance(first, ScalarEvent):
            parser.get_event()
            return True
        help = ("keep one document in a file",)
        self.say("SC109", event.start_mark.index, event.end_mark.index, "a second one begins here", help=help)
        return False

    def document(self, values: list[Any], marks: list[int]) -> YamlDocument | None:
        if values and marks[0] < marks[1]:
            return YamlDocument(self.offsets, values[0], marks, self.quoted, self.objects, self.doubled)
        self.say("SC103", 0, 0, help=("a definition has at least `layers:` with a list below it",))
        return None

    # scalars

    def resolve(self, word: str, start: int, end: int) -> object:
        """The value of a plain scalar, remembered; a number that is too large is reported, and cut to the limit."""
        try:
            value = self.known[word] = yaml_scalars.resolve(word)
        except OverflowError:
            digits = len(word.lstrip("+-"))
            given = word if digits <= yaml_scalars.DIGITS else f"a number of {digits:,} digits"
            self.say("SC807", *self.offsets.trim(start, end), given=given, limit="2^63")
            return -yaml_scalars.LARGEST if word.startswith("-") else yaml_scalars.LARGEST
        return value

    def scalar(self, event: Any) -> object:
        """A scalar behind an anchor or a tag."""
        text, tag, start, end = event.value, event.tag, event.start_mark.index, event.end_mark.index
        value: object = text
        if tag is None or tag == "!":
            if not event.style and not re.compile(_BARE_TAG).match(self.text, start, end):
                value = self.resolve(text, start, end)
        else:
            try:
                value = yaml_scalars.tagged(tag, text)
            except KeyError:
                self.bad_tag(tag, start, "is not read")
                value = text if event.style else self.resolve(text, start, end)
            except ValueError:
                self.bad_tag(tag, start, f"does not fit `{clip(text)}`")
            except OverflowError:
                value = self.resolve(text, start, end)
        if event.anchor is not None:
            self.anchors[event.anchor] = value, 1, 0, bool(event.style)
        return value

    def bad_tag(self, tag: str, start: int, problem: str) -> None:
        start = max(self.text.find("!", start), start)
        end = start + len(re.compile(r"\S*").match(self.text, start)[0])  # type: ignore[index]
        help = ("remove it: nothing is ever constructed from a tag",) if problem == "is not read" else ()
        self.say("SC119", start, end, help=help, tag=clip(yaml_scalars.shown(tag)), problem=problem)

    # collections

    def begin(self, event: Any, depth: int) -> Note | None:
        """Called at each start of a collection where the text may have anchors and tags."""
        self.peak = max(self.peak, depth)
        if event.anchor is None and event.tag is None:
            return None
        note = Note(event, self.nodes, self.peak)
        self.peak = depth
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        return note

    def close(self, note: Note, value: Table | Items, depth: int) -> None:
        """The end of a collection for which `begin` gave a note."""
        if note.anchor is not None:
            self.anchors[note.anchor] = value, 1 + self.nodes - note.nodes, 1 + self.peak - depth, False
        self.peak = max(self.peak, note.peak)
        if note.tag not in (None, "!"):
            fitting = yaml_scalars.MAP_TAGS if isinstance(value, Table) else yaml_scalars.LIST_TAGS
            if note.tag not in fitting:
                known = note.tag in yaml_scalars.TAGS
                kind = "mapping" if isinstance(value, Table) else "list"
                self.bad_tag(note.tag or "", note.start, f"does not fit a {kind}" if known else "is not read")
                if (note.tag or "").startswith(yaml_scalars.OBJECT):
                    self.objects[id(value)] = value

    def alias(self, event: Any, depth: int) -> object:
        """The value an alias stands for; None, and a finding, where there is none."""
        name, start, end = event.anchor, event.start_mark.index, event.end_mark.index
        found = self.anchors.get(name)
        if found is None:
            self.broken.add(start)
            if name in self.anchors:
                self.say("SC107", start, end, name=clip(name), problem="stands inside the value that it names")
            else:
                meant = near(name, self.anchors) if len(self.anchors) <= _NEAR > len(self.findings) else None
                help = (f"did you mean `*{meant}`?",) if meant else ()
                self.say("SC107", start, end, help=help, name=clip(name), problem="is not defined above")
            return None
        value, nodes, height, quoted = found
        if quoted:
            self.quoted.add(start)
        self.nodes += nodes - 1
        self.repeated += nodes
        if self.repeated > REPEATED:
            self.too_many(start, end, REPEATED)
        if depth + height > DEPTH:
            self.too_deep(start, end)
        self.peak = max(self.peak, depth + height)
        return value

    def table(self, values: list[Any], marks: list[int]) -> Table:
        """A mapping with something out of the ordinary: a key twice, a key that is a collection, or a merge."""
        table = Table()
        table.marks = []
        first: dict[object, tuple[int, int]] = {}
        merge: list[tuple[object, int, int]] = []
        for n in range(0, len(values), 2):
            key, (start, end, value_start, value_end) = values[n], marks[2 * n : 2 * n + 4]
            if isinstance(key, (Table, Items)):
                self.bad_key(key, start, end)
                continue
            start, end = self.offsets.trim(start, end)
            if key in first:
                help = ("`<<: [*a, *b]` merges several",) if key == "<<" else ()
                labels = [(*first[key], "first here")]
                written = clip(self.text[start:end])
                self.say("SC102", start, end, "again here", labels=labels, help=help, key=written)
                self.doubled.append((table, key, values[n + 1], marks[2 * n : 2 * n + 4]))
                continue
            first[key] = start, end
            if key == "<<" and self.text[start] == "<":
                merge.append((values[n + 1], value_start, value_end))
            else:
                table[key] = values[n + 1]
                table.marks += marks[2 * n : 2 * n + 4]
        for value, start, end in merge:
            self.merge(table, value, start, end)
        return table

    def bad_key(self, key: Table | Items, start: int, end: int) -> None:
        help: tuple[str, ...] = ()
        if isinstance(key, Table) and self.text[start : start + 1] == "{":
            help = ('if `{{ ... }}` is a template, fill it in first, or write `"${name}"`',)
        kind = "a mapping" if isinstance(key, Table) else "a list"
        self.say("SC115", start, end, help=help, what="a key", expected="a name", given=kind)

    def merge(self, table: Table, value: object, start: int, end: int) -> None:
        """Take over the keys of another mapping, or of each of a list of them; keys that are there already win."""
        if isinstance(value, Items):
            parts = list(zip(value, value.marks[::2], value.marks[1::2], strict=True))
        else:
            parts = [(value, start, end)]
        for part, at, until in parts:
            if isinstance(part, Table):
                for n, (key, inner) in enumerate(part.items()):
                    if key not in table:
                        table[key] = inner
                        table.marks += part.marks[4 * n : 4 * n + 4]
            elif at not in self.broken:
                first, last = self.offsets.trim(at, until)
                expected = "a mapping or a list of mappings"
                self.say("SC115", first, last, what="`<<`", expected=expected, given=shown(part))
