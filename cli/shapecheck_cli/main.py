"""The console script. Small, so that what it pauses is paused before anything large is imported."""

import gc
import os
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line, and exit with its code.

    The process is short: collecting garbage would only cost, and so would freeing a large model at the end.
    """
    gc.disable()
    from shapecheck_cli import app, console, exits

    code = app.run()
    os._exit(code if console.flush() else exits.UNUSABLE)
