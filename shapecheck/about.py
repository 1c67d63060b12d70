"""The name of the project, its version, and where it lives: what reports and packages say about their maker."""

NAME = "shapecheck"
VERSION = "0.1.0"
URL = "https://github.com/shapecheck/shapecheck"


def page_url(code: str) -> str:
    """The page of a code in the published rule reference."""
    return f"{URL}/blob/main/docs/rules/{code}.md"
