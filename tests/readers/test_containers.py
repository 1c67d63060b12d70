"""Containers are told by their content, opened for their description alone, and believed no further than their bytes."""

from __future__ import annotations

import io
import json
import os
import pickle
import random
import struct
import sys
import zipfile

import h5py
import numpy as np
import pytest

import shapecheck
from shapecheck.readers import containers

CONFIG = json.dumps({"class_name": "Sequential", "config": {"name": "s", "layers": []}}).encode()
METADATA = b'{"keras_version": "3.15.1", "date_saved": "2026-01-02@03:04:05"}'


def packed(members, packing=zipfile.ZIP_DEFLATED):
    """A zip as bytes, of (name, content) pairs."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as made:
        for name, content in members:
            made.writestr(name, content)
    return file.getvalue()


def keras(config=CONFIG, *more):
    return packed([("metadata.json", METADATA), ("config.json", config), *more])


def hdf(attributes, path=None):
    """An HDF5 file as bytes, with these attributes at its root."""
    file = io.BytesIO()
    with h5py.File(file, "w") as made:
        for name, value in attributes.items():
            made.attrs[name] = value
        if path:
            made[path] = np.zeros(3)
    return file.getvalue()


def content(data):
    return containers.content(io.BytesIO(data), data[:2056])


def refused(data, code):
    """The finding with which a file is refused by a check; its code is `code`."""
    (finding,) = shapecheck.check(text=data, path="model").diagnostics
    assert finding.code == code, finding
    assert finding.severity == "error"
    return finding


# What is found -----------------------------------------------------------------------------------------------------


def test_an_archive_gives_its_configuration_and_version():
    assert content(keras()) == (CONFIG, "3.15.1")
    assert content(packed([("config.json", CONFIG)])) == (CONFIG, None)
    assert content(packed([("config.json", CONFIG), ("metadata.json", b"nothing")], zipfile.ZIP_STORED)) == (
        CONFIG,
        None,
    )


def test_a_configuration_of_several_megabytes_is_read():
    large = b" " * (5 << 20) + CONFIG
    assert content(packed([("config.json", large)], zipfile.ZIP_STORED)).text == large


def test_an_hdf5_file_gives_its_configuration_and_version():
    text = CONFIG.decode()
    assert content(hdf({"model_config": text, "keras_version": "2.2.4"})) == (CONFIG, "2.2.4")
    assert content(hdf({"model_config": CONFIG, "keras_version": b"2.2.4"})) == (CONFIG, "2.2.4")
    assert content(hdf({"model_config": np.bytes_(CONFIG)})) == (CONFIG, None)
    assert content(hdf({"model_config": np.array([text], dtype=h5py.string_dtype())})) == (CONFIG, None)


def test_a_user_block_before_hdf5_is_passed_over(tmp_path):
    for size in (512, 1024, 2048):
        path = tmp_path / f"{size}.h5"
        with h5py.File(path, "w", userblock_size=size) as made:
            made.attrs["model_config"] = CONFIG.decode()
        assert content(path.read_bytes()).text == CONFIG


# What is refused ---------------------------------------------------------------------------------------------------

FOREIGN = {
    "a Python pickle": pickle.dumps({"model": [1, 2, 3]}),
    "a PyTorch archive": packed([("archive/data.pkl", b"\x80\x02}."), ("archive/version", b"3")]),
    "NumPy arrays": packed([("a.npy", b"\x93NUMPY"), ("b.npy", b"\x93NUMPY")]),
    "a TensorFlow SavedModel": b"\x08\x01\x12\x86\x12\n\x0f2.13.0\x80\xff",
    "an ONNX model": b"\x08\x08\x12\x07pytorch\x1a\x032.1:\x8c\x02\n\x80",
    "a TensorFlow graph": b"\n\x2c\n\x05input\x12\x0bPlaceholder*\x0b\n\x05dtype\x12\x02\x30\x01",
    "a part of a TensorFlow SavedModel": b"\n\x8f\x14\x1a\x04root\"\x14_tf_keras_sequential*\xea\x13{",
    "a TensorFlow Lite model": b"\x1c\0\0\0TFL3\x14\0\x20\0\x1c\0",
    "safetensors weights": struct.pack("<Q", 64) + b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}',
    "GGUF weights": b"GGUF\x03\0\0\0",
    "a gzip archive": b"\x1f\x8b\x08\0\0\0\0\0",
}


@pytest.mark.parametrize("what", FOREIGN)
def test_other_formats_are_called_by_their_name(what):
    finding = refused(FOREIGN[what], "SC150")
    assert finding.message == f"this is {what}, a format that is not read"
    assert finding.help


def test_numpy_files_are_called_by_their_name():
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    assert "NumPy arrays" in refused(file.getvalue(), "SC150").message


def test_a_file_of_weights_only_holds_no_model():
    assert "weights only" in refused(hdf({}, "layers/dense/vars/0"), "SC152").message
    assert "weights only" in refused(hdf({"layer_names": [b"dense"]}, "dense/kernel:0"), "SC152").message
    assert "`model_config`" in refused(hdf({}, "something"), "SC152").message


def test_an_archive_without_a_configuration_says_where_one_is():
    assert refused(packed([("a.txt", b"")]), "SC152").help == ()
    assert "`model/config.json`" in refused(packed([("model/config.json", CONFIG)]), "SC152").help[0]
    assert "`inner.keras`" in refused(packed([("inner.keras", keras())]), "SC152").help[0]
    assert refused(packed([]), "SC152")


def test_names_that_stand_twice_or_lead_out_are_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = packed([("config.json", CONFIG), ("config.json", CONFIG + b" ")])
    assert "two members" in refused(twice, "SC810").message
    for name in ("../config.json", "/etc/passwd", "a/../../b", "C:/windows", "..\\b", "\\\\server\\b", ".."):
        assert "leads out" in refused(keras(CONFIG, (name, b"")), "SC810").message


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = b" " * (9 << 20)
    assert "`config.json` is packed to 1/" in refused(keras(bomb), "SC811").message
    assert refused(keras(b"x" * (11 << 20)), "SC801")


def test_a_list_of_very_many_members_is_refused():
    many = packed([(f"{number:05}.{'x' * 60}", b"") for number in range(12_000)])
    assert "list of members" in refused(many, "SC811").message


def patched(data, old, new):
    assert old in data
    return data.replace(old, new)


def test_headers_that_lie_are_not_believed():
    size = struct.pack("<I", len(CONFIG))
    data = packed([("config.json", CONFIG)], zipfile.ZIP_STORED)
    assert content(data)
    for lie in (len(CONFIG) - 1, len(CONFIG) + 1, 5, 9 << 20):
        refused(patched(data, size, struct.pack("<I", lie)), "SC151")
    deflated = packed([("config.json", b"z" * 5000 + CONFIG)])
    real = struct.pack("<I", 5000 + len(CONFIG))
    for lie in (10, 4999, 6000):
        refused(patched(deflated, real, struct.pack("<I", lie)), "SC151")
    refused(data.replace(b"config.json", b"confih.json", 1), "SC151")


def test_encrypted_and_exotic_members_are_refused():
    data = bytearray(packed([("config.json", CONFIG)]))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    assert "encrypted" in refused(bytes(data), "SC151").message
    for packing in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        assert "method" in refused(packed([("config.json", CONFIG)], packing), "SC151").message


@pytest.mark.parametrize("data", [keras(), hdf({"model_config": CONFIG.decode()})], ids=["zip", "hdf5"])
def test_a_file_that_is_cut_off_is_refused(data):
    for count in range(8, len(data) - 1, max(1, len(data) // 12)):
        report = shapecheck.check(text=data[:count], path="model")
        assert report.diagnostics and not report.ok


def test_an_attribute_that_is_no_text_is_refused():
    assert "no text" in refused(hdf({"model_config": np.arange(5)}), "SC151").message
    assert "no text" in refused(hdf({"model_config": 3.5}), "SC151").message
    refused(hdf({"model_config": "x" * (11 << 20)}), "SC801")


def test_h5py_is_asked_for_in_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    finding = refused(SAMPLES["hdf5"], "SC153")
    assert "`h5py`" in finding.message and "pip install h5py" in finding.help[0]


def test_a_file_is_read_by_its_content_and_not_by_its_name(tmp_path):
    path = tmp_path / "model.yaml"
    path.write_bytes(packed([("nothing", b"")]))
    assert [found.code for found in shapecheck.check(path).diagnostics] == ["SC152"]


def test_an_external_file_is_not_opened(tmp_path):
    (tmp_path / "secret.h5").write_bytes(hdf({"model_config": CONFIG.decode()}))
    with h5py.File(tmp_path / "model.h5", "w") as made:
        made["model_config"] = h5py.ExternalLink("secret.h5", "/")
        made["model_weights"] = h5py.ExternalLink("secret.h5", "/")
    (finding,) = shapecheck.check(tmp_path / "model.h5").diagnostics
    assert finding.code == "SC152"


# Damage ------------------------------------------------------------------------------------------------------------


def damaged(data, rng):
    """A copy with a few bits turned, or a part cut out or doubled."""
    made = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(made))
        kind = rng.random()
        if kind < 0.6:
            made[at] ^= 1 << rng.randrange(8)
        elif kind < 0.8:
            del made[at : at + rng.randint(1, 64)]
        else:
            made[at:at] = made[at : at + rng.randint(1, 64)]
    return bytes(made[: rng.randrange(len(made))] if rng.random() < 0.1 else made) or b"P"


SAMPLES = {
    "zip": keras(),
    "stored": packed([("metadata.json", METADATA), ("config.json", CONFIG)], zipfile.ZIP_STORED),
    "hdf5": hdf({"model_config": CONFIG.decode(), "keras_version": "2.4.0"}, "model_weights/dense/dense/kernel:0"),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_damage_is_never_a_traceback_and_never_long(name, count=None):
    count = count or (25 if name == "hdf5" else 300)
    rng = random.Random(f"{name} {count}")
    for _ in range(count):
        data = damaged(SAMPLES[name], rng)
        began = sum(os.times()[:4])  # with the process that reads HDF5
        shapecheck.check(text=data, path="model")
        assert sum(os.times()[:4]) - began < 2


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLES)
def test_damage_at_length(name):
    test_damage_is_never_a_traceback_and_never_long(name, 1_000 if name == "hdf5" else 20_000)
