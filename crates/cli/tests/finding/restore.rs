//! `patchveil restore`: the owner gets the recording back, and nobody else does.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::fs;
use std::io::Cursor;

use crate::support::command::{CLASS, User, key, recording, recording_as};
use crate::support::{chunk, fmt_body, plain, riff};
use patchveil::manifest::NAME;
use patchveil::pcm::{PcmReader, SampleFormat};
use patchveil_test_support::compare::{peak, power, worst_difference_dbfs};
use patchveil_test_support::signal;
use patchveil_veil::{Filter, Preset};

/// A voice over music, as bundled.
const DEMO: &[u8] = include_bytes!("../../../../assets/demo.wav");

/// All samples of a file, channel after channel.
fn samples(bytes: &[u8]) -> Vec<f64> {
    let mut planar = Vec::new();
    PcmReader::new(Cursor::new(bytes)).unwrap().read_block(usize::MAX, &mut planar).unwrap();
    planar.into_iter().flatten().map(f64::from).collect()
}

/// Largest difference in dB relative to full scale, the original's peak in dBFS, and the SNR in dB.
fn compare(original: &[u8], restored: &[u8]) -> (f64, f64, f64) {
    let (original, restored) = (samples(original), samples(restored));
    assert_eq!(original.len(), restored.len());
    let difference: Vec<f64> = original.iter().zip(&restored).map(|(a, b)| a - b).collect();
    let db = |power: f64| 10.0 * power.max(1e-30).log10();
    let (worst, peak) = (worst_difference_dbfs(&original, &restored), peak(&original));
    (worst, db(peak * peak), db(power(&original)) - db(power(&difference)))
}

/// Music-like sound, as floats that no integer format holds exactly.
fn music(rate: u32, channels: u16, seconds: f64) -> Vec<u8> {
    let channels: Vec<Vec<f32>> =
        (0..channels.into()).map(|channel| signal::music(channel, rate, seconds)).collect();
    let frames = 0..channels[0].len();
    let samples = frames.flat_map(|n| channels.iter().map(move |channel| channel[n]));
    let data: Vec<u8> = samples.flat_map(f32::to_le_bytes).collect();
    plain(3, channels.len() as u16, rate, 32, &data)
}

/// `music` as integers.
fn music_as(bits: u16, rate: u32, channels: u16, seconds: f64) -> Vec<u8> {
    let scale = 2.0_f64.powi(i32::from(bits) - 1);
    let mut data = Vec::new();
    let floats = music(rate, channels, seconds);
    for sample in floats[44..].as_chunks::<4>().0 {
        let value = (f64::from(f32::from_le_bytes(*sample)) * scale).round() as i32;
        data.extend(&(value << (32 - bits)).to_le_bytes()[4 - usize::from(bits / 8)..]);
    }
    plain(1, channels, rate, bits, &data)
}

#[test]
fn a_protected_file_is_restored_next_to_itself_or_to_the_output_given() {
    let user = User::with_key();
    user.put("show/a.wav", recording(8_000, 1, 1.0));
    user.put("show/2025/b.wav", recording(8_000, 2, 1.0));
    user.run(&["protect", "show", "--preset", "balanced"]).succeeds();
    let ran = user.run(&["restore", "show/a.protected.wav"]).succeeds();
    for part in ["show/a.restored.wav", "the manifest", "balanced", "within rounding error, about"]
    {
        assert!(ran.out.contains(part), "{ran:?}");
    }
    for (output, expected) in
        [("x.wav", "x.wav"), ("new/", "new/a.wav"), ("show/2025", "show/2025/a.wav")]
    {
        user.run(&["restore", "show/a.protected.wav", "-o", output]).succeeds();
        assert!(user.read(expected) == user.read("show/a.restored.wav"), "{output}");
    }
    fs::remove_file(user.path("show/2025/a.wav")).unwrap();

    // Of a folder what is protected is restored, under its first name.
    let ran = user.run(&["restore", "show", "-o", "back"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let ran = ran.says(&[
        "show/a.wav: skipped, its protected version is next to it",
        "show/a.restored.wav: skipped, its name says it is restored already",
    ]);
    assert_eq!(ran.err.lines().count(), 3, "{ran:?}");
    let back: Vec<String> = user.files().into_iter().filter(|f| f.starts_with("back/")).collect();
    assert_eq!(back, ["back/2025/b.wav", "back/a.wav"]);
}

#[test]
fn nothing_is_overwritten_without_force_and_the_protected_file_never() {
    let user = User::with_key();
    user.put("a.wav", recording(8_000, 1, 0.5));
    user.run(&["protect", "a.wav"]).succeeds();
    let (original, veiled) = (user.read("a.wav"), user.read("a.protected.wav"));
    user.run(&["restore", "a.protected.wav", "-o", "a.wav"]).fails(1, &["a.wav: exists already"]);
    for output in ["a.protected.wav", "./a.protected.wav"] {
        user.run(&["restore", "a.protected.wav", "-o", output, "--force"])
            .fails(2, &["would be written over the input"]);
    }
    assert!(user.read("a.wav") == original && user.read("a.protected.wav") == veiled);
    // Nor the original, whatever it is called and wherever it lies.
    let is_original = "a.wav: is the original itself";
    for output in [".", "a.wav"] {
        user.run(&["restore", "a.protected.wav", "-o", output, "--force"]).fails(1, &[is_original]);
    }
    let all = user.run(&["restore", ".", "-o", ".", "--force"]);
    assert_eq!(all.code, Some(1), "{all:?}");
    all.says(&[is_original]);
    user.put("show/a.wav", &original);
    user.run(&["protect", "show", "-o", "published"]).succeeds();
    user.run(&["restore", "published", "-o", "show", "--force"]).fails(1, &[is_original]);
    assert!(user.read("show/a.wav") == original);
    fs::remove_file(user.path("show/a.wav")).unwrap();
    user.run(&["restore", "published", "-o", "show"]).succeeds();
    user.run(&["restore", "published", "-o", "show", "--force"]).succeeds();
    assert!(user.read("a.wav") == original && user.read("a.protected.wav") == veiled);
    assert!(compare(&original, &user.read("show/a.wav")).2 > 50.0);
}

#[test]
fn floats_are_restored_to_within_minus_120_dbfs() {
    let user = User::with_key();
    for (rate, channels) in [(44_100, 2), (48_000, 1), (96_000, 1), (8_000, 3)] {
        let original = music(rate, channels, 2.0);
        user.put("a.wav", &original);
        for preset in ["light", "balanced", "strong"] {
            user.run(&["protect", "a.wav", "--preset", preset, "--force"]).succeeds();
            let done =
                user.run(&["restore", "a.protected.wav", "--force", "--json"]).succeeds().json();
            let (apart, ..) = compare(&original, &user.read("a.restored.wav"));
            assert!(apart < -120.0, "{preset} at {rate} Hz: {apart} dBFS");
            assert!(done[0]["expected_snr_db"].as_f64().unwrap() > 120.0);
            assert_eq!(done[0]["evidence"], "manifest");
        }
    }
}

#[test]
fn integers_of_24_bits_are_restored_to_100_db_below_their_peak() {
    let user = User::with_key();
    for original in
        [music_as(24, 48_000, 2, 2.0), music_as(24, 44_100, 1, 2.0), music_as(32, 96_000, 1, 1.0)]
    {
        user.put("a.wav", &original);
        user.run(&["protect", "a.wav", "--force"]).succeeds();
        user.run(&["restore", "a.protected.wav", "--force"]).succeeds();
        let restored = user.read("a.restored.wav");
        let (apart, peak, _) = compare(&original, &restored);
        assert!(apart - peak < -100.0, "{apart} dBFS with a peak of {peak} dBFS");
        assert_eq!(restored.len(), original.len());
    }
}

#[test]
fn integers_of_16_bits_are_restored_with_60_db_and_the_estimate_is_right() {
    let user = User::with_key();
    for original in [DEMO.to_vec(), music_as(16, 48_000, 1, 4.0), music_as(16, 44_100, 2, 2.0)] {
        user.put("a.wav", &original);
        user.run(&["protect", "a.wav", "--preset", "balanced", "--force"]).succeeds();
        let done = user.run(&["restore", "a.protected.wav", "--force", "--json"]).succeeds().json();
        let (.., snr) = compare(&original, &user.read("a.restored.wav"));
        assert!(snr >= 60.0, "{snr} dB");
        let told = done[0]["expected_snr_db"].as_f64().unwrap();
        assert!((told - snr).abs() < 1.0, "{told} dB was told, {snr} dB it is");
        assert!(done[0]["snr_at_most_db"].is_null());
        assert_eq!(done[0]["is_original"], false);
    }
}

#[test]
fn no_snr_is_promised_where_samples_may_have_been_clipped() {
    let user = User::with_key();
    // As loud as 16 bits allow: what the veil raises is cut off.
    let mut loud = music_as(16, 16_000, 1, 2.0);
    for sample in loud[44..].as_chunks_mut::<2>().0 {
        let value = f64::from(i16::from_le_bytes(*sample)) * 5.0;
        *sample = (value.clamp(-32_767.0, 32_767.0) as i16).to_le_bytes();
    }
    user.put("a.wav", &loud);
    user.run(&["protect", "a.wav", "--preset", "strong"]).succeeds();
    let done = user.run(&["restore", "a.protected.wav", "--json"]).succeeds().json();
    let (.., snr) = compare(&loud, &user.read("a.restored.wav"));
    assert!(snr < 50.0, "nothing was cut off: {snr} dB");
    assert!(done[0]["full_scale_samples"].as_u64().unwrap() > 0);
    assert!(done[0]["expected_snr_db"].is_null(), "{}", done[0]);
    assert!(done[0]["snr_at_most_db"].as_f64().unwrap() > snr, "{}", done[0]);
    let told = user.run(&["restore", "a.protected.wav", "--force"]).succeeds();
    assert!(told.out.contains("at most") && !told.out.contains("about"), "{told:?}");
}

#[test]
fn integers_that_were_protected_as_floats_are_restored_exactly_and_reported_so() {
    let user = User::with_key();
    let integers = music_as(16, 48_000, 2, 3.0);
    let floats: Vec<u8> =
        samples_interleaved(&integers, 2).into_iter().flat_map(|x| x.to_le_bytes()).collect();
    let original = plain(3, 2, 48_000, 32, &floats);
    user.put("a.wav", &original);
    user.run(&["protect", "a.wav"]).succeeds();
    assert!(user.read("a.protected.wav") != original);
    let ran = user.run(&["restore", "a.protected.wav"]).succeeds();
    assert!(ran.out.contains("exactly the original"), "{ran:?}");
    assert!(user.read("a.restored.wav") == original);
}

#[test]
fn integers_at_the_beginning_do_not_round_the_rest() {
    let user = User::with_key();
    let integers = samples_interleaved(&music_as(16, 48_000, 2, 8.0), 2);
    // The left channel is of integers throughout, the right one for its first half only.
    let half = integers.len() / 2;
    let finer = |(n, x): (usize, f32)| if n % 2 == 1 && n > half { 0.77 * x } else { x };
    let floats: Vec<f32> = integers.into_iter().enumerate().map(finer).collect();
    let original =
        plain(3, 2, 48_000, 32, &floats.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<_>>());
    user.put("a.wav", &original);
    user.run(&["protect", "a.wav"]).succeeds();
    user.run(&["restore", "a.protected.wav"]).succeeds();
    let restored = user.read("a.restored.wav");
    let (apart, ..) = compare(&original, &restored);
    assert!(apart < -120.0, "{apart} dBFS");
    let left =
        |bytes: &[u8]| bytes[44..].chunks_exact(8).map(|x| x[..4].to_vec()).collect::<Vec<_>>();
    assert!(left(&original) == left(&restored), "integers come back exactly");
}

fn samples_interleaved(bytes: &[u8], channels: usize) -> Vec<f32> {
    let all = samples(bytes);
    let frames = all.len() / channels;
    (0..all.len()).map(|i| all[i % channels * frames + i / channels] as f32).collect()
}

#[test]
fn without_a_static_eq_every_bit_outside_patches_is_kept() {
    let user = User::with_key();
    let mut recipe = Preset::Balanced.recipe_of_version(1).unwrap();
    if let Filter::Spectral(spectral) = &mut recipe.veil.as_mut().unwrap().filter {
        spectral.static_eq.db = 0.0;
    }
    recipe.veil.as_mut().unwrap().placement.period_us = 500_000;
    user.put("recipe.json", serde_json::to_string(&recipe).unwrap());
    for bits in [8, 16, 24, 32, 0] {
        let original = recording_as(bits, 16_000, 1, 2.0);
        user.put("a.wav", &original);
        user.run(&["protect", "a.wav", "--force", "--recipe", "recipe.json"]).succeeds();
        let veiled = user.read("a.protected.wav");
        user.run(&["restore", "a.protected.wav", "--force"]).succeeds();
        let restored = user.read("a.restored.wav");
        let veil = patchveil_veil::Veil::new(&key(), &recipe, 16_000).unwrap();
        let bytes = if bits == 0 { 4 } else { usize::from(bits / 8) };
        let schedule = veil.schedule().unwrap();
        let mut cursor = schedule.patches_from(0);
        let mut patch = cursor.next(schedule);
        let mut outside = 0;
        for n in 0..32_000 {
            while patch.end <= n {
                patch = cursor.next(schedule);
            }
            let place = 44 + n as usize * bytes..44 + (n as usize + 1) * bytes;
            if n < patch.start {
                outside += 1;
                assert_eq!(restored[place.clone()], original[place.clone()], "{bits} bits, {n}");
                assert_eq!(restored[place.clone()], veiled[place]);
            }
        }
        assert!(outside > 16_000);
    }
}

#[test]
fn other_chunks_are_kept_and_so_is_the_bit_depth_unless_float_is_asked_for() {
    let user = User::with_key();
    let samples = recording_as(24, 44_100, 1, 0.50012);
    let data = &samples[44..44 + u32::from_le_bytes(samples[40..44].try_into().unwrap()) as usize];
    assert_eq!(data.len() % 2, 1, "with a pad byte");
    let notes = [chunk(b"bext", &[1; 334]), chunk(b"LIST", b"INFOISFT\x04\0\0\0xyz\0")];
    let [bext, list] = notes.clone();
    let original =
        riff(&[bext, chunk(b"fmt ", &fmt_body(1, 1, 44_100, 24)), chunk(b"data", data), list]);
    user.put("a.wav", &original);
    user.run(&["protect", "a.wav"]).succeeds();
    user.run(&["restore", "a.protected.wav"]).succeeds();
    let restored = user.read("a.restored.wav");
    let at = original.len() - notes[1].len();
    assert_eq!((&restored[..386], &restored[at..]), (&original[..386], &original[at..]));

    let done = user.run(&["restore", "a.protected.wav", "-o", "f.wav", "--float", "--json"]);
    assert_eq!(done.succeeds().json()[0]["format"], "f32");
    let float = user.read("f.wav");
    let info = crate::support::parse(&float).unwrap();
    assert_eq!((info.format, info.frames() as usize), (SampleFormat::F32, data.len() / 3));
    for note in &notes {
        assert!(float.windows(note.len()).any(|bytes| bytes == note));
    }
    assert_eq!(u32::from_le_bytes(float[4..8].try_into().unwrap()) as usize, float.len() - 8);
    // What lies behind the RIFF chunk stays behind it.
    let mut tagged = user.read("a.protected.wav");
    tagged.extend(b"ID3\x04 and a tag that is no chunk at all");
    user.put("a.protected.wav", &tagged);
    user.run(&["restore", "a.protected.wav", "-o", "g.wav", "--float"]).succeeds();
    let tagged = user.read("g.wav");
    assert!(crate::support::parse(&tagged).is_ok() && tagged[..float.len()] == float[..]);
    let (apart, peak, _) = compare(&original, &float);
    // So quiet a recording has not much more than its 24 bits leave.
    assert!(apart < -115.0, "{apart} dBFS with a peak of {peak} dBFS");
    let oracle = hound::WavReader::new(Cursor::new(&float)).unwrap();
    assert_eq!(oracle.spec().sample_format, hound::SampleFormat::Float);
    assert_eq!(oracle.duration() as usize, data.len() / 3);
}

#[test]
fn the_recorded_key_is_used_and_no_other() {
    let user = User::with_key();
    user.put("a.wav", recording(16_000, 1, 1.0));
    user.add_other("other");
    user.run(&["protect", "a.wav", "--key", "other"]).succeeds();
    let files = user.files();
    // Without --key the manifest says which, whatever the default is.
    user.run(&["restore", "a.protected.wav", "-o", "x.wav"]).succeeds();
    fs::remove_file(user.path("x.wav")).unwrap();
    let fingerprint =
        user.run(&["key", "show", "other", "--json"]).json()[0]["fingerprint"].clone();
    let fingerprint = fingerprint.as_str().unwrap();
    user.run(&["restore", "a.protected.wav", "--key", CLASS])
        .fails(1, &["a.protected.wav: was protected with the key", fingerprint, "--key"]);
    user.run(&["restore", "a.protected.wav", "--key", "nobody"]).fails(2, &["no class named"]);
    user.run(&["key", "remove", "other", "--yes"]).succeeds();
    user.run(&["restore", "a.protected.wav"]).fails(
        1,
        &["a.protected.wav: was protected with the key", fingerprint, "not in the keyring"],
    );
    assert_eq!(user.files(), files);
}

#[test]
fn the_papers_recipes_are_refused_because_they_cannot_be_undone() {
    let user = User::with_key();
    user.put("a.wav", recording(16_000, 1, 1.0));
    for preset in ["cuda", "poscuda"] {
        assert_eq!(user.run(&["protect", "a.wav", "--preset", preset, "--force"]).code, Some(0));
        let files = user.files();
        user.run(&["restore", "a.protected.wav"])
            .fails(1, &["a.protected.wav: ", "no stable inverse", "cannot be restored"]);
        user.run(&["restore", "a.protected.wav", "--preset", preset])
            .fails(2, &["no stable inverse", "cannot be restored"]);
        assert_eq!(user.files(), files);
    }
}

#[test]
fn a_renamed_file_is_recognised_by_its_samples() {
    let user = User::with_key();
    for name in ["a", "b"] {
        user.put(format!("{name}.wav"), recording(8_000, 1, if name == "a" { 1.0 } else { 0.9 }));
    }
    user.run(&["protect", ".", "-o", "out"]).succeeds();
    fs::rename(user.path("out/a.wav"), user.path("out/Episode 1.wav")).unwrap();
    let done = user.run(&["restore", "out/Episode 1.wav", "--json"]).succeeds().json();
    assert_eq!(done[0]["evidence"], "manifest");
    let (.., snr) = compare(&user.read("a.wav"), &user.read("out/Episode 1.restored.wav"));
    assert!(snr > 50.0, "{snr}");
}

#[test]
fn a_damaged_manifest_is_reported_and_can_be_forced() {
    let user = User::with_key();
    user.put("a.wav", recording(16_000, 1, 1.0));
    user.run(&["protect", "a.wav", "--preset", "balanced"]).succeeds();
    user.run(&["restore", "a.protected.wav", "-o", "good.wav"]).succeeds();
    user.put(NAME, "nonsense\n");
    user.run(&["restore", "a.protected.wav"]).fails(1, &["patchveil.jsonl: line 1 is damaged"]);
    let insist = ["--preset", "balanced", "--offset", "0", "--force"];
    user.run(&[&["restore", "a.protected.wav"], &insist[..]].concat()).succeeds();
    assert!(user.read("a.restored.wav") == user.read("good.wav"));
}

#[test]
fn a_part_of_the_file_is_restored_like_the_whole_if_its_offset_is_given() {
    let user = User::with_key();
    let original = music(16_000, 1, 4.0);
    user.put("a.wav", &original);
    user.run(&["protect", "a.wav", "--preset", "balanced"]).succeeds();
    let veiled = user.read("a.protected.wav");
    let cut = 12_345;
    user.put("cut/part.wav", plain(3, 1, 16_000, 32, &veiled[44 + 4 * cut..]));
    let place = cut.to_string();
    user.run(&["restore", "cut", "--preset", "balanced", "--offset", &place, "--force"]).succeeds();
    let restored = samples(&user.read("cut/part.restored.wav"));
    let original = &samples(&original)[cut..];
    // For a few milliseconds, the beginning depends on what was cut off.
    let apart = original.iter().zip(&restored).skip(2_000).map(|(a, b)| (a - b).abs());
    let apart = apart.fold(0.0, f64::max);
    assert!(apart < 1e-6, "{apart}");
}
