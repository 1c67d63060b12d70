"""What the shell offers for the word that is being typed."""

from __future__ import annotations

import click


def codes(context: click.Context, parameter: click.Parameter, typed: str) -> list[str]:
    """The codes that begin like it."""
    from shapecheck.codes import CODES

    return [code for code in CODES if code.startswith(typed.upper())]


def layers(context: click.Context, parameter: click.Parameter, typed: str) -> list[str]:
    """The layers that begin like it."""
    from shapecheck import layers

    return [name for name in layers.names() if name.lower().startswith(typed.lower())]
