"""The layers, one file per formula, loaded by name when a definition uses them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from shapecheck.contract import REGISTRY, Layer
from shapecheck.layers.index import MODULES

ALIASES = {
    "Input": "InputLayer",
    # second names that Keras exports
    **{f"Convolution{rank}D": f"Conv{rank}D" for rank in (1, 2, 3)},
    **{f"Convolution{rank}DTranspose": f"Conv{rank}DTranspose" for rank in (1, 2, 3)},
    **{f"SeparableConvolution{rank}D": f"SeparableConv{rank}D" for rank in (1, 2)},
    **{f"{short}{rank}D": f"{short.replace('Avg', 'Average')}ing{rank}D" for rank in (1, 2, 3)
       for short in ("MaxPool", "AvgPool", "GlobalMaxPool", "GlobalAvgPool")},
}  # fmt: skip

LIVE = {
    "TFSMLayer": "a SavedModel of TensorFlow",
    "JaxLayer": "a function of JAX",
    "FlaxLayer": "a module of Flax",
    "TorchModuleWrapper": "a module of PyTorch",
}
"""Layers of Keras around an object of a framework, which only that framework can run."""


_NONE: Mapping[str, type[Layer]] = {}
_own: ContextVar[Mapping[str, type[Layer]]] = ContextVar("own", default=_NONE)


@contextmanager
def also(kinds: Mapping[str, type[Layer]]) -> Iterator[None]:
    """A block in which these kinds are known as well: those that a definition describes itself."""
    token = _own.set(kinds)
    try:
        yield
    finally:
        _own.reset(token)


def find(kind: str) -> type[Layer] | None:
    """The class of a layer by Keras's name; its file is imported now."""
    name = ALIASES.get(kind, kind)
    known = REGISTRY.get(name) or _own.get().get(name)
    if known is None and name in MODULES:
        __import__(f"shapecheck.layers.{MODULES[name]}")
        known = REGISTRY.get(name)
    elif known is None and name.startswith("ops."):
        known = _operation(name)
    return known


def _operation(name: str) -> type[Layer] | None:
    """The class of an operation such as `ops.Mean`; its file is imported now."""
    from shapecheck.layers._ops_index import OPERATIONS

    module = OPERATIONS.get(name.removeprefix("ops."))
    if module is None:
        return None
    __import__(f"shapecheck.layers.{module}")
    return REGISTRY.get(name)


def seek(kind: str) -> type[Layer] | None:
    """The same, looked for in the installed packages as well where nobody else knows it."""
    known = find(kind)
    if known is None and kind.isidentifier():
        plug_ins()
        known = find(kind)
    return known


def plug_ins() -> list[tuple[str, str]]:
    """Load the layers of installed packages; (name, problem) for each that cannot be used."""
    from shapecheck.layers._plugins import load

    return load()


def found(kind: str) -> type[Layer]:
    """The class of a layer that is known to exist."""
    known = find(kind)
    if known is None:
        raise LookupError(kind)
    return known


def names() -> Iterable[str]:
    """The names of all layers, in alphabetical order; those of operations are apart."""
    return sorted({*MODULES, *_own.get(), *ALIASES, *(name for name in REGISTRY if not name.startswith("ops."))})


def operations() -> Iterable[str]:
    """The names of all operations, such as `ops.Mean`, in alphabetical order."""
    from shapecheck.layers._ops_index import OPERATIONS

    return [f"ops.{name}" for name in sorted(OPERATIONS)]


def why_opaque(name: str) -> str:
    """Why nothing is known of what an operation of Keras gives, to follow a sentence; else nothing."""
    from shapecheck.layers._ops import why

    return why(name) if name.startswith("ops.") else ""
