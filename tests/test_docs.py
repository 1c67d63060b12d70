"""The published documents: fresh, and with links that lead somewhere."""

from __future__ import annotations

import json
import pathlib
import re
import sys
import tomllib

import pytest

from shapecheck import about

ROOT = pathlib.Path(__file__).parent.parent
DOCS = ROOT / "docs"

sys.path.insert(0, str(ROOT / "tests"))
try:
    import make_docs
finally:
    sys.path.pop(0)


def test_the_rule_reference_is_fresh():
    made, kept = make_docs.pages(), {path.name: path.read_text(encoding="utf-8") for path in make_docs.RULES.iterdir()}
    stale = sorted(name for name in {*made, *kept} if made.get(name) != kept.get(name))
    assert not stale, "run: python tests/make_docs.py"


@pytest.mark.parametrize("path", sorted([*DOCS.glob("*.md"), DOCS / "rules" / "README.md"]), ids=lambda path: path.parent.name)
def test_links_lead_to_files(path):
    links = re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8"))
    assert links and all((path.parent / link).exists() for link in links)


def test_a_page_is_where_reports_say_it_is():
    at = f"{about.URL}/blob/main/"
    assert about.page_url("SC301").startswith(at) and (ROOT / about.page_url("SC301").removeprefix(at)).exists()
    schema = json.loads((DOCS / "schema" / "report.schema.json").read_text(encoding="utf-8"))
    assert schema["$id"] == f"{at}docs/schema/report.schema.json"


def test_the_version_stands_in_one_place():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" not in project["project"] and project["tool"]["hatch"]["version"]["path"] == "shapecheck/about.py"
    assert re.fullmatch(r"\d+\.\d+\.\d+", about.VERSION)
