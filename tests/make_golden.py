"""Write tests/writers/golden: the same three small definitions in every form of the report. Read the change you make."""

import pathlib

FOLDER = pathlib.Path(__file__).parent / "writers" / "golden"
SMALL = ("broken.yaml", "clean.yaml", "warned.yaml")
FILES = {
    "full": "full.txt",
    "concise": "concise.txt",
    "json": "report.json",
    "sarif": "report.sarif",
    "github": "github.txt",
    "gitlab": "gitlab.json",
    "junit": "junit.xml",
    "rdjson": "rdjson.json",
    "markdown": "markdown.md",
}


def reports():
    """The reports of the definitions, as if they lay in a folder `nets` below the top of a repository."""
    import shapecheck

    return [shapecheck.check(text=(FOLDER / name).read_bytes(), path=f"./{name}") for name in SMALL]


def written(form):
    """The reports in a form, with a newline at the end."""
    from shapecheck.writers import formats

    options = {} if form in formats.FOR_PEOPLE else {"here": "/repo/nets", "root": "/repo"}
    return formats.write(form, reports(), **options) + "\n"


if __name__ == "__main__":
    for form, name in FILES.items():
        (FOLDER / name).write_text(written(form), encoding="utf-8")
