"""Contracts, assertions, contradictions, and who is to blame."""

import random

import pytest

import shapecheck
from shapecheck import graph, infer, readers, requirements
from shapecheck.requirements import contracts
from shapecheck.requirements.cycles import Cycle
from shapecheck.requirements.sets import Sizes, runs_of
from shapecheck.spec import Assertion, Contract

UNET = """
name: unet
{promise}
layers:
  - Input: {{name: image, shape: [H, W, 1]}}
  - Conv2D: {{filters: 8, kernel_size: 3, padding: same, name: enc0}}
  - MaxPooling2D: {{pool_size: 2, name: pool0}}
  - Conv2D: {{filters: 16, kernel_size: 3, padding: same, name: enc1}}
  - MaxPooling2D: {{pool_size: 2, name: pool1}}
  - Conv2D: {{filters: 32, kernel_size: 3, padding: same, name: enc2}}
  - MaxPooling2D: {{pool_size: 2, name: pool2}}
  - Conv2D: {{filters: 64, kernel_size: 3, padding: same, name: deep}}
  - Conv2DTranspose: {{filters: 32, kernel_size: 2, strides: 2, name: up2}}
  - Concatenate: {{inputs: [up2, enc2], name: skip2}}
  - Conv2DTranspose: {{filters: 16, kernel_size: 2, strides: 2, name: up1}}
  - Concatenate: {{inputs: [up1, enc1], name: skip1}}
  - Conv2DTranspose: {{filters: 8, kernel_size: 2, strides: 2, name: up0}}
  - Concatenate: {{inputs: [up0, enc0], name: skip0}}
  - Conv2D: {{filters: 1, kernel_size: 1, name: mask}}
outputs: [mask]
"""


def check(text):
    return shapecheck.check(text=text)


def errors(report):
    return [found for found in report.diagnostics if found.severity == "error"]


def inferred(text):
    _, spec, findings = readers.read(text, "spec.yaml")
    assert not findings
    return infer.infer(graph.build(spec))


# Contracts ---------------------------------------------------------------------------------------------------------


def test_a_contract_that_is_not_kept_shows_a_size_and_its_chain():
    (found,) = errors(check(UNET.format(promise="dims: {H: {min: 1, max: 1024}}")))
    assert found.code == "SC602"
    assert found.facts["sizes"] == {"H": 9}
    assert found.notes == (
        "at H = 9, `skip0` cannot concatenate 8 and 9 on axis 1 (H)",
        "H: image 9 -> pool0 4 -> up0 8",
    )
    assert found.help == ("the model is valid only when H % 8 == 0; the nearest are 8 and 16",)
    assert found.span.line == 3
    assert [label.span.line for label in found.labels] == [18]


def test_a_size_below_the_least_one_shows_what_is_left_of_it():
    text = "dims: {H: {min: 3}}\nlayers:\n  - Input: {name: x, shape: [H, 4]}\n  - MaxPooling1D: {pool_size: 2, name: p}\n"
    (found,) = errors(check(text + "  - MaxPooling1D: {pool_size: 2, name: q}\n"))
    assert found.facts["sizes"] == {"H": 3}
    assert "T: x 3 -> p 1 -> q 0" in found.notes


@pytest.mark.parametrize(
    "promise",
    [
        "dims: {H: {multiple_of: 32}}",
        "dims: {H: {multiple_of: 8}, W: {multiple_of: 24, min: 100}}",
        "dims: {H: {values: [8, 64, 4096]}}",
        "dims: {H: 512}",
        "dims: {H: {min: 9, max: 22, multiple_of: 16}}",
    ],
)
def test_a_contract_is_proved(promise):
    assert check(UNET.format(promise=promise)).ok


@pytest.mark.parametrize(
    ("promise", "size"),
    [
        ("dims: {H: {multiple_of: 4}}", 12),
        ("dims: {H: {values: [8, 64, 100]}}", 100),
        ("dims: {H: {max: 8, min: 8}, W: {min: 800, max: 810}}", 801),
        ("dims: {W: {min: 1000000000000001, multiple_of: 4}}", 1000000000000004),
    ],
)
def test_a_contract_is_refuted(promise, size):
    (found,) = errors(check(UNET.format(promise=promise)))
    assert list(found.facts["sizes"].values()) == [size]


def test_a_contract_that_nothing_satisfies():
    (found,) = errors(check(UNET.format(promise="dims: {H: {min: 5, max: 7, multiple_of: 8}}")))
    assert "no size satisfies it" in found.message


def test_a_contract_on_a_name_that_is_no_size():
    (found,) = errors(check(UNET.format(promise="dims: {h: {multiple_of: 8}}")))
    assert found.code == "SC205"
    assert found.help == ("did you mean `H`?",)


def test_contracts_on_two_symbols_that_hang_together():
    text = (
        "dims: {{A: {}, B2: {}}}\nlayers:\n  - Input: {{name: a, shape: [A, 4]}}\n"
        "  - Input: {{name: b, shape: [B2, 4]}}\n  - Add: {{inputs: [a, b]}}\n"
    )
    assert check(text.format("{values: [7]}", "{values: [7]}")).ok
    assert check(text.format("{values: [7, 9]}", "{values: [1]}")).ok
    (found,) = errors(check(text.format("{values: [7, 9]}", "{values: [1, 9]}")))
    assert found.facts["sizes"] == {"A": 7, "B2": 9}
    assert "`add` cannot broadcast 7 and 9" in found.notes[0]
    found = errors(check(text.format("{multiple_of: 4}", "{multiple_of: 8}")))
    assert [f.code for f in found] == ["SC602"]


def test_a_contract_on_one_of_two_symbols_asks_for_some_size_of_the_other():
    text = (
        "dims: {{S: {{{}}}}}\nlayers:\n  - Input: {{name: a, shape: [S, 4]}}\n  - Input: {{name: b, shape: [U, 4]}}\n"
        "  - MaxPooling1D: {{pool_size: 3, inputs: b, name: p}}\n  - UpSampling1D: {{size: 3, name: u}}\n"
        "  - Concatenate: {{inputs: [a, u]}}\n"
    )
    assert check(text.format("values: [3, 6, 300]")).ok
    (found,) = errors(check(text.format("values: [3, 6, 301]")))
    assert found.facts["sizes"] == {"S": 301}


@pytest.mark.parametrize("seed", range(200))
def test_the_size_that_refutes_is_promised_and_not_valid(seed):
    rng = random.Random(seed)
    modulus = rng.choice([1, 2, 3, 4, 6, 12])
    residues = tuple(sorted(rng.sample(range(modulus), rng.randint(1, modulus))))
    start = rng.randint(1, 30)
    early = sorted(rng.sample(range(1, start + 1), rng.randint(0, start)))
    early = [h for h in early if h < start]
    valid = Sizes(runs_of(early), start, [Cycle(modulus, residues)] if modulus > 1 else [])
    contract = Contract(
        rng.choice([None, rng.randint(1, 20)]), rng.choice([None, rng.randint(20, 80)]),
        rng.choice([None, 2, 3, 4, 5, 8]), None, None,
    )  # fmt: skip
    promised = contracts.sizes_of(contract)
    column = range(1, 400)
    expected = [
        h
        for h in column
        if h >= (contract.least or 1) and h <= (contract.most or 10**9) and h % (contract.multiple_of or 1) == 0
    ]
    assert [h for h in column if h in promised] == expected
    assert contracts.outside(promised, valid) == next((h for h in expected if h not in valid), None)


# Assertions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("output == image", "H % 8 == 0 and W % 8 == 0"),
        ("mask == [B, H, W, 1]", "H % 8 == 0 and W % 8 == 0"),
        ("mask == [~, H, None, 1]", None),
        ("mask == [None, H, None, 1]", "H % 8 == 0 and W % 8 == 0"),
        ("enc2.H >= 4", "H % 8 == 0 and H >= 16 and W % 8 == 0"),
        ("enc2.H >= 4 and pool2.W < 9", "H % 8 == 0 and H >= 16 and W % 8 == 0 and W <= 64"),
        ("deep.H * 8 == image.H", "H % 8 == 0 and W % 8 == 0"),
        ("deep.H % 4 == 0", "H % 32 == 0 and W % 8 == 0"),
        ("H == W", "H % 8 == 0 and W % 8 == 0 and H == W"),
        ("output.H == output.W", "H % 8 == 0 and W % 8 == 0 and H == W"),
        ("image.shape[1] == 64", "H == 64 and W % 8 == 0"),
        ("mask.rank == 4", "H % 8 == 0 and W % 8 == 0"),
        ("8 <= H <= 24", "H in {8, 16, 24} and W % 8 == 0"),
        ("max(H, 40) == 40", "H % 8 == 0 and H <= 40 and W % 8 == 0"),
        ("B == 4", "H % 8 == 0 and W % 8 == 0 and B == 4"),
    ],
)
def test_an_assertion_is_solved(line, text):
    report = check(UNET.format(promise=f"assert: ['{line}']"))
    if text is None:
        assert [found.code for found in errors(report)] == ["SC131"]
        return
    assert report.ok, report
    assert report.requirements.text == text


def test_an_assertion_that_holds_for_no_size():
    (found,) = errors(check(UNET.format(promise="assert: ['pool2 == pool1']")))
    assert found.code == "SC603"
    assert "H//8 == H//4 is true for no valid size" in found.message
    assert "H: image 8 -> pool0 4 -> pool1 2 -> pool2 1" in found.notes


def test_every_assertion_that_fails_is_told():
    promise = "assert: ['pool2 == pool1', 'output == image', 'output == [B, 10]', 'H == 12']"
    found = errors(check(UNET.format(promise=promise)))
    assert [f.facts["text"] for f in found] == ["pool2 == pool1", "output == [B, 10]", "H == 12"]
    assert "rank 4 == rank 2 is not true" in found[1].message


def test_assertions_that_contradict_each_other():
    (found,) = errors(check(UNET.format(promise="assert: ['H == 16', 'H == 24']")))
    assert found.code == "SC601"
    assert "H == 16" in found.message
    assert "H == 24" in found.message


@pytest.mark.parametrize(
    "line",
    [
        "nothing == image", "output", "output = image", "output < image", "output.X == 3", "mask[7] == image",
        "image.shape[9] == 2", "H + image == 3", "__import__('os') == 3", "H / 2 == 3", "(lambda: 3)() == 3", "H == 3.5",
        "H == 'a'", "H if W else 3", "[x for x in H] == 3", "", "H ==", "H % 0 == 1", "H" * 600 + " == 1", "a.b.c == 3",
        "output == [B, [H]]", "rank(H) == 3", "H ** 99 == 3", "(H == W) == 3", "not H == W", "H == W or H == 3",
    ],
)  # fmt: skip
def test_an_assertion_that_cannot_be_read_is_a_finding(line):
    quoted = line.replace("'", "''")
    report = check(UNET.format(promise=f"assert: ['{quoted}']"))
    assert [f.code for f in errors(report)] in (["SC131"], ["SC115"])


def test_names_that_are_no_identifiers():
    text = (
        "assert: ['blocks/a.1.T == x.T', 'b-2 == x']\nlayers:\n  - Input: {name: x, shape: [H, 4]}\n"
        "  - UpSampling1D: {size: 2, name: blocks/a.1}\n  - MaxPooling1D: {pool_size: 2, name: b-2}\n"
    )
    (found,) = errors(check(text))
    assert found.facts["text"] == "blocks/a.1.T == x.T"


def test_two_outputs_have_to_be_named():
    text = "assert: ['output == x']\nlayers:\n  - Input: {name: x, shape: [H, 4]}\n  - Dense: {units: 4, name: a}\n  - Dense: 4\noutputs: [a, dense]\n"
    (found,) = errors(check(text))
    assert "name one of them: `a`, `dense`" in found.message


def test_what_is_asserted_of_something_unknown_is_passed_over():
    text = "assert: ['lost == x']\nlayers:\n  - Input: {name: x, shape: [H, 4]}\n  - Lambda: {function: 'a:b', name: lost}\n"
    report = check(text)
    assert not [found for found in report.diagnostics if found.code in ("SC603", "SC131")]
    assert report.requirements.holds(H=3) is None


def test_asserts_of_the_moment_replace_those_of_the_file():
    found = inferred(UNET.format(promise="assert: ['H >= 100']"))
    assert requirements.of(found).text == "H % 8 == 0 and H >= 104 and W % 8 == 0"
    assert requirements.of(found, []).text == "H % 8 == 0 and W % 8 == 0"
    assert requirements.of(found, [Assertion("W == 8", None)]).text == "H % 8 == 0 and W == 8"


# Contradictions ------------------------------------------------------------------------------------------------------


def test_a_contradiction_names_both_sources():
    text = """
layers:
  - Input: {name: x, shape: [T, 4]}
  - MaxPooling1D: {pool_size: 4, name: a}
  - UpSampling1D: {size: 4, name: b}
  - Concatenate: {inputs: [b, x], name: whole}
  - ZeroPadding1D: {padding: [0, 1], inputs: x, name: p}
  - MaxPooling1D: {pool_size: 2, name: c}
  - UpSampling1D: {size: 2, name: d}
  - Concatenate: {inputs: [d, p], name: odd}
  - GlobalMaxPooling1D: {inputs: whole, name: g}
  - GlobalMaxPooling1D: {inputs: odd, name: k}
  - Concatenate: {inputs: [g, k]}
"""
    (found,) = errors(check(text))
    assert found.code == "SC601"
    assert found.layer == "odd"
    assert "T % 4 == 0" in found.message
    assert "T % 2 == 1" in found.message
    assert [(label.span.line, label.text) for label in found.labels] == [(6, "needs T % 4 == 0")]
    assert not any("needs" in note for note in found.notes)  # which would say it again


def test_a_skip_between_strides_that_never_meet():
    text = """
layers:
  - Input: {name: x, shape: [H, W, 3]}
  - MaxPooling2D: {pool_size: 8, name: eight}
  - MaxPooling2D: {pool_size: 2, name: sixteen}
  - Concatenate: {inputs: [sixteen, eight]}
"""
    codes = {found.code for found in errors(check(text))}
    assert codes == {"SC601"}


# Blame -------------------------------------------------------------------------------------------------------------


def test_the_layers_behind_a_condition():
    report = check(UNET.format(promise=""))
    condition = next(iter(report.requirements))
    assert condition.text == "H % 8 == 0"
    assert condition.demanded_by == ("skip2", "skip1", "skip0")
    assert condition.caused_by == ("pool2", "pool1", "pool0")
    assert condition.layers == ("skip2", "skip1", "skip0", "pool2", "pool1", "pool0")
    assert [span.line for span in condition.spans] == [14, 16, 18]


def test_only_the_layers_that_are_needed_are_blamed():
    text = """
layers:
  - Input: {name: x, shape: [T, 4]}
  - MaxPooling1D: {pool_size: 2, name: p}
  - UpSampling1D: {size: 2, name: u}
  - Concatenate: {inputs: [u, x], name: two}
  - MaxPooling1D: {pool_size: 8, inputs: x, name: q}
  - UpSampling1D: {size: 8, name: v}
  - Concatenate: {inputs: [v, x], name: eight}
  - Conv1D: {filters: 2, kernel_size: 3, inputs: x, name: three}
  - Conv1D: {filters: 2, kernel_size: 21, inputs: x, name: wide}
  - Concatenate: {inputs: [two, eight]}
"""
    low, high = check(text).requirements
    assert (low.text, low.demanded_by, low.caused_by) == ("T % 8 == 0", ("eight",), ("q",))
    assert (high.text, high.demanded_by) == ("T >= 24", ("wide",))


def test_a_minimum_is_caused_by_the_layers_that_shrink():
    text = """
layers:
  - Input: {name: x, shape: [T, 4]}
  - Conv1D: {filters: 2, kernel_size: 5, name: a}
  - MaxPooling1D: {pool_size: 3, name: b}
  - Conv1D: {filters: 2, kernel_size: 7, name: c}
"""
    (condition,) = check(text).requirements
    assert condition.text == "T >= 25"
    assert condition.demanded_by == ("c",)
    assert condition.caused_by == ("b",)


def test_conditions_of_a_none_have_its_readable_name():
    report = check("layers:\n  - Input: {shape: [~, ~, 3]}\n  - MaxPooling2D: 4\n")
    assert report.requirements.text == "H >= 4 and W >= 4"


def test_freed_sizes():
    found = inferred(UNET.format(promise="").replace("[H, W, 1]", "[358, W, 1]"))
    conditions, sizes = requirements.freed(found)
    assert sizes == {"H": 358}
    assert conditions.text == "H % 8 == 0 and W % 8 == 0"
    assert conditions.nearest("H", 358) == (352, 360)
    assert requirements.freed(inferred(UNET.format(promise=""))) is None


def test_the_questions_with_some_sizes_free():
    known = check(UNET.format(promise="")).requirements
    assert known.holds(H=16) is None
    assert known.holds(H=15) is False
    assert known.holds(H=16, W=8) is True
    assert known.holds(H=16, W=8, B=3) is True
    assert known.holds(H=0, W=8) is False
    assert known.values("H", 1, 40) == [8, 16, 24, 32, 40]
    assert known.values("H", 1, 40, W=7) == []


@pytest.mark.parametrize(("a", "b"), [("H", "W"), ("H", "H")])
def test_reshapes_to_a_number(a, b):
    text = f"layers:\n  - Input: {{shape: [{a}, {b}, 4]}}\n  - MaxPooling2D: 4\n  - Reshape: {{target_shape: [144]}}\n"
    known = check(text).requirements
    for h in range(1, 60):
        for w in range(1, 60):
            if a == b and h != w:
                continue
            sizes = {a: h, b: w}
            assert known.holds(**sizes) == (sizes[a] >= 4 and sizes[b] >= 4 and (sizes[a] // 4) * (sizes[b] // 4) * 4 == 144)


def test_a_counterexample_shows_the_chain_at_a_size():
    known = check(UNET.format(promise="")).requirements
    assert known.counterexample(H=358) == (
        "at H = 358, `skip2` cannot concatenate 88 and 89 on axis 1 (H)",
        "H: image 358 -> pool0 179 -> pool1 89 -> pool2 44 -> up2 88",
    )
    assert known.counterexample(H=352) == ()
    assert known.counterexample(H=7)[0] == "at H = 7, `pool2` needs axis 1 (H) to be at least 2, and it is 1"
