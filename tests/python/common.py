"""What the host tests share: a scratch keyring, the command, a signal, exact comparison."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile as sf

RATE = 48_000
COMMAND = os.environ["PATCHVEIL_COMMAND"]
FOLDER = Path(tempfile.mkdtemp(prefix="patchveil-hosts-"))

os.environ["PATCHVEIL_KEYRING"] = str(FOLDER / "keyring")


def patchveil(*args):
    """Runs the command; its output if it succeeds."""
    done = subprocess.run([COMMAND, *map(str, args)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"patchveil {' '.join(map(str, args))}: {done.stderr}")
    return done.stdout


patchveil("key", "new", "Host Test")
patchveil("key", "default", "Host Test")


def noise(seconds, seed=1):
    """Stereo noise (channels × samples, float32), quiet enough to stay within full scale."""
    shape = (2, int(seconds * RATE))
    return (np.random.default_rng(seed).standard_normal(shape) * 0.05).astype(np.float32)


def command(verb, samples, *options, name="case"):
    """What the command makes of the samples, as 32-bit float."""
    before, after = FOLDER / f"{name}.wav", FOLDER / f"{name}.{verb}.wav"
    sf.write(before, samples.T, RATE, subtype="FLOAT")
    patchveil(verb, before, "-o", after, "--force", "--no-manifest", *options)
    read, rate = sf.read(after, dtype="float32")
    assert rate == RATE
    return read.T


def protected(samples, *options):
    return command("protect", samples, *options)


def same(got, want, what):
    """Equal bit for bit; says where not."""
    assert got.shape == want.shape, f"{what}: {got.shape} for {want.shape}"
    differs = np.flatnonzero((got.view(np.uint32) != want.view(np.uint32)).any(axis=0))
    if differs.size:
        at = differs[0]
        raise AssertionError(
            f"{what}: {differs.size} of {got.shape[1]} samples differ, the first at {at} "
            f"({at / RATE:.3f} s), the last at {differs[-1]}: {got[0, at]} for {want[0, at]}"
        )


def run(cases, close=lambda: None):
    """Runs all cases, then `close`; the exit code tells whether all hold."""
    failed = 0
    for case in cases:
        try:
            case()
            print(f"ok: {case.__name__}", flush=True)
        except AssertionError as error:
            failed += 1
            print(f"FAILED: {case.__name__}: {error}", flush=True)
    print(f"{len(cases) - failed} passed, {failed} failed", flush=True)
    close()
    sys.exit(1 if failed else 0)
