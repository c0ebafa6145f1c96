"""Which files a data set has, and what they become: as the command says."""

import os

import numpy as np
import pytest
import soundfile
from conftest import RATE

from patchveil._patchveil import plan_files


@pytest.fixture
def folder(tmp_path):
    """Recordings in some formats, and files that are none or are protected already."""
    found = tmp_path / "found"
    names = "a.wav", "b.FLAC", "c.mp3", "d.ogg", "deep/e.aiff", "deep/f.w64", "g.wave", "deep/h.protected.flac", "i.PROTECTED.mp3"
    for name in names:
        path = found / name
        path.parent.mkdir(parents=True, exist_ok=True)
        format = "WAV" if path.suffix == ".wave" else None
        soundfile.write(path, np.zeros(4_800, np.float32), RATE, format=format)
    (found / "text.txt").write_text("no recording")
    return found


def test_a_data_set_is_planned_as_the_command_plans_it(folder, tmp_path, lines):
    # The output folder is in the input folder, and not empty.
    out = folder / "out"
    out.mkdir()
    (out / "a.wav").write_bytes((folder / "a.wav").read_bytes())
    planned, failed, left_out = plan_files([folder, tmp_path / "gone.wav"], out, None)
    said = lines("protect", folder, tmp_path / "gone.wav", "-o", out, "--dry-run", "--force", code=1)
    by_command = {(line["input"], line["output"]) for line in said if line["status"] == "would_do"}
    assert {(recording, os.path.join(out, name)) for recording, name, _ in planned} == by_command
    assert {path for path, _ in left_out} == {line["input"] for line in said if line["status"] == "left_out"}
    assert [path for path, _ in failed] == [str(tmp_path / "gone.wav")]
    formats = {name: format for _, name, format in planned}
    assert formats["c.flac"] == formats["d.flac"] == "FLAC" and formats["a.wav"] is None
    assert len(planned) == 7


def test_with_a_root_all_keep_their_path_below_it(folder, tmp_path):
    planned, _, _ = plan_files([folder / "deep", folder / "c.mp3"], tmp_path / "out", tmp_path)
    assert {name for _, name, _ in planned} == {"found/c.flac", "found/deep/e.aiff", "found/deep/f.w64"}
    with pytest.raises(ValueError, match="root: .*c.mp3 is not below .*deep"):
        plan_files([folder / "c.mp3"], tmp_path / "out", folder / "deep")


def test_names_that_would_collide_are_refused(folder, tmp_path):
    soundfile.write(folder / "c.flac", np.zeros(4_800, np.float32), RATE)
    with pytest.raises(ValueError, match="c.flac and .*c.mp3 would both become c.flac"):
        plan_files([folder], tmp_path / "out", None)
    with pytest.raises(ValueError, match="out: .* would be its own protected version"):
        plan_files([folder / "a.wav"], folder, None)
