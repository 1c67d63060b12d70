"""The README is true: its commands print what it says, its Python runs, its tables are fresh."""

import doctest
import importlib.util
import pathlib
import re

HERE = pathlib.Path(__file__).parent
README = HERE.parent / "README.md"

_spec = importlib.util.spec_from_file_location("make_readme", HERE / "make_readme.py")
make_readme = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(make_readme)


def test_commands_and_tables_are_fresh():
    assert README.read_text() == make_readme.written()


def test_the_page_of_the_layers_is_fresh():
    assert make_readme.LAYERS.read_text() == make_readme.layer_page()


def test_links_lead_to_files_and_headings():
    for link in re.findall(r"\]\((?!http)([^)]+)\)", README.read_text()):
        name, _, heading = link.partition("#")
        target = README.parent / name
        assert target.exists(), link
        headings = re.findall(r"(?m)^#+ (.+)$", target.read_text()) if heading else []
        anchors = [re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in headings]
        assert not heading or heading in anchors, link


def test_the_python_examples_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = README.read_text()
    for block in make_readme.BLOCK.findall(text):
        for command in make_readme.commands(block):
            if command.startswith("cat >"):
                make_readme.output(command, tmp_path)
    source = "\n".join(re.findall(r"```pycon\n(.*?)```", text, re.S))
    test = doctest.DocTestParser().get_doctest(source, {}, "README", str(README), 0)
    said = []
    doctest.DocTestRunner().run(test, out=said.append)
    assert not said, "".join(said)


def test_the_layer_shown_is_the_layer_that_is():
    shown = re.search(r"```python\n(@layer.*?)```", README.read_text(), re.S)[1]
    real = (HERE.parent / "shapecheck" / "layers" / "permute.py").read_text()
    lines = [line for line in shown.splitlines() if line.strip()]
    assert all(line in real for line in lines)


def test_the_name_on_the_package_index_is_never_used():
    assert "pip install shapecheck" not in README.read_text()


def test_the_modules_of_the_house_are_all_on_a_floor():
    text = re.search(r"<!-- generated: floors -->(.*?)<!-- end -->", README.read_text(), re.S)[1]
    for path in (HERE.parent / "shapecheck").glob("*.py"):
        assert re.search(rf"\b{path.stem}\b", text) or path.stem.startswith("_"), path.stem
