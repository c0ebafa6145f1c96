"""Patchveil: marks recordings inaudibly with a secret key, finds the mark again, and traces it in what models make.

>>> import numpy, patchveil
>>> key = patchveil.ClassKey.generate()
>>> samples = numpy.random.default_rng(1).normal(0, 0.1, 480_000).astype("float32")
>>> protected = patchveil.protect(samples, 48_000, key)
>>> patchveil.detect(protected, 48_000, key).found
True

The same bits as the ``patchveil`` command, which comes with the package. ``patchveil.ray`` protects data sets on a cluster.
"""

from ._patchveil import (
    ClassKey,
    Detection,
    Protector,
    Recipe,
    Trace,
    __version__,
    detect,
    protect,
    restore,
    trace,
)

__all__ = [
    "ClassKey",
    "Detection",
    "Protector",
    "Recipe",
    "Trace",
    "__version__",
    "detect",
    "protect",
    "restore",
    "trace",
]
