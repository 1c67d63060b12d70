"""`check`: what is reported and what the exit code makes of it, by options and by configuration files."""

from __future__ import annotations

import json

import pytest

WARNED = "layers:\n- Input: {shape: [8], name: x}\n- Dense: {units: 1, name: a}\n- Dense: {units: 2, name: b}\noutputs: [a]\n"


@pytest.fixture
def warned(folder):
    (folder / "w.yaml").write_text(WARNED)
    return "w.yaml"


def found(done):
    files = json.loads(done.out)["files"]
    return {entry["path"]: [(d["code"], d["severity"]) for d in entry["diagnostics"]] for entry in files}


def test_select_and_ignore(shapecheck, warned, bad):
    def codes(*arguments):
        done = shapecheck("check", "--output-format", "json", warned, bad, *arguments)
        return [[code for code, _ in entries] for entries in found(done).values()]

    assert codes() == [["SC204"], ["SC110"]]
    assert codes("--select", "SC2") == [["SC204"], []]
    assert codes("--select", "SC2,SC1") == codes("--select", "sc2", "--select", "SC110") == codes()
    assert codes("--ignore", "SC1") == [["SC204"], []]
    assert codes("--select", "SC3", "--extend-select", "SC110") == [[], ["SC110"]]


def test_a_code_that_does_not_exist_is_misuse(shapecheck, warned):
    done = shapecheck("check", warned, "--select", "SC2O4")
    assert done.code == 2 and "no code begins with `SC2O4`; did you mean `SC204`?" in done.err and done.out == ""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--fail-level", "warning"], 1),
        (["--fail-level", "warning", "--exit-zero"], 0),
        (["--fail-level", "note"], 1),
        (["--fail-level", "error"], 0),
        (["--fail-level", "never"], 0),
        (["--fail-level", "warning", "--ignore", "SC204"], 0),
    ],
)
def test_what_fails(shapecheck, warned, arguments, code):
    assert shapecheck("check", warned, *arguments).code == code


def test_what_could_not_be_read_fails_whatever_is_chosen(shapecheck, folder, bad):
    (folder / "latin.yaml").write_bytes(b"layers: [{Dense: \xe9}]")
    for arguments in (["--exit-zero"], ["--fail-level", "never"], ["--ignore", "ALL"], ["--select", "SC7"]):
        assert shapecheck("check", "latin.yaml", *arguments).code == 2
        assert shapecheck("check", "missing.yaml", *arguments).code == 2
        assert shapecheck("check", bad, *arguments).code == 0


def test_a_configuration_for_each_file(shapecheck, folder, warned):
    for name, text in {
        "strict/shapecheck.toml": 'fail-level = "warning"\n[severity]\nSC204 = "error"\n',
        "loose/pyproject.toml": '[tool.shapecheck]\nignore = ["SC2"]\n',
    }.items():
        (folder / name).parent.mkdir()
        (folder / name).write_text(text)
        (folder / name).parent.joinpath("m.yaml").write_text(WARNED)
    done = shapecheck("check", "--output-format", "json", ".")
    assert found(done) == {
        "w.yaml": [("SC204", "warning")], "strict/m.yaml": [("SC204", "error")], "loose/m.yaml": [],
    }  # fmt: skip
    assert done.code == 1
    assert shapecheck("check", "loose", warned).code == 0
    assert [len(entries) for entries in found(shapecheck("check", "--isolated", "--output-format", "json", ".")).values()] == [1, 1, 1]
    assert shapecheck("check", "--config", "strict/shapecheck.toml", "loose/m.yaml").code == 1
    assert shapecheck("check", "--config", "strict/shapecheck.toml", "--isolated", "loose/m.yaml").code == 2


def test_a_configuration_that_is_wrong_stops_everything(shapecheck, folder, good):
    (folder / "shapecheck.toml").write_text('ignore = ["SC7"]\nselct = ["SC7"]\n')
    done = shapecheck("check", good)
    assert done.code == 2 and done.out == ""
    assert done.err.startswith("error[SC171]: a configuration has no key `selct`\n --> shapecheck.toml:2:1\n")
    assert "did you mean `select`?" in done.err
    assert shapecheck("check", "--isolated", good).code == 0


def test_defaults_of_the_command(shapecheck, folder, good, warned):
    (folder / "shapecheck.toml").write_text(
        'output-format = "concise"\nquiet = true\nexit-zero = true\nkeras = 2\nfail-level = "warning"\n[at]\nT = 5\nQ = 7\n'
    )
    done = shapecheck("check", good, warned)
    assert done.code == 0 and done.out.startswith("w.yaml:4:") and done.out.count("\n") == 1
    (folder / "shapecheck.toml").write_text("[at]\nT = 5\nQ = 7\n")
    assert "(B, 5, 8)" in shapecheck("check", good).out
    assert "(B, 6, 8)" in shapecheck("check", good, "--at", "T=6").out
    assert shapecheck("check", good, "--at", "Z=6").code == 2
    (folder / "shapecheck.toml").write_text('output-format = "sarf"\n')
    done = shapecheck("check", good)
    assert done.code == 2 and "`sarf`" in done.err


def test_a_comment_hides_a_finding(shapecheck, folder):
    (folder / "w.yaml").write_text(WARNED.replace("name: b}", "name: b}  # shapecheck: ignore[SC204] read elsewhere"))
    done = shapecheck("check", "--fail-level", "note", "w.yaml")
    assert done.code == 0 and done.out.startswith("ok w.yaml")


# Where the report goes -----------------------------------------------------------------------------------------------


def test_a_report_into_a_file(shapecheck, folder, bad):
    for arguments in (["--output-format", "json", "-o", "r.json"], ["-o", "r.json", "--output-format", "json"]):
        done = shapecheck("check", bad, *arguments)
        assert done.code == 1 and done.out == ""
        assert json.loads((folder / "r.json").read_text())["files"][0]["path"] == bad
        (folder / "r.json").unlink()


def test_several_formats_each_with_the_file_behind_it(shapecheck, folder, bad):
    line = ["--output-format", "json", "-o", "r.json", "--output-format", "github", "--output-format", "concise", "-o", "c.txt"]
    done = shapecheck("check", bad, *line)
    assert done.out.startswith("::error file=bad.yaml")
    assert json.loads((folder / "r.json").read_text())["files"]
    assert (folder / "c.txt").read_text().startswith("bad.yaml:3:5: error[SC110]")
    done = shapecheck("check", bad, "-o", "full.txt", "--output-format", "json", "-o", "r.json", "--output-format", "github")
    assert (folder / "full.txt").read_text().startswith("error[SC110]") and done.out.startswith("::error")


def test_two_formats_cannot_be_printed(shapecheck, bad):
    done = shapecheck("check", bad, "--output-format", "json", "--output-format", "github")
    assert done.code == 2 and done.out == "" and "only one format can be printed" in done.err


def test_a_file_that_cannot_be_written(shapecheck, folder, bad):
    done = shapecheck("check", bad, "--output-format", "json", "-o", "no/such/r.json")
    assert done.code == 2 and "cannot write `no/such/r.json`" in done.err


@pytest.mark.parametrize(("level", "failures"), [("warning", 1), ("error", 0), ("never", 0)])
def test_the_fail_level_reaches_forms_with_tests(shapecheck, warned, level, failures):
    done = shapecheck("check", warned, "--output-format", "junit", "--fail-level", level)
    assert f'failures="{failures}"' in done.out and done.code == failures
