"""The package gives the same bits as the command."""

import json

import numpy as np
import pytest
import soundfile
from conftest import RATE, music

import patchveil


@pytest.mark.parametrize("recipe", ["mark", "balanced", "strong", "balanced@1"])
@pytest.mark.parametrize("channels", [1, 2])
def test_protect_gives_the_bits_of_the_command(tmp_path, command, key, recipe, channels):
    samples = music(3.1, channels).T
    recording, protected = tmp_path / "a.wav", tmp_path / "b.wav"
    soundfile.write(recording, samples, RATE, subtype="FLOAT")
    command("protect", recording, "-o", protected, "--key", "show", "--preset", recipe, "--offset", 12_345)
    expected, rate = soundfile.read(protected, dtype="float32")
    made = patchveil.protect(samples, rate, key, recipe, offset=12_345)
    assert np.array_equal(made.view(np.uint32), expected.view(np.uint32))
    assert not np.array_equal(made, samples)


@pytest.mark.parametrize("recipe", ["mark", "strong"])
def test_doubles_become_what_the_command_makes_of_them(tmp_path, command, key, recipe):
    samples = music(3.1, 2).T.astype(np.float64)
    generator = np.random.default_rng(3)
    # Singles, what is finer, what is far below or above it, and both zeros.
    samples[RATE : 2 * RATE] *= 1 + 1e-12
    samples[5_000:9_000] *= 10.0 ** generator.uniform(-60, 3, (4_000, 2))
    samples[9_000:9_100], samples[2 * RATE : 2 * RATE + 100] = -0.0, 0.0
    recording, protected = tmp_path / "a.wav", tmp_path / "b.wav"
    soundfile.write(recording, samples, RATE, subtype="DOUBLE")
    command("protect", recording, "-o", protected, "--preset", recipe)
    expected, rate = soundfile.read(protected, dtype="float64")
    made = patchveil.protect(samples, rate, key, recipe)
    assert np.array_equal(made.view(np.uint64), expected.view(np.uint64))
    silence = np.full(RATE, -0.0)
    soundfile.write(tmp_path / "c.wav", silence, RATE, subtype="DOUBLE")
    command("protect", tmp_path / "c.wav", "-o", tmp_path / "d.wav")
    expected, rate = soundfile.read(tmp_path / "d.wav", dtype="float64")
    assert np.array_equal(patchveil.protect(silence, rate, key).view(np.uint64), expected.view(np.uint64))


def test_a_recipe_of_ones_own_gives_the_bits_of_the_command(tmp_path, command, key):
    recipe = json.loads(patchveil.Recipe("light").to_json())
    recipe["mark"]["level_db"] = 3.0
    recipe["veil"]["amount"] = 50.0
    (tmp_path / "recipe.json").write_text(json.dumps(recipe))
    samples = music(1)
    recording, protected = tmp_path / "a.wav", tmp_path / "b.wav"
    soundfile.write(recording, samples, RATE, subtype="FLOAT")
    command("protect", recording, "-o", protected, "--recipe", tmp_path / "recipe.json")
    expected, rate = soundfile.read(protected, dtype="float32")
    own = patchveil.Recipe.from_json(json.dumps(recipe))
    assert np.array_equal(patchveil.protect(samples, rate, key, own), expected)
    assert own == patchveil.Recipe.from_file(tmp_path / "recipe.json")


def test_restore_gives_the_samples_of_the_command(tmp_path, command, key):
    samples = music(2, 2).T
    recording, protected, restored = (tmp_path / name for name in ("a.wav", "b.wav", "c.wav"))
    soundfile.write(recording, samples, RATE, subtype="FLOAT")
    command("protect", recording, "-o", protected, "--preset", "balanced")
    command("restore", protected, "-o", restored)
    expected, rate = soundfile.read(restored, dtype="float32")
    marked, _ = soundfile.read(protected, dtype="float32")
    made = patchveil.restore(marked, rate, key, "balanced")
    assert np.array_equal(made, expected)
    assert np.abs(made - samples).max() < 1e-6


def test_detect_gives_the_figures_of_the_command(tmp_path, lines, key):
    marked = patchveil.protect(music(12), RATE, key, offset=30_000)
    recording = tmp_path / "a.wav"
    soundfile.write(recording, marked, RATE, subtype="FLOAT")
    [expected] = lines("detect", recording, "--key", "show")
    found = patchveil.detect(marked, RATE, key)
    assert found.found and expected["found"]
    assert found.sigmas == expected["sigmas"]
    assert found.p_value == expected["p_value"]
    assert found.offset == pytest.approx(expected["offset_samples"], abs=1e-6)
    assert [list(span) for span in found.spans] == expected["covered"]
    assert abs(found.offset - 30_000) < 0.003 * RATE


def test_trace_gives_the_figures_of_the_command(tmp_path, lines, key):
    recordings = [patchveil.protect(music(8, seed=seed), RATE, key) for seed in (1, 2)]
    recordings += [recordings[0]]
    paths = [tmp_path / f"{number}.wav" for number in range(3)]
    for path, samples in zip(paths, recordings):
        soundfile.write(path, samples, RATE, subtype="FLOAT")
    [expected] = lines("trace", *paths, "--key", "show")
    made = patchveil.trace(recordings, RATE, key)
    assert (made.sigmas, made.p_value, made.found) == (
        expected["sigmas"],
        expected["p_value"],
        expected["found"],
    )
    assert made.seconds == pytest.approx(16.0), "the same samples count once"
    assert made.copies == ["recordings[0]", "recordings[1]"], "marked audio itself is a copy"
    assert json.loads(made.to_json())["echo_commitment"] == expected["echo_commitment"]


def test_the_version_is_that_of_the_command(command):
    assert command("--version").stdout.split() == ["patchveil", patchveil.__version__]
