"""The page of a code, as `shapecheck rule SC301` prints it."""

from __future__ import annotations

from collections.abc import Iterable

from shapecheck.codes import CODES, Code

_KINDS = {
    "1": "reading", "2": "wiring", "3": "shapes", "4": "dtype and mask", "5": "execution", "6": "requirements",
    "7": "lints", "8": "limits and safety", "9": "our own bugs",
}  # fmt: skip


def write(code: Code, page: str) -> str:
    """Title, message, and the page: what it means, what to do, and the refusals of Keras that people search for."""
    message = code.message.replace("{where}", " on axis {axis}").replace("{s}", "s")
    blocks = [f"{code.code}: {code.title} ({code.severity})", f"  {message}", page.strip()]
    return "\n\n".join(filter(None, blocks))


def listing(codes: Iterable[Code] = CODES.values()) -> str:
    """Every code with its title, by kind."""
    rows: list[str] = []
    kind = ""
    for code in codes:
        if code.code[2] != kind:
            kind = code.code[2]
            rows += ["", f"{_KINDS.get(kind, 'other')}"] if rows else [_KINDS.get(kind, "other")]
        rows.append(f"  {code.code}  {code.title}{'' if code.severity == 'error' else f' ({code.severity})'}")
    return "\n".join(rows)
