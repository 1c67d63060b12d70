"""What is wrong with a text that is no YAML, in plain words and at the place where it went wrong.

The parser's own words ("mapping values are not allowed in this context") name its grammar; these name what was
written. libyaml and the parser in Python word their complaints differently, so only what both say is looked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from shapecheck.readers.yaml_places import clip

_WORD = re.compile(r"[^\s,\[\]{}]+|.")
_GLUED = re.compile(r"[ \t]*(?:- +)*([\w.]+:)[^\s:/]")
_CLOSING = {"[": "]", "{": "}"}
_LONGEST_KEY = 1024


class Problem(NamedTuple):
    """A syntax error: what, where, and what to do. `opened` is the place of what was left unfinished."""

    what: str
    start: int
    end: int
    label: str = ""
    opened: tuple[int, int] | None = None
    opened_label: str = ""
    help: tuple[str, ...] = ()


class _Complaint(NamedTuple):
    said: str
    text: str
    at: int
    opened: int | None

    @property
    def char(self) -> str:
        return self.text[self.at : self.at + 1]

    @property
    def line(self) -> int:
        """Where the line of the complaint starts."""
        return _line_start(self.text, self.at)

    @property
    def lead(self) -> str:
        """What stands before the complaint on its line."""
        return self.text[self.line : self.at]

    def word(self) -> str:
        match = _WORD.match(self.text, self.at)
        return clip(match[0]) if match else ""

    def here(self, what: str, label: str = "", help: str = "", length: int | None = None) -> Problem:
        """A problem at the complaint itself, marking one word there."""
        if length is None:
            match = _WORD.match(self.text, self.at)
            length = len(match[0]) if match else 0
        return Problem(what, self.at, self.at + length, label, help=(help,) if help else ())


def explain(problem: str, context: str, text: str, at: int, opened: int | None) -> Problem:
    """Put the complaint of a parser at offset `at` into plain words; `opened` is where its `context` began."""
    said = f"{context}: {problem}"
    complaint = _Complaint(said, text, min(at, len(text)), opened)
    if complaint.char == "\t" or (not complaint.lead.strip() and "\t" in complaint.lead):
        return _tab(complaint)
    for pattern, answer in _ANSWERS:
        if pattern in said:
            return answer(complaint)
    return complaint.here(problem)


def _tab(c: _Complaint) -> Problem:
    start = c.at if c.char == "\t" else c.line
    end = start
    while c.text[end : end + 1] == "\t":
        end += 1
    what = "a tab indents this line" if not c.text[c.line : start].strip() else "a tab stands where a space is needed"
    return Problem(what, start, end, "a tab", help=("YAML allows only spaces for indentation",))


def _missing_colon(c: _Complaint) -> Problem:
    start = c.at if c.opened is None else c.opened
    words = _rest_of_line(c.text, start)
    shown = clip(words)
    if glued := _GLUED.match(words):
        help: tuple[str, ...] = (f"put a space after `{glued[1]}`",)
    elif words.startswith("-") and words[1:2].strip():
        help = ("put a space after the `-` of a list entry",)
    else:
        help = (f"write `{shown}:` if it is a key",) if len(words) <= _LONGEST_KEY else ()
    return Problem(f"a `:` is missing after `{shown}`", start, start + len(words), "no `:`", help=help)


def _unexpected_value(c: _Complaint) -> Problem:
    if len(c.lead) > _LONGEST_KEY:
        return c.here("a key is longer than 1,024 characters", length=1)
    if re.search(r":\s", c.lead) or re.search(r"[^\s]:$", c.lead):
        help = "put the value in quotes, or in `{...}` if it is a mapping"
        return c.here("a second `:` in one value", "a second `:`", help, 1)
    above = c.text[: max(c.line - 1, 0)]
    above = above[_line_start(above, len(above)) :]
    if glued := _GLUED.match(above):
        start = c.line - 1 - len(above) + glued.end(1)
        return Problem(f"a space is missing after `{glued[1]}`", start - 1, start, "no space after it")
    key = clip(c.lead.strip())
    help = "indent it like the keys it belongs to" if c.lead[:1] == " " else "the text above it may lack a `:`"
    start = c.at - len(c.lead.lstrip())
    return Problem(f"the key `{key}` cannot stand here: the line above it is not finished", start, c.at, help=(help,))


def _unexpected_entry(c: _Complaint) -> Problem:
    return c.here("a list cannot begin on the line of its key", help="put each `- ` on a line of its own", length=1)


def _bad_first_character(c: _Complaint) -> Problem:
    what = "a backquote" if c.char == "`" else f"`{c.char}`"
    return c.here(f"a value cannot begin with {what}", help="put it in quotes if it is part of a text", length=1)


def _open_quote(c: _Complaint) -> Problem:
    start = c.at if c.opened is None else c.opened
    quote = c.text[start : start + 1]
    ended = f"the text runs into `{c.word()}`" if c.char else "the file ends inside the text"
    return Problem(f"the quote `{quote}` is never closed: {ended}", start, start + 1, "opened here")


def _bad_escape(c: _Complaint) -> Problem:
    # libyaml points at the backslash, the parser in Python behind it
    start = c.at if c.char == "\\" else c.text.rfind("\\", 0, c.at)
    escape = c.text[start : start + 2].strip()
    help = "in double quotes write `\\\\` for a backslash, or use single quotes"
    return Problem(f"`{clip(escape)}` means nothing in double quotes", start, start + len(escape), help=(help,))


def _open_bracket(c: _Complaint) -> Problem:
    start = c.at if c.opened is None else c.opened
    bracket = c.text[start : start + 1]
    closing = _CLOSING.get(bracket, "bracket")
    opened = (start, start + 1)
    if c.char in ("]", "}"):
        return Problem(f"`{bracket}` is closed by `{c.char}`", c.at, c.at + 1, "", opened, "opened here")
    if c.char == "{" and c.text[c.at - 1 : c.at] == "$":
        end = c.text.find("}", c.at) + 1 or c.at + 1
        written = clip(c.text[c.at - 1 : end])
        help = (f'write `"{written}"`',)
        return Problem(f"`{written}` needs quotes inside brackets", c.at - 1, end, "", opened, "inside this", help)
    line_break = "\n" in c.text[start : c.at] or not c.char
    if line_break and (not c.char or not c.lead.strip() or c.char == ":"):
        return Problem(f"`{bracket}` is never closed", start, start + 1, "opened here", _word_at(c), "still open here")
    what = f"a `,` or `{closing}` is missing before `{c.word()}`"
    return Problem(what, c.at, c.at + len(c.word()), "", opened, "opened here")


def _missing_value(c: _Complaint) -> Problem:
    if not c.char:
        start = max(c.text.rfind("[", 0, c.at), c.text.rfind("{", 0, c.at))
        if start > max(c.text.rfind("]", 0, c.at), c.text.rfind("}", 0, c.at)):
            return Problem(f"`{c.text[start]}` is never closed", start, start + 1, "opened here")
        return c.here("the file ends where a value is expected")
    if c.char == ",":
        return c.here("a value is missing before this `,`", length=1)
    if c.char in ("]", "}"):
        return c.here(f"this `{c.char}` closes nothing", length=1)
    return c.here(f"a value cannot begin with `{c.word()}`")


def _stray_line(c: _Complaint) -> Problem:
    """A line that does not fit the mapping or the list around it, or text behind a value that has ended."""
    mapping = "parsing a block mapping" in c.said
    if c.lead.strip(" -"):
        if c.char in ("]", "}"):
            return c.here(f"this `{c.char}` closes nothing", length=1)
        help = "write a quote inside single quotes as `''`" if c.lead.endswith("'") else "put the whole value in quotes"
        return c.here(f"`{c.word()}` stands behind a value that has ended", help=help)
    whole, entry = ("mapping", "keys") if mapping else ("list", "entries")
    opened = c.at if c.opened is None else c.opened
    indent, other = len(c.lead), opened - _line_start(c.text, opened)
    first = (opened, opened + 1)
    if indent == other:
        what = "a list entry stands among the keys of a mapping" if mapping else "a `-` is missing before this entry"
    else:
        what = f"this line is indented by {indent}, and the {entry} of its {whole} by {other}"
    word = _word_at(c)
    return Problem(what, word[0], word[1], "", first, f"the {whole} begins here")


def _after_the_end(c: _Complaint) -> Problem:
    return c.here(f"`{c.word()}` stands after the end of the definition")


def _name_missing(c: _Complaint) -> Problem:
    start = c.at - 1 if c.opened is None else c.opened
    sign = c.text[start : start + 1]
    help = f"put the text in quotes if the `{sign}` is part of it"
    return Problem(f"no name follows the `{sign}`", start, start + 1, help=(help,))


def _bad_prefix(c: _Complaint) -> Problem:
    return c.here(f"the tag `{c.word()}` has a prefix that is not declared", help="remove the tag")


def _bad_block_head(c: _Complaint) -> Problem:
    return c.here(f"`{c.word()}` cannot stand behind `|` or `>`", help="begin the text on the next line")


def _stray_question(c: _Complaint) -> Problem:
    return c.here("a key cannot begin here", help="put the `?` in quotes if it is part of a text", length=1)


def _bad_version(c: _Complaint) -> Problem:
    return c.here("only YAML 1 is read", length=len(_rest_of_line(c.text, c.at)))


def _bad_directive(c: _Complaint) -> Problem:
    start = c.line if c.opened is None else c.opened
    help = ("put the line in quotes if the `%` is part of a text",)
    return Problem("a line that begins with `%` is a directive", start, start + 1, help=help)


_ANSWERS: tuple[tuple[str, Callable[[_Complaint], Problem]], ...] = (
    ("directive", _bad_directive),
    ("could not find expected ':'", _missing_colon),
    ("mapping values are not allowed", _unexpected_value),
    ("sequence entries are not allowed", _unexpected_entry),
    ("mapping keys are not allowed", _stray_question),
    ("cannot start any token", _bad_first_character),
    ("found unexpected end of stream", _open_quote),
    ("found unexpected document", _open_quote),
    ("found unknown escape", _bad_escape),
    ("hexdecimal", _bad_escape),
    ("hexadecimal", _bad_escape),
    ("invalid Unicode character escape", _bad_escape),
    ("',' or ']'", _open_bracket),
    ("',' or '}'", _open_bracket),
    ("node content", _missing_value),  # "while parsing a block node" too, so before the blocks
    ("document start>", _after_the_end),
    ("parsing a block", _stray_line),
    ("expected alphabetic or numeric", _name_missing),
    ("undefined tag handle", _bad_prefix),
    ("indentation indicator", _bad_block_head),
    ("comment or line break", _bad_block_head),
    ("incompatible YAML document", _bad_version),
)


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _rest_of_line(text: str, start: int) -> str:
    """The words from `start` to the end of their line, without a comment."""
    end = len(text)
    for stop in ("\n", "\r", " #", "\t#"):
        found = text.find(stop, start, end)
        end = found if found >= 0 else end
    return text[start:end].rstrip()


def _word_at(c: _Complaint) -> tuple[int, int]:
    match = _WORD.match(c.text, c.at)
    return c.at, match.end() if match else c.at
