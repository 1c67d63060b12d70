"""`--baseline`, `--write-baseline` and `--statistics`: what was known before, and counts."""

from __future__ import annotations

import json

import pytest

HEAD = "layers:\n- Input: {shape: [8], name: x}\n"
A = "- Dense: {units: 1, name: a, inputs: x}\n"
B = "- Dense: {units: 2, name: b, inputs: x}\n"
C = "- Dense: {units: 3, name: c, inputs: x}\n"
Y = "- Dense: {units: 4, name: y, inputs: x}\noutputs: [y]\n"


@pytest.fixture
def write(folder):
    def written(text, name="m.yaml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
        return name

    return written


@pytest.fixture
def known(folder):
    def rows(name="known.json"):
        files = json.loads((folder / name).read_text())["files"]
        return {path: [(row["code"], row["layer"], row["count"]) for row in several] for path, several in files.items()}

    return rows


def lint(shapecheck, *arguments):
    return shapecheck("check", "--fail-level", "warning", "--baseline", "known.json", *arguments)


def test_what_is_known_is_not_reported(shapecheck, write, known):
    write(HEAD + A + B + Y)
    done = lint(shapecheck, "m.yaml", "--write-baseline")
    assert done.code == 0 and done.out == "2 findings written to known.json\n"
    assert known() == {"m.yaml": [("SC204", "a", 1), ("SC204", "b", 1)]}
    done = lint(shapecheck, "m.yaml")
    assert done.code == 0 and done.out.startswith("ok m.yaml")
    write(HEAD + "# lines move\n" + C + B + A + Y)
    done = lint(shapecheck, "m.yaml")
    assert done.code == 1 and "`c` leads to no output" in done.out and "`a`" not in done.out


def test_it_shrinks_when_findings_are_gone(shapecheck, write, known, folder):
    write(HEAD + A + B + Y)
    lint(shapecheck, "m.yaml", "--write-baseline")
    write(HEAD + B + Y)
    lint(shapecheck, "m.yaml")
    assert known() == {"m.yaml": [("SC204", "b", 1)]}
    write(HEAD + A + B + Y)
    assert lint(shapecheck, "m.yaml").code == 1, "what was mended is new when it comes back"
    (folder / "m.yaml").unlink()
    write(HEAD + Y, "n.yaml")
    lint(shapecheck, "n.yaml")
    assert known() == {}


def test_it_does_not_shrink_for_another_reason(shapecheck, write, known):
    write(HEAD + A + B + Y)
    lint(shapecheck, "m.yaml", "--write-baseline")
    before = known()
    lint(shapecheck, "m.yaml", "--ignore", "SC2")
    assert known() == before, "not selected is not gone"
    write(HEAD + Y, "n.yaml")
    lint(shapecheck, "n.yaml")
    assert known() == before, "a file that was not checked is not clean"
    for broken in ("layers: [\n", HEAD + A + "- Dense: {units: 2, name: b, inputs: x, activation: reul}\n" + Y):
        write(broken)
        assert lint(shapecheck, "m.yaml").code == 1
        assert known() == before, "behind a mistake not everything is found"


def test_the_file_is_written_the_same_way_each_time(shapecheck, write, folder):
    for name in ("z/m.yaml", "a/m.yaml", "m.yaml"):
        write(HEAD + B + A + Y, name)
    lint(shapecheck, "m.yaml", "z", "a", "--write-baseline")
    first = (folder / "known.json").read_bytes()
    lint(shapecheck, "a", "z", "m.yaml", "--write-baseline")
    assert (folder / "known.json").read_bytes() == first
    assert list(json.loads(first)["files"]) == ["a/m.yaml", "m.yaml", "z/m.yaml"]
    lint(shapecheck, ".")
    assert (folder / "known.json").read_bytes() == first, "a run that changes nothing writes nothing"


def test_equal_findings_are_counted(shapecheck, write, known):
    comment = "  # shapecheck: ignore[SC3]"
    write(HEAD + A.rstrip() + comment + "\n" + B.rstrip() + comment + "\n" + Y.replace("[y]", "[y, a, b]"))
    lint(shapecheck, "m.yaml", "--write-baseline")
    assert known() == {"m.yaml": [("SC174", "", 2)]}
    assert lint(shapecheck, "m.yaml").code == 0
    write(HEAD + A.rstrip() + comment + "\n" + B.rstrip() + comment + "\n" + C.rstrip() + comment + "\n" + Y.replace("[y]", "[y, a, b, c]"))
    assert lint(shapecheck, "m.yaml").out.count("warning[SC174]") == 1


def test_the_facts_count_and_not_only_the_code(shapecheck, write):
    skip = "- Add: {inputs: [a, b], name: s}\n"
    write(HEAD + A.replace("1", "5") + B.replace("2", "6") + skip)
    lint(shapecheck, "m.yaml", "--write-baseline")
    assert lint(shapecheck, "m.yaml").code == 0
    write(HEAD + A.replace("1", "5") + B.replace("2", "7") + skip)
    assert lint(shapecheck, "m.yaml").code == 1


def test_paths_count_from_the_file(shapecheck, write, folder, known, monkeypatch):
    write(HEAD + A + Y, "models/m.yaml")
    (folder / "ci").mkdir()
    shapecheck("check", "models", "--baseline", "ci/known.json", "--write-baseline")
    assert list(known("ci/known.json")) == ["../models/m.yaml"]
    monkeypatch.chdir(folder / "models")
    assert shapecheck("check", "m.yaml", "--fail-level", "warning", "--baseline", "../ci/known.json").code == 0


def test_what_cannot_be_read_is_not_hidden(shapecheck, write, folder, known):
    (folder / "latin.yaml").write_bytes(b"layers: [{Dense: \xe9}]")
    assert lint(shapecheck, "latin.yaml", "--write-baseline").code == 2
    assert known() == {}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 2, "files": {}}', '{"version": 1, "files": {"m.yaml": [{}]}}', "[" * 99_999]
)
def test_a_file_that_is_no_baseline(shapecheck, good, folder, text):
    (folder / "known.json").write_text(text)
    done = lint(shapecheck, good)
    assert done.code == 2 and done.out == "" and "error[SC176]" in done.err
    assert (folder / "known.json").read_text() == text


def test_a_baseline_that_is_not_there(shapecheck, good):
    done = lint(shapecheck, good)
    assert done.code == 2 and "cannot read `known.json`" in done.err and "--write-baseline" in done.err
    done = shapecheck("check", good, "--write-baseline")
    assert done.code == 2 and "--baseline FILE" in done.err


def test_statistics(shapecheck, write, bad):
    write(HEAD + A + B + Y)
    done = shapecheck("check", "--statistics", "m.yaml", bad)
    assert done.out == (
        "2 SC204 warning unreachable layer\n1 SC110 error   unknown layer\n"
        "Found 1 error and 2 warnings in 2 files, 1 fixable with --fix\n"
    )
    done = shapecheck("check", "--statistics", "--output-format", "github", "m.yaml")
    assert done.out.startswith("::warning") and done.err.startswith("2 SC204 warning")


def test_the_tally_keeps_out_of_what_machines_read(shapecheck, write, folder):
    write(HEAD + A + Y)
    done = shapecheck("check", "--output-format", "json", "m.yaml")
    assert json.loads(done.out) and done.err == "Found 1 warning in 1 file\n"
    assert shapecheck("check", "-q", "--output-format", "json", "m.yaml").err == ""
    done = shapecheck("check", "--output-format", "concise", "-o", "c.txt", "m.yaml")
    assert done.out == "" and done.err == "Found 1 warning in 1 file\n"


def test_a_baseline_of_the_configuration_lies_beside_it(shapecheck, write, folder, monkeypatch):
    write(HEAD + A + Y, "models/m.yaml")
    (folder / "shapecheck.toml").write_text('baseline = "known.json"\nfail-level = "warning"\n')
    assert shapecheck("check", "models", "--write-baseline").code == 0
    assert (folder / "known.json").exists()
    monkeypatch.chdir(folder / "models")
    assert shapecheck("check", "m.yaml").code == 0
