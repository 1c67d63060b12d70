"""The command line, run inside this process, in a folder of its own."""

from __future__ import annotations

import io
import sys

import pytest
from shapecheck_cli import app

GOOD = """\
layers:
  - Input: {name: x, shape: [T, 8]}
  - Dense: {units: 4, name: dense}
"""
BAD = """\
layers:
  - Input: {name: x, shape: [T, 8]}
  - Dnse: {units: 4, name: dense}
"""


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder: empty, with nothing in the environment that decides about colour."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "SHAPECHECK_BACKTRACE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def shapecheck(folder, capfdbinary, monkeypatch):
    """`shapecheck("check", "m.yaml", stdin=b"...")`: run a command, and what it said."""

    def call(*arguments, stdin=b""):
        capfdbinary.readouterr()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = app.run(arguments)
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        return Result(code, out.decode(), err.decode())

    return call


@pytest.fixture
def good(folder):
    (folder / "good.yaml").write_text(GOOD)
    return "good.yaml"


@pytest.fixture
def bad(folder):
    (folder / "bad.yaml").write_text(BAD)
    return "bad.yaml"
