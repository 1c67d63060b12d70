"""Weights from files: the numbers of Keras, and a word for all that does not fit."""

from __future__ import annotations

import contextlib
import io
import os
import pathlib
import random
import zipfile

import h5py
import numpy as np
import pytest

import shapecheck
from shapecheck import running

DATA = pathlib.Path(__file__).parent / "data" / "weights_keras3.zip"
SHUFFLED = DATA.with_name("weights_shuffled.zip")

SMALL = """
layers:
  - Input: {name: x, shape: [4]}
  - Dense: {units: 3, name: first}
  - BatchNormalization: {name: norm}
  - Dense: {units: 2, name: second}
"""
KERNEL, BIAS = np.arange(12.0).reshape(4, 3) / 8, np.array([0.5, -0.25, 1])
LAST, END = np.arange(6.0).reshape(3, 2) / 4 - 1, np.array([1.5, -2])
NORM = np.array([[1, 2, 0.5], [0, 1, -1], [0.25, 0.5, 0], [1, 4, 2.25]])
X = np.array([[1, -2, 0.5, 3], [0, 1, 2, -1]])


def expected():
    """The answer of SMALL with these weights, worked out by hand."""
    gamma, beta, mean, variance = NORM
    hidden = (X @ KERNEL + BIAS - mean) / np.sqrt(variance + 1e-3) * gamma + beta
    return hidden @ LAST + END


def keras3(path):
    """The weights of SMALL as Keras 3 writes them."""
    with h5py.File(path, "w") as file:
        for group, arrays in {"dense": (KERNEL, BIAS), "batch_normalization": NORM, "dense_1": (LAST, END)}.items():
            for number, array in enumerate(arrays):
                file[f"layers/{group}/vars/{number}"] = array
        file["optimizer/vars/0"] = 1
    return path


def legacy(path, names=("first", "norm", "second"), container="model_weights", end=":0"):
    """The same as Keras 2 writes them."""
    words = (("kernel", "bias"), ("gamma", "beta", "moving_mean", "moving_variance"), ("kernel", "bias"))
    with h5py.File(path, "w") as file:
        root = file.create_group(container) if container else file
        root.attrs["layer_names"] = [name.encode() for name in ("x", *names)]
        root.create_group("x").attrs["weight_names"] = []
        for name, inner, arrays in zip(names, words, ((KERNEL, BIAS), NORM, (LAST, END)), strict=True):
            group = root.create_group(name)
            group.attrs["weight_names"] = [f"{name}/{word}{end}".encode() for word in inner]
            for word, array in zip(inner, arrays, strict=True):
                group[f"{name}/{word}{end}"] = array
    return path


def npz(path):
    arrays = {"first/kernel": KERNEL, "first/bias": BIAS, "second/kernel": LAST, "second/bias": END}
    words = ("gamma", "beta", "moving_mean", "moving_variance")
    np.savez(path, **arrays, **{f"norm/{word}": array for word, array in zip(words, NORM, strict=True)})
    return path


def ran(weights, text=SMALL, **more):
    return shapecheck.run(None, {"x": X}, text=text, weights=weights, **more)


def refused(weights, text=SMALL):
    """All that is wrong with a file of weights."""
    with pytest.raises(shapecheck.SpecError) as caught:
        ran(weights, text)
    return [caught.value.diagnostic, *caught.value.others]


# What Keras answers ------------------------------------------------------------------------------------------------

REFUSED = {
    "deep_nesting.keras": "SC155",  # two models share a third, which is saved once: Keras 3.15 cannot load it either
    "operations.h5": "SC208",  # the format has no room to say that `Multiply` is an operation: nor can Keras
}
"""What Keras saved and cannot be run, with the code of the refusal."""


with zipfile.ZipFile(DATA) as facts:
    SAVED = sorted(name for name in facts.namelist() if not name.endswith(".npz"))


def fact(name, folder, data=DATA):
    """The path of a model that Keras saved, its inputs by name, and what Keras answers."""
    with zipfile.ZipFile(data) as facts:
        path = folder / name
        path.write_bytes(facts.read(name))
        with np.load(io.BytesIO(facts.read(f"{name.rpartition('.')[0]}.npz"))) as arrays:
            known = dict(arrays)
    inputs = shapecheck.check(path).inputs
    given = {tensor.name: known[f"x{index}"] for index, tensor in enumerate(inputs)}
    return path, given, [known[f"y{index}"] for index in range(len(known) - len(given))]


def agrees(outputs, answers, name):
    tolerance = 2e-3 if "half" in name else 2e-5
    assert len(outputs) == len(answers)
    for ours, theirs in zip(outputs, answers, strict=True):
        assert ours.shape == theirs.shape
        assert np.allclose(ours, theirs, rtol=tolerance, atol=tolerance), float(np.abs(ours - theirs).max())


@pytest.mark.parametrize("name", SAVED)
def test_a_model_of_keras_gives_the_numbers_of_keras(name, tmp_path):
    path, given, answers = fact(name, tmp_path)
    if name in REFUSED:
        with pytest.raises(shapecheck.SpecError) as caught:
            shapecheck.run(path, given)
        assert caught.value.code == REFUSED[name]
        return
    agrees(shapecheck.run(path, given).outputs, answers, name)


with zipfile.ZipFile(SHUFFLED) as facts:
    RANDOM = sorted(name for name in facts.namelist() if not name.endswith(".npz"))


@pytest.mark.parametrize("name", RANDOM)
def test_layers_in_any_order_and_models_in_models(name, tmp_path):
    """Shared layers, layers that are frozen inside a model, and Keras 2.13, which counts layers twice."""
    path, given, answers = fact(name, tmp_path, SHUFFLED)
    agrees(shapecheck.run(path, given).outputs, answers, name)


@pytest.mark.parametrize("name", [name for name in SAVED if name.endswith(".keras") and name not in REFUSED])
def test_weights_that_are_saved_stand_where_keras_put_them(name, tmp_path):
    """Array by array; what Keras loads from the file is held against its answers where Keras is at hand."""
    path, given, _ = fact(name, tmp_path)
    shapecheck.run(path, given, save_weights=tmp_path / "w.weights.h5")
    with zipfile.ZipFile(path) as archive:
        theirs = arrays_in(io.BytesIO(archive.read("model.weights.h5")))
    ours = arrays_in(tmp_path / "w.weights.h5")
    assert sorted(ours) == sorted(theirs)
    for group, array in theirs.items():
        assert np.array_equal(ours[group], array), group


def arrays_in(source):
    """Every array of an HDF5 file by its path."""
    found = {}
    with h5py.File(source) as file:
        file.visititems(lambda path, item: found.update({path: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return found


# Each way in which weights are written -----------------------------------------------------------------------------


def test_weights_of_keras_3(tmp_path):
    assert np.allclose(ran(keras3(tmp_path / "w.weights.h5")).outputs[0], expected(), atol=1e-5)


@pytest.mark.parametrize("container", ["model_weights", ""])
def test_weights_of_keras_2(tmp_path, container):
    assert np.allclose(ran(legacy(tmp_path / "w.h5", container=container)).outputs[0], expected(), atol=1e-5)


def test_weights_of_keras_2_under_other_names_go_by_order(tmp_path):
    assert np.allclose(ran(legacy(tmp_path / "w.h5", ("d1", "n1", "d2"))).outputs[0], expected(), atol=1e-5)


def test_weights_of_keras_2_go_by_name_where_the_order_is_another(tmp_path):
    path = legacy(tmp_path / "w.h5")
    with h5py.File(path, "a") as file:
        file["model_weights"].attrs["layer_names"] = [b"second", b"first", b"norm"]
    assert np.allclose(ran(path).outputs[0], expected(), atol=1e-5)


def test_weights_of_numpy(tmp_path):
    assert np.allclose(ran(npz(tmp_path / "w.npz")).outputs[0], expected(), atol=1e-5)


def test_names_that_are_many_are_divided_among_attributes(tmp_path):
    path = legacy(tmp_path / "w.h5")
    with h5py.File(path, "a") as file:
        attributes = file["model_weights"].attrs
        names = list(attributes["layer_names"])
        del attributes["layer_names"]
        attributes["layer_names0"], attributes["layer_names1"] = names[:2], names[2:]
    assert np.allclose(ran(path).outputs[0], expected(), atol=1e-5)


def test_bfloat16_is_read(tmp_path):
    path = keras3(tmp_path / "w.weights.h5")
    with h5py.File(path, "a") as file:
        del file["layers/dense/vars/1"]
        upper = (BIAS.astype("float32").view(np.uint32) >> 16).astype(np.uint16).view("V2")
        file["layers/dense/vars/1"] = upper
        file["layers/dense/vars/1"].attrs["dtype"] = "bfloat16"
    assert np.allclose(ran(path).outputs[0], expected(), atol=1e-5)


@pytest.mark.parametrize("ending", ["weights.h5", "npz"])
def test_what_a_run_saves_is_what_it_had(tmp_path, ending):
    path = tmp_path / f"saved.{ending}"
    first = ran(keras3(tmp_path / "w.weights.h5"), save_weights=path)
    again = ran(path)
    for name, own in first.weights.items():
        for word, array in own.items():
            assert np.array_equal(array, again.weights[name][word])
    assert np.array_equal(first.outputs[0], again.outputs[0])


def test_what_is_saved_has_the_paths_of_keras(tmp_path):
    path = tmp_path / "saved.weights.h5"
    text = """
models: {inner: {layers: [{Input: {shape: [6, 3]}}, {Dense: 3}, {LSTM: {units: 2, return_sequences: true}}, {Dense: 3}]}}
layers:
  - Input: {name: x, shape: [6, 3]}
  - Dense: 3
  - inner: {name: a}
  - call: {layer: a, name: b}
  - Bidirectional: {layer: {GRU: {units: 2, return_sequences: true}}}
  - MultiHeadAttention: {num_heads: 1, key_dim: 2, inputs: {query: bidirectional, value: bidirectional}}
  - TimeDistributed: {layer: {BatchNormalization: {}}}
  - RNN: {cell: [{LSTMCell: 2}, {LSTMCell: 2}]}
"""
    shapecheck.run(text=text, save_weights=path)
    with h5py.File(path) as file:
        found = []
        file.visititems(lambda name, item: found.append(name) if isinstance(item, h5py.Dataset) else None)
    assert {name.rpartition("/")[0] for name in found} == {
        "layers/dense/vars",
        "layers/functional/layers/dense/vars",
        "layers/functional/layers/dense_1/vars",
        "layers/functional/layers/lstm/cell/vars",
        "layers/bidirectional/forward_layer/cell/vars",
        "layers/bidirectional/backward_layer/cell/vars",
        "layers/multi_head_attention/query_dense/vars",
        "layers/multi_head_attention/key_dense/vars",
        "layers/multi_head_attention/value_dense/vars",
        "layers/multi_head_attention/output_dense/vars",
        "layers/time_distributed/layer/vars",
        "layers/rnn/cell/cells/lstm_cell/vars",
        "layers/rnn/cell/cells/lstm_cell_1/vars",
    }


# What does not fit -------------------------------------------------------------------------------------------------

NARROW = SMALL.replace("units: 3", "units: 5")


def test_another_shape_names_the_layer_the_weight_and_both_shapes(tmp_path):
    for path in (keras3(tmp_path / "w.weights.h5"), legacy(tmp_path / "w.h5"), npz(tmp_path / "w.npz")):
        findings = refused(path, NARROW)
        assert {found.code for found in findings} == {"SC154"} and len(findings) == 7
        assert findings[0].message == f"`kernel` of `first` is (4, 5), and (4, 3) in `{path.name}`"
        assert findings[0].layer == "first"


@pytest.mark.parametrize("kind", [keras3, legacy, npz])
def test_weights_that_are_missing_are_named(tmp_path, kind):
    path = kind(tmp_path / {keras3: "w.weights.h5", legacy: "w.h5", npz: "w.npz"}[kind])
    longer = SMALL + "  - Dense: {units: 7, name: third}\n"
    (found,) = refused(path, longer)
    assert found.code == "SC155" and found.layer == "third"
    assert found.message.endswith("has no weights for `third`: it needs `kernel` (2, 7) and `bias` (7,)")


@pytest.mark.parametrize("kind", [keras3, legacy])
def test_one_weight_that_is_missing_is_named(tmp_path, kind):
    path = kind(tmp_path / "w.h5")
    with h5py.File(path, "a") as file:
        if kind is keras3:
            del file["layers/dense/vars/1"]
        else:
            file["model_weights/first"].attrs["weight_names"] = [b"first/kernel:0"]
    (found,) = refused(path)
    assert found.code == "SC155" and "it needs `bias` (3,)" in found.message


@pytest.mark.parametrize("kind", [keras3, legacy, npz])
def test_weights_that_are_left_over_are_a_warning(tmp_path, kind, capsys):
    path = kind(tmp_path / {keras3: "w.weights.h5", legacy: "w.h5", npz: "w.npz"}[kind])
    shorter = SMALL.replace("  - Dense: {units: 2, name: second}\n", "")
    report, _ = running.run_report(None, {"x": X}, text=shorter, weights=path)
    left = [found for found in report.diagnostics if found.code == "SC156"]
    assert [found.severity for found in left] == ["warning", "warning"]
    assert {found.facts["shape"] for found in left} == {"(3, 2)", "(2,)"}


def test_an_array_too_many_within_a_layer(tmp_path):
    path = keras3(tmp_path / "w.weights.h5")
    with h5py.File(path, "a") as file:
        file["layers/dense/vars/2"] = np.zeros(5)
    report, _ = running.run_report(None, {"x": X}, text=SMALL, weights=path)
    (found,) = (found for found in report.diagnostics if found.code == "SC156")
    assert "`layers/dense/vars/2` (5,)" in found.message and found.layer == "first"


# What means something else -----------------------------------------------------------------------------------------


def older(path, layer, arrays, **attributes):
    """Weights of one layer, `c`, as an older Keras wrote them."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [b"c"]
        file.attrs.update(attributes)
        group = file.create_group("c")
        group.attrs["weight_names"] = [name.encode() for name in arrays]
        for name, shape in arrays.items():
            group[name] = np.ones(shape)
    return refused(path, f"layers:\n  - Input: {{name: x, shape: {layer[0]}}}\n  - {layer[1]}\n")


CONV = "Conv2D: {filters: 3, kernel_size: 3, data_format: %s, name: c}"
PICTURE = ([3, 8, 8], CONV % "channels_first"), ([8, 8, 3], CONV % "channels_last")


@pytest.mark.parametrize(
    "layer, arrays, attributes, part",
    [
        (PICTURE[0], {"c_W": (3, 3, 3, 3), "c_b": (3,)}, {}, "axes of the kernel in another order"),
        (PICTURE[0], {"kernel": (3, 3, 3, 3), "bias": (3,)}, {"keras_version": "1.2.2"}, "in another order"),
        (PICTURE[1], {"kernel": (3, 3, 3, 3), "bias": (3,)}, {"keras_version": "2.0.6", "backend": "theano"}, "Theano"),
        (
            ([5, 4], "LSTM: {units: 4, name: c}"),
            {f"c_{word}_{gate}": (4, 4)[word == "b" :] for gate in "icfo" for word in "WUb"},
            {"keras_version": "1.2.2"},
            "an array for each gate",
        ),
    ],
)
def test_numbers_that_mean_something_else_are_refused(tmp_path, layer, arrays, attributes, part):
    """Keras 1 and Theano: where the shapes happen to be those of today, the numbers are still other ones."""
    (found,) = older(tmp_path / "w.h5", layer, arrays, **attributes)
    assert found.code == "SC157" and part in found.message and found.layer == "c"


def test_what_theano_does_not_turn_around_is_taken(tmp_path):
    path = legacy(tmp_path / "w.h5")
    with h5py.File(path, "a") as file:
        file["model_weights"].attrs.update({"backend": "theano", "keras_version": "1.2.2"})
    assert np.allclose(ran(path).outputs[0], expected(), atol=1e-5)


def test_quantized_weights_are_refused(tmp_path):
    path = keras3(tmp_path / "w.weights.h5")
    with h5py.File(path, "a") as file:
        del file["layers/dense/vars/0"]
        file["layers/dense/vars/0"] = np.ones((4, 3), "int8")
    (found,) = refused(path)
    assert found.code == "SC157" and "int8, as quantized weights do" in found.message


# What is not trusted -----------------------------------------------------------------------------------------------


def test_links_and_arrays_of_other_files_are_not_followed(tmp_path):
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["bias"] = BIAS
    (tmp_path / "raw").write_bytes(BIAS.astype("float32").tobytes())

    def external(file):
        file["layers/dense/vars/1"] = h5py.ExternalLink("secret.h5", "/bias")

    def soft(file):
        file["layers/dense/vars/1"] = h5py.SoftLink("/layers/dense/vars/0")

    def raw(file):
        file.create_dataset("layers/dense/vars/1", (3,), "float32", external=[(str(tmp_path / "raw"), 0, 12)])

    def virtual(file):
        layout = h5py.VirtualLayout((3,), "float64")
        layout[:] = h5py.VirtualSource(str(secret), "bias", (3,))
        file.create_virtual_dataset("layers/dense/vars/1", layout)

    def texts(file):
        file["layers/dense/vars/1"] = np.array(["a", "b", "c"], dtype=h5py.string_dtype())

    for spoil in (external, soft, raw, virtual, texts):
        path = keras3(tmp_path / "w.weights.h5")
        with h5py.File(path, "a") as file:
            del file["layers/dense/vars/1"]
            spoil(file)
        (found,) = refused(path)
        assert found.code == "SC157" and "layers/dense/vars/1" in found.message, spoil


def test_a_group_behind_a_link_is_not_entered(tmp_path):
    keras3(tmp_path / "other.h5")
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file["layers"] = h5py.ExternalLink("other.h5", "/layers")
    assert refused(tmp_path / "w.h5")[0].code == "SC157"


def test_a_huge_array_of_another_shape_is_never_read(tmp_path):
    path = keras3(tmp_path / "w.weights.h5")
    with h5py.File(path, "a") as file:
        del file["layers/dense/vars/0"]
        file.create_dataset("layers/dense/vars/0", (1 << 20, 1 << 20), "float64", chunks=(1024, 1024))
    (found,) = refused(path)
    assert found.code == "SC154" and "(1048576, 1048576)" in found.message


def test_arrays_of_objects_are_not_unpickled(tmp_path):
    np.savez(tmp_path / "w.npz", **{"first/kernel": np.array([print], dtype=object)})
    assert refused(tmp_path / "w.npz")[0].code == "SC157"


@pytest.mark.parametrize(
    "name, data, code",
    [
        ("w.txt", b"no weights at all", "SC150"),
        ("w.pkl", b"\x80\x04\x95\x00\x00", "SC150"),
        ("w.h5", b"\x89HDF\r\n\x1a\n and nothing", "SC151"),
        ("w.zip", b"PK\x03\x04 and nothing", "SC151"),
    ],
)
def test_other_files_are_refused(tmp_path, name, data, code):
    (tmp_path / name).write_bytes(data)
    assert refused(tmp_path / name)[0].code == code


def test_a_file_that_does_not_exist(tmp_path):
    assert refused(tmp_path / "nothing.h5")[0].code == "SC106"


def test_a_bomb_of_weights_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "w.keras", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("model.weights.h5", bytes(300 << 20))
    assert refused(tmp_path / "w.keras")[0].code == "SC811"


@pytest.mark.parametrize("kind", [keras3, legacy, npz])
def test_damage_is_never_a_traceback_and_never_long(tmp_path, kind, count=25):
    data = kind(tmp_path / {keras3: "w.weights.h5", legacy: "w.h5", npz: "w.npz"}[kind]).read_bytes()
    rng = random.Random(f"{kind.__name__} {count}")
    path = tmp_path / "damaged"
    for _ in range(count):
        made = bytearray(data)
        for _ in range(rng.randint(1, 6)):
            made[rng.randrange(len(made))] ^= 1 << rng.randrange(8)
        path.write_bytes(made[: rng.randrange(9, len(made))] if rng.random() < 0.2 else made)
        began = sum(os.times()[:4])  # with the process that reads HDF5
        with contextlib.suppress(shapecheck.ShapecheckError):
            ran(path)
        assert sum(os.times()[:4]) - began < 2


@pytest.mark.slow
@pytest.mark.parametrize("kind", [keras3, legacy, npz])
def test_damage_at_length(tmp_path, kind):
    test_damage_is_never_a_traceback_and_never_long(tmp_path, kind, 1_000)
