"""``python -m patchveil``: the command."""

from ._command import main

main()
