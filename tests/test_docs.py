"""The published documents: links that lead somewhere. That the rules are fresh is held beside their codes."""

from __future__ import annotations

import json
import pathlib
import re
import tomllib

import pytest

from shapecheck import about

ROOT = pathlib.Path(__file__).parent.parent
DOCS = ROOT / "docs"


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
    urls = project["project"]["urls"]
    assert urls.pop("Homepage") == about.URL
    for url in urls.values():
        assert (ROOT / re.fullmatch(rf"{about.URL}/(?:blob|tree)/main/(.+)", url)[1]).exists()
