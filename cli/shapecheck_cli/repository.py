"""Where the repository begins in which a command runs: services want paths from there on."""

from __future__ import annotations

import os
from functools import cache
from typing import Any


def places() -> dict[str, Any]:
    """What the writers for services have to know of paths: `here`, `root` and `resolve`."""
    here = os.getcwd()
    return {"here": here, "root": top(here), "resolve": cache(os.path.realpath)}


def top(folder: str) -> str:
    """The nearest folder, from this one upwards, that git made its own; this one where there is none."""
    at = folder
    while not os.path.exists(os.path.join(at, ".git")):
        above = os.path.dirname(at)
        if above == at:
            return folder
        at = above
    return at
