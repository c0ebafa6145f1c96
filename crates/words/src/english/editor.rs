//! The editor, but for the class keys.

use crate::texts::{
    Controls, Figures, Headline, Original, Presets, Receipts, Spectra, Steps, Strength, Timeline,
    UserPresets, Window,
};

pub(super) const WINDOW: Window = Window {
    view: "View",
    view_tip: "Colours, language and scale of this window.",
    colours: "Colours",
    dark: "Dark",
    light: "Light",
    scale: "Scale",
    language: "Language",
    system: "System",
    audio: "Audio",
    audio_tip: "Spectra and timeline.",
    keys: "Keys",
    keys_tip: "Class keys: choose, create, import and export.",
    all_settings: "All settings",
    all_settings_tip: "Shows or hides what the dial sets: the preset, the levels of mark and \
        veil, and the patches.",
    mode: "Mode",
    mode_tip: "Whether mark and veil are applied or taken off.",
    protect: "Protect",
    protect_tip: "Applies mark and veil, as far as the preset has them. If that is not possible, \
        the output is muted.",
    restore: "Restore",
    restore_tip: "Takes mark and veil off. Needs the key, the settings that were used to protect, \
        and the recording at its place on the timeline. If that is not possible, audio passes \
        unchanged.",
    on: "On",
    off: "Off",
    no_audio_yet: "No audio yet",
};

pub(super) const HEADLINE: Headline = Headline {
    marked: "Marked (inaudible)",
    marked_louder: "Marked (may be audible)",
    veiled: "Veiled (audible)",
    marked_and_veiled: "Marked and veiled (audible)",
    class_key: |class, key| format!("“{class}”, key {key}"),
    class_with_earlier_key: |class, trouble| {
        format!("“{class}”, with the key read earlier: {trouble}")
    },
    no_class: "Not protected: no class is chosen",
    no_class_hint: "Choose a class key, or create one.",
    nothing_to_protect: "Not protected: the amount is 0 %",
    nothing_to_protect_hint: "Nothing is changed. Raise the amount to protect.",
    bypassed_not_protected: "Bypassed: not protected",
    bypassed_not_protected_hint: "The output is the input. Switch bypass off to protect.",
    bypassed_not_restored: "Bypassed: not restored",
    bypassed_not_restored_hint: "The output is the input. Switch bypass off to restore.",
    muted_key_missing: "Muted: key missing",
    muted: "Muted: nothing leaves unprotected",
    waiting: "Waiting for the host",
    waiting_hint: "It has not started audio processing yet.",
    silent_delta: "Delta: silent, because nothing is changed",
    silent_delta_hint: "Switch delta off to hear the input.",
    delta: "Delta: only the changes are audible",
    delta_hint: "Switch delta off before you record or bounce.",
    restoring: |class| format!("Restoring “{class}”"),
    restoring_key: |key| format!("Key {key}. The output is not protected."),
    restoring_with_earlier_key: |trouble| format!("With the key read earlier: {trouble}"),
    restoring_by_count: |class| format!("Restoring “{class}” by sample count"),
    restoring_by_count_hint: "The host states no position, so samples are counted. That is right \
        only if the recording starts where it started when it was protected.",
    nothing_to_restore: "Not restoring: the amount is 0 %",
    nothing_to_restore_hint: "Nothing is changed. Set the amount that was used to protect.",
    not_restoring: "Not restoring: audio passes unchanged",
    no_sound: "No sound goes through",
    device_delivers_nothing: "The sound device delivers nothing.",
    silence: "Silence: nothing to do",
    silence_comes_in: "Silence comes in: nothing to do",
    no_host_audio: "No audio from the host",
    ready_to_mark: |class| format!("Ready: what comes in will be marked with “{class}”."),
    ready_to_veil: |class| format!("Ready: what comes in will be veiled with “{class}”."),
    ready_to_mark_and_veil: |class| {
        format!("Ready: what comes in will be marked and veiled with “{class}”.")
    },
    ready_to_restore: |class| format!("Ready: what comes in will be restored with “{class}”."),
};

pub(super) const STRENGTH: Strength = Strength {
    dial: "Strength",
    not_on_dial: |preset| format!("Preset {preset}, see All settings"),
    adjusted: "Adjusted, see All settings",
    inaudible: "inaudible",
    audible: "audible, protects more",
    nothing_changed: "Nothing is changed",
    bypass_on: "Bypass is on.",
    nothing_out: "Nothing goes out",
    not_while_restoring: "Not measured while restoring",
    not_measured: "Not measured",
    delta_on: "Delta plays only the changes.",
    listener: "What a listener notices",
    measuring: "Measuring: it takes a second.",
    no_sound_to_measure: "Measured as soon as there is sound.",
    unlikely: "A listener is unlikely to notice",
    may: "A listener may notice",
    will: "A listener will notice",
    levels: |mean, most| {
        format!("Third-octave levels move {mean:.2} dB on average, {most:.2} dB at most")
    },
    levels_short: |mean, most| format!("Levels {mean:.2} dB (max {most:.2})"),
    loudness: |change, seconds| format!("Loudness {change}, last {seconds} s"),
    last: |seconds| format!("last {seconds} s"),
    found: |seconds, p| format!("Mark found in {seconds:.0} s ({p})"),
    expected: |seconds| format!("Mark expected after about {seconds:.0} s"),
    looking: "Looking for the mark …",
    not_found_yet: |seconds| format!("Mark not found in {seconds:.0} s yet"),
    not_enough: "Not enough here to carry a mark",
    rule: "Measured on the last seconds of this sound, without the output trim. Unlikely: a mark \
        of the preset's level or less, and no more than was measured of marks (levels in \
        third-octave bands 0.1 dB on average and 0.62 dB at most, loudness 0.13 LU). Will: at \
        least what the veil of Light was measured with (1.9 dB on average or 4.9 dB at most). \
        May: all between. These are figures, not a listening test.",
    found_tip: "The mark is looked for in the output as patchveil detect does it, with the key of \
        this class: found is p ≤ 1e−6. While it is not, the time it will take is predicted from \
        how well it fits so far. Silence and pure tones carry no mark.",
};

pub(super) const CONTROLS: Controls = Controls {
    mark_level: "Mark level",
    mark_level_label: "Mark level",
    mark_level_short: "Mark",
    mark_level_tip: "Level of the mark, in dB above or below the preset's. Higher is found in \
        shorter excerpts, and may become audible; lower is harder to find.",
    mark_held_tip: "The mark acts at the level in brackets: louder, its echoes would add up to more \
        than 0.9 of the sound, and it could not be undone.",
    no_mark: "no mark",
    no_mark_tip: "The preset has no mark, so this has no effect.",
    no_mark_yet_tip: "This session was made before there was a mark, so this has no effect.",
    amount: "Amount",
    amount_tip: "Depth of the veil's filters, in percent of the preset's. More is harder to learn \
        around and more audible. At 0 % there is no veil.",
    no_veil: "no veil",
    no_veil_tip: "The preset has no veil, so this has no effect. Choose Light, Balanced or Strong for one.",
    patch: "Patch length",
    patch_short: "Patch",
    patch_tip: "Length of a patch of filtered audio, in milliseconds. Longer patches are easier \
        to learn, and more audible.",
    period: "Period",
    period_tip: "What the patch schedule repeats after, in milliseconds. A longer period spreads \
        the same patches thinner: less audio is changed, and less protects it.",
    count: "Patches per period",
    count_short: "Patches",
    count_tip: "Number of patches in a period. More patches change more of the audio: more \
        protection, and more audible.",
    trim: "Output trim",
    trim_short: "Trim",
    trim_tip: "Gain after mark and veil, in dB. A veil keeps the loudness of speech but can raise \
        peaks by a few dB: lower the level here if it clips.",
    delta: "Delta",
    delta_tip: "Outputs only what is changed. For listening: a bounce made with it contains the \
        difference, not your recording.",
    bypass: "Bypass",
    bypass_tip: "The output is the input, without trim and unprotected. Same as the host's own bypass.",
    follows: "preset",
    at_most: "max",
    at_least: "min",
    fit: |count| format!("{count} fit"),
    not_a_value: "Invalid",
    typed: |name| format!("{name} typed"),
    typed_no_value: |name| format!("{name} typed: not a value"),
    usage: "Drag to change; hold Shift for fine steps. Double-click for the default. Click and \
        type to enter a value.",
};

pub(super) const PRESETS: Presets = Presets {
    preset: "Preset",
    tip: "The recipe that the other settings start from.",
    former_tip: "The recipe that the other settings start from. This session was made before \
        there was a mark, and keeps its sound. Choose Mark to go over to the present presets.",
    go_over: "Meant not to be heard. The session goes over to the present presets: from then \
        on light, balanced and strong have a mark too.",
    mark: "Mark",
    mark_tip: "Meant not to be heard (third octaves move 0.04 dB): whoever has the key can show \
        that a file carries it, and restore the recording. The default.",
    light: "Light",
    light_tip: "The least audible veil (third octaves move 1.9 dB), and the least protection.",
    balanced: "Balanced",
    balanced_tip: "A veil between Light and Strong (third octaves move 3.2 dB).",
    strong: "Strong",
    strong_tip: "The most audible veil of the three (third octaves move 4.4 dB), and the most protection.",
    poscuda_tip: "The published recipe, for comparison (0.4 dB): one patch every half second. \
        Cannot be restored.",
    cuda_tip: "The published recipe, for comparison (2.9 dB): all of it filtered, clearly \
        audible. Cannot be restored.",
};

pub(super) const SPECTRA: Spectra = Spectra {
    title: "Spectra",
    plot: "Spectra, read with the arrow keys",
    before: "Before",
    after: "After",
    designed: "Designed",
    measured: "Measured",
    difference: "Difference",
    difference_axis: "Difference, dB",
    peaks: "Peaks",
    peaks_tip: "Draws the highest levels so far as thin lines. Click again to reset.",
    freeze: "Freeze",
    freeze_tip: "Freezes the spectra. The audio continues.",
    fft_size: "FFT size",
    fft_tip: "Samples analysed at a time. More separate low notes better and react more slowly; \
        fewer show single patches.",
    samples: |count| format!("{count} samples"),
    kernel: "Kernel",
    kernel_tip: "The class's kernels alternate from patch to patch. The gain of this one is drawn \
        below, as designed and as measured in its patches.",
    kernel_number: |number| format!("Kernel {number}"),
    kernel_of: |number, count| format!("Kernel {number} of {count}"),
    current_kernel: "Current kernel",
};

pub(super) const TIMELINE: Timeline = Timeline {
    title: "Timeline",
    ten_seconds_tip: "Shows the last ten seconds.",
    one_second_tip: "Shows the last second, in which single patches are visible.",
    covered: |percent| format!("Patches cover {percent:.0} %"),
    mark_acts: "The mark acts on every sample",
    covered_tip: "How much of the time shown lies in patches, which are filtered with the class \
        key. A mark needs none.",
    patch: "Patch",
    now: "now",
    ago: |seconds, sample| format!("{seconds:.2} s ago   sample {sample}"),
    levels: |before, after| format!("Before {before}, after {after} dBFS"),
    in_patch: |kernel| format!("In a patch, kernel {kernel}"),
    marked: "Marked",
    between: "Between patches",
};

pub(super) const FIGURES: Figures = Figures {
    protected: "Protected so far",
    protected_for: |duration| format!("{duration} protected"),
    protected_tip: "How much sound went through protected since this instance was opened. Silence \
        does not count.",
    latency: "Latency",
    no_latency: "Latency 0 samples",
    latency_tip: "Mark and veil add no delay, whatever the settings.",
    load: "Load of the audio thread",
    load_of: |percent| format!("Load {percent:.1} %"),
    load_tip: "Processing time as a share of real time.",
    late: "Late",
    late_times: |times| match times {
        1 => "Late once".to_owned(),
        times => format!("Late {times} times"),
    },
    late_tip: "How often in the last ten seconds processing took longer than the audio lasts, \
        over a twentieth of a second: audio may have dropped out. Choose larger blocks in the \
        host, or close what else keeps the processor busy.",
    rate: "Sample rate",
    rate_tip: "The host's. Mark, patches and filters lie at the same times and sound the same at \
        every rate.",
    timeline: "Timeline",
    host_timeline: "Host timeline",
    jack_transport: "JACK transport",
    sample_count: "Sample count",
    timeline_tip: "The position fixes where the patches are. If the host states one, playback, \
        loops and bounces have them in the same places; otherwise samples are counted.",
};

pub(super) const ORIGINAL: Original = Original {
    tip: "Plays the original instead of the output, equally loud: its level is changed by the dB \
        stated, measured as LUFS short-term over the last three seconds. For comparing by ear, \
        while you listen live: a render never contains it, and closing the window ends it.",
    waiting_tip: "Compares the original with the output, equally loud by LUFS short-term. That \
        takes three seconds of protected sound, without Delta and Bypass.",
    waiting: "no level yet",
    title: "Original: not protected",
    title_hint: |level| {
        format!(
            "Switch A/B off before you record. The input at {level}, as loud as the output (LUFS \
             short-term)."
        )
    },
    heard: "The original is heard",
    heard_hint: "Switch A/B off to measure.",
    output: "Output",
    original: "Original",
};

pub(super) const STEPS: Steps = Steps {
    undo: "Undo",
    undo_tip: "Undoes your last change here: one gesture, preset or class. Ctrl+Z, on a Mac Cmd+Z.",
    redo: "Redo",
    redo_tip: "Does again what was undone. Ctrl+Shift+Z or Ctrl+Y, on a Mac Cmd+Shift+Z.",
};

pub(super) const USER_PRESETS: UserPresets = UserPresets {
    title: "My presets",
    tip: "Settings that you saved: mark, veil and patches. They are recipe files, which the \
        command knows too: patchveil protect --preset NAME.",
    none: "None yet. Save these settings under a name, here or by patchveil recipe --save.",
    field: "Save these settings as",
    hint: "A name",
    save: "Save",
    remove: |name| format!("Remove “{name}”"),
    saved: |name| format!("Saved “{name}”."),
    removed: |name| format!("Removed “{name}”."),
    not_here: "It has settings that the plug-in has not, so it is not loaded. The command can use \
        it: patchveil protect --preset.",
    mark: "Mark",
    mark_at: |level| format!("Mark at {level}"),
    veil: |preset, percent| format!("veil of {preset} at {percent} %"),
    patches: |count, patch, period| format!(", {count} patches of {patch} ms in {period} ms"),
};

pub(super) const RECEIPTS: Receipts = Receipts {
    option: "Receipts of renders …",
    about: "After each offline render of a host with a timeline, a line is added to \
        patchveil.receipts.jsonl there: fingerprint, recipe, place in the project, time. Never \
        the key. Without a folder nothing is written.",
    folder: "Folder",
    none: "none",
    save: "Save",
    no_home: "This user has no folder for settings.",
    no_such_folder: "There is no such folder: name it with its whole path.",
    not_saved: |why| format!("It could not be saved: {why}."),
};
