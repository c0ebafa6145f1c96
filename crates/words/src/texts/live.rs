//! The texts of the standalone.
#![expect(missing_docs, reason = "the English texts say what they are")]

use super::{Text, With, WithTwo};

/// What becomes of the sound, and the strip.
pub struct Live {
    pub connecting: Text,
    pub no_device: Text,
    pub lost_device: Text,
    pub no_sound: Text,
    pub no_sound_hint: Text,
    /// Name of a device.
    pub not_there: With,
    pub not_there_hint: Text,
    pub nothing_connected: Text,
    pub nothing_connected_hint: Text,
    pub no_input: Text,
    pub no_output: Text,
    pub choose_one: Text,
    pub quiet_input: Text,
    pub quiet_input_hint: Text,
    /// Input and output.
    pub route: WithTwo,
    pub nothing: Text,
    /// How often sound was lost.
    pub dropouts: fn(u64) -> String,
    /// The same where input and output may be two devices.
    pub dropouts_of_two: fn(u64) -> String,
    /// Frames, ms.
    pub block: fn(u32, f64) -> String,
    pub muted_route: Text,

    pub devices: Text,
    pub devices_tip: Text,
    pub input: Text,
    pub output: Text,
    pub meter_tip: Text,
    /// Input or output, level in dBFS.
    pub level: WithTwo,
    /// Input or output.
    pub clipped: With,
    pub not_clipped: With,
    pub clip: Text,
    pub monitor: Text,
    pub monitor_tip: Text,
    pub test_tone: Text,
    pub test_tone_tip: Text,
    pub output_muted: Text,
    pub back_up: Text,
    pub back_up_why: Text,
    pub record: Text,
    pub stop_recording: Text,
    pub record_tip: Text,
    pub options: Text,
    pub options_tip: Text,
    /// File.
    pub recording_waits: With,
    /// Length, file.
    pub recording_to: WithTwo,
    /// Seconds.
    pub lost: fn(f64) -> String,
    /// Samples.
    pub over_full_scale: fn(u64) -> String,
    /// After a path.
    pub rounded: Text,
    /// Length, path with how many files.
    pub saved: WithTwo,
    pub files: fn(u32) -> String,
    /// Why.
    pub not_in_manifest: With,
    pub not_protected: Text,
    pub protection_changed: Text,
}

/// What went wrong with the device, or with a recording.
pub struct Trouble {
    pub server_stopped: Text,
    /// Hz.
    pub rate_changed: fn(u32) -> String,
    pub output_stalled: Text,
    pub input_stalled: Text,
    pub input_reopened: Text,
    pub audio_died: Text,
    pub no_sound_recorded: Text,
    /// Why: a sentence.
    pub recording_stopped: With,
    /// Length, path.
    pub kept: WithTwo,
    /// Path.
    pub left_in: With,
    pub files_complete: Text,
    pub nothing_recorded: Text,
    /// Length, path.
    pub completed: WithTwo,
    /// Length, path, path of the original.
    pub damaged: fn(&str, &str, &str) -> String,
    /// Path, why.
    pub not_completed: WithTwo,
}

/// The device panel.
pub struct Devices {
    pub backend: Text,
    pub automatic: Text,
    pub silence: Text,
    pub channels: Text,
    pub mono: Text,
    pub stereo: Text,
    pub channel_count: fn(usize) -> String,
    pub none: Text,
    pub default: Text,
    pub not_connected: Text,
    /// Id of a device.
    pub not_there: With,
    pub rate: Text,
    pub buffer: Text,
    pub frames: fn(u32) -> String,
    pub stated: Text,
    pub check: Text,
    pub choose_input: Text,
    pub heard: Text,
    pub say_something: Text,
    pub no_sound_yet: Text,
    pub play_tone: Text,
    pub play_tone_tip: Text,
    pub look: Text,
    pub look_tip: Text,
}

/// How to record.
pub struct RecordingWords {
    pub folder: Text,
    pub format: Text,
    pub float32: Text,
    pub int24: Text,
    pub flac24: Text,
    /// Seconds.
    pub pre_roll: fn(u64) -> String,
    pub split: Text,
    pub never: Text,
    /// Minutes.
    pub after: fn(u32) -> String,
    pub note: Text,
}

/// The first run.
pub struct Welcome {
    /// Number of the step, of three.
    pub step: fn(usize) -> String,
    pub class: Text,
    pub class_text: Text,
    pub class_name: Text,
    /// A name for an example.
    pub example: Text,
    pub make: Text,
    pub skip: Text,
    pub backup: Text,
    /// Class.
    pub backup_text: With,
    pub file: Text,
    pub passphrase: Text,
    pub passphrase_hint: Text,
    pub save: Text,
    pub have_one: Text,
    pub later: Text,
    /// Class: the name of the file.
    pub file_name: With,
    pub devices: Text,
    pub devices_text: Text,
    pub done: Text,
}
