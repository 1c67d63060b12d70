"""What is different between two definitions. Nothing of the comparison is imported before somebody asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shapecheck import checker

if TYPE_CHECKING:
    from shapecheck.comparison.difference import Difference


def diff(before: Any, after: Any, **choices: Any) -> Difference:
    """What is different between two definitions, each of them a path, a dict, a list of layers or a graph in Python.

    `choices` go to both checks: `at`, `keras`, `data_format`, `allow_import`. A definition with errors is compared as
    far as it is known. Raises SpecError for a file that cannot be opened.
    """
    from shapecheck.comparison.difference import Difference

    return Difference(checker.inferred(before, **choices), checker.inferred(after, **choices))
