"""Both parsers that events can come from: libyaml's where it is there, and PyYAML's own."""

import pytest

from shapecheck.readers import yaml_text


@pytest.fixture(params=["default", "pure"])
def parser(request, monkeypatch):
    if request.param == "pure":
        monkeypatch.setattr(yaml_text, "PARSER", yaml_text.PureParser)
