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

from shapecheck.diagnostic import Diagnostic
from shapecheck.readers.text import decoded
from shapecheck.readers.yaml_composer import DEPTH, NODES, REPEATED, Composer, Stop
from shapecheck.readers.yaml_events import compose_events
from shapecheck.readers.yaml_places import Items, Table, YamlDocument, YamlOffsets
from shapecheck.source import Source

try:
    from yaml._yaml import CParser
except ImportError:  # a PyYAML that was built without libyaml
    CParser = None  # type: ignore[assignment,misc]

__all__ = ["DEPTH", "NODES", "REPEATED", "Items", "Table", "YamlDocument", "compose"]

class PureParser(Reader, Scanner, Parser):
    """The events of PyYAML's parser in Python: the same, about ten times slower."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)


PARSER: type[Any] = PureParser if CParser is None else CParser


def compose(source: Source) -> tuple[YamlDocument | None, list[Diagnostic]]:
    """The values of a YAML text with their places, and what is wrong with the text. Never raises.

    The document is None when nothing can be used; otherwise there may still be findings, such as a key that stands
    twice. What a finding is about has then been left out, or is None.
    """
    refused = decoded(source.text, source.path)[1]
    if refused:
        return None, refused
    composer = Composer(YamlOffsets(source))
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
