"""Layers of installed packages: what they offer as entry points in the group `shapecheck.layers`.

An entry point names a class under `@layer`, or a module that holds some. They are loaded once, when a kind is met that
nobody else knows; what a definition names has no part in what is imported.
"""

from __future__ import annotations

from shapecheck.contract import REGISTRY, Layer
from shapecheck.layers.index import MODULES
from shapecheck.words import failure

GROUP = "shapecheck.layers"

_broken: list[tuple[str, str]] | None = None


def load() -> list[tuple[str, str]]:
    """Register the layers of all installed packages; the entry points that cannot be used, each with the problem."""
    global _broken  # noqa: PLW0603 - once in a process, as an import is
    if _broken is None:
        _broken = []
        from importlib.metadata import entry_points

        try:
            found = sorted(entry_points(group=GROUP), key=lambda one: (one.name, one.value))
        except Exception as error:  # the metadata of some package is damaged
            _broken.append((GROUP, failure(error)))
            return _broken
        for point in found:
            before = dict(REGISTRY)
            try:
                problem = _problem(point.load(), before)
            except (Exception, SystemExit) as error:
                problem = failure(error)
            _keep_catalogue(before)
            if problem:
                _broken.append((point.name, problem))
    return _broken


def _problem(offered: object, before: dict[str, type[Layer]]) -> str:
    """What is wrong with what an entry point gave, or nothing."""
    own = [name for name, kind in REGISTRY.items() if before.get(name) is not kind and not _ours(kind)]
    if stolen := [name for name in own if name in MODULES]:
        return f"`{stolen[0]}` is the name of one of Keras's layers"
    if isinstance(offered, type):
        if not issubclass(offered, Layer):
            return f"`{offered.__name__}` is no subclass of `Layer`"
        registered = REGISTRY.get(offered.__name__) is offered
        return "" if registered else f"`{offered.__name__}` does not stand under `@layer`"
    if not hasattr(offered, "__spec__"):
        return "it names neither a class nor a module"
    held = any(kind.__module__ == getattr(offered, "__name__", "") for kind in REGISTRY.values())
    return "" if own or held else "the module has no class under `@layer`"


def _ours(kind: type[Layer]) -> bool:
    return kind.__module__.startswith("shapecheck.layers.")


def _keep_catalogue(before: dict[str, type[Layer]]) -> None:
    """Put back what took the name of a layer of the catalogue."""
    for name, kind in list(REGISTRY.items()):
        if name in MODULES and not _ours(kind):
            if name in before:
                REGISTRY[name] = before[name]
            else:
                del REGISTRY[name]
