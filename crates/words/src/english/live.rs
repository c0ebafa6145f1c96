//! The standalone.

use crate::texts::{Devices, Live, RecordingWords, Trouble, Welcome};

pub(super) const LIVE: Live = Live {
    connecting: "Connecting …",
    no_device: "No audio device.",
    lost_device: "The audio device is lost.",
    no_sound: "No sound goes in or out.",
    no_sound_hint: "The backend is “None (silence)”. Choose another one in Devices.",
    not_there: |device| format!("“{device}” is not there."),
    not_there_hint: "It is connected as soon as it is back.",
    nothing_connected: "No input and no output is connected.",
    nothing_connected_hint: "Choose them in Devices.",
    no_input: "No input is connected.",
    no_output: "No output is connected.",
    choose_one: "Choose one in Devices.",
    quiet_input: "The input gives nothing but silence.",
    quiet_input_hint: "It may be muted, paused, or not responding.",
    route: |from, to| format!("from: {from} – to: {to}"),
    nothing: "nothing",
    dropouts: |times| match times {
        1 => "Sound was lost once: a larger buffer helps.".to_owned(),
        times => format!("Sound was lost {times} times: a larger buffer helps."),
    },
    dropouts_of_two: |times| {
        let lost = match times {
            1 => "once".to_owned(),
            times => format!("{times} times"),
        };
        format!(
            "Sound was lost {lost}. If input and output run on two clocks, use one device, or JACK; \
             else a larger buffer helps."
        )
    },
    block: |frames, ms| format!("{frames} frames ({ms:.1} ms)"),
    muted_route: "The output is muted. Switch Monitor on (Ctrl+M).",

    devices: "Devices",
    devices_tip: "Input, output, rate and buffer (Ctrl+D).",
    input: "Input",
    output: "Output",
    meter_tip: "True peak of the last two seconds, and loudness of the last three.",
    level: |name, level| format!("{name} level, peak {level} dBFS"),
    clipped: |name| format!("{name} clipped: yes, click to clear"),
    not_clipped: |name| format!("{name} clipped: no"),
    clip: "CLIP",
    monitor: "Monitor",
    monitor_tip: "Send the output to the device. Off, it is muted; meters and recorder go on (Ctrl+M).",
    test_tone: "Test tone",
    test_tone_tip: "One second at −20 dBFS, to check the output (Ctrl+T).",
    output_muted: "The output is muted.",
    back_up: "Back up the key",
    back_up_why: "Without its key nobody can find or restore what you protect.",
    record: "Record",
    stop_recording: "Stop recording",
    record_tip: "Record what is sent, with the seconds before (Ctrl+R).",
    options: "Options",
    options_tip: "Folder, format, and how recordings are split (Ctrl+O).",
    recording_waits: |file| format!("Recording waits for sound: {file}"),
    recording_to: |length, file| format!("Recording {length} to {file}."),
    lost: |seconds| format!("{seconds:.2} s were lost and are silence."),
    over_full_scale: |samples| format!("{samples} samples were above full scale and are clipped."),
    rounded: "(rounded to 24 bits)",
    saved: |length, path| format!("Saved {length}: {path}."),
    files: |count| format!("({count} files)"),
    not_in_manifest: |why| format!("No line in the manifest: {why}."),
    not_protected: "it was not protected",
    protection_changed: "protection changed, or sound was lost, while it was recorded",
};

pub(super) const TROUBLE: Trouble = Trouble {
    server_stopped: "The sound server has stopped. It is connected again as soon as it runs.",
    rate_changed: |hz| format!("The sample rate has changed to {hz} Hz."),
    output_stalled: "The sound device delivers nothing any more.",
    input_stalled: "The input delivers nothing any more.",
    input_reopened: "The input gives nothing but zeros, so it was opened again.",
    audio_died: "The audio thread has ended unexpectedly. Close Patchveil and start it again.",
    no_sound_recorded: "Nothing was recorded: no sound came.",
    recording_stopped: |why| format!("Recording has stopped: {why}"),
    kept: |length, path| format!("The {length} until then are in “{path}”."),
    left_in: |path| format!("What there is is in “{path}”."),
    files_complete: "The files before it are complete.",
    nothing_recorded: "Nothing was recorded.",
    completed: |length, path| {
        format!("A recording that was cut off is complete now, {length} long: {path}")
    },
    damaged: |length, path, original| {
        format!(
            "A recording that was cut off is damaged after {length}: {path}. All of it is still in {original}"
        )
    },
    not_completed: |path, why| {
        format!("A recording that was cut off stays as it is: {path}: {why}")
    },
};

pub(super) const DEVICES: Devices = Devices {
    backend: "Backend",
    automatic: "Automatic",
    silence: "None (silence)",
    channels: "Channels",
    mono: "Mono",
    stereo: "Stereo",
    channel_count: |count| format!("{count} channels"),
    none: "None",
    default: "Default",
    not_connected: "Not connected",
    not_there: |id| format!("{id} (not there)"),
    rate: "Sample rate",
    buffer: "Buffer",
    frames: |count| format!("{count} frames"),
    stated: "The JACK server states it; change it there.",
    check: "Input check",
    choose_input: "Choose an input.",
    heard: "The input is heard.",
    say_something: "Say something: the bar moves.",
    no_sound_yet: "There is no sound yet.",
    play_tone: "Play a test tone",
    play_tone_tip: "One second at −20 dBFS: you should hear it.",
    look: "Look for devices",
    look_tip: "Lists what has been plugged in since.",
};

pub(super) const RECORDING: RecordingWords = RecordingWords {
    folder: "Folder",
    format: "Format",
    float32: "WAV, 32-bit float",
    int24: "WAV, 24-bit",
    flac24: "FLAC, 24-bit",
    pre_roll: |seconds| format!("Begin {seconds} seconds before the button is pressed"),
    split: "Split",
    never: "Never",
    after: |minutes| format!("After {minutes} minutes"),
    note: "32-bit float is bit for bit what was sent; FLAC is that, rounded to 24 bits. Every file gets a line in the \
        folder's manifest, patchveil.jsonl, for “patchveil verify”.",
};

pub(super) const WELCOME: Welcome = Welcome {
    step: |number| format!("Step {number} of 3"),
    class: "Make a class",
    class_text: "A class is what you protect with one key: a show, an artist, a voice. The key is \
        made on this machine and never leaves it by itself.",
    class_name: "Name of the class",
    example: "Night Show",
    make: "Make the class",
    skip: "Skip the welcome",
    backup: "Back its key up",
    backup_text: |class| {
        format!(
            "Without the key of “{class}” nobody can find or restore what was protected with it, \
             not even you. Keep the file on another disk, and tell nobody the passphrase."
        )
    },
    file: "File",
    passphrase: "Passphrase (optional)",
    passphrase_hint: "empty: whoever has the file has the key",
    save: "Save the backup",
    have_one: "I have one already",
    later: "Later",
    file_name: |class| format!("Patchveil key {class}.txt"),
    devices: "Choose the devices",
    devices_text: "The input is your microphone, or what plays. The output is where others \
        listen: loudspeakers, or a virtual cable to OBS or a call.",
    done: "Done",
};
