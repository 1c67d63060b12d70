"""Configuration files: found up the tree, held against the table of keys, every mistake at its line and column."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shapecheck.lint.configuration import BadConfiguration, Finder, named
from shapecheck.lint.toml_places import places


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(**files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_toml", ".toml")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


def test_the_nearest_file_wins(tree):
    tree(
        shapecheck_toml='ignore = ["SC1"]',
        a__pyproject_toml="[project]\nname = 'shapecheck-user'\n",
        a__b__pyproject_toml='[tool.shapecheck]\nignore = ["SC2"]\n',
        a__c__pyproject_toml='[tool.shapecheck]\nignore = ["SC3"]\n',
        a__c__shapecheck_toml='ignore = ["SC4"]',
    )
    finder = Finder()
    ignored = {name: finder.of_file(f"{name}m.yaml")["ignore"] for name in ("", "a/", "a/b/", "a/b/d/", "a/c/")}
    assert ignored == {"": ("SC1",), "a/": ("SC1",), "a/b/": ("SC2",), "a/b/d/": ("SC2",), "a/c/": ("SC4",)}


def test_a_file_is_read_once(tree, monkeypatch):
    tree(shapecheck_toml='ignore = ["SC1"]')
    finder = Finder()
    first = finder.of_file("x/y/m.yaml")
    (tree() / "shapecheck.toml").unlink()
    assert finder.of_file("x/m.yaml") is first and finder.of_file("x/y/n.yaml") is first


def problems(tree, text, name="shapecheck_toml"):
    tree(**{name: text})
    with pytest.raises(BadConfiguration) as caught:
        Finder().of_file("m.yaml")
    return [(f.code, *f.span[1:3], *f.help) if f.span else (f.code,) for f in caught.value.findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('selct = ["SC7"]\n', [("SC171", 1, 1, "did you mean `select`?")]),
        ('\n\n  fail_level = "error"', [("SC171", 3, 3, "did you mean `fail-level`?")]),
        ('fail-level = "eror"', [("SC172", 1, 14, "did you mean `error`?")]),
        ('ignore = "SC7"', [("SC172", 1, 10)]),
        ('ignore = [\n  "SC7",  # one\n  7,\n]', [("SC172", 3, 3)]),
        ('ignore = ["SC7", "sc204"]', [("SC173", 1, 18, "did you mean `SC204`?")]),
        ('[severity]\nSC204 = "eror"\n', [("SC172", 2, 9, "did you mean `error`?")]),
        ('severity = {SC2O4 = "error"}', [("SC173", 1, 13, "did you mean `SC204`?")]),
        ('[per-file-ignores]\n"a [x]" = ["SC2", "SCX"]\n', [("SC173", 2, 19)]),
        ("keras = 4", [("SC172", 1, 9)]),
        ("keras = true", [("SC172", 1, 9)]),
        ("jobs = -1", [("SC172", 1, 8)]),
        ("at = {H = 0}", [("SC172", 1, 11)]),
        ("exit-zero = 1", [("SC172", 1, 13)]),
        ("a = 1\nb = 2", [("SC171", 1, 1), ("SC171", 2, 1)]),
        ("ignore = [\n", [("SC170", 1, 11)]),
        ("ignore = SC7\n", [("SC170", 1, 10)]),
        ("a = " + "[" * 5000, [("SC170",)]),
    ],
)
def test_a_mistake_is_told_at_its_place(tree, text, expected):
    found = problems(tree, text)
    assert [entry[: len(wanted)] for entry, wanted in zip(found, expected, strict=True)] == expected


def test_a_mistake_in_pyproject(tree):
    text = '[build-system]\nrequires = []\n[tool.shapecheck]\nselct = []\n[tool.other]\nselct = 1\n'
    assert problems(tree, text, "pyproject_toml") == [("SC171", 4, 1, "did you mean `select`?")]


def test_importing_is_not_a_matter_of_files(tree):
    ((_, _, _, help),) = problems(tree, 'allow-import = ["os"]')
    assert "--allow-import" in help


def test_bytes_that_are_no_text(tree):
    (tree() / "shapecheck.toml").write_bytes(b'ignore = ["\xff"]')
    with pytest.raises(BadConfiguration) as caught:
        Finder().of_file("m.yaml")
    assert caught.value.code == "SC170" and "0xff" in caught.value.diagnostic.message


def test_patterns_count_from_the_folder_of_the_file(tree):
    tree(shapecheck_toml='[per-file-ignores]\n"old/**" = ["SC2"]\n"!new/*" = ["SC3"]\n', elsewhere_toml="")
    test = Finder().of_file("m.yaml").selection().test
    assert [test(path)("SC204") for path in ("old/m.yaml", "old/a/m.yaml", "m.yaml", "x/old/m.yaml")] == [
        False, False, True, True,
    ]  # fmt: skip
    assert test("new/m.yaml")("SC301") and not test("old/m.yaml")("SC301")


def test_a_file_that_is_named(tree):
    tree(ci__lint_toml='[per-file-ignores]\n"models/*" = ["SC2"]\n', ci__py_toml='[tool.shapecheck]\nignore=["SC2"]\n')
    assert not named("ci/lint.toml").selection().test("models/m.yaml")("SC204")
    assert named("ci/py.toml")["ignore"] == ("SC2",)
    with pytest.raises(BadConfiguration, match="cannot read"):
        named("nothing.toml")
    tree(pyproject_toml="[project]\n")
    with pytest.raises(BadConfiguration, match=r"it has no `\[tool.shapecheck\]`"):
        named("pyproject.toml")


def test_the_command_line_over_a_file(tree):
    tree(shapecheck_toml='select = ["SC2"]\nextend-select = ["SC6"]\nignore = ["SC204", "SC301"]\nfail-level = "note"\n')

    def wants(code, **given):
        found = Finder(None, {name.replace("_", "-"): value for name, value in given.items()}).of_file("m.yaml")
        return found.selection().wants(code)

    assert not wants("SC204") and wants("SC203") and wants("SC601") and not wants("SC401")
    assert wants("SC204", select=("SC2",)) and not wants("SC601", select=("SC2",))
    assert wants("SC204", extend_select=("SC204",)) and wants("SC601", extend_select=("SC204",))
    assert not wants("SC203", ignore=("SC203",)) and not wants("SC204", ignore=("SC203",))
    assert Finder(None, {"fail-level": "error"}).of_file("m.yaml")["fail-level"] == "error"


# Where keys and values stand -----------------------------------------------------------------------------------------

TEXTS = st.sampled_from(['"a b"', "'x'", '"""m\n] # no"""', "'''l\n}'''", '"\\" # ]"', "1", "-1.5e3", "true", "1979-05-27"])
VALUES = st.recursive(
    TEXTS,
    lambda inner: st.lists(inner, max_size=3).map(lambda items: "[ " + ", # c ]\n".join(items) + " ]")
    | st.lists(inner, max_size=3).map(
        lambda items: "{" + ", ".join(f"k{n} = {item}" for n, item in enumerate(items)) + "}"
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(["a", "b-c", '"q u"', "'#'", "d.e", 'f."g h"'])


@given(st.lists(st.tuples(KEYS, VALUES), max_size=5, unique_by=lambda pair: pair[0]), st.booleans(), st.booleans())
def test_every_value_stands_where_it_is_said_to(pairs, header, windows):
    text = "# first\n" + "[t.'u v'] # c\n" * header + "".join(f" {key} = {value} # ] {{\n" for key, value in pairs)
    text = text.replace("\n", "\r\n") if windows else text
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return  # a line break inside an inline table
    found = places(text)

    def look(value, path):
        if path:
            key_start, key_end, start, end = found[path]
            own = text[start:end]
            if not isinstance(value, dict):
                assert tomllib.loads(f"k = {own}")["k"] == value
            if isinstance(path[-1], str) and key_start != start:
                assert list(tomllib.loads(f"{text[key_start:key_end]} = 1")) == [path[-1]]
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, inner in items:
            look(inner, (*path, key))

    look(values, ())
