"""Write what is generated in README.md: the output of its commands, and the tables between `generated` marks."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"(?<!-->\n)```console\n(.*?)```", re.S)
TABLE = re.compile(r"<!-- generated: (\w+) -->\n.*?<!-- end -->", re.S)


def commands(block):
    """The commands of a console block, here-documents included, without their output."""
    lines = iter(block.splitlines())
    for line in lines:
        if line.startswith("$ "):
            command = [line[2:]]
            if "<<'EOF'" in line:
                for inner in lines:
                    command.append(inner)
                    if inner == "EOF":
                        break
            yield "\n".join(command)


def output(command, folder):
    """What a command prints, run with the interpreter's own `shapecheck` in front of all others."""
    env = os.environ | {
        "PATH": f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "NO_COLOR": "1",
    }
    env["KERAS_HOME"] = str(folder)
    done = subprocess.run(["bash", "-c", command], check=False, cwd=folder, env=env, capture_output=True, text=True)
    return done.stdout + done.stderr


def console(block, folder):
    """A console block with the real output after each command."""
    parts = []
    for command in commands(block):
        said = output(command, folder)
        parts.append(f"$ {command}\n{said}")
    return "".join(parts)


def tables():
    from shapecheck import layers, modes

    def shown(value):
        return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)

    rows = ["| rule | strict | `keras: 2` | `keras: 3` |", "|---|---|---|---|"]
    rows += [f"| {r.about} | {shown(r.strict)} | {shown(r.keras2)} | {shown(r.keras3)} |" for r in modes.RULES]
    yield "modes", "\n".join(rows)
    rows = ["| layer | what it does |", "|---|---|"]
    for kind in layers.names():
        cls = layers.find(kind)
        if cls.kind == kind:
            first = cls.__doc__.strip().splitlines()[0].replace("|", "\\|")
            rows.append(f"| `{kind}` | {first if first.endswith('...') else first.removesuffix('.')} |")
    count = sum(not name.startswith("ops.TF") for name in layers.operations())
    rows.append(f"| `ops.Add`, `ops.Mean`, ... | The {count} operations of `keras.ops`: `shapecheck layers` names them |")
    yield "layers", "\n".join(rows)
    yield "configuration", "\n".join(configuration())
    sys.path.insert(0, str(ROOT / "tests"))
    import test_house
    from make_rules import rules

    from shapecheck.codes import CODES

    rows = ["| code | what it finds |", "|---|---|"]
    rows += [f"| `{cls.code}` | {CODES[cls.code].title} |" for _, cls in rules()]
    yield "lints", "\n".join(rows)
    rows = ["```", *(f"{floor:2}  {' '.join(names)}" for floor, names in enumerate(test_house.FLOORS)), "```"]
    yield "floors", "\n".join(rows)


def configuration():
    """The table of the keys of a configuration."""
    from shapecheck.lint.keys import KEYS
    from shapecheck.rules import OPTIONS

    yield "| key | takes | default | what for |"
    yield "|---|---|---|---|"
    for key in KEYS:
        value = list(key.default) if isinstance(key.default, tuple) else key.default
        default = "" if value in (None, [], {}) else f"`{json.dumps(value)}`"
        limits = ", ".join(f"`{name} = {value}`" for name, value in OPTIONS.items()) if key.name == "limits" else ""
        about = f"{key.about}: {limits}" if limits else key.about
        yield f"| `{key.name}`{' *' * key.of_run} | {key.takes} | {default} | {about} |"


def written():
    """The README as it should be."""
    text = README.read_text()
    with tempfile.TemporaryDirectory() as folder:
        text = BLOCK.sub(lambda m: f"```console\n{console(m[1], pathlib.Path(folder))}```", text)
    made = dict(tables())
    return TABLE.sub(lambda m: f"<!-- generated: {m[1]} -->\n{made[m[1]]}\n<!-- end -->", text)


if __name__ == "__main__":
    README.write_text(written())
