"""Arrays from files and into files."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import click

from shapecheck.words import listing, near, os_problem


def read(pair: str, names: Sequence[str]) -> tuple[str, Any]:
    """`x=file.npy` as the name of an input and its array; the name of an only input may be left out.

    Raises click's error where that cannot be had.
    """
    name, sign, path = pair.partition("=")
    if not sign and len(names) == 1:
        name, path = names[0], pair
    if not (name and path):
        known = f"; the inputs are {listing(f'`{one}`' for one in names[:10])}" if len(names) > 1 else ""
        raise click.BadParameter(f"`{pair}` is not of the form NAME=FILE.npy{known}", param_hint="--input")
    import numpy as np

    try:
        array = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        raise click.ClickException(f"cannot read `{path}`: no such file{_meant(path)}") from None
    except (OSError, ValueError, EOFError, MemoryError, zipfile.BadZipFile) as error:
        problem = getattr(error, "strerror", None) or "it is no array of numbers as `numpy.save` writes it"
        raise click.ClickException(f"cannot read `{path}`: {problem.lower()}") from None
    if not isinstance(array, np.ndarray):
        raise click.ClickException(f"cannot read `{path}`: it holds several arrays")
    return name, array


def _meant(path: str) -> str:
    folder, name = os.path.split(path)
    try:
        found = near(name, os.listdir(folder or "."))
    except OSError:
        return ""
    return f"; did you mean `{os.path.join(folder, found)}`?" if found else ""


def save(path: str, arrays: Mapping[str, Any]) -> None:
    """Save arrays by name, several outputs of a layer as `name[0]`, `name[1]`, in the format of `numpy.savez`.

    Not by `numpy.savez` itself, which has no room for a layer that is called `file`.
    """
    import numpy as np

    try:
        with zipfile.ZipFile(path, "w") as archive:
            for name, value in arrays.items():
                several = isinstance(value, (list, tuple))
                for index, array in enumerate(value if several else [value]):
                    label = f"{name}[{index}]" if several else name
                    with archive.open(f"{label}.npy", "w", force_zip64=True) as file:
                        np.lib.format.write_array(file, np.asarray(array), allow_pickle=False)
    except OSError as error:
        raise click.ClickException(f"cannot write `{path}`: {os_problem(error)}") from None
