"""Words for messages: the name that was probably meant, lists in prose, and values as they were written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def _folded(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


def near(name: object, names: Iterable[str]) -> str | None:
    """The one of `names` that was probably meant by `name`; None where none is near.

    A name that differs only in case, underscores or hyphens wins over any other, first in the same style of case.
    """
    if not isinstance(name, str) or not 0 < len(name) <= 80:
        return None
    known = list(names)
    folded = _folded(name)
    same = [candidate for candidate in known if _folded(candidate) == folded]
    if same:
        return next((candidate for candidate in same if candidate.islower() == name.islower()), same[0])
    from difflib import get_close_matches

    found = get_close_matches(name, known, 1, 0.7) or get_close_matches(name.lower(), known, 1, 0.7)
    return found[0] if found else None


def failure(error: BaseException) -> str:
    """An exception of somebody else's code in one short line."""
    try:
        said = " ".join(str(error).split())[:160]
    except Exception:
        said = ""
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def os_problem(error: OSError) -> str:
    """Why a file cannot be read or written, as the system says it."""
    return (error.strerror or type(error).__name__).lower()


def listing(items: Iterable[str], last: str = "and") -> str:
    """`a, b and c`; `last` is the word before the last item."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def shown(value: Any) -> str:
    """A value as a message shows it: short, and as it was written."""
    if isinstance(value, str):
        text = f"`{value if len(value) <= 40 else value[:37] + '...'}`"
        return f"the text {text}" if _like_a_value(value) else text
    if value is None:
        return "None"
    if isinstance(value, (list, tuple)):
        return _shown_list(value)
    if isinstance(value, dict):
        return "a mapping"
    if callable(value):
        return "a function"
    if isinstance(value, int) and abs(value) >= 1 << 128:
        return "a huge number"
    try:
        text = " ".join(str(value).split())
    except Exception:  # an object whose text is not to be had
        text = ""
    if not text or text.startswith("<"):
        return f"a value of type {type(value).__name__}"
    return text if len(text) <= 60 else text[:57] + "..."


def _like_a_value(text: str) -> bool:
    """Whether a text looks like a number or a truth value, as one in quotes does."""
    try:
        float(text)
    except ValueError:
        return text.lower() in ("true", "false", "none", "null")
    return True


def _shown_list(value: list[Any] | tuple[Any, ...]) -> str:
    """A short list of plain values as written; of any other, its length."""
    plain = all(item is None or isinstance(item, (bool, float, str)) or _small(item) for item in value)
    text = str(value) if plain and len(value) <= 8 else ""
    return text if text and len(text) <= 60 else f"a list of {len(value)} values"


def _small(item: Any) -> bool:
    return isinstance(item, int) and abs(item) < 1 << 128


def shape_text(shape: Iterable[Any]) -> str:
    """`(4,)`, `(B, 3)`: a shape as Python writes it, with symbols by their names."""
    sizes = ["None" if size is None else str(size) for size in shape]
    return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"
