"""The ``patchveil`` command."""

import signal
import sys
from typing import NoReturn

from ._patchveil import run_command


def main() -> NoReturn:
    """Runs the command with the arguments of this process."""
    # Python's handler would only set a flag, which nobody looks at until the command is done. The command puts
    # its own in place where it has something to clean up.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(run_command(["patchveil", *sys.argv[1:]]))
