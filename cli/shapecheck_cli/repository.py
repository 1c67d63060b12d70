"""Where the repository begins in which a command runs: services want paths from there on."""

from __future__ import annotations

import os


def top(folder: str) -> str:
    """The nearest folder, from this one upwards, that git made its own; this one where there is none."""
    at = folder
    while not os.path.exists(os.path.join(at, ".git")):
        above = os.path.dirname(at)
        if above == at:
            return folder
        at = above
    return at
