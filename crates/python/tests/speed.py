"""Speed of the package beside that of the library without Python: run by ``cargo xtask python-package --speed``.

The argument is the program of the library's example ``protect_speed``. Both take turns, and the best of each counts.
"""

import subprocess
import sys
import time

import numpy as np
from conftest import RATE, music

import patchveil

TURNS = 6
ROUNDS = 5


def best_s(work):
    """Least seconds of some calls."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def main(native_program):
    key = patchveil.ClassKey.generate()
    print(f"one minute at {RATE} Hz, one core, best of {TURNS * ROUNDS} calls; native is the library in a loop over blocks")
    print(f"{'recipe':10}{'samples':32}{'ms':>8}{'× real time':>14}{'of native':>11}")
    for recipe in ("mark", "balanced"):
        for channels in (1, 2):
            planar = np.atleast_2d(music(60, channels))
            layouts = {
                "channels × samples, float32": planar,
                "samples × channels, float32": np.ascontiguousarray(planar.T),
                "samples × channels, float64": planar.T.astype(np.float64),
            }
            native = []
            taken = {name: [] for name in layouts}
            for _ in range(TURNS):
                arguments = [native_program, recipe, str(channels), str(ROUNDS)]
                native.append(float(subprocess.run(arguments, check=True, capture_output=True).stdout))
                for name, samples in layouts.items():
                    taken[name].append(best_s(lambda: patchveil.protect(samples, RATE, key, recipe)))
            for name in layouts:
                seconds = min(taken[name])
                share = min(native) / seconds
                print(f"{recipe:10}{channels} × {name:28}{1000 * seconds:8.1f}{60 / seconds:14.0f}{share:10.0%}")


main(sys.argv[1])
