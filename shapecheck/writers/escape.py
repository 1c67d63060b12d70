"""The one way in which a user's text reaches a terminal, a notebook or a log: printable, and on one line."""

from __future__ import annotations

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def escape(text: str, limit: int | None = None) -> str:
    r"""The text with everything that is not printable spelled out: `\n`, `\x1b`, `\u202e`.

    That covers control characters (C0 and C1), bidirectional and zero-width ones, line separators, lone surrogates and
    spaces that only look like one. `##[` is broken, because build logs take commands from it in the middle of a line.
    A text longer than `limit` loses its middle.
    """
    if limit is not None and len(text) > limit:
        half = max(1, (limit - 3) // 2)
        text = f"{text[:half]}...{text[-half:]}"
    if not text.isprintable():
        text = "".join(c if c.isprintable() else spelled(c) for c in text)
    return text.replace("##[", "#\\x23[") if "##[" in text else text


def spelled(char: str) -> str:
    """A character as the escape that stands for it."""
    if char in _SHORT:
        return _SHORT[char]
    point = ord(char)
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def width(text: str) -> int:
    """The columns that a printable text takes in a terminal: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(map(char_width, text))


def char_width(char: str) -> int:
    """The columns of one printable character."""
    if char.isascii():
        return 1
    from unicodedata import category, east_asian_width

    if category(char) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1
