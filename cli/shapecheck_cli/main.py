"""The console script. Small, so that what it pauses is paused before anything large is imported."""

import gc
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line, and exit with its code. The process is short: collecting garbage would only cost."""
    gc.disable()
    from shapecheck_cli import app, console, exits

    code = app.run()
    sys.exit(code if console.flush() else exits.UNUSABLE)
