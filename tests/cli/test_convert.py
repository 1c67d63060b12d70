"""`shapecheck convert`: what it prints, what it writes, and what it says when it cannot."""

from __future__ import annotations

YAML = """\
layers:
  - Input: {name: x, shape: [T, 8]}
  - Dense: 4
"""


def test_a_definition_is_printed_as_yaml(shapecheck, good):
    done = shapecheck("convert", good)
    assert (done.code, done.out, done.err) == (0, YAML, "")


def test_a_definition_is_written_to_a_file(shapecheck, good, folder):
    done = shapecheck("convert", good, "-o", "made.yaml")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert (folder / "made.yaml").read_text() == YAML
    assert shapecheck("check", "made.yaml").code == 0


def test_standard_input_is_read(shapecheck, folder):
    done = shapecheck("convert", "-", stdin=YAML.encode())
    assert (done.code, done.out) == (0, YAML)


def test_a_definition_with_errors_is_refused_with_its_findings(shapecheck, bad, folder):
    done = shapecheck("convert", bad, "-o", "made.yaml")
    assert done.code == 1 and done.out == ""
    assert "error[SC110]: unknown layer `Dnse`" in done.err and "did you mean `Dense`?" in done.err
    assert not (folder / "made.yaml").exists()


def test_warnings_are_said_and_the_definition_is_converted(shapecheck, folder):
    (folder / "own.yaml").write_text("layers:\n  - Input: {name: x, shape: [8]}\n  - Mine: {a: 1}\n")
    done = shapecheck("convert", "own.yaml")
    assert done.code == 0 and "warning[SC120]" in done.err
    assert done.out == "layers:\n  - Input: {name: x, shape: [8]}\n  - Mine: {a: 1}\n"


def test_what_cannot_be_read_or_written_is_said(shapecheck, good):
    assert shapecheck("convert", "nothing.yaml").code == 2
    assert shapecheck("convert", ".").code == 2
    done = shapecheck("convert", good, "-o", "nowhere/made.yaml")
    assert done.code == 2 and "cannot write `nowhere/made.yaml`: no such file or directory" in done.err


def test_a_size_that_is_not_declared_is_misuse(shapecheck, good):
    done = shapecheck("convert", good, "--at", "Q=3")
    assert done.code == 2 and "symbol `Q`" in done.err


def test_a_function_of_a_module_keeps_its_name(shapecheck, folder, monkeypatch):
    monkeypatch.syspath_prepend(str(folder))
    (folder / "mine.py").write_text("def twice(x):\n    return 2 * x\n")
    text = 'layers:\n  - Input: {name: x, shape: [8]}\n  - Lambda: {function: "mine:twice", name: t}\n'
    (folder / "m.yaml").write_text(text)
    done = shapecheck("convert", "m.yaml", "--allow-import", "mine")
    assert (done.code, done.out, done.err) == (0, text, "")
    assert shapecheck("convert", "m.yaml").code == 1
