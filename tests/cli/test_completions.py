"""Shell completion: the scripts, and what they are given to offer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from shapecheck_cli.lazy import COMMANDS

from shapecheck.codes import CODES

SHELLS = ("bash", "zsh", "fish")


def offered(*words, shell="bash"):
    """What is offered for the last of the words, in the folder of the test."""
    env = {**os.environ, "_SHAPECHECK_COMPLETE": f"{shell}_complete"}
    line = " ".join(("shapecheck", *words))
    if shell == "fish":
        env |= {"COMP_WORDS": line, "COMP_CWORD": words[-1]}
    else:
        env |= {"COMP_WORDS": line, "COMP_CWORD": str(len(words))}
    program = "from shapecheck_cli.main import main; main()"
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0 and done.stderr == b"", done.stderr
    return done.stdout.decode()


def plain(*words):
    return [line.partition(",")[2] for line in offered(*words).splitlines() if line.startswith("plain,")]


def test_commands_options_and_choices():
    assert plain("ru") == ["run", "rule"]
    assert set(plain("")) == set(COMMANDS)
    assert plain("check", "--output-format", "git") == ["github", "gitlab"]
    assert "--output-format" in plain("check", "--out")


def test_codes_layers_and_examples():
    assert plain("rule", "sc10") == [f"SC10{digit}" for digit in range(1, 10)]
    assert plain("rule", "SC301", "SC60") == [code for code in CODES if code.startswith("SC60")]
    assert plain("layers", "conv2dt") == ["Conv2DTranspose"]
    assert plain("example", "une") == ["unet"]


@pytest.mark.parametrize("command", ["check", "summary", "sizes", "run", "graph", "annotate", "convert"])
def test_files_are_left_to_the_shell(command):
    assert offered(command, "mod") == "file,mod\n"


def test_zsh_and_fish_get_their_own_form():
    assert offered("rule", "SC301", shell="zsh").split("\n")[:2] == ["plain", "SC301"]
    assert offered("rule", "SC301", shell="fish") == "plain,SC301\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_asks_the_command(shapecheck, shell):
    done = shapecheck("completions", shell)
    assert done.code == 0 and done.err == "" and f"_SHAPECHECK_COMPLETE={shell}_complete" in done.out


def test_an_unknown_shell_is_refused(shapecheck):
    done = shapecheck("completions", "tcsh")
    assert done.code == 2 and "tcsh" in done.err


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_bash_completes_with_the_script(shapecheck, folder):
    script = shapecheck("completions", "bash").out
    tool = folder / "shapecheck"
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "from shapecheck_cli.main import main; main()" "$@"\n')
    tool.chmod(0o755)
    program = script + "COMP_WORDS=(shapecheck rule SC40); COMP_CWORD=2; _shapecheck_completion ./shapecheck\n"
    program += 'echo "${COMPREPLY[@]}"; complete -p shapecheck'
    done = subprocess.run(["bash", "-c", program], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    codes, registered = done.stdout.splitlines()
    assert codes.split() == [code for code in CODES if code.startswith("SC40")], done.stderr
    assert registered == "complete -o nosort -F _shapecheck_completion shapecheck"


@pytest.mark.parametrize("shell", [shell for shell in SHELLS if shutil.which(shell)])
def test_a_script_is_valid(shapecheck, shell):
    script = shapecheck("completions", shell).out
    assert subprocess.run([shell, "-n", "-c", script], capture_output=True, check=False).returncode == 0
