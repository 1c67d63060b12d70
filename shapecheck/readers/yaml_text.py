"""YAML text to plain values, in one pass over the events of a parser, with budgets on everything that can grow.

PyYAML gives the events (libyaml's where it was built in) and nothing else: `yaml.compose` crashes the interpreter on
25,000 `[`, its loaders read `1e-3` as text and `no` as False, and they say nothing about a key that stands twice.
"""

from __future__ import annotations

from typing import Any

from yaml.error import MarkedYAMLError, YAMLError
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from shapecheck import codes
from shapecheck.diagnostic import Diagnostic
from shapecheck.readers.yaml_composer import DEPTH, NODES, REPEATED, Composer, Stop
from shapecheck.readers.yaml_events import compose_events
from shapecheck.readers.yaml_places import Items, Offsets, Table, YamlDocument
from shapecheck.source import Source

try:
    from yaml._yaml import CParser
except ImportError:  # a PyYAML that was built without libyaml
    CParser = None  # type: ignore[assignment,misc]

__all__ = ["BYTES", "DEPTH", "NODES", "REPEATED", "Items", "Table", "YamlDocument", "compose", "read_text"]

BYTES = 10 << 20

_MARKS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


class PureParser(Reader, Scanner, Parser):
    """The events of PyYAML's parser in Python: the same, about ten times slower."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)


PARSER: type[Any] = PureParser if CParser is None else CParser


def read_text(data: bytes | str, path: str) -> tuple[Source, list[Diagnostic]]:
    """The content of a file as a source, and why it cannot be used, if it cannot. Never raises.

    Bytes are UTF-8, or UTF-16 or UTF-32 with a byte order mark. The size may be `BYTES` at most.
    """
    size = len(data) if isinstance(data, bytes) or data.isascii() else len(data.encode("utf-8", "replace"))
    if size > BYTES:
        return _refused(Source(path, ""), "SC801", size=f"{size:,}", limit=f"{BYTES:,}")
    if isinstance(data, str):
        return _checked(data, path)
    name = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return _checked(data.decode(name), path)
    except UnicodeDecodeError as error:
        source = Source(path, data.decode(name, "replace").removeprefix("\ufeff"))
        offset = len(data[: error.start].decode(name, "ignore").removeprefix("\ufeff"))
        problem = f"byte 0x{data[error.start]:02x} at position {error.start:,}"
        return _refused(source, "SC105", offset, help=("save the file as UTF-8",), problem=problem)


def _checked(text: str, path: str) -> tuple[Source, list[Diagnostic]]:
    text = text.removeprefix("\ufeff")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        source = Source(path, text.encode("utf-8", "replace").decode())
        return _refused(source, "SC105", error.start, problem=f"half a character, U+{ord(text[error.start]):04X}")
    return Source(path, text), []


def _refused(
    source: Source, code: str, offset: int = 0, help: tuple[str, ...] = (), **facts: Any
) -> tuple[Source, list[Diagnostic]]:
    span = Offsets(source).span(offset, min(offset + 1, len(source.text)))
    return source, [Diagnostic(code, codes.message(code, facts), span=span, help=help, facts=facts)]


def compose(source: Source) -> tuple[YamlDocument | None, list[Diagnostic]]:
    """The values of a YAML text with their places, and what is wrong with the text. Never raises.

    The document is None when nothing can be used; otherwise there may still be findings, such as a key that stands
    twice. What a finding is about has then been left out, or is None.
    """
    refused = read_text(source.text, source.path)[1]
    if refused:
        return None, refused
    composer = Composer(Offsets(source))
    document = None
    try:
        composer.check_directives()
        document = compose_events(PARSER(composer.text), composer)
    except Stop:
        pass
    except MarkedYAMLError as error:
        at = error.problem_mark.index if error.problem_mark else 0
        if "nesting depth" in (error.problem or ""):  # newer scanners stop by themselves, before the first event
            composer.say("SC802", at, at + 1, limit=DEPTH)
        else:
            composer.syntax(error)
    except YAMLError as error:  # a ReaderError, which has no mark
        composer.forbidden(error)
    return document, composer.finish()
