"""The derived set of valid sizes against brute force: every size checked on its own, with ints."""

import random

import pytest

from shapecheck import graph, infer, readers, requirements


def unet(depth, *, padding="same", pool="valid", merge="Concatenate", up="transpose"):
    rows = ["  - Input: {name: x, shape: [H, W, 4]}"]
    for i in range(depth):
        rows.append(f"  - Conv2D: {{filters: 4, kernel_size: 3, padding: {padding}, name: e{i}}}")
        rows.append(f"  - MaxPooling2D: {{pool_size: 2, padding: {pool}, name: p{i}}}")
    rows.append("  - Conv2D: {filters: 4, kernel_size: 3, padding: same, name: deep}")
    for i in reversed(range(depth)):
        if up == "transpose":
            rows.append(f"  - Conv2DTranspose: {{filters: 4, kernel_size: 2, strides: 2, name: u{i}}}")
        else:
            rows.append(f"  - UpSampling2D: {{size: 2, name: u{i}}}")
        rows.append(f"  - {merge}: {{inputs: [u{i}, e{i}], name: s{i}}}")
    return rows


def chain(first, *rows):
    return [f"  - Input: {{name: x, shape: {first}}}", *(f"  - {row}" for row in rows)]


SPECS = {f"unet {d} by Concatenate": unet(d) for d in range(1, 8)}
SPECS |= {f"unet {d} by Add": unet(d, merge="Add") for d in range(1, 6)}
SPECS |= {
    "unet with same pools": unet(4, pool="same"),
    "unet with upsampling": unet(3, up="nearest"),
    "unet of valid convolutions": unet(2, padding="valid"),
    "strided autoencoder": chain(
        "[H, W, 3]",
        "Conv2D: {filters: 4, kernel_size: 3, strides: 2, padding: same}",
        "Conv2D: {filters: 4, kernel_size: 3, strides: 2, padding: same}",
        "Conv2DTranspose: {filters: 4, kernel_size: 3, strides: 2, padding: same}",
        "Conv2DTranspose: {filters: 3, kernel_size: 3, strides: 2, padding: same, name: y}",
        "Add: {inputs: [x, y]}",
    ),
    "fully convolutional skips": chain(
        "[H, W, 4]",
        "MaxPooling2D: {pool_size: 8, name: p8}",
        "MaxPooling2D: {pool_size: 2, name: p16}",
        "MaxPooling2D: {pool_size: 2, name: p32}",
        "UpSampling2D: {size: 2, name: u16}",
        "Add: {inputs: [u16, p16], name: s16}",
        "UpSampling2D: {size: 2, name: u8}",
        "Add: {inputs: [u8, p8], name: s8}",
        "UpSampling2D: {size: 8, name: u}",
        "Add: {inputs: [u, x]}",
    ),
    "stride 3 against pool 3": chain(
        "[H, W, 4]",
        "Conv2D: {filters: 4, kernel_size: 5, strides: 3, name: a}",
        "MaxPooling2D: {pool_size: 3, inputs: x, name: b}",
        "Concatenate: {inputs: [a, b]}",
    ),
    "dilation": chain(
        "[H, W, 4]",
        "Conv2D: {filters: 4, kernel_size: 3, dilation_rate: 4, name: a}",
        "Cropping2D: {cropping: 4, inputs: x, name: b}",
        "Add: {inputs: [a, b]}",
        "AveragePooling2D: {pool_size: 3}",
    ),
    **{
        f"transposed, {padding}, output_padding {extra}": chain(
            "[T, 4]",
            "Conv1D: {filters: 4, kernel_size: 3, strides: 2, padding: same}",
            f"Conv1DTranspose: {{filters: 4, kernel_size: 4, strides: 2, padding: {padding}, output_padding: {extra}, name: y}}",
            "ZeroPadding1D: {padding: [0, 2], inputs: x, name: z}",
            "Add: {inputs: [z, y]}",
        )
        for padding, extra in (("valid", "~"), ("same", "~"), ("valid", 1), ("same", 0), ("same", 1))
    },
    "speech front end": chain(
        "[T, 8]",
        "Conv1D: {filters: 8, kernel_size: 10, strides: 5}",
        "Conv1D: {filters: 8, kernel_size: 3, strides: 2}",
        "Reshape: {target_shape: [-1, 32]}",
        "Dense: 4",
    ),
    "crops": chain("[H, W, 1]", "Cropping2D: {cropping: [[3, 4], [1, 1]]}", "MaxPooling2D: 4"),
    "permute and add": chain("[H, W, 3]", "Permute: {dims: [2, 1, 3], name: t}", "Add: {inputs: [x, t]}"),
    "a shared Dense at two sizes": [
        "  - Input: {name: a, shape: [4, S]}",
        "  - Input: {name: b, shape: [4, 12]}",
        "  - Dense: {units: 3, inputs: a, name: d}",
        "  - call: {layer: d, inputs: b}",
    ],
    "reshape to fixed sizes": chain("[H, W, 64]", "MaxPooling2D: 4", "Reshape: {target_shape: [12, 768]}"),
    "reshape with one free size": chain("[50, W, 64]", "MaxPooling2D: [1, 4]", "Reshape: {target_shape: [50, 768]}"),
    "two inputs of different strides": [
        "  - Input: {name: a, shape: [H, 4]}",
        "  - Input: {name: b, shape: [T, 4]}",
        "  - MaxPooling1D: {pool_size: 2, inputs: a, name: pa}",
        "  - Conv1D: {filters: 4, kernel_size: 3, strides: 3, padding: same, inputs: b, name: cb}",
        "  - Add: {inputs: [pa, cb]}",
    ],
    "a chain that ends": chain("[H, W, 1]", *["Conv2D: {filters: 2, kernel_size: 3}", "MaxPooling2D: 2"] * 4),
    "pooled sums": chain(
        "[T, 4]",
        "MaxPooling1D: {pool_size: 2, name: p}",
        "Concatenate: {axis: 1, inputs: [x, p], name: c}",
        "MaxPooling1D: {pool_size: 2, name: q}",
        "UpSampling1D: {size: 4, inputs: q, name: u}",
        "Cropping1D: {cropping: [0, 1], inputs: u, name: k}",
        "ZeroPadding1D: {padding: [0, 3], inputs: x, name: z}",
        "Concatenate: {axis: 1, inputs: [z, z], name: zz}",
        "Flatten: {inputs: k}",
    ),
}  # fmt: skip


class Model:
    """A definition, inferred in symbols once, and with ints whenever asked."""

    def __init__(self, rows):
        text = "\n".join(["layers:", *rows]) + "\n"
        _, spec, findings = readers.read(text, "spec.yaml")
        assert not findings
        self.graph = graph.build(spec)
        assert not spec.findings and not [f for f in self.graph.findings if f.severity == "error"], text
        self.found = infer.infer(self.graph)
        self.requirements = requirements.of(self.found)
        self.refused = [f for f in self.found.findings if f.severity == "error"]
        self.symbols = sorted(set(self.found.symbols) - {"B"})

    def valid(self, **sizes):
        """Whether these sizes work, by inferring with nothing but numbers."""
        tried = infer.infer(self.graph, sizes | {"B": 2})
        return not any(f.severity == "error" for f in tried.findings)


def hold(model, ranges, agree):
    """Compare the derived answer with brute force along each symbol, the others at a few sizes."""
    for name in model.symbols:
        others = [other for other in model.symbols if other != name]
        for at in agree:
            fixed = dict.fromkeys(others, at)
            for size in ranges:
                sizes = {**fixed, name: size}
                truth = model.valid(**sizes)
                derived = not model.refused and model.requirements.holds(B=2, **sizes)
                assert derived == truth, f"{sizes}: derived {derived}, true {truth}; {list(model.requirements)}"


@pytest.mark.parametrize("name", SPECS)
def test_the_derived_set_is_the_true_one(name):
    model = Model(SPECS[name])
    least = [model.requirements.minimum(symbol) or 1 for symbol in model.symbols]
    hold(model, range(1, 301), sorted({32, *least}) if len(model.symbols) > 1 else [1])


def test_one_symbol_is_listed_exactly():
    model = Model(SPECS["unet 5 by Add"])
    listed = model.requirements.values("H", 1, 300)
    assert listed == [h for h in range(1, 301) if model.valid(H=h, W=32)]
    assert [c.text for c in model.requirements] == ["H % 32 == 0", "W % 32 == 0"]


def test_around_start_and_period():
    model = Model(SPECS["unet 7 by Concatenate"])
    period = 128
    for h in [*range(1, 6), *range(period - 3, period + 4), *range(20 * period - 2, 20 * period + 3)]:
        assert model.requirements.holds(H=h, W=period, B=1) == model.valid(H=h, W=period)


# Random graphs ----------------------------------------------------------------------------------------------------


def random_rows(rng):
    """A graph of strided, pooled, padded, cropped, upsampled and merged layers over one or two sequences."""
    names = ["x"]
    rows = ["  - Input: {name: x, shape: [T, 2]}"]
    if rng.random() < 0.3:
        rows.append("  - Input: {name: y, shape: [S, 2]}")
        names.append("y")
    for i in range(rng.randint(2, 8)):
        source, name = rng.choice(names[-3:]), f"l{i}"
        padding = rng.choice(["same", "valid"])
        kind = rng.randrange(8)
        if kind == 0:
            row = f"Conv1D: {{filters: 2, kernel_size: {rng.randint(1, 5)}, strides: {rng.randint(1, 4)}, padding: {padding}"
        elif kind == 1:
            row = f"MaxPooling1D: {{pool_size: {rng.randint(1, 4)}, strides: {rng.randint(1, 4)}, padding: {padding}"
        elif kind == 2:
            row = f"Conv1DTranspose: {{filters: 2, kernel_size: {rng.randint(1, 4)}, strides: {rng.randint(1, 3)}, padding: {padding}"
        elif kind == 3:
            row = f"UpSampling1D: {{size: {rng.randint(1, 4)}"
        elif kind == 4:
            row = f"ZeroPadding1D: {{padding: [{rng.randint(0, 3)}, {rng.randint(0, 3)}]"
        elif kind == 5:
            row = f"Cropping1D: {{cropping: [{rng.randint(0, 3)}, {rng.randint(0, 3)}]"
        elif kind == 6 and len(names) > 1:
            row = f"{rng.choice(['Add', 'Concatenate', 'Multiply'])}: {{inputs: [{rng.choice(names)}, {rng.choice(names)}], name: {name}}}"
            rows.append(f"  - {row}")
            names.append(name)
            continue
        else:
            row = f"Reshape: {{target_shape: [-1, {rng.choice([2, 4, 6])}], inputs: {source}, name: {name}r}}"
            rows.append(f"  - {row}")
            row = f"Reshape: {{target_shape: [-1, 2], inputs: {name}r, name: {name}}}"
            rows.append(f"  - {row}")
            names.append(name)
            continue
        rows.append(f"  - {row}, inputs: {source}, name: {name}}}")
        names.append(name)
    if len(names) > 2:
        rows.append(f"  - {rng.choice(['Add', 'Concatenate: {axis: 1'])}")
        pair = f"inputs: [{names[-1]}, {rng.choice(names[:-1])}]"
        rows[-1] = f"{rows[-1]}, {pair}}}" if "{" in rows[-1] else f"{rows[-1]}: {{{pair}}}"
    return rows


def compare(count, seed):
    rng = random.Random(seed)
    undecided = 0
    for _ in range(count):
        rows = random_rows(rng)
        model = Model(rows)
        undecided += bool(model.requirements.undecided)
        sizes = [1, 2, 3, 4, 5, 7, 8, 12, 16, 23, 24, 36, 48, 60, 61, 96, rng.randint(97, 300), rng.randint(300, 2000)]
        for size in sizes:
            other = rng.choice(sizes)
            at = {name: size if place == 0 else other for place, name in enumerate(model.symbols)}
            truth = model.valid(**at)
            derived = not model.refused and model.requirements.holds(B=2, **at)
            assert derived == truth, f"{at}: derived {derived}, true {truth}\n" + "\n".join(rows)
        if len(model.symbols) == 1 and not model.refused and not model.requirements.undecided:
            name = model.symbols[0]
            assert model.requirements.values(name, 1, 40) == [n for n in range(1, 41) if model.valid(**{name: n})], rows
            if model.requirements.empty is not None:
                assert not any(model.valid(**{name: n}) for n in range(1, 200)), rows
    return undecided


def test_random_graphs_agree_with_brute_force():
    count = 1_000
    assert compare(count, 7) <= count * 0.005 + 2


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_ten_thousand_random_graphs_agree_with_brute_force(part):
    assert compare(1_000, 1_000 + part) <= 1_000 * 0.005 + 2
