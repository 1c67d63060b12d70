"""`shapecheck schema`: the JSON Schema of definitions, for editors."""

from __future__ import annotations

import json

from shapecheck_cli import console, exits, options


@options.command("schema")
def command() -> int:
    """Print the JSON Schema of definitions in YAML, by which an editor completes and underlines."""
    from shapecheck.writers import spec_schema

    console.say(json.dumps(spec_schema.as_data(), separators=(",", ":")))
    return exits.OK
