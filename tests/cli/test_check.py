"""`shapecheck check`: what is printed where, and the exit code."""

from __future__ import annotations

import json
import os
import sys

import pytest

import shapecheck as library
from shapecheck.diagnostic import Diagnostic


def test_a_good_definition_is_one_line(shapecheck, good):
    done = shapecheck("check", good)
    assert done.code == 0 and done.err == ""
    assert done.out == "ok good.yaml: 2 layers, (B, T, 8) -> (B, T, 4), 36 params\n"


def test_conditions_on_the_sizes_are_no_findings(shapecheck, folder):
    (folder / "m.yaml").write_text("layers:\n- Input: {shape: [T, 8]}\n- Reshape: {target_shape: [-1, 24]}\n")
    done = shapecheck("check", "m.yaml")
    assert done.code == 0
    assert done.out == "ok m.yaml: 2 layers, (B, T, 8) -> (B, T//3, 24), 0 params, valid when T % 3 == 0\n"
    done = shapecheck("check", "--output-format", "json", "m.yaml")
    assert json.loads(done.out)["files"][0]["requirements"] == ["T % 3 == 0"]
    assert shapecheck("check", "m.yaml", "--at", "T=6").code == 0
    assert shapecheck("check", "m.yaml", "--at", "T=7").code == 1


def test_a_bad_definition(shapecheck, bad):
    done = shapecheck("check", bad)
    assert done.code == 1 and done.err == ""
    assert done.out.startswith("error[SC110]: unknown layer `Dnse`\n --> bad.yaml:3:5\n")
    assert "did you mean `Dense`?" in done.out
    assert done.out.endswith("\n\nFound 1 error in 1 file, 1 fixable with --fix\n")


def test_several_files_and_a_missing_one(shapecheck, good, bad):
    done = shapecheck("check", bad, "god.yaml", good)
    assert done.code == 2
    assert "cannot read `god.yaml`" in done.err and "did you mean `good.yaml`?" in done.err
    assert "SC110" in done.out and "ok good.yaml" in done.out and "god.yaml" not in done.out
    assert done.out.endswith("Found 1 error in 1 of 2 files, 1 fixable with --fix\n")


def test_lines_that_say_all_is_well_stand_together(shapecheck, folder, good):
    (folder / "b.yaml").write_text((folder / good).read_text())
    assert len(shapecheck("check", good, "b.yaml").out.split("\n")) == 3


def test_quiet_prints_findings_only(shapecheck, good, bad):
    assert shapecheck("check", "-q", good).out == ""
    done = shapecheck("check", "-q", bad, good)
    assert done.code == 1 and "SC110" in done.out and "ok" not in done.out and "Found" not in done.out


def test_concise(shapecheck, good, bad):
    done = shapecheck("check", "--output-format", "concise", bad, good)
    assert done.out == "bad.yaml:3:5: error[SC110] unknown layer `Dnse`\nFound 1 error in 1 of 2 files, 1 fixable with --fix\n"


def test_json_keeps_stdout_pure(shapecheck, folder, good, bad):
    (folder / "latin.yaml").write_bytes(b"layers: [{Dense: \xe9}]")
    done = shapecheck("check", "--output-format", "json", good, bad, "missing.yaml", "latin.yaml")
    assert done.code == 2 and "missing.yaml" in done.err
    files = json.loads(done.out)["files"]
    assert [(entry["path"], entry["ok"]) for entry in files] == [
        ("good.yaml", True), ("bad.yaml", False), ("missing.yaml", False), ("latin.yaml", False),
    ]  # fmt: skip
    assert [entry["diagnostics"][0]["code"] for entry in files[1:]] == ["SC110", "SC106", "SC105"]
    assert files[0]["layers"][1] == {
        "name": "dense", "type": "Dense", "inputs": ["x"], "output_shapes": [["B", "T", 4]], "params": 36,
    }  # fmt: skip


def test_github(shapecheck, good, bad):
    done = shapecheck("check", "--output-format", "github", good, bad)
    assert done.out.startswith("::error file=bad.yaml,line=3,endLine=3,col=5,endColumn=9,title=SC110 unknown layer::")
    assert done.out.count("\n") == 1
    assert shapecheck("check", "--output-format", "github", good).out == ""


def test_standard_input(shapecheck, folder):
    done = shapecheck("check", "-", stdin=b"layers:\n- Input: {shape: [8]}\n- Dense: 0\n")
    assert done.code == 1 and "--> <stdin>:3:10" in done.out
    assert shapecheck("check", "-", stdin=b"layers: [{Dense: \xff}]").code == 2


def test_a_missing_file_alone(shapecheck, folder):
    done = shapecheck("check", "nothing.yaml")
    assert done.code == 2 and done.out == "" and "cannot read `nothing.yaml`" in done.err


# Folders ----------------------------------------------------------------------------------------------------------


def test_a_file_that_only_a_missing_package_could_read_is_no_finding_but_unreadable(shapecheck, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    (folder / "m.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    for choice in (("--fail-level", "never"), ("--select", "SC7"), ("--ignore", "SC1")):
        done = shapecheck("check", "m.h5", *choice)
        assert done.code == 2 and "SC153" in done.out + done.err


def test_a_folder_is_searched_by_content(shapecheck, folder, good, bad):
    for name, text in {
        "deep/er/list.yml": "- Input: {shape: [3]}\n- Flatten\n",
        "deep/flow.yaml": '{"name": "m", "layers": [{"Input": {"shape": [3]}}]}',
        "deep/typed.yaml": "- {type: InputLayer, shape: [3]}\n- class_name: Flatten\n",
        "deep/broken.yaml": "layers: [\n",
        "deep/other.yaml": "services:\n  web:\n    layers: none\n",
        "deep/playbook.yml": "- hosts: all\n  tasks: []\n",
        "deep/readme.txt": "layers: []\n",
        ".hidden/m.yaml": "layers: []\n",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    done = shapecheck("check", "--output-format", "json", ".", bad)
    paths = [os.path.normpath(entry["path"]) for entry in json.loads(done.out)["files"]]
    assert paths[:2] == ["bad.yaml", "good.yaml"]
    found = ["deep/broken.yaml", "deep/flow.yaml", "deep/typed.yaml", "deep/er/list.yml"]
    assert [path.replace(os.sep, "/") for path in paths[2:6]] == found
    assert done.code == 1


def test_a_folder_without_a_definition(shapecheck, folder, good):
    (folder / "empty").mkdir()
    (folder / "empty" / "x.yaml").write_text("a: b\n")
    done = shapecheck("check", "empty", good)
    assert done.code == 2 and "cannot read `empty`: no model definition in this folder" in done.err
    assert "ok good.yaml" in done.out


SAVED_MODEL = "is a SavedModel of TensorFlow, a format that is not read: save the model as `model.keras` instead"


@pytest.mark.parametrize("command", ["check", "run", "convert"])
def test_a_saved_model_is_called_by_its_name(shapecheck, folder, command):
    (folder / "saved" / "variables").mkdir(parents=True)
    (folder / "saved" / "saved_model.pb").write_bytes(b"\x08\x01")
    done = shapecheck(command, "saved")
    assert done.code == 2 and f"cannot read `saved`: it {SAVED_MODEL}" in done.err


def test_a_saved_model_that_is_all_that_a_search_finds(shapecheck, folder):
    (folder / "all" / "saved").mkdir(parents=True)
    (folder / "all" / "saved" / "saved_model.pb").write_bytes(b"\x08\x01")
    done = shapecheck("check", "all")
    assert f"cannot read `all`: no model definition in this folder, but `saved`: it {SAVED_MODEL}" in done.err


# Options ----------------------------------------------------------------------------------------------------------


def test_fail_level(shapecheck, folder):
    layers = "layers:\n- Input: {shape: [8], name: x}\n- Dense: {units: 1, name: a}\n- Dense: {units: 2, name: b}\n"
    (folder / "w.yaml").write_text(layers + "outputs: [a]\n")
    done = shapecheck("check", "w.yaml")
    assert done.code == 0 and "warning[SC204]" in done.out and "ok w.yaml" in done.out
    assert done.out.endswith("Found 1 warning in 1 file\n")
    assert shapecheck("check", "--fail-level", "warning", "w.yaml").code == 1


@pytest.mark.parametrize(
    ("severity", "level", "code"),
    [("warning", "error", 0), ("warning", "warning", 1), ("note", "warning", 0), ("error", "error", 1)],
)
def test_fail_level_of_any_finding(shapecheck, good, monkeypatch, severity, level, code):
    def check(path, **options):
        report = library.Report(path)
        report.diagnostics = [Diagnostic("SC301", "m", severity=severity)]
        return report

    monkeypatch.setattr(library, "check", check)
    assert shapecheck("check", good, "--fail-level", level).code == code


def test_options_reach_the_check(shapecheck, good, monkeypatch):
    seen = {}

    def check(path, **options):
        seen.update(options)
        return library.Report(path)

    monkeypatch.setattr(library, "check", check)
    arguments = "--at H=96,W=8 --at B=1 --keras 2 --data-format channels_first --allow-import a.b --allow-import c"
    assert shapecheck("check", good, *arguments.split()).code == 0
    assert seen == {
        "at": {"H": 96, "W": 8, "B": 1}, "keras": 2, "data_format": "channels_first", "allow_import": ("a.b", "c"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "at", ["H", "H=", "=3", "H=x", "H=1.5", "H=-1", "H=0", "H=1,H=2", "H=" + "9" * 5000, "H=\u0663", "a b=1"]
)
def test_bad_sizes_are_misuse(shapecheck, good, at):
    done = shapecheck("check", good, "--at", at)
    assert done.code == 2 and done.out == "" and "--at" in done.err


def test_sizes_in_numbers(shapecheck, good):
    assert "(B, 96, 8) -> (B, 96, 4)" in shapecheck("check", good, "--at", "T=96").out


def test_sizes_that_no_definition_has(shapecheck, folder, good):
    done = shapecheck("check", good, "--at", "Q=96")
    assert done.code == 2 and done.out == "" and "`Q`" in done.err and "--at" in done.err
    (folder / "image.yaml").write_text("layers:\n- Input: {shape: [H, 8]}\n")
    done = shapecheck("check", good, "image.yaml", "--at", "T=96,H=5")
    assert done.code == 0 and "(B, 96, 8) ->" in done.out and "(B, 5, 8) ->" in done.out
    assert shapecheck("check", good, "image.yaml", "--at", "T=96,H=5,W=1").code == 2
    assert shapecheck("graph", good, "--at", "Q=96").code == 2


# Trouble ----------------------------------------------------------------------------------------------------------


def test_our_own_failure_on_one_file_does_not_hide_the_others(shapecheck, folder, good, bad, monkeypatch):
    real = library.check

    def check(path, **options):
        if path == good:
            raise ZeroDivisionError("oh \x1b[31mno")
        return real(path, **options)

    monkeypatch.setattr(library, "check", check)
    done = shapecheck("check", good, bad)
    assert done.code == 3 and "SC110" in done.out
    assert "error[SC902]" in done.out and "this is a bug in shapecheck" in done.out and "\x1b" not in done.out
    assert "Traceback" not in done.out + done.err
    monkeypatch.setenv("SHAPECHECK_BACKTRACE", "1")
    assert "Traceback" in shapecheck("check", good).err


def test_names_with_escapes_do_not_reach_the_terminal(shapecheck, folder):
    (folder / "a\x1b[31m.yaml").write_text('layers:\n- Input: {shape: [3], name: "\\e[31m\\nx"}\n- "\\e]0;t\\a": 1\n')
    for form in ("full", "concise", "github", "json"):
        done = shapecheck("check", "--output-format", form, "a\x1b[31m.yaml", "b\x1b[0m.yaml")
        assert "\x1b" not in done.out + done.err and "\a" not in done.out


def test_services_get_paths_of_the_repository_behind_links(shapecheck, folder, monkeypatch):
    (folder / ".git").mkdir()
    (folder / "nets").mkdir()
    (folder / "nets" / "m.yaml").write_text("layers: [{Dnse: 4}]")
    (folder / "linked").symlink_to("nets")
    place = shapecheck("check", "--output-format", "gitlab", "linked/m.yaml")
    assert json.loads(place.out)[0]["location"]["path"] == "nets/m.yaml"
    monkeypatch.chdir(folder / "nets")
    assert "::error file=nets/m.yaml," in shapecheck("check", "--output-format", "github", "m.yaml").out


def test_line_hashes_are_asked_for(shapecheck, bad):
    def known(*options):
        log = json.loads(shapecheck("check", "--output-format", "sarif", *options, bad).out)
        return set(log["runs"][0]["results"][0]["partialFingerprints"])

    assert known() == {"shapecheck/v1"}
    assert known("--line-hashes") == {"shapecheck/v1", "primaryLocationLineHash"}
