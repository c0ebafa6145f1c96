"""What the tests share."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

import patchveil

# A key from nowhere but these tests, always the same: with a random one, one run in a hundred would fail by chance.
KEY = "pvkey1lurxk2wmewpv3flyjyeyuud0ktuapq8nqxly6hra4fhpk36m89fqtzvc64"
RATE = 48_000
# The command of the package, or another one to compare the package with.
COMMAND = [os.environ["PATCHVEIL_COMMAND"]] if "PATCHVEIL_COMMAND" in os.environ else [sys.executable, "-m", "patchveil"]


@pytest.fixture(scope="session")
def keyring(tmp_path_factory):
    """A keyring with the class ``show``, which is the default."""
    path = tmp_path_factory.mktemp("keys") / "keyring"
    exported = path.with_name("show.key")
    exported.write_text(KEY)
    environment = {**os.environ, "PATCHVEIL_KEYRING": str(path)}
    for arguments in (["key", "import", exported, "--name", "show"], ["key", "default", "show"]):
        subprocess.run(
            [sys.executable, "-m", "patchveil", *arguments], check=True, env=environment, capture_output=True
        )
    return path


@pytest.fixture(scope="session")
def key(keyring):
    return patchveil.ClassKey.from_keyring("show", keyring=keyring)


@pytest.fixture(scope="session")
def command(keyring):
    """Runs the command with the keyring; gives what it printed. With ``code``, it has to end with that."""

    def run(*arguments, code=0):
        environment = {**os.environ, "PATCHVEIL_KEYRING": str(keyring)}
        done = subprocess.run(
            [*COMMAND, *map(str, arguments)],
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == code, done.stderr
        return done

    return run


@pytest.fixture
def lines(command):
    """Runs the command with ``--json``; gives its lines."""

    def run(*arguments, code=0):
        return [json.loads(line) for line in command(*arguments, "--json", code=code).stdout.splitlines()]

    return run


def music(seconds, channels=1, seed=1):
    """Noise under changing tones, channels × samples, float32; one channel as one axis."""
    generator = np.random.default_rng(seed)
    length = int(seconds * RATE)
    time = np.arange(length) / RATE
    notes = np.repeat(generator.integers(30, 60, length // 12_000 + 1), 12_000)[:length]
    tones = 0.1 * np.sin(2 * np.pi * np.cumsum(27.5 * 2 ** (notes / 12)) / RATE)
    noise = generator.normal(0.0, 0.05, (channels, length))
    samples = (tones + noise + 0.01 * np.sin(2 * np.pi * time)).astype(np.float32)
    return samples[0] if channels == 1 else samples
