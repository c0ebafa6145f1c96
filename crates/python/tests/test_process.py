"""What the package does to the process it runs in."""

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import soundfile
from conftest import RATE, music

import patchveil


@pytest.mark.parametrize(
    "work",
    [
        lambda samples, key: patchveil.protect(samples, RATE, key, "strong"),
        lambda samples, key: patchveil.restore(samples, RATE, key, "strong"),
        lambda samples, key: patchveil.detect(samples, RATE, key).sigmas,
        lambda samples, key: patchveil.trace([samples], RATE, key).sigmas,
        lambda samples, key: patchveil.Protector(RATE, key, "strong").process(samples),
    ],
)
def test_other_threads_run_while_it_works(key, work):
    samples = music(60)
    results = []
    threads = [threading.Thread(target=lambda: results.append(work(samples, key))) for _ in range(2)]
    for thread in threads:
        thread.start()
    ticks = 0
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.001)
        ticks += 1
    assert ticks >= 10, "with the lock held, this thread would not have run"
    assert np.array_equal(results[0], results[1])


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="reads /proc")
def test_memory_stays_flat_over_ten_thousand_calls(key):
    samples = music(0.1, 2)
    recipe = patchveil.Recipe("light")

    def resident():
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def calls(count):
        protector = patchveil.Protector(RATE, key, recipe, channels=2)
        for number in range(count):
            patchveil.protect(samples, RATE, key, recipe)
            protector.process(samples)
            patchveil.Protector(RATE, key, recipe)
            with pytest.raises(ValueError):
                patchveil.protect(samples, 1, key, recipe)
            if number % 50 == 0:
                patchveil.restore(samples, RATE, key, recipe)
                patchveil.detect(samples, RATE, key)

    calls(500)
    before = resident()
    calls(10_000)
    assert resident() - before < 16 << 20


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_control_c_ends_the_command_and_leaves_nothing_behind(tmp_path, keyring):
    recording = tmp_path / "long.wav"
    soundfile.write(recording, np.tile(music(60), 20), RATE, subtype="FLOAT")
    environment = {**os.environ, "PATCHVEIL_KEYRING": str(keyring)}
    arguments = [sys.executable, "-m", "patchveil", "protect", recording, "-o", f"{tmp_path}/out/"]
    started = subprocess.Popen(arguments, env=environment, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 30
    while not list(tmp_path.glob("out/.patchveil*")) and time.monotonic() < deadline:
        time.sleep(0.002)
    started.send_signal(signal.SIGINT)
    assert started.wait(30) == 130, started.stderr.read()
    started.stderr.close()
    assert not list(tmp_path.glob("out/*")) and not list(tmp_path.glob("out/.patchveil*"))


def test_the_command_does_not_import_numpy(command):
    code = "import sys, patchveil._command; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_wrong_usage_has_the_exit_code_of_the_command(command):
    assert "Usage" in command("protect", code=2).stderr
    assert "no class named" in command("protect", "x.wav", "--key", "nobody", code=2).stderr
