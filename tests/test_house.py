"""The rules of the house, kept by reading the code: floors, light imports, sizes, fresh generated files."""

import ast
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parent.parent
PACKAGE = ROOT / "shapecheck"

# A module imports only from lower floors. A folder stands for all its files, which may import one another; so may
# the parts of `dims`, of `requirements` and of `tracing`, which are one thing each in several files.
FLOORS = (
    ("about", "source", "words", "expression"),
    ("dims",),
    ("diagnostic",),
    ("codes", "tracing", "settings", "modes", "dtypes", "axes"),
    ("need", "naming", "named", "rings", "legacy"),
    ("stft", "restricted"),
    ("activations", "initializers", "regularizers", "constraints"),
    ("params",),
    ("contract",),
    ("making", "arguments", "symbols"),
    ("apply",),
    ("layers",),
    ("spec",),
    ("findings", "by_keras"),
    ("wiring",),
    ("calls",),
    ("inline",),
    ("readers", "graph"),
    ("inference",),
    ("origins", "places"),
    ("reasons",),
    ("explain", "model_layer"),
    ("infer",),
    ("requirements",),
    ("built", "executors", "fixes"),
    ("rules",),
    ("report",),
    ("python_layers", "weights_io"),
    ("python_graph",),
    ("writers",),
    ("reporting",),
    ("checker",),
    ("conversion", "lint", "running"),
    ("comparison",),
    ("__init__",),
    ("__main__",),
)
HEAVY = ("sympy", "networkx", "numpy", "importlib.metadata", "dataclasses", "inspect", "difflib")


def module_of(path):
    """The first word of a module below the package: `layers` for a layer file."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def floor_of(name):
    for floor, names in enumerate(FLOORS):
        for known in names:
            if known == name or (known.endswith("*") and name.split("_")[0] == known[:-1]):
                return floor, known
    raise AssertionError(f"module {name} stands on no floor")


def modules():
    return sorted(path for path in PACKAGE.rglob("*.py"))


def imports_of(path):
    """(module, line) for each import of the project in a file, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "shapecheck":
            rest = node.module.split(".")[1:]
            if rest:
                yield rest[0], node.lineno
            else:
                for alias in node.names:
                    known = (PACKAGE / alias.name).is_dir() or (PACKAGE / f"{alias.name}.py").exists()
                    yield (alias.name if known else "__init__"), node.lineno
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "shapecheck":
                    yield [*alias.name.split("."), "__init__"][1], node.lineno


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_lower_floors(path):
    floor, group = floor_of(module_of(path))
    for imported, line in imports_of(path):
        below, other = floor_of(imported)
        one_thing = other == group and (PACKAGE / other).is_dir()
        assert below < floor or one_thing, f"{path.name}:{line} imports {imported}, which stands no lower"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_heavy_modules_are_imported_where_they_are_used(path):
    for node in ast.parse(path.read_text()).body:
        names = (
            [a.name for a in node.names]
            if isinstance(node, ast.Import)
            else ([node.module] if isinstance(node, ast.ImportFrom) and node.module else [])
        )
        for name in names:
            assert not name.startswith(HEAVY), f"{path.name} imports {name} at the top"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_long_file_gives_its_reason(path):
    text = path.read_text()
    if len(text.splitlines()) > 300:
        doc = ast.get_docstring(ast.parse(text)) or ""
        assert "longer" in doc or "long because" in doc, f"{path.name} has over 300 lines and does not say why"


def test_the_library_prints_nothing_and_exits_nothing():
    for path in modules():
        if path.name == "__main__.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("print", "exit", "eval", "exec", "compile"), f"{path.name}:{node.lineno}"


def test_the_index_of_layers_is_fresh():
    sys.path.insert(0, str(ROOT / "tests"))
    try:
        import make_index
    finally:
        sys.path.pop(0)
    assert (PACKAGE / "layers" / "index.py").read_text() == make_index.index()
    assert (PACKAGE / "layers" / "_ops_index.py").read_text() == make_index.operations()


def test_the_index_of_rules_is_fresh():
    sys.path.insert(0, str(ROOT / "tests"))
    try:
        import make_rules
    finally:
        sys.path.pop(0)
    assert (PACKAGE / "rules" / "index.py").read_text() == make_rules.index()


def test_no_submodule_hides_a_name_of_the_front_door():
    import shapecheck

    for name in shapecheck.__all__:
        assert not (PACKAGE / f"{name}.py").exists()
        assert not (PACKAGE / name).is_dir()
    assert sorted(shapecheck.__all__) == shapecheck.__all__


def test_a_plain_check_loads_nothing_heavy():
    code = (
        "import sys, shapecheck\n"
        "report = shapecheck.check(text='layers:\\n  - Input: {shape: [H, W, 3]}\\n  - Flatten\\n  - Dense: 2\\n')\n"
        "assert report.ok, report.diagnostics\n"
        "str(report)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
