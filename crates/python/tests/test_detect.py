"""Detecting and tracing."""

import numpy as np
from conftest import RATE, music

import patchveil


def test_the_right_key_is_found_among_others(key):
    others = [patchveil.ClassKey.generate() for _ in range(5)]
    marked = patchveil.protect(music(10, 2), RATE, key)
    found = patchveil.detect(marked, RATE, [*others, key])
    assert [own.found for own in found] == [False] * 5 + [True]
    assert found[-1].fingerprint == key.fingerprint and found[-1].sigmas > 5
    alone = patchveil.detect(marked, RATE, key)
    assert np.isclose(found[-1].p_value, 6 * alone.p_value), "corrected for the keys tried"
    assert np.isclose(patchveil.detect(marked, RATE, key, files=10).p_value, 10 * alone.p_value)
    assert patchveil.detect(marked, RATE, []) == []
    assert "found=True" in repr(alone) and abs(alone.speed - 1) < 1e-3


def test_nothing_is_found_where_nothing_is(key):
    plain = patchveil.detect(music(5), RATE, key)
    assert not plain.found and plain.has_signal and plain.spans == []
    silent = patchveil.detect(np.zeros(5 * RATE, np.float32), RATE, key)
    assert not silent.found and not silent.has_signal and silent.p_value == 1.0


def test_a_trace_adds_recordings_up(key):
    marked = [patchveil.protect(music(10, seed=seed), RATE, key) for seed in range(4)]
    together = patchveil.trace(marked, RATE, key)
    assert together.found and together.p_value < patchveil.trace(marked[:1], RATE, key).p_value
    assert len(together.copies) == 4 and together.without_copies is not None
    plain = [music(10, seed=seed) for seed in range(10, 14)]
    nothing = patchveil.trace(plain, RATE, key)
    assert not nothing.found and nothing.copies == [] and nothing.without_copies is None
    compared = patchveil.trace(marked, RATE, key, unmarked=plain)
    assert compared.seconds == together.seconds == 40.0 and "found=" in repr(compared)
    assert not patchveil.trace([], RATE, key).has_signal
