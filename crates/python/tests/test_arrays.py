"""Shapes, types and errors of arrays."""

import numpy as np
import pytest
from conftest import RATE, music

import patchveil


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("channels", [2, 6, 64])
def test_all_layouts_of_a_recording_give_the_same_samples(key, dtype, channels):
    planar = music(0.5, channels).astype(dtype)
    single = np.stack([patchveil.protect(channel, RATE, key) for channel in planar])
    first = patchveil.protect(planar, RATE, key)
    last = patchveil.protect(np.ascontiguousarray(planar.T), RATE, key)
    view = patchveil.protect(planar.T, RATE, key, channel_axis=1)
    strided = patchveil.protect(np.repeat(planar, 2, axis=1)[:, ::2], RATE, key, channel_axis=0)
    backwards = patchveil.protect(planar[:, ::-1][:, ::-1], RATE, key, channel_axis=-2)
    for made in (first, last.T, view.T, strided, backwards):
        assert made.dtype == dtype and np.array_equal(made, single)
    assert last.shape == view.shape == planar.T.shape


def test_one_axis_is_time_and_the_input_is_left_alone(key):
    samples = music(1)
    kept = samples.copy()
    made = patchveil.protect(samples, RATE, key)
    assert made.shape == samples.shape and made is not samples
    assert np.array_equal(samples, kept)
    assert np.array_equal(made, patchveil.protect(samples[np.newaxis], RATE, key)[0])
    samples.flags.writeable = False
    assert np.array_equal(made, patchveil.protect(samples, RATE, key))


def test_doubles_that_are_singles_give_the_same_samples_and_others_keep_their_precision(key):
    samples = music(1)
    made = patchveil.protect(samples, RATE, key)
    assert np.array_equal(patchveil.protect(samples.astype(np.float64), RATE, key), made.astype(np.float64))
    fine = samples.astype(np.float64) * (1 + 1e-12)
    change = patchveil.protect(fine, RATE, key) - fine
    assert np.abs(change - (made.astype(np.float64) - samples)).max() < 1e-15


def test_doubles_are_restored_in_double_precision(key):
    samples = music(1).astype(np.float64)
    restored = patchveil.restore(patchveil.protect(samples, RATE, key), RATE, key)
    assert np.abs(restored - samples).max() < 1e-6
    assert restored.dtype == np.float64


def test_where_either_axis_could_be_the_channels_it_has_to_be_said(key):
    block = np.zeros((2, 50), np.float32)
    with pytest.raises(ValueError, match="channel_axis=0 for channels × samples"):
        patchveil.protect(block, RATE, key)
    assert patchveil.protect(block, RATE, key, channel_axis=0).shape == (2, 50)
    assert patchveil.protect(block, RATE, key, channel_axis=-1).shape == (2, 50)


@pytest.mark.parametrize("shape", [(), (4, 2, 4_800), (65, 65)])
def test_what_is_not_one_recording_is_refused(key, shape):
    with pytest.raises(ValueError, match="channels"):
        patchveil.protect(np.zeros(shape, np.float32), RATE, key)


@pytest.mark.parametrize("shape", [(0,), (0, 2), (2, 0)])
def test_a_recording_without_samples_stays_one(key, shape):
    assert patchveil.protect(np.zeros(shape, np.float32), RATE, key).shape == shape


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("work", [patchveil.protect, patchveil.restore, patchveil.detect])
def test_what_is_not_finite_is_refused_with_its_place(key, bad, work):
    samples = np.zeros((9_000, 2), np.float32)
    samples[8_500, 1] = bad
    with pytest.raises(ValueError, match="samples: (NaN|infinity) at sample 8500 of channel 1; repair"):
        work(samples, RATE, key)


def test_doubles_beyond_single_precision_are_refused(key):
    with pytest.raises(ValueError, match="1e60, beyond float32, at sample 1 of channel 0"):
        patchveil.protect(np.array([0.0, 1e60]), RATE, key)


@pytest.mark.parametrize(
    "samples, hint",
    [
        (np.zeros(9, np.int16), "ndarray of int16; integers are scaled"),
        (np.zeros(9, ">f4"), "ndarray of >f4"),
        ([0.0, 0.0], "not list; pass numpy.asarray"),
        ("audio.wav", "not str"),
    ],
)
def test_other_types_are_refused_with_what_to_do(key, samples, hint):
    with pytest.raises(TypeError, match=hint):
        patchveil.protect(samples, RATE, key)


def test_settings_out_of_range_are_refused_in_one_line(key):
    samples = music(0.1)
    for call, message in [
        (lambda: patchveil.protect(samples, 7, key), "the sample rate"),
        (lambda: patchveil.protect(samples, -1, key), "the sample rate"),
        (lambda: patchveil.protect(samples, 2**40, key), "the sample rate"),
        (lambda: patchveil.protect(samples, RATE, key, "loud"), "loud"),
        (lambda: patchveil.protect(samples, RATE, key, channel_axis=3), "channel_axis: 3"),
        (lambda: patchveil.restore(samples, RATE, key, "cuda"), "inver|undone|restored"),
        (lambda: patchveil.detect(samples, RATE, key, "balanced@1"), "no mark"),
        (lambda: patchveil.detect(samples, RATE, key, files=0), "files"),
        (lambda: patchveil.Recipe.from_json('{"version": 99}'), "newer"),
        (lambda: patchveil.Recipe.from_json("{"), "not a recipe"),
        (lambda: patchveil.Protector(RATE, key, channels=0), "channels"),
    ]:
        with pytest.raises(ValueError, match=message) as caught:
            call()
        assert "\n" not in str(caught.value)
    with pytest.raises(TypeError, match="expected a Recipe or the name of a preset, not int"):
        patchveil.protect(samples, RATE, key, 5)
