"""The definitions under `specs/`: what each of them promises in its comments comes out, and nothing else.

A file under `specs/errors/` marks the line of the primary span of every finding with `# error[SC203]`, and so does one
under `specs/lints/`, where each rule has a bad and a good one. A file under `specs/examples/` is clean but for what it
promises, runs, and shows the shape of each layer behind it.
"""

from __future__ import annotations

import io
import pathlib
import re
import sys
import zipfile

import numpy as np
import pytest
import yaml
from keras_files import functional3, input3, layer2, layer3, node, ref, sequential2, written

import shapecheck
from shapecheck import dims, lint, running
from shapecheck.codes import CODES
from shapecheck.lint import baseline
from shapecheck.writers import annotate

ROOT = pathlib.Path(__file__).parent.parent
ERRORS = sorted((ROOT / "specs" / "errors").glob("*.yaml"))
LINTS = sorted((ROOT / "specs" / "lints").glob("*.yaml"))
SHOWN = [*ERRORS, *LINTS]
EXAMPLES = sorted((ROOT / "specs" / "examples").glob("*.yaml"))
CORE = (
    "Masking", "Dropout", "SpatialDropout1D", "SpatialDropout2D", "Reshape", "Permute", "Flatten", "Lambda", "Dense",
    "ActivityRegularization", "Add", "Subtract", "Concatenate", "Dot", "Input", "Conv2D", "Conv2DTranspose",
)  # fmt: skip
PROMISE = re.compile(r"#\s*(error|warning|note)\[(SC\d{3})\]")


@pytest.fixture(autouse=True)
def _no_configuration_of_keras(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))


def promised(text):
    """(line, severity, code) of every promise in a text."""
    lines = enumerate(text.split("\n"), 1)
    return sorted((number, *match) for number, line in lines for match in PROMISE.findall(line))


def judged(path):
    """The report as the lint step leaves it, with what the comments in the definition hide."""
    report = shapecheck.check(path)
    lint.judge(report)
    return report


def found(report):
    return sorted((d.span.line if d.span else 0, d.severity, d.code) for d in report.diagnostics)


@pytest.mark.parametrize("path", ERRORS, ids=lambda path: path.stem)
def test_a_definition_with_errors_keeps_its_promise(path):
    report = judged(path)
    assert found(report) == promised(path.read_text(encoding="utf-8"))
    assert path.stem[:5] in {d.code for d in report.diagnostics}
    assert path.read_text(encoding="utf-8").startswith("# ")


@pytest.mark.parametrize("path", LINTS, ids=lambda path: path.stem)
def test_a_definition_for_a_lint_keeps_its_promise(path):
    """A bad one has nothing but findings of its rule, all of them; a good one has none at all."""
    report = judged(path)
    text = path.read_text(encoding="utf-8")
    assert found(report) == promised(text)
    code, kind = path.stem.split("-")
    assert {d.code for d in report.diagnostics} == ({code} if kind == "bad" else set())
    assert text.startswith("# ")


def test_every_rule_has_a_bad_and_a_good_definition():
    from make_rules import rules

    codes = {cls.code for _, cls in rules()}
    assert {path.stem for path in LINTS} == {f"{code}-{kind}" for code in codes for kind in ("bad", "good")}
    assert len(codes) == len(rules())


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.stem)
def test_the_text_points_at_the_words(path):
    """Below the line of each finding stand carets, and the first of them in the column that is named."""
    report = judged(path)
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


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.stem)
def test_findings_are_worded_as_the_house_words_things(path):
    for finding in judged(path).diagnostics:
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


def plugged(monkeypatch):
    """A package offers a layer that cannot be loaded."""
    from shapecheck.layers import _plugins

    monkeypatch.setattr(_plugins, "_broken", [("Mine", "RuntimeError: no luck")])
    text = "layers:\n  - Input: {shape: [3]}\n  - Mine\n"
    return next(d for d in shapecheck.check(text=text).diagnostics if d.code == "SC133")


def written_out():
    x = shapecheck.input((None, 4))
    shapecheck.convert(shapecheck.layer("Lambda", function=lambda t: 2 * t)(x))


def without_a_number():
    shapecheck.convert(text="layers: [{Input: {shape: [H, 3]}}, Flatten, {Dense: 2}]", to="keras3")


LAMBDA = "layers:\n  - Input: {name: x, shape: [4, 8]}\n  - Lambda: {function: 'lambda x: x[:, 0]', output_shape: [4, 8]}\n"
OPAQUE = "layers:\n  - Input: {name: x, shape: [8]}\n  - Lambda: {function: 'lambda x: x[x > 0]'}\n"


def misconfigured(tmp_path, text):
    """A configuration that cannot be used."""
    from shapecheck.lint import configuration

    (tmp_path / "shapecheck.toml").write_text(text)
    return refused(lambda: configuration.Finder().of_file(str(tmp_path / "m.yaml")))


QUANTIZED = {"module": "keras", "class_name": "QuantizedDTypePolicy",
             "config": {"mode": "int8", "source_name": "float32"}, "registered_name": None}  # fmt: skip
CUSTOM = {"module": "mine", "class_name": "function", "config": "act", "registered_name": "mine>act"}


def saved(kind, calls=1, output=0, module="keras.layers", version=None, **config):
    """The finding on a layer of this kind, in a model as Keras saves it."""
    nodes = [node(ref("x"))] * calls
    layers = input3("x", 4), layer3(kind, "y", *nodes, module=module, **config)
    ends = ["x", 0, 0] if calls == 0 else ["y", output, 0]
    more = {} if version is None else {"keras_version": version}
    return shapecheck.check(text=written(functional3(*layers, outputs=ends, **more))).diagnostics[0]


def unbuilt():
    """The first finding in a Sequential of which the input is not known."""
    return shapecheck.check(text=written(sequential2(layer2("Dense", "d", units=2)))).diagnostics[0]


def packed(*members, times=1):
    """A zip as bytes, whose members all hold `{}`, `times` over."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name in members:
            made.writestr(name, "{}" * times)
    return file.getvalue()


def checked(data):
    return only(shapecheck.check(text=data))


def without_h5py(monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    return checked(b"\x89HDF\r\n\x1a\n")


def stored(tmp_path, **arrays):
    """What is said of a file of weights for SMALL, whose names are written with a `__` for the `/`."""
    path = tmp_path / "w.npz"
    np.savez(path, **{name.replace("__", "/"): array for name, array in arrays.items()})
    try:
        report, _ = running.run_report(text=SMALL, weights=path)
        return only(report)
    except shapecheck.ShapecheckError as error:
        return error.diagnostic


def narrow(tmp_path):
    return stored(tmp_path, y__kernel=np.zeros((4, 3)), y__bias=np.zeros(2))


def lacking(tmp_path):
    return stored(tmp_path, y__kernel=np.zeros((4, 2)))


def crowded(tmp_path):
    return stored(tmp_path, y__kernel=np.zeros((4, 2)), y__bias=np.zeros(2), z__bias=np.zeros(2))


def pickled(tmp_path):
    return stored(tmp_path, y__kernel=np.array([print], dtype=object))


def several():
    """Settings in which two models stand."""
    text = """
first: {config: [{class_name: Dense, config: {units: 2, input_shape: [10]}}]}
second: {config: [{class_name: Dense, config: {units: 3, input_shape: [10]}}]}
"""
    return only(shapecheck.check(text=text))


PYTHON_ONLY = {
    "SC105": ("bytes that are no text", lambda: only(shapecheck.check(text=b"layers: [\xff\xfe\x00]"))),
    "SC106": ("a path", lambda: refused(lambda: shapecheck.check(str(ROOT / "specs" / "nothing.yaml")))),
    "SC133": ("an installed package", plugged),
    "SC140": ("JSON", lambda: only(shapecheck.check(text="{]", path="m.json"))),
    "SC141": ("a model of Keras", lambda: saved("Lambda", function="f")),
    "SC142": ("a model of Keras", lambda: saved("Flatten", output=1)),
    "SC143": ("a model of Keras", lambda: saved("Flatten", calls=0)),
    "SC144": ("a model of Keras", lambda: saved("Mine", module="mine")),
    "SC145": ("a model of Keras", lambda: saved("Dense", units=2, activation=CUSTOM)),
    "SC146": ("a model of Keras", lambda: saved("Dense", units=2, beta=7, version="2.9.0")),
    "SC147": ("a model of Keras", lambda: saved("Dense", units=2, built=[None, 3])),
    "SC148": ("a model of Keras", unbuilt),
    "SC149": ("a model of Keras", lambda: saved("Dense", units=2, dtype=QUANTIZED)),
    "SC150": ("a file in another format", lambda: checked(b"GGUF\3\0\0\0")),
    "SC151": ("a damaged archive", lambda: checked(packed("config.json")[:-9])),
    "SC152": ("an archive without a model", lambda: checked(packed("readme.txt"))),
    "SC153": ("a package that is missing", without_h5py),
    "SC160": ("a function of Python", lambda: refused(written_out)),
    "SC154": ("a file of weights", narrow),
    "SC155": ("a file of weights", lacking),
    "SC156": ("a file of weights", crowded),
    "SC157": ("a file of weights", pickled),
    "SC170": ("a configuration", lambda tmp_path: misconfigured(tmp_path, "ignore = [SC7]\n")),
    "SC171": ("a configuration", lambda tmp_path: misconfigured(tmp_path, 'ignored = ["SC7"]\n')),
    "SC172": ("a configuration", lambda tmp_path: misconfigured(tmp_path, 'ignore = "SC7"\n')),
    "SC173": ("a configuration", lambda tmp_path: misconfigured(tmp_path, 'ignore = ["SC999"]\n')),
    "SC176": ("a baseline", lambda: refused(lambda: baseline.read(str(ROOT / "pyproject.toml")))),
    "SC161": ("a conversion", lambda: refused(without_a_number)),
    "SC158": ("settings, which are no definition of ours", several),
    "SC315": ("the function is run", lambda: ran(text=LAMBDA)),
    "SC501": ("an array", lambda: ran({"x": np.zeros((2, 5))})),
    "SC502": ("weights", lambda: ran(weights={"y": [np.zeros((4, 3)), np.zeros(2)]})),
    "SC503": ("an array", lambda: ran({"z": np.zeros((2, 4))})),
    "SC504": ("a run", lambda: ran(text=OPAQUE)),
    "SC702": ("Keras's configuration file", configured),
    "SC801": ("a large file", lambda: only(shapecheck.check(text="#" + " " * (11 << 20)))),
    "SC810": ("an archive", lambda: checked(packed("config.json", "../config.json"))),
    "SC811": ("an archive", lambda: checked(packed("config.json", times=1 << 20))),
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
    shown = {path.stem[:5] for path in SHOWN} | set(PYTHON_ONLY)
    assert shown == set(CODES)
    assert all(re.fullmatch(r"SC\d{3}_[a-z0-9_]+", path.stem) for path in ERRORS)

# Examples ----------------------------------------------------------------------------------------------------------


def shape_comments(text):
    """Line -> the text behind `# ->` there, of a text in which no string holds that."""
    lines = enumerate(text.split("\n"), 1)
    return {number: line.partition("# -> ")[2].strip() for number, line in lines if "# -> " in line}


def entry_lines(node):
    """(first line, last line) of every entry of a list of layers, by the marks of PyYAML's own composer."""
    if isinstance(node, yaml.SequenceNode) and any(_is_entry(item) for item in node.value):
        for item in node.value:
            inner = [lines for child in _children(item) for lines in entry_lines(child)]
            yield from inner or [(item.start_mark.line + 1, _last(item))]
    else:
        for child in _children(node):
            yield from entry_lines(child)


def _children(node):
    if isinstance(node, yaml.MappingNode):
        return [value for _, value in node.value]
    return node.value if isinstance(node, yaml.SequenceNode) else []


def _is_entry(node):
    """A bare name in capitals, or a map of one key."""
    if isinstance(node, yaml.ScalarNode):
        return node.value[:1].isupper() and node.style is None and len(node.value) > 1
    return isinstance(node, yaml.MappingNode) and len(node.value) == 1


def _last(node):
    if isinstance(node, yaml.ScalarNode) or getattr(node, "flow_style", False):
        return node.end_mark.line + 1
    return max(_last(child) for child in _children(node))


def parsed(shape):
    """`(B, 2*H, 3)` as dims."""
    inside = shape.strip()
    assert inside[0] == "(" and inside[-1] == ")"
    return [dims.parse(size) for size in re.split(r",\s*(?![^()]*\))", inside[1:-1]) if size]


SIZES = [dict(zip("BHWTS", values, strict=True)) for values in ((2, 64, 64, 5, 7), (3, 77, 121, 1, 2), (5, 9, 1, 4, 4))]


def at(size, sizes):
    """A dim in numbers."""
    return size if isinstance(size, int) else dims.evaluate(size, sizes)


def calls_by_line(report):
    """The first line of each entry -> the shapes of all layers that came of it."""
    found = {}
    for name, first in report.layers.items():
        for call in [first, *report.calls.get(name, [])[1:]]:
            if call.place is not None and call.place.path[-1] not in ("input_shape", "batch_input_shape"):
                bare = isinstance(call.place.path[-1], int)
                found.setdefault(call.place.span(not bare).line, []).append(call.output_shapes)
    return found


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_clean(path):
    report = shapecheck.check(path)
    text = path.read_text(encoding="utf-8")
    assert report.ok and found(report) == promised(text)
    assert f"ok {path}: " in str(report)
    first = text.split("\n")[0]
    assert re.fullmatch(r"# .{20,100}[.:?].*", first) and len(first) <= 100


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_shapes_in_the_comments_are_those_that_are_inferred(path):
    """Held against inference without the writer: entries are found by PyYAML, shapes compared as dims."""
    text = path.read_text(encoding="utf-8")
    comments, calls = shape_comments(text), calls_by_line(shapecheck.check(path))
    spans = dict(entry_lines(yaml.compose(text, yaml.SafeLoader)))
    layers = {first: last for first, last in spans.items() if first in calls}
    assert set(calls) <= set(spans)
    assert set(comments) == set(layers.values())
    for first, last in layers.items():
        shown, dots, _ = comments[last].partition(" ...")
        (shape,) = calls[first][0]
        for sizes in SIZES:
            assert [at(size, sizes) for size in parsed(shown)] == [at(size, sizes) for size in shape]
        assert bool(dots) == any(shapes != calls[first][0] for shapes in calls[first])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_writer_leaves_an_annotated_example_as_it_is(path):
    assert annotate.write(shapecheck.check(path)) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("training", [False, True], ids=["inference", "training"])
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs(path, training):
    report = shapecheck.check(path)
    done = shapecheck.run(path, training=training, seed=3)
    for tensor, array in zip(report.outputs, done.outputs, strict=True):
        assert array.shape == tuple(at(size, done.sizes) for size in tensor.shape) and np.isfinite(array).all()


def test_there_is_an_example_of_everything_a_reader_asks_for():
    text = "\n".join(path.read_text(encoding="utf-8") for path in EXAMPLES)
    assert len(EXAMPLES) >= 12
    for word in ("blocks:", "repeat:", "models:", "call:", "params:", "dims:", "assert:", "outputs:", "input_shape:"):
        assert word in text
    for kind in CORE:
        assert f"- {kind}" in text, kind


# What the examples teach ---------------------------------------------------------------------------------------------


def ran_example(name, arrays=None, **more):
    return shapecheck.run(ROOT / "specs" / "examples" / f"{name}.yaml", arrays, **more)


def test_reshape_is_not_permute():
    done = ran_example("reshape_is_not_permute", {"row": np.array([[1, 2, 3, 4, 5, 6]])})
    assert done.arrays["matrix"].tolist() == [[[1, 2, 3], [4, 5, 6]]]
    assert done.arrays["permuted"].tolist() == [[[1, 4], [2, 5], [3, 6]]]
    assert done.arrays["reshaped"].tolist() == [[[1, 2], [3, 4], [5, 6]]]
    text = (ROOT / "specs" / "examples" / "reshape_is_not_permute.yaml").read_text(encoding="utf-8")
    for name, array in done.arrays.items():
        assert f"{array[0].astype(int).tolist()}" in next(line for line in text.split("\n") if f"name: {name}" in line)


def test_masked_steps_do_not_count():
    x = np.array([[[1.0, 2.0, 3.0, 4.0], [-1.0, -1.0, -1.0, -1.0], [0.5, 0.0, -1.0, 2.0]]], "float32")
    done = ran_example("masking", {"sequence": x})
    assert done.masks["steps"].tolist() == done.masks["features"].tolist() == [[True, False, True]]
    assert done.arrays["steps"][0, 1].tolist() == [0, 0, 0, 0]
    kernel, bias = done.weights["features"]["kernel"], done.weights["features"]["bias"]
    kept = np.tanh(x[0, [0, 2]] @ kernel + bias)
    assert np.allclose(done.arrays["mean"][0], kept.mean(axis=0), atol=1e-6)


def test_losses_are_the_sums_that_the_comment_says():
    x = np.linspace(-1, 1, 40).reshape(2, 20).astype("float32")
    done = ran_example("losses", {"x": x})
    kernel, hidden, y = done.weights["sparse"]["kernel"], done.arrays["sparse"], done.arrays["y"]
    weights = 0.001 * np.abs(kernel).sum() + 0.01 * np.square(kernel).sum()
    quiet = 0.01 * np.abs(hidden).sum() / 2
    outputs = 0.01 * np.square(y).sum() / 2
    assert done.regularization_loss == pytest.approx(weights + quiet + outputs, rel=1e-5)
    assert len(done.losses) == 3


def test_shared_noise_is_shared():
    done = ran_example("dropout_noise", {"sequence": np.ones((3, 50, 16), "float32")}, training=True)
    zero = {name: array == 0 for name, array in done.arrays.items()}
    assert all(set(np.unique(array)) <= {0.0, 2.0} for name, array in done.arrays.items() if name != "sequence")
    for name in ("features", "features_too"):
        assert (zero[name] == zero[name][:, :1]).all() and not (zero[name] == zero[name][:, :, :1]).all()
    assert (zero["steps"] == zero["steps"][:, :, :1]).all() and not (zero["steps"] == zero["steps"][:, :1]).all()
    assert not (zero["values"] == zero["values"][:, :1]).all()
    assert zero["values"].mean() == pytest.approx(0.5, abs=0.05)
    kept = ran_example("dropout_noise", {"sequence": np.ones((3, 50, 16), "float32")})
    assert (kept.arrays["values"] == 1).all()


def test_cosines_are_cosines():
    rng = np.random.default_rng(5)
    query, document = rng.normal(size=(2, 3, 32)), rng.normal(size=(2, 4, 32))
    done = ran_example("cosine_similarity", {"query": query, "document": document})
    for n in range(2):
        for t in range(3):
            for s in range(4):
                q, d = query[n, t], document[n, s]
                cosine = q @ d / np.sqrt(q @ q) / np.sqrt(d @ d)
                assert done.arrays["cosines"][n, t, s] == pytest.approx(cosine, abs=1e-5)


def test_called_layers_share_their_weights():
    x = np.random.default_rng(1).normal(size=(2, 64)).astype("float32")
    done = ran_example("shared_layers", {"left": x, "right": x})
    assert np.array_equal(done.arrays["embed"], done.arrays["embed_right"])
    assert (done.arrays["distance"] == 0).all()
    assert shapecheck.check(ROOT / "specs" / "examples" / "shared_layers.yaml").params == (64 + 1) * 16 + 16 + 1
    report = shapecheck.check(ROOT / "specs" / "examples" / "model_called_twice.yaml")
    assert report.params == (32 + 1) * 16 + 32 + 1


def test_channels_first_flattens_with_the_channels_last():
    done = ran_example("channels_first", {"image": np.random.default_rng(2).normal(size=(1, 3, 32, 48))})
    pooled = done.arrays["pool"]
    assert pooled.shape == (1, 8, 16, 24)
    assert np.array_equal(done.arrays["flat"][0], np.moveaxis(pooled, 1, -1).reshape(-1))


def test_the_three_forms_of_a_lambda():
    x = np.arange(24.0).reshape(1, 4, 6)
    done = ran_example("lambda", {"x": x})
    assert done.arrays["traced"].tolist() == [[18.0] * 6]
    assert np.allclose(done.arrays["listed"], x.mean(axis=1))
    assert np.array_equal(done.arrays["computed"], np.concatenate([x, x], axis=-1))


@pytest.mark.parametrize("name, step", [("unet", 8), ("contract", 4)])
def test_the_conditions_that_are_printed_are_those_of_a_run(name, step):
    path = ROOT / "specs" / "examples" / f"{name}.yaml"
    conditions = [condition.text for condition in shapecheck.check(path).requirements]
    assert conditions == [f"H % {step} == 0", f"W % {step} == 0"]
    for height in (step, step + 1, 2 * step - 1, 2 * step):
        fits = 2 * (height // 2) == height and height % step == 0
        if fits:
            assert shapecheck.run(path, at={"H": height, "W": step}).outputs[0].shape[1:3] == (height, step)
        else:
            with pytest.raises(shapecheck.ShapecheckError):
                shapecheck.run(path, at={"H": height, "W": step})


def test_the_contract_of_the_example_is_needed():
    text = (ROOT / "specs" / "examples" / "contract.yaml").read_text(encoding="utf-8")
    report = shapecheck.check(text=text.replace("H: {min: 64, multiple_of: 4}", "H: {min: 64}"))
    (finding,) = report.diagnostics
    assert finding.code == "SC602" and "65" in finding.message
