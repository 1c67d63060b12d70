"""How much more than the bare events it costs to read a YAML text: `python tests/readers/bench_yaml.py [LAYERS]`.

Prints CPU milliseconds, the best of several runs, of the same text: the events alone (as `yaml.parse` gives them, and
as the parser does), composing, PyYAML's loaders, and whole processes that do one of these.
"""

import gc
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from shapecheck.readers import yaml_text
from shapecheck.source import Source

ROUNDS = 9


def spec(layers):
    """A definition in the styles that people mix: about 15 nodes and 6 lines a layer."""
    lines = ["name: unet", "layers:", "  - Input: {name: image, shape: [H, W, 1]}"]
    for n in range(layers - 1):
        if n % 4 == 0:
            lines += ["  - Conv2D:", f"      name: conv{n}", "      filters: 8", "      kernel_size: [3, 3]"]
            lines += ["      padding: same", "      strides: [1, 1]", "      dilation_rate: [1, 1]"]
            lines += ["      activation: relu", "      kernel_regularizer: {class_name: L2, config: {l2: 1e-4}}"]
        elif n % 4 == 1:
            lines += ["  - BatchNormalization:", f"      name: norm{n}", "      momentum: 0.99", "      epsilon: 1e-3"]
            lines += ["      axis: -1", "      center: true", "      scale: true"]
        elif n % 4 == 2:
            lines += ["  - Activation:  # not linear", f"      name: act{n}", "      activation: relu"]
        else:
            lines += [f"  - Conv2D: {{filters: 8, kernel_size: 3, padding: same, name: c{n}}}", "", "  # next block"]
    return "\n".join(lines) + "\n"


def in_process(works):
    """Milliseconds of each work, measured in turns so that a busy machine is busy for all of them."""
    best = dict.fromkeys(works, float("inf"))
    for _ in range(ROUNDS):
        for name, work in works.items():
            gc.collect()
            gc.disable()
            start = time.process_time()
            kept = work()
            best[name] = min(best[name], time.process_time() - start)
            gc.enable()
            del kept
    return {name: 1000 * spent for name, spent in best.items()}


def whole_process(code, path):
    """Milliseconds of CPU of a Python process that runs `code` on the file."""
    best = float("inf")
    for _ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code, path], check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return 1000 * best


def show(title, times):
    base = next(iter(times.values()))
    print(title)
    for name, spent in times.items():
        print(f"  {name:<28}{spent:8.1f} ms  {spent / base:5.2f}x")


def main():
    text = spec(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
    source = Source("m.yaml", text)
    print(f"{len(text):,} characters, {text.count(chr(10)):,} lines, libyaml: {yaml.__with_libyaml__}")
    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader

    def raw():
        get_event = yaml_text.PARSER(text).get_event
        while get_event() is not None:
            pass

    works = {
        "events, yaml.parse": lambda: [None for _ in yaml.parse(text, Loader=loader)],
        "events, get_event": raw,
        "compose": lambda: yaml_text.compose(source),
        "yaml.compose": lambda: yaml.compose(text, Loader=loader),
        "yaml.safe_load": lambda: yaml.load(text, Loader=loader),
    }
    show("in one process", in_process(works))

    head = "import gc, sys; gc.disable(); data = open(sys.argv[1], 'rb').read(); "
    codes = {
        "import yaml": "import yaml",
        "events, yaml.parse": head + f"import yaml; [None for _ in yaml.parse(data, Loader=yaml.{loader.__name__})]",
        "compose": head + "from shapecheck.readers.text import decoded; "
        "from shapecheck.readers.yaml_text import *; assert compose(decoded(data, 'm')[0])[0]",
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "m.yaml")
        path.write_text(text)
        show("whole processes", {name: whole_process(code, str(path)) for name, code in codes.items()})


if __name__ == "__main__":
    main()
