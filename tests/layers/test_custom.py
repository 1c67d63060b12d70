"""Layers that a definition describes by a rule, and layers that nobody describes."""

import gc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shapecheck
from shapecheck import dims

SHUFFLE = {"params": ["r"], "rule": "(n, h, w, c) -> (n, h*r, w*r, c//(r*r))"}


def checked(custom, *layers, **more):
    return shapecheck.check({"custom": custom, "layers": list(layers), **more})


def outcome(custom, shapes, use=None, **config):
    """The outputs of a custom layer X on inputs of these shapes, batch included; None where it is refused."""
    names = [f"x{i}" for i in range(len(shapes))]
    inputs = [{"Input": {"batch_shape": list(shape), "name": name}} for shape, name in zip(shapes, names, strict=True)]
    reads = names[0] if len(names) == 1 else names
    report = checked({"X": custom}, *inputs, {"X": {**config, "name": "made", "inputs": reads}})
    if not report.ok:
        return None, [found.code for found in report.diagnostics]
    return report.shapes["made"], str(report.requirements)


# What rules say --------------------------------------------------------------------------------------------------

SIZES = st.integers(1, 24)


@given(SIZES, SIZES, SIZES, st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_a_rule_at_numbers_is_its_arithmetic(h, w, c, r):
    shape, said = outcome(SHUFFLE, [(2, h, w, c)], r=r)
    if c % (r * r):
        assert (shape, said) == (None, ["SC303"])
    else:
        assert shape == (2, h * r, w * r, c // (r * r))


@given(SIZES, SIZES, SIZES, st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_symbols_and_numbers_agree(h, w, c, r):
    inputs = {"Input": {"shape": ["P", "Q", "K"]}}
    report = checked({"X": SHUFFLE}, inputs, {"X": {"r": r, "name": "made"}})
    assert report.ok
    at = checked({"X": SHUFFLE}, {"Input": {"shape": [h, w, c]}}, {"X": {"r": r, "name": "made"}})
    assert at.ok == (c % (r * r) == 0)
    if at.ok:
        sizes = {"P": h, "Q": w, "K": c}
        assert tuple(dims.substitute(size, sizes) for size in report.shapes["made"]) == at.shapes["made"]


RULES = [
    # rule, input shapes, output (None: refused), conditions or codes
    ("(n, h, h, c) -> (n, h)", [(2, 8, 8, 3)], (2, 8), "every size"),
    ("(n, h, h, c) -> (n, h)", [(2, 8, 9, 3)], None, ["SC301"]),
    ("(n, h, h) -> (n, h)", [(2, "P", "Q")], "(2, Q)", "P == Q"),
    ("(n, h, 3) -> (n, h)", [(2, 4, 3)], (2, 4), "every size"),
    ("(n, h, 3) -> (n, h)", [(2, 4, 5)], None, ["SC301"]),
    ("(n, h, 3) -> (n, h)", [(2, 4, "C")], (2, 4), "C == 3"),
    ("(n, 2*k) -> (n, k)", [(2, 8)], (2, 4), "every size"),
    ("(n, 2*k) -> (n, k)", [(2, 9)], None, ["SC303"]),
    ("(n, 2*k) -> (n, k)", [(2, "P")], "(2, P//2)", "P % 2 == 0"),
    ("(n, 2*k + 1) -> (n, k)", [(2, 9)], (2, 4), "every size"),
    ("(n, k + 3) -> (n, k)", [(2, 2)], None, ["SC306"]),
    ("(n, k + 3) -> (n, k)", [(2, 3)], (2, 0), "every size"),
    ("(n, k + 3) -> (n, k)", [(2, "P")], "(2, P - 3)", "P >= 3"),
    ("(n, 10 - k) -> (n, k)", [(2, 4)], (2, 6), "every size"),
    ("(n, a + b, a) -> (n, b)", [(2, 7, 3)], (2, 4), "every size"),
    ("(n, a + b, b + c, c) -> (n, a)", [(2, 9, 6, 2)], (2, 5), "every size"),
    ("(n, h - 4) -> (n, h)", [(2, 4)], (2, 8), "every size"),
    ("(n, h) -> (n, h - 4)", [(2, 3)], None, ["SC306"]),
    ("(n, h) -> (n, h - 4)", [(2, "P")], "(2, P - 4)", "P >= 4"),
    ("(n, h) -> (n, floor(h/2), ceil(h/2))", [(2, 7)], (2, 3, 4), "every size"),
    ("(n, h) -> (n, floor(h/2))", [(2, "P")], "(2, P//2)", "every size"),
    ("(n, h) -> (n, floor(h/2)//3)", [(2, 14)], None, ["SC303"]),
    ("(n, h) -> (n, h//2//3)", [(2, "P")], "(2, P//6)", "P % 6 == 0"),
    ("(n, ..., c) -> (n, c, ...)", [(2, 3, 4, 5)], (2, 5, 3, 4), "every size"),
    ("(n, ..., c) -> (n, c, ...)", [(2, 5)], (2, 5), "every size"),
    ("(n, ..., c) -> (n, c, ...)", [(2,)], None, ["SC302"]),
    ("(n, ..., 2*c) -> (n, ..., c)", [(2, 3, 4)], (2, 3, 2), "every size"),
    ("(n, ..., a), (n, ..., b) -> (n, ..., a + b)", [(2, 3, 4), (2, 3, 5)], (2, 3, 9), "every size"),
    ("(n, ..., a), (n, ..., b) -> (n, ..., a + b)", [(2, 3, 4), (2, 4, 5)], None, ["SC301"]),
    ("(n, ..., a), (n, ..., b) -> (n, ..., a + b)", [(2, 3, 4), (2, 5)], None, ["SC302"]),
    ("(n, a), (n, b) -> (n, a*b)", [(2, 3), (2, 4)], (2, 12), "every size"),
    ("(n, a), (n, b) -> (n, a*b)", [(2, 3)], None, ["SC208"]),
    ("(n, t, f) -> (n, f), (n, t, 2*f)", [(2, 3, 4)], [(2, 4), (2, 3, 8)], "every size"),
    ("(n, h) -> (n, max(h, 4), min(h, 4), h % 4, h**2)", [(2, 6)], (2, 6, 4, 2, 36), "every size"),
    ("(n, h) -> ()", [(2, 6)], (), "every size"),
    ("(n,h)->(n,)", [(2, 6)], (2,), "every size"),
    ("(n, h) -> (n, h)", [(2, 6, 7)], None, ["SC302"]),
    ("(n, h) -> (n, h//0)", [(2, 6)], None, ["SC116"]),
]


@pytest.mark.parametrize(("rule", "shapes", "expected", "said"), RULES, ids=[f"{row[0]} {row[1]}" for row in RULES])
def test_what_a_rule_says(rule, shapes, expected, said):
    made, conditions = outcome({"rule": rule}, shapes)
    if isinstance(expected, str):
        made = "(" + ", ".join(map(str, made)) + ")"
    assert (made, conditions) == (expected, said)


def test_names_of_the_rule_are_not_those_of_the_definition():
    made, _ = outcome({"rule": "(n, h, w) -> (n, w, 2*h)"}, [(2, "w", "h")])
    assert made == (2, dims.symbol("h"), 2 * dims.symbol("w"))


# Parameters ------------------------------------------------------------------------------------------------------


def test_parameters_have_defaults_and_a_scalar_is_the_first():
    custom = {"X": {"params": [{"r": 2}, "s"], "rule": "(n, h) -> (n, h*r*s)"}}
    x = {"Input": {"shape": [3]}}
    assert checked(custom, x, {"X": {"s": 5}}).shapes["x"] == (dims.symbol("B", varies=True), 30)
    assert [found.code for found in checked(custom, x, {"X": 7}).diagnostics] == ["SC112"]
    assert [found.code for found in checked(custom, x, {"X": {"s": 1, "t": 2}}).diagnostics] == ["SC111"]


def test_a_parameter_may_be_a_size_of_the_input_or_nought():
    assert str(outcome({"params": "r", "rule": "(n, h) -> (n, h*r)"}, [(2, "P")], r="P")[0][1]) == "P**2"
    assert outcome({"params": "r", "rule": "(n, h) -> (n, h - 2*r)"}, [(2, 5)], r=0)[0] == (2, 5)
    assert outcome({"params": "r", "rule": "(n, h) -> (n, h//r)"}, [(2, 5)], r=0)[1] == ["SC303"]
    assert outcome({"params": "r", "rule": "(n, h*r) -> (n, h)"}, [(2, 5)], r=0)[1] == ["SC116"]
    assert outcome({"params": "r", "rule": "(n, h, r) -> (n, h)"}, [(2, 5, 4)], r=4)[0] == (2, 5)
    assert outcome({"params": "r", "rule": "(n, h, r) -> (n, h)"}, [(2, 5, 4)], r=3)[1] == ["SC301"]
    assert outcome({"params": "r", "rule": "(n, h) -> (n, r)"}, [(2, 5)], r="Z")[1] == ["SC205"]


@pytest.mark.parametrize("value", [True, 1.5, None, [2], {"a": 1}, "2 *", 1 << 60])
def test_a_parameter_in_a_formula_is_a_size(value):
    assert outcome(SHUFFLE, [(2, 4, 4, 4)], r=value)[1] in (["SC113"], ["SC807"])


def test_a_parameter_that_no_formula_uses_is_anything():
    made, _ = outcome({"params": [{"mode": "nearest"}], "rule": "(n, h) -> (n, h)"}, [(2, 5)], mode=[1, {}])
    assert made == (2, 5)


@pytest.mark.parametrize("name", ["shape", "run", "check", "weights", "mask", "data_format", "seed", "kind"])
def test_a_parameter_may_have_any_other_name(name):
    made, _ = outcome({"params": [name], "rule": f"(n, h) -> (n, h*{name})"}, [(2, 5)], **{name: 3})
    assert name == "data_format" or made == (2, 15)


# Dtype, mask, weights, numbers -----------------------------------------------------------------------------------


def test_the_dtype_is_kept_and_the_mask_dropped():
    report = checked(
        {"X": "(n, t) -> (n, t, 4)"},
        {"Input": {"shape": ["T"], "dtype": "int32"}}, {"X": None}, {"Masking": 0}, {"X2": None},
    )  # fmt: skip
    assert report.layers["x"].dtypes == ("int32",)
    report = checked({"X": "(n, t, c) -> (n, t, c)"}, {"Input": {"shape": ["T", 3]}}, {"Masking": 0}, {"X": {}})
    assert report.layers["x"].masks == (None,)


def test_weights_are_known_where_they_are_written():
    x = {"Input": {"shape": ["T", 6]}}
    rule = {"params": ["k"], "rule": "(n, t, 2*c) -> (n, t, k)", "weights": {"kernel": ["c", "k"], "bias": ["k"]}}
    report = checked({"X": rule}, x, {"X": 5})
    assert report.layers["x"].weights == {"kernel": (3, 5), "bias": (5,)}
    assert (report.params, report.trainable_params) == (20, 20)
    assert checked({"X": rule}, x, {"X": {"k": 5, "trainable": False}}).trainable_params == 0
    unknown = checked({"X": {**rule, "weights": None}}, x, {"X": 5}, {"Dense": 2})
    assert (unknown.params, unknown.layers["x"].params, unknown.layers["dense"].params) == (None, None, 12)
    assert checked({"X": {**rule, "weights": {}}}, x, {"X": 5}).params == 0
    varying = checked({"X": rule | {"weights": {"kernel": ["t"]}}}, {"Input": {"shape": [None, 6]}}, {"X": 5})
    assert [found.code for found in varying.diagnostics] == ["SC308"]


def test_it_cannot_be_run():
    for weights in (None, {}, {"kernel": ["c"]}):
        definition = {"custom": {"X": {**SHUFFLE, "weights": weights}}, "layers": [{"Input": [2, 2, 4]}, {"X": 2}]}
        with pytest.raises(shapecheck.ShapecheckError) as refused:
            shapecheck.run(definition)
        assert refused.value.code == "SC504"


def test_it_stands_inside_wrappers_blocks_and_models():
    report = checked(
        {"X": {"params": ["r"], "rule": "(n, h) -> (n, h*r)", "weights": {"w": ["h"]}}},
        {"Input": {"shape": [5, 3]}}, {"TimeDistributed": {"layer": {"X": 2}}}, {"b": None}, {"m": None},
        blocks={"b": [{"TimeDistributed": {"layer": {"X": {"r": 3}}}}]},
        models={"m": [{"Input": [5, 18]}, {"TimeDistributed": {"layer": {"X": 1}}}]},
    )  # fmt: skip
    assert report.ok, report.diagnostics
    assert report.outputs[0].shape[1:] == (5, 18)
    assert report.params == 3 + 6 + 18


# Malformed rules -------------------------------------------------------------------------------------------------

MALFORMED = [
    ("custom: {X: {rule: «'(n, a*b) -> (n, a)'»}}", "SC116"),
    ("custom: {X: {rule: «'(n, h//2) -> (n, h)'»}}", "SC116"),
    ("custom: {X: {rule: «'(n, max(h, 3)) -> (n, h)'»}}", "SC116"),
    ("custom: {X: {rule: «'(n, h*h) -> (n, h)'»}}", "SC116"),
    ("custom: {X: {rule: «'(n, h) -> (n, q)'»}}", "SC116"),
    ("custom: {X: {rule: «'(n, h) -> (n, h +)'»}}", "SC116"),
    ("custom: {X: {rule: «'(n, h) -> (n, h.a)'»}}", "SC116"),
    ("custom: {X: {rule: «'(n, h) -> (n, h/2)'»}}", "SC116"),
    ("custom: {X: {rule: «'(n, h) -> (n, ...)'»}}", "SC116"),
    ("custom: {X: {rule: «'(n, h)'»}}", "SC115"),
    ("custom: {X: {rule: «'n, h -> n'»}}", "SC115"),
    ("custom: {X: {rule: «'(n, h) -> (n'»}}", "SC115"),
    ("custom: {X: {rule: «'(n, , h) -> (n)'»}}", "SC115"),
    ("custom: {X: {rule: «'(n) -> (n) -> (n)'»}}", "SC115"),
    ("custom: {X: {rule: «'(n, ..., ...) -> (n)'»}}", "SC115"),
    ("custom: {X: «5»}", "SC115"),
    ("custom: {X: {rule: «[1]»}}", "SC115"),
    ("custom: {X: {rule: '(n) -> (n)', weights: «3»}}", "SC115"),
    ("custom: {X: {rule: '(n) -> (n)', weights: «{k: 3}»}}", "SC115"),
    ("custom: {X: {rule: '(n) -> (n)', weights: «{k: [z]}»}}", "SC116"),
    ("custom: {X: {rule: '(n) -> (n)', params: «[name]»}}", "SC214"),
    ("custom: {X: {rule: '(n) -> (n, r)', params: «{r: []}»}}", "SC113"),
    ("custom: {X: {rule: '(n) -> (n)', «ruel»: 3}}", "SC108"),
    ("custom: {«Dense»: {rule: '(n) -> (n)'}}", "SC214"),
    ("custom: {«repeat»: {rule: '(n) -> (n)'}}", "SC214"),
    ("blocks: {X: [Flatten]}\ncustom: {«X»: {rule: '(n) -> (n)'}}", "SC202"),
    ("custom: «[X]»", "SC115"),
]


@pytest.mark.parametrize(("text", "code"), MALFORMED)
def test_a_malformed_rule_is_found_at_its_place_and_its_uses_are_silent(text, code):
    line = next(row for row in text.split("\n") if "«" in row)
    start, end = line.index("«") + 1, line.index("»")
    use = ", X, X" if "{X:" in text or "«X»" in text else ""
    text = text.replace("«", "").replace("»", "") + f"\nlayers: [{{Input: [3]}}{use}]\n"
    (found,) = shapecheck.check(text=text).diagnostics
    assert found.code == code
    assert (found.span.column, found.span.end_column) == (start, end)


# Layers that nobody describes ------------------------------------------------------------------------------------


def test_an_unknown_layer_is_opaque_and_inference_goes_on():
    x = {"Input": {"shape": [8, 4], "name": "x"}}
    report = checked({}, x, {"CBAM": {"reduction": 3, "name": "u"}}, {"Dense": {"units": 3, "name": "after"}},
                     {"Add": {"inputs": ["u[1]", "x"]}}, {"Dense": {"units": 2, "inputs": "x", "name": "beside"}})  # fmt: skip
    assert report.ok
    said = [(found.code, found.severity, found.layer) for found in report.diagnostics if found.code < "SC7"]
    assert said == [("SC120", "warning", "u")]
    assert report.shapes["u"] is None and report.shapes["after"] is None and report.params is None
    assert report.shapes["beside"][1:] == (8, 2)
    with pytest.raises(shapecheck.ShapecheckError) as refused:
        shapecheck.run({"layers": [x, "CBAM"]})
    assert refused.value.code == "SC504" and "CBAM" in str(refused.value)


def test_a_kind_that_nobody_knows_is_said_once_with_how_many_layers_are_of_it():
    x = {"Input": {"shape": [8, 4], "name": "x"}}
    report = checked({}, x, "CBAM", {"CBAM": {"reduction": 3}}, "Mixer", "CBAM", "Mixer")
    said = [(found.layer, [note for note in found.notes if "kind" in note]) for found in report.diagnostics]
    assert said == [("cbam", ["2 more layers are of this kind"]), ("mixer", ["1 more layer is of this kind"])]


def test_it_is_opaque_inside_a_wrapper_and_under_any_role():
    x = {"Input": {"shape": [8, 4], "name": "x"}}
    report = checked({}, x, {"TimeDistributed": {"layer": {"CBAM": {"reduction": 3}}}}, {"Flatten": None})
    assert [found.code for found in report.diagnostics] == ["SC404"]
    report = checked({}, x, {"CBAM": {"inputs": {"query": "x", "key": "x"}, "call": {"causal": True}}})
    assert [found.code for found in report.diagnostics] == ["SC120"]


def test_a_slip_is_an_error():
    x = {"Input": {"shape": [8, 4], "name": "x"}}
    for kind in ("Dens", "dense", "Flaten", "max_pooling2d", "LTSM"):
        (found,) = checked({}, x, {kind: None}).diagnostics
        assert (found.code, found.severity) == ("SC110", "error")
    with pytest.raises(shapecheck.SpecError) as refused:
        shapecheck.layer("CBAM")
    assert refused.value.code == "SC110"


@pytest.mark.parametrize("kind", ["TFSMLayer", "JaxLayer", "FlaxLayer", "TorchModuleWrapper"])
def test_a_layer_around_a_live_object_says_what_it_is(kind):
    x = {"Input": {"shape": [8], "name": "x"}}
    report = checked({}, x, {kind: {"name": "live"}}, {"Dense": 0})
    said = [(found.code, found.severity) for found in report.diagnostics if found.code < "SC7"]
    assert said == [("SC127", "warning"), ("SC114", "error")]
    report = checked({kind: {"rule": "(n, c) -> (n, 2*c)"}}, x, {kind: {"name": "live"}})
    assert report.shapes["live"][1:] == (16,)


def test_the_rules_of_a_definition_go_when_its_report_does():
    def kinds():
        gc.collect()
        return [kind for kind in gc.get_objects() if isinstance(kind, type) and kind.__name__ == "Gone"]

    for _ in range(3):
        x = {"Input": {"shape": [8], "name": "x"}}
        assert checked({"Gone": {"rule": "(n, c) -> (n, 2*c)"}}, x, {"Gone": {}}).ok
    assert kinds() == []
