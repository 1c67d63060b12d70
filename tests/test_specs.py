"""The definitions under `specs/`: what each of them promises in its comments comes out, and nothing else.

A file under `specs/errors/` marks the line of the primary span of every finding with `# error[SC203]`. A file under
`specs/examples/` is clean, runs, and shows the shape of each layer behind it.
"""

from __future__ import annotations

import pathlib
import re

import numpy as np
import pytest

import shapecheck
from shapecheck.codes import CODES

ROOT = pathlib.Path(__file__).parent.parent
ERRORS = sorted((ROOT / "specs" / "errors").glob("*.yaml"))
PROMISE = re.compile(r"#\s*(error|warning|note)\[(SC\d{3})\]")


@pytest.fixture(autouse=True)
def _no_configuration_of_keras(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))


def promised(text):
    """(line, severity, code) of every promise in a text."""
    lines = enumerate(text.split("\n"), 1)
    return sorted((number, *match) for number, line in lines for match in PROMISE.findall(line))


def found(report):
    return sorted((d.span.line if d.span else 0, d.severity, d.code) for d in report.diagnostics)


@pytest.mark.parametrize("path", ERRORS, ids=lambda path: path.stem)
def test_a_definition_with_errors_keeps_its_promise(path):
    report = shapecheck.check(path)
    assert found(report) == promised(path.read_text(encoding="utf-8"))
    assert path.stem[:5] in {d.code for d in report.diagnostics}
    assert path.read_text(encoding="utf-8").startswith("# ")


@pytest.mark.parametrize("path", ERRORS, ids=lambda path: path.stem)
def test_the_text_points_at_the_words(path):
    """Below the line of each finding stand carets, and the first of them in the column that is named."""
    report = shapecheck.check(path)
    blocks = str(report).split("\n\n")
    assert len(blocks) >= len(report.diagnostics)
    for finding, block in zip(report.diagnostics, blocks, strict=False):
        rows = block.split("\n")
        assert rows[0] == f"{finding.severity}[{finding.code}]: {finding.message}"
        assert rows[1].endswith(f"--> {path}:{finding.span.line}:{finding.span.column}")
        at = next(i for i, row in enumerate(rows) if re.match(rf"\s*{finding.span.line} \|", row))
        carets = rows[at + 1]
        assert "^" in carets
        source = path.read_text(encoding="utf-8").split("\n")[finding.span.line - 1]
        if len(source) <= 160 and "\t" not in source:
            start = rows[at].index("|") + 2 + finding.span.column - 1
            assert carets[start] == "^" and carets[start - 1] in " -|"


@pytest.mark.parametrize("path", ERRORS, ids=lambda path: path.stem)
def test_findings_are_worded_as_the_house_words_things(path):
    for finding in shapecheck.check(path).diagnostics:
        said = [finding.message, *filter(None, [finding.label]), *finding.notes, *finding.help]
        for text in (*said, *(label.text for label in finding.labels)):
            assert not text.endswith(".") and "\n" not in text and text.count("`") % 2 == 0
            assert not any(word in text for word in ("Traceback", "<class", "object at", "Expr("))
        assert finding.message[0] == finding.message[0].lower()
        assert " ? " not in f" {finding.message} " and "`?`" not in finding.message
        assert len(said) == len(set(said))


# Codes that no YAML file can show ----------------------------------------------------------------------------------

SMALL = "layers:\n  - Input: {name: x, shape: [4]}\n  - Dense: {units: 2, name: y}\n"


def refused(call):
    """The finding that a call raises."""
    with pytest.raises(shapecheck.ShapecheckError) as caught:
        call()
    return caught.value.diagnostic


def only(report):
    (finding,) = report.diagnostics
    return finding


def ran(arrays=None, text=SMALL, **more):
    return refused(lambda: shapecheck.run(None, arrays, text=text, **more))


def disagreed(monkeypatch):
    """A layer whose arrays are not what its formula says."""
    from shapecheck.layers.dense import Dense

    monkeypatch.setattr(Dense, "shape", lambda self, x, keras: (x[0], self.units + 1))
    return ran()


def failed(monkeypatch, capsys):
    """A command that breaks where nothing should."""
    from shapecheck_cli import app

    def broken(*given, **more):
        raise RuntimeError("a plain mistake")

    monkeypatch.setattr(shapecheck, "check", broken)
    monkeypatch.setattr("shapecheck.checker.check", broken)
    assert app.run(["check", str(ERRORS[0])]) == 3
    said = capsys.readouterr()
    assert "SC902" in said.out + said.err and "a plain mistake" in said.out + said.err
    return shapecheck.codes.CODES["SC902"]


def configured(monkeypatch, tmp_path):
    """Keras's own configuration file changes a default."""
    (tmp_path / "keras.json").write_text('{"image_data_format": "channels_first"}')
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    text = "layers:\n  - Input: {shape: [3, 8, 8]}\n  - Flatten\n"
    return next(d for d in shapecheck.check(text=text).diagnostics if d.code == "SC702")


LAMBDA = "layers:\n  - Input: {name: x, shape: [4, 8]}\n  - Lambda: {function: 'lambda x: x[:, 0]', output_shape: [4, 8]}\n"
OPAQUE = "layers:\n  - Input: {name: x, shape: [8]}\n  - Lambda: {function: 'lambda x: x[x > 0]'}\n"

PYTHON_ONLY = {
    "SC105": ("bytes that are no text", lambda: only(shapecheck.check(text=b"layers: [\xff\xfe\x00]"))),
    "SC106": ("a path", lambda: refused(lambda: shapecheck.check(str(ROOT / "specs" / "nothing.yaml")))),
    "SC315": ("the function is run", lambda: ran(text=LAMBDA)),
    "SC501": ("an array", lambda: ran({"x": np.zeros((2, 5))})),
    "SC502": ("weights", lambda: ran(weights={"y": [np.zeros((4, 3)), np.zeros(2)]})),
    "SC503": ("an array", lambda: ran({"z": np.zeros((2, 4))})),
    "SC504": ("a run", lambda: ran(text=OPAQUE)),
    "SC702": ("Keras's configuration file", configured),
    "SC801": ("a large file", lambda: only(shapecheck.check(text="#" + " " * (11 << 20)))),
    "SC901": ("a mistake of ours", disagreed),
    "SC902": ("a mistake of ours", failed),
}


@pytest.mark.parametrize("code", PYTHON_ONLY)
def test_codes_that_no_file_shows(code, request):
    _, show = PYTHON_ONLY[code]
    names = show.__code__.co_varnames[: show.__code__.co_argcount]
    finding = show(*(request.getfixturevalue(name) for name in names))
    assert finding.code == code
    assert finding.message and not finding.message.endswith(".")


def test_every_code_is_shown():
    shown = {path.stem[:5] for path in ERRORS} | set(PYTHON_ONLY)
    assert shown == set(CODES)
    assert all(re.fullmatch(r"SC\d{3}_[a-z0-9_]+", path.stem) for path in ERRORS)
