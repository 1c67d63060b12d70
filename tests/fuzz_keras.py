"""Break files of Keras on purpose, and see that each still has a report, soon: `python fuzz_keras.py [COUNT] [SEED]`.

A model is mutated at a place drawn at random: a value takes another type, a key is dropped, doubled or renamed, an
item is repeated, two parts change places, the text is cut off. What comes out may be anything but an exception.
"""

import json
import lzma
import pathlib
import random
import sys
import tempfile
import time

import shapecheck

DATA = pathlib.Path(__file__).parent / "data" / "keras_models.jsonl.xz"
VALUES = (
    None, True, False, 0, 1, -1, 2, 7, 10**30, -(10**400), 0.5, 1e308, float("nan"), float("inf"), "", "x", "None", "relu",
    "same", "valid", "channels_first", "H", "dense", "__keras_tensor__", "\ud800", "a" * 5000, [], [[]], {}, [None], [0], [1, 2],
    ["dense", 0, 0], [["dense", 0, 0]], [None, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], {"class_name": "Dense"},
    {"class_name": "Dense", "config": {}}, {"class_name": "Dense", "config": {"units": 3}}, {"config": {}}, {"a": {"b": []}},
    {"class_name": "Sequential", "config": {"layers": []}}, {"class_name": "Sequential", "config": []},
    {"class_name": "__slice__", "config": {}}, {"class_name": "__lambda__", "config": {"code": "!"}},
    {"class_name": "__keras_tensor__", "config": {"keras_history": ["dense", 0, 0]}}, {"args": [], "kwargs": {}},
    {"class_name": "function", "config": "f", "module": "m"}, {"module": 3, "class_name": "Zeros", "config": {"a": 1}},
)  # fmt: skip


def samples(limit=4000):
    """The texts of the models that are not too large to be tried often."""
    rows = map(json.loads, lzma.decompress(DATA.read_bytes()).splitlines())
    texts = [json.dumps(row["model"]) for row in rows]
    return [text for text in texts if len(text) < limit * 5]


def places(value):
    """Every collection in a value, with its keys or indices."""
    waiting, found = [value], []
    while waiting:
        item = waiting.pop()
        keys = list(item) if isinstance(item, dict) else range(len(item)) if isinstance(item, list) else ()
        found.extend((item, key) for key in keys)
        waiting.extend(item[key] for key in keys)
    return found


def copied(home, key):
    """The part of a model, or nothing where it has gone, or holds itself."""
    try:
        return json.loads(json.dumps(home[key]))
    except (LookupError, ValueError):
        return None


def mutated(text, chance):
    """A text that was a model."""
    if chance.random() < 0.08:
        at = chance.randrange(len(text))
        return chance.choice([text[:at], text[:at] + chance.choice('{}[]",:0x\\') + text[at:], text + text[at:], text[at:]])
    model = json.loads(text)
    for _ in range(chance.choice([1, 1, 1, 2, 5])):
        found = places(model)
        if not found:
            break
        home, key = chance.choice(found)
        match chance.randrange(7):
            case 0 | 1 | 2:
                home[key] = json.loads(json.dumps(chance.choice(VALUES)))
            case 3:
                del home[key]
            case 4 if isinstance(home, dict):
                home[chance.choice([f"{key}X", "name", "class_name", "config", "inbound_nodes", "dtype"])] = copied(home, key)
            case 5 if isinstance(home, list):
                home.insert(chance.randrange(len(home) + 1), copied(home, key))
            case _:
                other, where = chance.choice(found)
                home[key] = copied(other, where)
        if len(json.dumps(model)) > 200_000:
            break
    return json.dumps(model)


def tried(text, slowest=2.0):
    """Check a text; a problem in words where it raised, or took too long."""
    begin = time.process_time()
    try:
        report = shapecheck.check(text=text, path="m.json")
        str(report), report.ok, report.shapes, [entry.macs for entry in report.layers.values()] if report.ok else ()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    spent = time.process_time() - begin
    return f"{spent:.1f} s" if spent > slowest else None


def main(count, seed):
    texts, chance, began = samples(), random.Random(seed), time.time()
    failed, codes, longest = 0, {}, 0.0
    for number in range(count):
        text = mutated(chance.choice(texts), chance)
        start = time.process_time()
        problem = tried(text)
        longest = max(longest, time.process_time() - start)
        if problem:
            failed += 1
            print(number, problem[:300])
            path = pathlib.Path(tempfile.gettempdir(), f"fuzz_keras_{seed}_{number}.json")
            path.write_text(text, encoding="utf-8", errors="surrogatepass")
        codes[problem is None] = codes.get(problem is None, 0) + 1
    print(f"{count:,} files in {time.time() - began:.0f} s: {failed} failed, the longest took {longest:.2f} s of CPU")
    return failed


if __name__ == "__main__":
    sys.exit(bool(main(int([*sys.argv, "10000"][1]), int([*sys.argv, "", "0"][2]))))
