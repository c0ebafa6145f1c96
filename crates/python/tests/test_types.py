"""The stub says what the module has."""

import subprocess
import sys

import pytest


def test_the_stub_is_that_of_the_module():
    pytest.importorskip("mypy")
    check = [sys.executable, "-m", "mypy.stubtest", "patchveil._patchveil", "--concise"]
    done = subprocess.run(check, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
