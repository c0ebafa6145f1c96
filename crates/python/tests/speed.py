"""Speed of the package beside that of the library without Python: run by ``cargo xtask python-package --speed``.

The argument is the program of the library's example ``protect_speed``. Both take turns; the processor's time counts, so that a
busy machine disturbs less, and the best turn of each.
"""

import resource
import subprocess
import sys
import time

import numpy as np
from conftest import RATE, music

import patchveil

TURNS = 10
ROUNDS = 4


def package_s(work):
    """Seconds of the processor's time that a call takes."""
    begun = time.process_time()
    for _ in range(ROUNDS):
        work()
    return (time.process_time() - begun) / ROUNDS


def native_s(program, recipe, channels):
    """The same for the library, without what is needed to begin."""

    def all_s(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([program, recipe, str(channels), str(rounds)], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return (all_s(1 + ROUNDS) - all_s(1)) / ROUNDS


def main(program):
    key = patchveil.ClassKey.generate()
    print(f"one minute at {RATE} Hz on one core: the processor's time, best of {TURNS} turns of {ROUNDS} calls")
    print(f"{'recipe':10}{'samples':32}{'ms':>8}{'× real time':>14}{'of native':>11}")
    for recipe in ("mark", "balanced"):
        for channels in (1, 2):
            planar = np.atleast_2d(music(60, channels))
            layouts = {
                "channels × samples, float32": planar,
                "samples × channels, float32": np.ascontiguousarray(planar.T),
                "samples × channels, float64": np.ascontiguousarray(planar.T, np.float64),
            }
            native = []
            taken = {name: [] for name in layouts}
            for _ in range(TURNS):
                native.append(native_s(program, recipe, channels))
                for name, samples in layouts.items():
                    taken[name].append(package_s(lambda: patchveil.protect(samples, RATE, key, recipe)))
            print(f"{recipe:10}{channels} × {'native':28}{1000 * min(native):8.1f}{60 / min(native):14.0f}")
            for name in layouts:
                seconds = min(taken[name])
                share = min(native) / seconds
                print(f"{recipe:10}{channels} × {name:28}{1000 * seconds:8.1f}{60 / seconds:14.0f}{share:11.0%}")


main(sys.argv[1])
