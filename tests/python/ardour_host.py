"""Ardour exports a session with the VST3 plug-in, without a display. The export is what the command
makes with the parameters in force, and twice the same where they are automated."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import soundfile as sf
from common import FOLDER, RATE, noise, protected, run, same

SECONDS = 10
# Superclock ticks of Ardour's times, a sample.
TICKS = 282_240_000 // RATE
# Lag of a change, a block of the export, the patch under way, and the change of the static EQ.
SETTLED = RATE * 200 // 1_000
AMOUNTS = [100, 50, 150, 100, 50]

SIGNAL = noise(SECONDS)
HERE = Path(__file__).parent
ENVIRONMENT = {
    **os.environ,
    "HOME": str(FOLDER),
    "VST3_PATH": str(Path(os.environ["PATCHVEIL_VST3"]).parent),
    "PATCHVEIL_VST3": os.environ["PATCHVEIL_VST3"],
}
SCANNER = next(Path("/usr/lib").glob("ardour*/ardour-vst3-scanner"))
LUA = shutil.which(f"{SCANNER.parent.name}-lua")
EXPORT = shutil.which(f"{SCANNER.parent.name}-export")
# At its end, Ardour 7.3's export now and then finds its own buffers damaged, or waits for ever: one of six on a
# busy machine, in a session without any plug-in. It may do so once the file is whole.
EXPORTS, EXPORT_LASTS = 8, 60


class Crashed(Exception):
    """A signal ended the program."""


def call(*args, limit=None, **more):
    environment = {**ENVIRONMENT, **more}
    done = subprocess.run(list(map(str, args)), env=environment, capture_output=True, text=True, timeout=limit)
    if done.returncode < 0:
        raise Crashed(f"signal {-done.returncode}: {done.stderr[-200:]}")
    if done.returncode:
        sys.exit(f"{args}: {done.stdout}{done.stderr}")


# Ardour compares times in whole seconds, and a plug-in made in the second of its scan counts as not scanned.
MADE = time.time() - 60
for file in Path(os.environ["PATCHVEIL_VST3"]).rglob("*"):
    os.utime(file, (MADE, MADE))
os.utime(os.environ["PATCHVEIL_VST3"], (MADE, MADE))
call(SCANNER, "-f", os.environ["PATCHVEIL_VST3"], LD_LIBRARY_PATH=str(SCANNER.parent))


def session(name, amount, automate):
    """A session whose track plays the signal through the plug-in."""
    folder = FOLDER / name
    more = {"PATCHVEIL_AUTOMATE": "1"} if automate else {}
    call(LUA, HERE / "ardour_session.lua", PATCHVEIL_SESSION=str(folder), PATCHVEIL_NAME=name,
         PATCHVEIL_AMOUNT=str(amount), **more)
    audio = folder / "interchange" / name / "audiofiles" / "in.wav"
    audio.parent.mkdir(parents=True, exist_ok=True)
    sf.write(audio, SIGNAL.T, RATE, subtype="FLOAT")
    file = folder / f"{name}.ardour"
    text = file.read_text()
    sources = "".join(
        f'<Source name="in.wav" type="audio" flags="" id="{9000 + channel}" '
        f'channel="{channel}" origin="in.wav" gain="1"/>' for channel in range(2)
    )
    length = SIGNAL.shape[1] * TICKS
    region = (
        '<Region name="in.1" muted="0" opaque="1" locked="0" video-locked="0" automatic="0" '
        'whole-file="0" import="0" external="1" sync-marked="0" left-of-split="0" '
        'right-of-split="0" hidden="0" position-locked="0" valid-transients="0" start="a0" '
        f'length="a{length}@a0" sync-position="a0" ancestral-start="a0" '
        f'ancestral-length="a0@a0" stretch="1" shift="1" layering-index="0" id="9010" '
        'type="audio" first-edit="nothing" default-fade-in="0" default-fade-out="0" '
        'fade-in-active="0" fade-out-active="0" scale-amplitude="1" channels="2" '
        'envelope-active="0" source-0="9000" source-1="9001" master-source-0="9000" '
        'master-source-1="9001"/>'
    )
    location = (
        f'<Locations><Location id="9020" name="session" start="a0" end="a{length}" '
        'flags="IsSessionRange" locked="0" position-lock-style="AudioTime"/></Locations>'
    )
    text = text.replace("<Sources/>", f"<Sources>{sources}</Sources>")
    text = re.sub(r'(<Playlist id="\d+" name="in"[^>]*)/>', rf"\1>{region}</Playlist>", text)
    text = text.replace("<Locations/>", location)
    if automate:
        text = re.sub(r'(automation-id="parameter-2"[^>]*state=)"Off"', r'\1"Play"', text)
    file.write_text(text)
    return folder


def exported(file):
    """The whole export, or `None`."""
    try:
        read, rate = sf.read(file, dtype="float32", always_2d=True)
    except sf.LibsndfileError:
        return None
    assert rate == RATE
    whole = len(read) >= SIGNAL.shape[1]
    return np.ascontiguousarray(read.T[:, :SIGNAL.shape[1]]) if whole else None


def export(folder, name):
    output = FOLDER / f"{name}.wav"
    for _ in range(EXPORTS):
        output.unlink(missing_ok=True)
        try:
            call(EXPORT, "-b", "float", "-o", output, folder, folder.name, limit=EXPORT_LASTS)
        except (Crashed, subprocess.TimeoutExpired) as failure:
            print(f"{name}: Ardour's export ended with {failure}")
        got = exported(output)
        if got is not None:
            return got
    sys.exit(f"{EXPORTS} exports of {folder.name} ended early")


def an_export_is_the_command():
    got = export(session("plain", 50, False), "plain")
    want = protected(SIGNAL, "--preset", "balanced", "--amount", "50")
    same(got, want, "exported at 50 %")


def automation_acts_where_it_is_drawn_twice_the_same():
    folder = session("automated", 100, True)
    first, again = export(folder, "first"), export(folder, "again")
    same(first, again, "two exports")
    for number, amount in enumerate(AMOUNTS):
        part = slice(2 * number * RATE + SETTLED, 2 * (number + 1) * RATE)
        want = protected(SIGNAL, "--preset", "balanced", "--amount", amount)
        same(first[:, part], want[:, part], f"at {amount} % from {2 * number} s on")


run([an_export_is_the_command, automation_acts_where_it_is_drawn_twice_the_same])
