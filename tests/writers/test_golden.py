"""One small report in every form, read by hand once and kept."""

from __future__ import annotations

import pathlib
import sys

import pytest

from shapecheck.writers import formats

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
try:
    import make_golden
finally:
    sys.path.pop(0)


def test_every_form_has_a_golden_file():
    assert tuple(make_golden.FILES) == formats.NAMES
    kept = {path.name for path in make_golden.FOLDER.iterdir()}
    assert kept == {*make_golden.FILES.values(), *make_golden.SMALL}


@pytest.mark.parametrize("form", formats.NAMES)
def test_a_form_is_as_it_was_read(form):
    kept = (make_golden.FOLDER / make_golden.FILES[form]).read_text(encoding="utf-8")
    assert make_golden.written(form) == kept, "read what changed, then run: python tests/make_golden.py"
