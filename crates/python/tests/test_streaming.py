"""Blocks of any size give the same bits as the whole at once."""

import numpy as np
import pytest
from conftest import RATE, music

import patchveil


@pytest.mark.parametrize("recipe", ["mark", "strong"])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_blocks_of_any_size_give_the_same_bits(key, recipe, channels, seed):
    samples = music(2, channels, seed)
    whole = patchveil.protect(samples, RATE, key, recipe, offset=-500)
    generator = np.random.default_rng(seed)
    protector = patchveil.Protector(RATE, key, recipe, channels=channels, channel_axis=0, offset=-500)
    made, at = [], 0
    while at < samples.shape[-1]:
        count = int(generator.choice([0, 1, 2, 3, 64, 480, 4_096, 30_000]))
        made.append(protector.process(samples[..., at : at + count]))
        at += count
    assert np.array_equal(np.concatenate(made, axis=-1), whole)
    assert protector.position == samples.shape[-1] - 500


def test_a_block_that_is_refused_changes_nothing(key):
    samples = music(1)
    protector = patchveil.Protector(RATE, key)
    first = protector.process(samples[:1_000])
    bad = samples[1_000:].copy()
    bad[-1] = np.nan
    with pytest.raises(ValueError, match="block: NaN"):
        protector.process(bad)
    with pytest.raises(ValueError, match="not one recording of 1 channels"):
        protector.process(np.zeros((2, 3, 4), np.float32))
    made = np.concatenate([first, protector.process(samples[1_000:])])
    assert np.array_equal(made, patchveil.protect(samples, RATE, key))


def test_blocks_as_short_as_the_channels_need_the_axis(key):
    block = np.zeros((2, 2), np.float32)
    with pytest.raises(ValueError, match="channel_axis"):
        patchveil.Protector(RATE, key, channels=2).process(block)
    assert patchveil.Protector(RATE, key, channels=2, channel_axis=1).process(block).shape == (2, 2)


def test_blocks_of_both_types_may_follow_each_other(key):
    samples = music(1)
    protector = patchveil.Protector(RATE, key)
    made = [protector.process(samples[:5_000]), protector.process(samples[5_000:].astype(np.float64))]
    assert [block.dtype for block in made] == [np.float32, np.float64]
    assert np.array_equal(np.concatenate(made), patchveil.protect(samples, RATE, key))


def test_repr_shows_what_it_is(key):
    protector = patchveil.Protector(RATE, key, channels=2)
    assert repr(protector) == f"Protector(48000 Hz, channels=2, key={key.fingerprint})"
    assert (protector.rate, protector.channels) == (RATE, 2)
