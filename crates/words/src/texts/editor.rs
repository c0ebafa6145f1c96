//! The editor's texts, but for the class keys.
#![expect(missing_docs, reason = "the English texts say what they are")]

use super::{Text, With, WithTwo};

/// What belongs to no panel.
pub struct Window {
    pub view: Text,
    pub view_tip: Text,
    pub colours: Text,
    pub dark: Text,
    pub light: Text,
    pub scale: Text,
    pub language: Text,
    /// The system's language.
    pub system: Text,
    pub audio: Text,
    pub audio_tip: Text,
    pub keys: Text,
    pub keys_tip: Text,
    pub all_settings: Text,
    pub all_settings_tip: Text,
    pub mode: Text,
    pub mode_tip: Text,
    pub protect: Text,
    pub protect_tip: Text,
    pub restore: Text,
    pub restore_tip: Text,
    pub on: Text,
    pub off: Text,
    pub no_audio_yet: Text,
}

/// The headline: what happens, why, and what to do.
pub struct Headline {
    pub marked: Text,
    pub marked_louder: Text,
    pub veiled: Text,
    pub marked_and_veiled: Text,
    /// Class and fingerprint.
    pub class_key: WithTwo,
    /// Class, and why the keyring cannot be read.
    pub class_with_earlier_key: WithTwo,
    pub no_class: Text,
    pub no_class_hint: Text,
    pub nothing_to_protect: Text,
    pub nothing_to_protect_hint: Text,
    pub bypassed_not_protected: Text,
    pub bypassed_not_protected_hint: Text,
    pub bypassed_not_restored: Text,
    pub bypassed_not_restored_hint: Text,
    pub muted_key_missing: Text,
    pub muted: Text,
    pub waiting: Text,
    pub waiting_hint: Text,
    pub silent_delta: Text,
    pub silent_delta_hint: Text,
    pub delta: Text,
    pub delta_hint: Text,
    /// Class.
    pub restoring: With,
    /// Fingerprint.
    pub restoring_key: With,
    /// Why the keyring cannot be read.
    pub restoring_with_earlier_key: With,
    /// Class.
    pub restoring_by_count: With,
    pub restoring_by_count_hint: Text,
    pub nothing_to_restore: Text,
    pub nothing_to_restore_hint: Text,
    pub not_restoring: Text,
    pub no_sound: Text,
    pub device_delivers_nothing: Text,
    pub silence: Text,
    pub silence_comes_in: Text,
    pub no_host_audio: Text,
    /// Class.
    pub ready_to_mark: With,
    pub ready_to_veil: With,
    pub ready_to_mark_and_veil: With,
    pub ready_to_restore: With,
}

/// The dial, and what it does to this sound.
pub struct Strength {
    pub dial: Text,
    /// Preset.
    pub not_on_dial: With,
    pub adjusted: Text,
    pub inaudible: Text,
    pub audible: Text,
    pub nothing_changed: Text,
    pub bypass_on: Text,
    pub nothing_out: Text,
    pub not_while_restoring: Text,
    pub not_measured: Text,
    pub delta_on: Text,
    pub listener: Text,
    pub measuring: Text,
    pub no_sound_to_measure: Text,
    pub unlikely: Text,
    pub may: Text,
    pub will: Text,
    /// Mean and highest change, in dB.
    pub levels: fn(f32, f32) -> String,
    /// The same where there is little room.
    pub levels_short: fn(f32, f32) -> String,
    /// Change of loudness with its unit, seconds measured.
    pub loudness: fn(&str, u32) -> String,
    /// Seconds measured.
    pub last: fn(u32) -> String,
    /// Seconds, bound for p.
    pub found: fn(f32, &str) -> String,
    /// Seconds.
    pub expected: fn(f32) -> String,
    pub looking: Text,
    /// Seconds.
    pub not_found_yet: fn(f32) -> String,
    pub not_enough: Text,
    pub rule: Text,
    pub found_tip: Text,
}

/// The controls of parameters.
pub struct Controls {
    pub mark_level: Text,
    /// The same, as the control has room for.
    pub mark_level_label: Text,
    pub mark_level_short: Text,
    pub mark_level_tip: Text,
    /// The same where the mark is asked to be louder than its key allows; the level that acts stands beside.
    pub mark_held_tip: Text,
    /// Instead of the level; short.
    pub no_mark: Text,
    pub no_mark_tip: Text,
    pub no_mark_yet_tip: Text,
    pub amount: Text,
    pub amount_tip: Text,
    /// Instead of a value; short.
    pub no_veil: Text,
    pub no_veil_tip: Text,
    pub patch: Text,
    pub patch_short: Text,
    pub patch_tip: Text,
    pub period: Text,
    pub period_tip: Text,
    pub count: Text,
    pub count_short: Text,
    pub count_tip: Text,
    pub trim: Text,
    pub trim_short: Text,
    pub trim_tip: Text,
    pub delta: Text,
    pub delta_tip: Text,
    pub bypass: Text,
    pub bypass_tip: Text,
    /// Note: the value is the preset's.
    pub follows: Text,
    /// Note: there is no room for more.
    pub at_most: Text,
    /// Note: there is no room for less.
    pub at_least: Text,
    /// Note: how many patches there is room for.
    pub fit: fn(u32) -> String,
    pub not_a_value: Text,
    /// Name of the control.
    pub typed: With,
    pub typed_no_value: With,
    pub usage: Text,
}

/// The presets. PosCUDA and CUDA are names.
pub struct Presets {
    pub preset: Text,
    pub tip: Text,
    pub former_tip: Text,
    pub go_over: Text,
    pub mark: Text,
    pub mark_tip: Text,
    pub light: Text,
    pub light_tip: Text,
    pub balanced: Text,
    pub balanced_tip: Text,
    pub strong: Text,
    pub strong_tip: Text,
    pub poscuda_tip: Text,
    pub cuda_tip: Text,
}

/// The spectra.
pub struct Spectra {
    pub title: Text,
    /// What screen readers call the plot.
    pub plot: Text,
    pub before: Text,
    pub after: Text,
    pub designed: Text,
    pub measured: Text,
    pub difference: Text,
    /// Label of the axis of differences.
    pub difference_axis: Text,
    pub peaks: Text,
    pub peaks_tip: Text,
    pub freeze: Text,
    pub freeze_tip: Text,
    pub fft_size: Text,
    pub fft_tip: Text,
    pub samples: fn(usize) -> String,
    pub kernel: Text,
    pub kernel_tip: Text,
    /// Number.
    pub kernel_number: fn(usize) -> String,
    /// Number, and how many there are.
    pub kernel_of: fn(usize, usize) -> String,
    pub current_kernel: Text,
}

/// The timeline.
pub struct Timeline {
    pub title: Text,
    pub ten_seconds_tip: Text,
    pub one_second_tip: Text,
    /// Percent.
    pub covered: fn(f64) -> String,
    pub mark_acts: Text,
    pub covered_tip: Text,
    pub patch: Text,
    pub now: Text,
    /// Seconds, sample.
    pub ago: fn(f64, i64) -> String,
    /// Levels in dBFS.
    pub levels: WithTwo,
    /// Number of the kernel.
    pub in_patch: fn(usize) -> String,
    pub marked: Text,
    pub between: Text,
}

/// The figures at the bottom.
pub struct Figures {
    pub protected: Text,
    /// Duration.
    pub protected_for: With,
    pub protected_tip: Text,
    pub latency: Text,
    pub no_latency: Text,
    pub latency_tip: Text,
    pub load: Text,
    /// Percent.
    pub load_of: fn(f32) -> String,
    pub load_tip: Text,
    pub late: Text,
    pub late_times: fn(u32) -> String,
    pub late_tip: Text,
    pub rate: Text,
    pub rate_tip: Text,
    pub timeline: Text,
    pub host_timeline: Text,
    pub jack_transport: Text,
    pub sample_count: Text,
    pub timeline_tip: Text,
}

/// A/B: the original against the output, equally loud.
pub struct Original {
    pub tip: Text,
    pub waiting_tip: Text,
    /// Instead of the level; short.
    pub waiting: Text,
    pub title: Text,
    /// Level with its unit.
    pub title_hint: With,
    pub heard: Text,
    pub heard_hint: Text,
    pub output: Text,
    pub original: Text,
}

/// Undo and redo.
pub struct Steps {
    pub undo: Text,
    pub undo_tip: Text,
    pub redo: Text,
    pub redo_tip: Text,
}

/// The user's own presets.
pub struct UserPresets {
    pub title: Text,
    pub tip: Text,
    pub none: Text,
    pub field: Text,
    pub hint: Text,
    pub save: Text,
    /// Name.
    pub remove: With,
    pub saved: With,
    pub removed: With,
    pub not_here: Text,
    pub mark: Text,
    /// Level with its unit.
    pub mark_at: With,
    /// Preset, percent; may begin a sentence.
    pub veil: fn(&str, f64) -> String,
    /// Patches, their length and the period in ms; goes on after the veil.
    pub patches: fn(u32, f64, f64) -> String,
}

/// Where receipts of renders go.
pub struct Receipts {
    pub option: Text,
    pub about: Text,
    pub folder: Text,
    /// Instead of a folder.
    pub none: Text,
    pub save: Text,
    pub no_home: Text,
    pub no_such_folder: Text,
    /// Why.
    pub not_saved: With,
}
