"""The page of a code: as `shapecheck rule SC301` prints it, as Markdown, and as plain values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from shapecheck import about
from shapecheck.codes import CODES, Code

KINDS = {
    "1": "reading", "2": "wiring", "3": "shapes", "4": "dtype and mask", "5": "execution", "6": "requirements",
    "7": "lints", "8": "limits and safety", "9": "our own bugs",
}  # fmt: skip


def write(code: Code, page: str) -> str:
    """Title, message, and the page: what it means, what to do, and the refusals of Keras that people search for."""
    blocks = [f"{code.code}: {code.title} ({code.severity})", f"  {message(code)}", page.strip()]
    return "\n\n".join(filter(None, blocks))


def message(code: Code) -> str:
    """The template of what a code says, with what the facts decide left open."""
    return code.message.replace("{where}", " on axis {axis}").replace("{s}", "s")


def markdown(code: Code, page: str) -> str:
    """The page for the published reference; what is indented under a title becomes a block of code."""
    parts = [f"# {code.code}: {code.title}", f"*{KINDS[code.code[2]]}, {code.severity}*", f"> {_quoted(message(code))}"]
    return "\n\n".join([*parts, body(page)]) + "\n"


def _quoted(template: str) -> str:
    """A template as a line of Markdown: its own code spans stay, and nothing else in it is taken for markup."""
    return re.sub(r"(`[^`]*`)|([*_<>])", lambda m: m[1] or f"\\{m[2]}", template)


def body(page: str) -> str:
    """A page as Markdown: a blank line before each block of code."""
    return re.sub(r"(?<=\n)(?! |\n)(.*)\n(?=    )", r"\1\n\n", page).strip()


def as_data(code: Code, page: str) -> dict[str, Any]:
    """A code as plain values."""
    return {
        "code": code.code,
        "title": code.title,
        "kind": KINDS[code.code[2]],
        "severity": code.severity,
        "message": message(code),
        "advice": code.advice,
        "explanation": page.strip(),
        "url": about.page_url(code.code),
    }


def listing(codes: Iterable[Code] = CODES.values()) -> str:
    """Every code with its title, by kind."""
    rows: list[str] = []
    kind = ""
    for code in codes:
        if code.code[2] != kind:
            kind = code.code[2]
            rows += ["", f"{KINDS.get(kind, 'other')}"] if rows else [KINDS.get(kind, "other")]
        rows.append(f"  {code.code}  {code.title}{'' if code.severity == 'error' else f' ({code.severity})'}")
    return "\n".join(rows)
