"""Data sets on a real Ray cluster of several nodes on this machine: ``cargo xtask python-package --ray``."""

import collections
import glob
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import RATE, music

import patchveil

ray = pytest.importorskip("ray")
from ray.cluster_utils import Cluster  # noqa: E402

from patchveil.ray import protect_dataset  # noqa: E402

FOLDERS = 4
FILES = 240


@pytest.fixture(scope="module")
def cluster():
    """A head without cores, and three nodes with one each."""
    os.environ["RAY_DEDUP_LOGS"] = "0"
    small = {"object_store_memory": 80 << 20}
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **small})
    for _ in range(3):
        made.add_node(num_cpus=1, **small)
    made.connect()
    yield made
    ray.shutdown()
    made.shutdown()


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """A folder of short recordings in subfolders, some compressed; one is no recording, one is protected already."""
    folder = tmp_path_factory.mktemp("recordings")
    generator = np.random.default_rng(5)
    source = music(30, 2).T
    for number in range(FILES):
        ending = {7: "flac", 13: "mp3"}.get(number % 40, "wav")
        path = folder / f"part {number % FOLDERS}" / f"{number:04}.{ending}"
        path.parent.mkdir(exist_ok=True)
        begin = int(generator.integers(0, 20 * RATE))
        subtype = None if ending == "mp3" else "PCM_24"
        soundfile.write(path, source[begin : begin + 5 * RATE], RATE, subtype=subtype)
    soundfile.write(folder / "part 0" / "old.protected.flac", source[:RATE], RATE)
    (folder / "part 0" / "broken.wav").write_bytes(b"RIFF of nothing")
    return folder


@pytest.fixture(scope="module")
def by_command(recordings, tmp_path_factory, command):
    """What the command makes of them."""
    out = tmp_path_factory.mktemp("command") / "out"
    command("protect", recordings, "-o", out, code=1)
    return out


def workers():
    """The processes that are at a part just now."""
    found = []
    for folder in glob.glob("/proc/[0-9]*"):
        try:
            if b"_protect_part" in Path(folder, "cmdline").read_bytes():
                found.append(int(folder.rsplit("/", 1)[1]))
        except OSError:
            continue
    return found


def kill_workers(out, times, killed):
    """Kills a worker at each of some moments, once files are under way."""
    for share in times:
        while len(list(out.glob("part */*.wav"))) < share * FILES:
            time.sleep(0.005)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if running := workers():
                os.kill(running[0], signal.SIGKILL)
                killed.append(running[0])
                break
            time.sleep(0.002)


def audio(folder):
    files = (path for path in folder.glob("**/*.*") if path.name != "patchveil.jsonl")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def records(folder):
    """Lines of all manifests, by file."""
    lines = collections.defaultdict(list)
    for manifest in folder.glob("**/patchveil.jsonl"):
        for line in manifest.read_text().splitlines():
            record = json.loads(line)
            record.pop("time")
            lines[str(manifest.parent.relative_to(folder) / record["file"])].append(record)
    return lines


def assert_as_by_command(out, by_command):
    assert audio(out) == audio(by_command), "byte for byte"
    assert records(out) == records(by_command), "once on record, with the same hashes"
    assert not list(out.glob(".patchveil*")) and not list(out.glob("**/.patchveil*"))


def test_workers_killed_half_way_lose_nothing_and_do_nothing_twice(
    cluster, recordings, by_command, keyring, key, tmp_path, command, capfd
):
    out, killed = tmp_path / "out", []
    killer = threading.Thread(target=kill_workers, args=(out, (0.1, 0.3, 0.5, 0.7), killed), daemon=True)
    killer.start()
    begun = time.monotonic()
    summary = protect_dataset(recordings, out, "show", keyring=keyring, files_per_task=20)
    took = time.monotonic() - begun
    killer.join(30)
    assert len(killed) == 4, "workers were killed"
    assert [Path(path).name for path, _ in summary.failed] == ["broken.wav"]
    assert [Path(path).name for path, _ in summary.left_out] == ["old.protected.flac"]
    lossy = {path.name for path in recordings.glob("*/*.mp3")}
    assert sorted(Path(path).name for path, _ in summary.notes) == sorted(lossy), "each once"
    assert all("is in a lossy format" in note for _, note in summary.notes)
    assert_as_by_command(out, by_command)
    assert collections.Counter(Path(name).suffix for name in audio(out)) == {".wav": FILES - 12, ".flac": 12}
    command("verify", out)
    again = protect_dataset(recordings, out, "show", keyring=keyring)
    assert (again.protected, again.already, again.tasks) == (0, FILES, 1), "the broken one is tried again"
    assert_as_by_command(out, by_command)
    with capfd.disabled():
        print(
            f"\n{FILES} files in {summary.tasks} tasks on 3 nodes, {len(killed)} workers killed, {took:.1f} s: "
            f"{len(audio(out))} outputs, all equal to the command's; {sum(map(len, records(out).values()))} records; "
            f"last attempts did {summary.protected} and found {summary.already} done"
        )


def test_a_run_that_is_killed_is_completed_by_the_same_call(
    cluster, recordings, by_command, keyring, tmp_path
):
    out = tmp_path / "out"
    code = (
        "import sys, ray; from patchveil.ray import protect_dataset\n"
        f"ray.init(address={cluster.address!r}, log_to_driver=False)\n"
        f"protect_dataset({str(recordings)!r}, {str(out)!r}, 'show', keyring={str(keyring)!r}, files_per_task=20)\n"
    )
    driver = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while len(list(out.glob("part */*.wav"))) < FILES // 3:
        assert driver.poll() is None
        time.sleep(0.01)
    driver.kill()
    driver.wait()
    while workers():
        time.sleep(0.1)
    before = len(list(out.glob("part */*.wav")))
    summary = protect_dataset(recordings, out, "show", keyring=keyring, files_per_task=20)
    assert before <= summary.already < FILES and summary.protected + summary.already == FILES
    assert_as_by_command(out, by_command)


def test_no_key_is_in_logs_task_arguments_or_the_state_of_the_cluster(
    cluster, recordings, keyring, key, tmp_path
):
    protect_dataset(recordings / "part 1", tmp_path / "out", "show", keyring=keyring)
    secret = key.to_text().encode()
    content = json.loads(Path(keyring).read_text())
    assert secret.decode() in json.dumps(content), "what is searched for is what the keyring holds"
    session = Path(ray._private.worker.global_worker.node.get_session_dir_path())
    searched = 0
    for path in session.glob("**/*"):
        if path.is_file():
            bytes_ = path.read_bytes()
            assert secret[6:] not in bytes_, path
            searched += len(bytes_)
    assert searched > 10_000
    shown = repr(ray.nodes()) + repr(ray.cluster_resources()) + repr(ray.timeline())
    assert secret.decode()[6:] not in shown
    with pytest.raises(TypeError, match="task arguments"):
        protect_dataset(recordings, tmp_path / "other", key)


def test_what_is_not_ours_is_left_alone_and_told(cluster, recordings, keyring, tmp_path):
    out = tmp_path / "out"
    (out / "part 2").mkdir(parents=True)
    (out / "part 2" / "0002.wav").write_bytes(b"somebody else's")
    summary = protect_dataset(recordings / "part 2", out / "part 2", "show", keyring=keyring)
    [(path, why)] = summary.failed
    assert path.endswith("0002.wav") and "exists and is not its protected version" in why
    assert (out / "part 2" / "0002.wav").read_bytes() == b"somebody else's"
    assert summary.protected == FILES // FOLDERS - 1


def test_inputs_that_would_get_one_name_are_refused_before_anything_begins(cluster, recordings, keyring, tmp_path):
    files = [recordings / "part 0" / "0000.wav", tmp_path / "0000.wav"]
    files[1].write_bytes(files[0].read_bytes())
    with pytest.raises(ValueError, match="would both become 0000.wav"):
        protect_dataset(files, tmp_path / "out", "show", keyring=keyring)
    with pytest.raises(LookupError, match="no class named"):
        protect_dataset(recordings, tmp_path / "out", "nobody", keyring=keyring)
    assert not (tmp_path / "out").exists()
