"""The other commands, colour, help, and misuse."""

from __future__ import annotations

import json
import pathlib
import re
import zipfile

import pytest
from shapecheck_cli import console, lazy
from shapecheck_cli.commands import example

import shapecheck as library
from shapecheck.codes import CODES

WITH_LOSS = """\
layers:
  - Input: {name: x, shape: [T, 8]}
  - Dense: {units: 4, name: dense, kernel_regularizer: {L2: 0.1}}
  - Dropout: 0.5
"""


def cells(text):
    return [re.split(r"\s{2,}", line.strip()) for line in text.split("\n")]


# summary, graph, annotate -----------------------------------------------------------------------------------------


def test_summary(shapecheck, good):
    done = shapecheck("summary", good)
    assert done.code == 0 and done.err == ""
    assert ["dense", "Dense", "(B, T, 4)", "36", "32*B*T", "x"] in cells(done.out)
    numbers = shapecheck("summary", good, "--at", "B=2,T=5")
    assert ["dense", "Dense", "(2, 5, 4)", "36", "320", "x"] in cells(numbers.out)


def test_summary_of_a_bad_definition_shows_why(shapecheck, bad):
    done = shapecheck("summary", bad)
    assert done.code == 1 and "SC110" in done.out


def test_graph(shapecheck, good, bad):
    done = shapecheck("graph", good)
    assert done.code == 0 and done.out.startswith("digraph") and '[label="(B, T, 8)"]' in done.out
    assert shapecheck("graph", good, "--format", "mermaid").out.startswith("flowchart TD\n")
    done = shapecheck("graph", bad)
    assert done.code == 1 and "SC110" in done.err and "SC110" not in done.out


def test_outputs_are_told_apart(shapecheck, folder):
    (folder / "m.yaml").write_text(
        "layers:\n- Input: {shape: [T, 8], name: x}\n- Lambda: {function: 'lambda x: [x, x[:, 0]]', name: two}\n"
        "- Dense: {units: 3, name: a, inputs: 'two[1]'}\noutputs: [a, 'two[0]']\n"
    )
    edges = [line.strip() for line in shapecheck("graph", "m.yaml").out.split("\n") if "->" in line]
    assert edges == [
        'n0 -> n1 [label="(B, T, 8)"];',
        'n1 -> n2 [label="(B, 8)"];',
        'n2 -> out0 [label="(B, 3)"];',
        'n1 -> out1 [label="(B, T, 8)"];',
    ]
    assert ["a", "Dense", "(B, 3)", "27", "24*B", "two[1]"] in cells(shapecheck("summary", "m.yaml").out)


def test_annotate_prints_or_writes(shapecheck, folder, good):
    text = (folder / good).read_bytes()
    done = shapecheck("annotate", good)
    assert done.code == 0 and (folder / good).read_bytes() == text
    assert done.out.split("\n")[1:3] == [
        "  - Input: {name: x, shape: [T, 8]}  # -> (B, T, 8)",
        "  - Dense: {units: 4, name: dense}  # -> (B, T, 4)",
    ]
    assert shapecheck("annotate", "--write", good).out == ""
    assert (folder / good).read_text() == done.out
    assert shapecheck("annotate", good).out == done.out


def test_annotate_keeps_line_ends_and_the_byte_order_mark(shapecheck, folder):
    text = b"\xef\xbb\xbflayers:\r\n- Input: {shape: [3], name: \xc3\xa9}\r\n"
    (folder / "m.yaml").write_bytes(text)
    assert shapecheck("annotate", "--write", "m.yaml").code == 0
    assert (folder / "m.yaml").read_bytes() == text.replace(b"}\r", b"}  # -> (B, 3)\r")


def test_annotate_of_what_cannot_be_used(shapecheck, folder, bad):
    assert shapecheck("annotate", "none.yaml").code == 2
    text = (folder / bad).read_bytes()
    done = shapecheck("annotate", "--write", bad)
    assert done.code == 1 and "SC110" in done.err
    assert b"Dnse: {units: 4, name: dense}\n" in (folder / bad).read_bytes() and text
    (folder / "wide.yaml").write_bytes("layers: [\n {Input: {shape: [3]}}]\n".encode("utf-16"))
    done = shapecheck("annotate", "--write", "wide.yaml")
    assert done.code == 2 and "UTF-8" in done.err


def test_annotate_standard_input(shapecheck, folder):
    done = shapecheck("annotate", "-", stdin=b"layers:\n- Input: {shape: [3]}")
    assert done.out == "layers:\n- Input: {shape: [3]}  # -> (B, 3)"


# run --------------------------------------------------------------------------------------------------------------


def test_run_prints_a_row_for_each_layer(shapecheck, folder):
    (folder / "m.yaml").write_text(WITH_LOSS)
    done = shapecheck("run", "m.yaml", "--at", "T=5")
    assert done.code == 0, done.err
    found = cells(done.out)
    assert ["layer", "type", "shape", "dtype", "mean", "min", "max"] in found
    assert ["x", "InputLayer", "(2, 5, 8)", "float32"] in [row[:4] for row in found]
    assert ["dense", "Dense", "(2, 5, 4)", "float32"] in [row[:4] for row in found]
    assert ["sizes", "B=2", "the smallest that is valid"] in found and ["sizes", "T=5", "set"] in found
    assert ["drawn", "x"] in found and ["outputs", "(2, 5, 4)"] in found
    loss = next(float(row[1]) for row in found if row[0] == "regularization loss")
    assert loss == pytest.approx(library.run("m.yaml", at={"T": 5}).regularization_loss, rel=1e-5) and loss > 0
    assert done.out == shapecheck("run", "m.yaml", "--at", "T=5").out
    assert done.out != shapecheck("run", "m.yaml", "--at", "T=5", "--seed", "1").out


def test_run_with_arrays_and_a_place_for_the_outputs(shapecheck, folder):
    import numpy as np

    (folder / "m.yaml").write_text(WITH_LOSS)
    array = np.arange(48, dtype="float32").reshape(3, 2, 8)
    np.save("x.npy", array)
    done = shapecheck("run", "m.yaml", "--input", "x=x.npy", "--save", "out.npz", "--train")
    assert done.code == 0, done.err
    assert ["sizes", "B=3, T=2", "from the arrays"] in cells(done.out) and "training" in done.out
    with np.load("out.npz") as saved:
        assert set(saved) >= {"x", "dense"}
        np.testing.assert_array_equal(saved["x"], array)
        assert saved["dense"].shape == (3, 2, 4)
        rest = saved[next(name for name in saved if name not in ("x", "dense"))]
        assert (rest == 0).any()


def test_run_of_standard_input(shapecheck, folder):
    assert shapecheck("run", "-", stdin=WITH_LOSS.encode()).code == 0


def test_run_refuses(shapecheck, folder, bad):
    import numpy as np

    (folder / "m.yaml").write_text(WITH_LOSS)
    np.save("x.npy", np.zeros((2, 3, 7), "float32"))
    np.save("object.npy", np.array([{}]), allow_pickle=True)
    with zipfile.ZipFile("zip.npz", "w"):
        pass
    (folder / "text.npy").write_text("no array")

    def run(*arguments):
        done = shapecheck("run", *arguments)
        assert done.out == ""
        return done.code, done.err

    code, said = run(bad)
    assert code == 1 and "SC110" in said
    assert run("none.yaml")[0] == 2
    code, said = run("m.yaml", "--input", "x=x.npy")
    assert code == 1 and "SC501" in said
    code, said = run("m.yaml", "--input", "y=x.npy")
    assert code == 1 and "SC503" in said
    code, said = run("m.yaml", "--input", "x=x.np")
    assert code == 2 and "did you mean `x.npy`?" in said
    assert run("m.yaml", "--input", "x.npy") == run("m.yaml", "--input", "x=x.npy")
    for pair in ("=x.npy", "x=", "x=text.npy", "x=object.npy", "x=zip.npz", "x=."):
        assert run("m.yaml", "--input", pair)[0] == 2, pair
    assert run("m.yaml", "--save", "none/out.npz")[0] == 2


# rule, layers, example --------------------------------------------------------------------------------------------


def test_rule(shapecheck):
    done = shapecheck("rule", "SC301", "sc110")
    assert done.code == 0 and done.out.startswith("SC301: unequal sizes") and "\nSC110: unknown layer" in done.out
    done = shapecheck("rule")
    assert done.code == 0 and all(code in done.out for code in CODES)
    done = shapecheck("rule", "SC999")
    assert done.code == 2 and done.out == "" and "no code `SC999`" in done.err


def test_rule_all_in_every_form(shapecheck):
    from shapecheck.codes import CODES

    pages = json.loads(shapecheck("rule", "--all", "--output-format", "json").out)
    assert [page["code"] for page in pages] == list(CODES) and all(page["explanation"] for page in pages)
    assert list(pages[0]) == ["code", "title", "kind", "severity", "message", "advice", "explanation", "url"]
    text = shapecheck("rule", "--all").out
    assert all(f"{code.code}: {code.title} ({code.severity})" in text for code in CODES.values())
    markdown = shapecheck("rule", "SC301", "--output-format", "markdown").out
    assert (
        markdown.startswith("# SC301: unequal sizes\n\n*shapes, error*\n")
        and "\nKeras says:\n\n    A `Concat" in markdown
    )
    done = shapecheck("rule", "SC301", "SC999", "--output-format", "json")
    assert done.code == 2 and "no code `SC999`" in done.err and len(json.loads(done.out)) == 1


def test_layers(shapecheck):
    done = shapecheck("layers")
    assert done.code == 0 and "\n  Dense " in done.out and done.out.count("InputLayer ") == 1
    done = shapecheck("layers", "Dense")
    assert done.code == 0 and "a positive integer" in done.out
    done = shapecheck("layers", "Dnse")
    assert done.code == 2 and "did you mean `Dense`?" in done.err
    done = shapecheck("layers", "ops.Mean")
    assert done.code == 0 and "keepdims" in done.out and "every operation also takes" in done.out.lower()
    done = shapecheck("layers", "ops.Map")
    assert done.code == 2 and "runs functions" in done.err


def test_example(shapecheck, monkeypatch, tmp_path):
    monkeypatch.setattr(example, "_folder", lambda: str(tmp_path))
    (tmp_path / "mlp.yaml").write_bytes(b"# A network.\r\nlayers: []\r\n")
    (tmp_path / "bare.yaml").write_bytes(b"layers: []\n")
    assert shapecheck("example").out == "bare\nmlp    A network.\n"
    assert shapecheck("example", "mlp").out == "# A network.\r\nlayers: []\r\n"
    assert shapecheck("example", "mlp.yaml").code == 0
    done = shapecheck("example", "mlps")
    assert done.code == 2 and "did you mean `mlp`?" in done.err


def test_examples_are_found_in_a_checkout():
    folder = pathlib.Path(example._folder())
    assert folder.is_dir() and folder.name == "examples"


# Colour, help, misuse ---------------------------------------------------------------------------------------------


class Stream:
    def __init__(self, tty):
        self.isatty = lambda: tty


@pytest.mark.parametrize(
    ("choice", "environment", "tty", "colored"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, True, False),
        ("auto", {"FORCE_COLOR": "1", "TERM": "dumb"}, False, True),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_who_decides_about_colour(monkeypatch, choice, environment, tty, colored):
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert console.colored(choice, Stream(tty)) == colored


@pytest.mark.parametrize("arguments", [("--color", "always", "check"), ("check", "--color", "always")])
def test_color_is_an_option_of_all(shapecheck, bad, arguments):
    assert "\x1b[1;31merror[SC110]\x1b[0m" in shapecheck(*arguments, bad).out
    assert "\x1b" not in shapecheck("check", bad).out
    assert "\x1b" not in shapecheck(*arguments, "--output-format", "json", bad).out
    assert "\x1b" not in shapecheck(*arguments, "--output-format", "github", bad).out


@pytest.mark.parametrize("name", [None, *lazy.COMMANDS])
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_everywhere(shapecheck, name, flag):
    done = shapecheck(*filter(None, [name, flag]))
    assert done.code == 0 and done.out.startswith("Usage: shapecheck") and done.err == ""
    assert "--color" in done.out


def test_version(shapecheck):
    assert shapecheck("--version").out == f"shapecheck {library.__version__}\n"


def test_the_table_of_commands_is_true(shapecheck):
    for name in lazy.COMMANDS:
        module = __import__(f"shapecheck_cli.commands.{name}", fromlist=["command"])
        assert module.command.name == name


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("chek",), "did you mean `check`?"),
        (("check",), "PATH"),
        (("check", "x", "--nonsense"), "--nonsense"),
        (("check", "x", "--output-format", "xml"), "xml"),
        (("check", "x", "--keras", "4"), "4"),
        (("che\x1b[31mck",), "no command"),
        ((), "Usage"),
    ],
)
def test_misuse_exits_with_2(shapecheck, folder, arguments, said):
    done = shapecheck(*arguments)
    assert done.code == 2 and done.out == "" and said in done.err and "\x1b" not in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check",), "missing argument `PATH...`"),
        (("check", "x", "--at", "H"), "invalid value for `--at`: `H` is not of the form H=96"),
        (
            ("sizes", "x", "--output-format", "svg"),
            "invalid value for `--output-format`: `svg` is not one of `text`, `json`",
        ),
        (("new", "model", "X"), "invalid value for `layer`: `model` is not `layer`"),
    ],
)
def test_misuse_is_worded_like_every_other_error(shapecheck, arguments, said):
    assert f"error: {said}\n" in shapecheck(*arguments).err


def test_the_options_of_all_commands_stand_last(shapecheck):
    for name in lazy.COMMANDS:
        command = __import__(f"shapecheck_cli.commands.{name}", fromlist=["command"]).command
        assert [option.name for option in command.params[-2:]] == ["color", "help"]


def test_a_graph_takes_either_name_of_its_format(shapecheck, good):
    assert (
        shapecheck("graph", good, "--output-format", "mermaid").out
        == shapecheck("graph", good, "--format", "mermaid").out
    )


def test_a_run_takes_the_default_of_the_data_format(shapecheck, folder):
    (folder / "first.yaml").write_text(
        "layers: [{Input: {shape: [2, 9, 9]}}, {Conv2D: {filters: 4, kernel_size: 3}}]\n"
    )
    done = shapecheck("run", "first.yaml", "--at", "B=1", "--data-format", "channels_first")
    assert done.code == 0 and "(1, 4, 7, 7)" in done.out


@pytest.mark.parametrize("command", ["check", "summary", "sizes", "run", "graph", "annotate", "convert"])
def test_a_size_that_no_input_declares_is_misuse_in_every_command(shapecheck, good, command):
    done = shapecheck(command, good, "--at", "ZZZ=3")
    assert done.code == 2 and "`ZZZ`" in done.err and "--at" in done.err


def test_what_holds_no_comments_is_not_annotated(shapecheck, folder):
    text = '{"layers": [\n  {"Input": {"shape": [3]}},\n  {"Dense": 3}]}\n'
    (folder / "model.json").write_text(text)
    for more in ((), ("--write",)):
        done = shapecheck("annotate", "model.json", *more)
        assert done.code == 2 and done.out == "" and "`shapecheck convert model.json` writes it as YAML" in done.err
    assert (folder / "model.json").read_text() == text


def test_binary_data_is_not_to_be_saved_as_text(shapecheck, folder):
    (folder / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    (folder / "latin.yaml").write_bytes("layers: [Grö]".encode("latin-1"))
    assert "it holds no text at all" in shapecheck("check", "photo.png").out
    assert "save the file as UTF-8" in shapecheck("check", "latin.yaml").out


def test_no_report_is_written_over_a_definition(shapecheck, folder, good):
    before = (folder / good).read_bytes()
    done = shapecheck("check", good, "--output-format", "json", "-o", f"./{good}")
    assert done.code == 2 and "is checked, and would be lost under the report" in done.err
    assert (folder / good).read_bytes() == before


@pytest.mark.parametrize("command", ["summary", "sizes", "run", "graph", "annotate", "convert"])
def test_only_check_says_lints(shapecheck, folder, command):
    (folder / "idle.yaml").write_text("layers: [{Input: {shape: [3]}}, {Dropout: 0}]\n")
    assert "SC717" in shapecheck("check", "idle.yaml").out
    done = shapecheck(command, "idle.yaml")
    assert done.code == 0 and done.out and "SC717" not in done.out + done.err


def test_a_path_in_place_of_a_command(shapecheck, good):
    assert "did you mean `shapecheck check good.yaml`?" in shapecheck(good).err


def test_a_failure_of_ours_exits_with_3(shapecheck, good, monkeypatch):
    from shapecheck.writers import text

    def write(*arguments, **options):
        raise KeyError("secret\x1b[31m")

    monkeypatch.setattr(text, "write", write)
    done = shapecheck("check", good)
    assert done.code == 3 and "error[SC902]" in done.err and "this is a bug in shapecheck" in done.err
    assert "Traceback" not in done.err and "\x1b" not in done.err
    monkeypatch.setenv("SHAPECHECK_BACKTRACE", "1")
    assert "Traceback" in shapecheck("check", good).err


def test_an_interrupt_is_quiet(shapecheck, good, monkeypatch):
    def check(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(library, "check", check)
    done = shapecheck("check", good)
    assert done.code == 130 and done.out == "" and not done.err.strip()


def test_schema(shapecheck):
    done = shapecheck("schema")
    assert done.code == 0 and json.loads(done.out)["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert done.out == shapecheck("schema").out and done.out.count("\n") == 1
