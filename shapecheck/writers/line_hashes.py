"""The hashes by which GitHub's code scanning knows a line again, for those who upload SARIF without its action."""

from __future__ import annotations

from shapecheck.source import Source, Span

_WINDOW = 100  # units that count
_FACTOR = 37
_MASK = (1 << 64) - 1
_DROP = pow(_FACTOR, _WINDOW, 1 << 64)
_LF, _END = 10, 65535


class LineHashes:
    """The hashes of the lines of sources, worked out once for each."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Source, list[str]]] = {}

    def of(self, span: Span) -> str:
        """The hash of the line on which a span begins."""
        source = span.source
        if id(source) not in self._known:
            self._known[id(source)] = source, line_hashes(source.text)
        return self._known[id(source)][1][span.line - 1]


def line_hashes(text: str) -> list[str]:
    """The hash of each line, and the how-manieth line of that hash it is: `271789c17abda88f:1`.

    A line is known by 100 UTF-16 units u from its start on, across the ends of lines: the sum of u[i] * 37^(99 - i),
    modulo 2^64. Blanks and tabs do not count, every end of a line is one line feed, and the text is followed by 65535
    and zeros.
    """
    bare = text.replace("\r\n", "\n").replace("\r", "\n").replace(" ", "").replace("\t", "")
    data = bare.encode("utf-16-le", "surrogatepass")
    units = [data[at] | data[at + 1] << 8 for at in range(0, len(data), 2)]
    units += [_END, *[0] * _WINDOW]
    hashes: list[str] = []
    seen: dict[int, int] = {}
    rolling = 0
    for unit in units[:_WINDOW]:
        rolling = (rolling * _FACTOR + unit) & _MASK
    starts = True
    for at in range(len(units) - _WINDOW):
        if starts:
            seen[rolling] = seen.get(rolling, 0) + 1
            hashes.append(f"{rolling:x}:{seen[rolling]}")
        starts = units[at] == _LF
        rolling = (rolling * _FACTOR + units[at + _WINDOW] - _DROP * units[at]) & _MASK
    return hashes
