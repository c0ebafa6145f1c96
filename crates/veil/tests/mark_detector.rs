//! What a user relies on when a recording is searched for a mark: what is there is found, what is not
//! there is not, and the p-value keeps its word.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::f64::consts::PI;
use std::sync::Arc;

use common::{any_mark, cases, key, noise};
use patchveil_test_support::Rng;
use patchveil_test_support::signal::{music, sine, speech, swelling_noise};
use patchveil_veil::{
    ClassKey, Mark, MarkDecoys, MarkDetector, MarkError, MarkEvidence, MarkFinding, MarkSettings,
    Marker,
};
use proptest::prelude::*;

/// Length of the default pattern's period in seconds.
const PERIOD_S: f64 = 1.28;

/// `audio`, whose first sample lies at `position`, marked by key number `by`.
fn marked(
    by: u8,
    settings: &MarkSettings,
    rate: u32,
    position: i64,
    mut audio: Vec<f32>,
) -> Vec<f32> {
    let mark = Mark::new(&key(by), settings, rate).unwrap();
    Marker::new(Arc::new(mark), 1).process(position, &mut [&mut audio]);
    audio
}

fn evidence_of(settings: &MarkSettings, rate: u32, channels: &[&[f32]]) -> MarkEvidence {
    let mut detector = MarkDetector::new(rate, channels.len(), settings).unwrap();
    detector.feed(channels);
    detector.finish()
}

fn evidence(rate: u32, channels: &[&[f32]]) -> MarkEvidence {
    evidence_of(&MarkSettings::default(), rate, channels)
}

/// How well key number `by` fits.
fn test(evidence: &MarkEvidence, by: u8) -> MarkFinding {
    evidence.test(&[&key(by)]).remove(0)
}

/// Eight seconds of speech at 16 kHz from position 0 on, marked by key number `by`.
fn marked_speech(by: u8) -> Vec<f32> {
    marked(by, &MarkSettings::default(), 16_000, 0, speech(by.into(), 16_000, 8.0))
}

/// Keys drawn at random.
fn random_keys(seed: u64, count: usize) -> Vec<ClassKey> {
    let mut random = Rng::new(seed);
    (0..count).map(|_| ClassKey::from_bytes(random.key_bytes())).collect()
}

/// How far two positions within a period are from each other.
fn apart(a: f64, b: f64, period: f64) -> f64 {
    let apart = (a - b).rem_euclid(period);
    apart.min(period - apart)
}

fn assert_position(finding: &MarkFinding, position: i64, rate: u32) {
    let expected = position as f64 / f64::from(rate);
    let off = apart(finding.position_s.unwrap(), expected, PERIOD_S);
    assert!(off <= 0.003, "off by {off} s from {position} at {rate} Hz");
}

/// `audio` played `factor` times as fast, by a windowed sinc.
fn faster(audio: &[f32], factor: f64) -> Vec<f32> {
    let tap = |x: f64| match x.abs() {
        0.0..1e-9 => 1.0,
        0.0..16.0 => (PI * x).sin() / (PI * x) * (0.5 + 0.5 * (PI * x / 16.0).cos()),
        _ => 0.0,
    };
    let sample = |n: usize| {
        let at = n as f64 * factor;
        let near = (at as usize).saturating_sub(15)..(at as usize + 17).min(audio.len());
        near.map(|m| f64::from(audio[m]) * tap(at - m as f64)).sum::<f64>() as f32
    };
    (0..(audio.len() as f64 / factor) as usize).map(sample).collect()
}

#[test]
fn a_mark_is_found_with_its_position_from_any_start_at_any_rate() {
    let rates = [(8_000, 1), (16_000, -77), (44_100, 1_234_567), (48_000, -99_999), (96_000, 3)];
    for (by, (rate, position)) in (1..).zip(rates) {
        let sound = swelling_noise(by.into(), rate, 6.0);
        let audio = marked(by, &MarkSettings::default(), rate, position, sound);
        let evidence = evidence(rate, &[&audio]);
        let finding = test(&evidence, by);
        assert!(finding.p_value < 1e-9, "{rate} Hz: {finding:?}");
        assert_eq!((finding.speed, finding.pitch_moved), (1.0, false));
        assert_position(&finding, position, rate);
        assert!((evidence.seconds() - 6.0).abs() < 0.001);
        assert!((evidence.period_samples() - PERIOD_S * f64::from(rate)).abs() < 1e-6);
        let wrong = test(&evidence, by + 100);
        assert!(wrong.p_value > 0.001 && wrong.spans.is_empty(), "{rate} Hz: {wrong:?}");
    }
}

#[test]
fn a_mark_is_found_in_speech_and_in_music() {
    for (by, sound) in [(11, speech(1, 48_000, 10.0)), (12, music(0, 48_000, 10.0))] {
        let audio = marked(by, &MarkSettings::default(), 48_000, 5_000, sound);
        let finding = test(&evidence(48_000, &[&audio]), by);
        assert!(finding.p_value < 1e-6, "{finding:?}");
        assert_position(&finding, 5_000, 48_000);
    }
}

#[test]
fn noise_at_a_tenth_of_the_amplitude_does_not_hide_a_mark_in_ten_seconds_of_speech() {
    let level =
        |audio: &[f32]| (audio.iter().map(|x| x * x).sum::<f32>() / audio.len() as f32).sqrt();
    for by in [1, 2] {
        let sound = speech(by.into(), 16_000, 10.0);
        let audio = marked(by, &MarkSettings::default(), 16_000, 9_000, sound);
        let added = noise(u64::from(by) + 50, audio.len());
        let scale = 0.1 * level(&audio) / level(&added);
        let audio: Vec<f32> = audio.iter().zip(&added).map(|(x, n)| x + scale * n).collect();
        let evidence = evidence(16_000, &[&audio]);
        let finding = test(&evidence, by);
        assert!(finding.p_value < 1e-6, "{finding:?}");
        assert_position(&finding, 9_000, 16_000);
        let wrong = test(&evidence, by + 100);
        assert!(wrong.p_value > 0.001, "{wrong:?}");
    }
}

#[test]
fn a_mark_on_one_channel_of_two_or_on_both_is_found() {
    let (audio, silence) = (marked_speech(13), vec![0.0; 128_000]);
    let other: Vec<f32> = speech(99, 16_000, 8.0).iter().map(|x| 0.3 * x).collect();
    let inverted: Vec<f32> = audio.iter().map(|x| -x).collect();
    for right in [&audio, &silence, &other, &inverted] {
        let finding = test(&evidence(16_000, &[&audio, right]), 13);
        assert!(finding.p_value < 1e-6, "{finding:?}");
        assert_position(&finding, 0, 16_000);
    }
}

#[test]
fn two_equal_channels_count_as_one() {
    let audio = marked_speech(14);
    let (mono, stereo) = (evidence(16_000, &[&audio]), evidence(16_000, &[&audio, &audio]));
    assert_eq!(test(&mono, 14), test(&stereo, 14));
}

#[test]
fn any_split_into_blocks_gives_the_same_findings() {
    // Long enough for a second chunk of frames.
    let settings = MarkSettings::default();
    let audio = marked(15, &settings, 8_000, 4_321, speech(15, 8_000, 14.0));
    let whole = evidence(8_000, &[&audio, &audio]);
    for lengths in [vec![1, 7, 480, 5, 4_096, 33, 50_000], vec![64], vec![1_000_000]] {
        let mut detector = MarkDetector::new(8_000, 2, &settings).unwrap();
        let mut rest = audio.as_slice();
        for length in lengths.into_iter().cycle() {
            let (now, later) = rest.split_at(length.min(rest.len()));
            detector.feed(&[now, now]);
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
        let pieces = detector.finish();
        for by in [15, 16] {
            assert_eq!(test(&pieces, by), test(&whole, by));
        }
        assert_eq!(pieces.decoys(9, 1).highest(), whole.decoys(9, 1).highest());
    }
}

#[test]
fn a_key_is_judged_alike_alone_and_among_others() {
    let evidence = evidence(16_000, &[&marked_speech(17)]);
    let keys: Vec<ClassKey> = (17..21).map(key).collect();
    let together = evidence.test(&keys.iter().collect::<Vec<_>>());
    for (number, finding) in (17..).zip(&together) {
        assert_eq!(*finding, test(&evidence, number));
    }
    assert!(evidence.test(&[]).is_empty());
}

#[test]
fn fifty_keys_are_not_found_in_unmarked_recordings() {
    let recordings = [
        (16_000, speech(3, 16_000, 6.0)),
        (48_000, music(1, 48_000, 4.0)),
        (8_000, noise(4, 48_000)),
        (44_100, sine(440.0, 0.5, 44_100, 150_000)),
    ];
    for (seed, (rate, audio)) in (0..).zip(recordings) {
        let keys = random_keys(seed, 50);
        for finding in evidence(rate, &[&audio]).test(&keys.iter().collect::<Vec<_>>()) {
            assert!(finding.p_value > 0.001, "{rate} Hz: {finding:?}");
            assert!(finding.spans.is_empty());
        }
    }
}

/// At most this many of 300 independent p-values may be so small; one more happens by chance less than
/// once in 10⁹ (binomial distribution).
const AT_MOST: [(f64, usize); 4] = [(0.1, 65), (0.05, 42), (0.01, 18), (0.001, 8)];

#[test]
fn p_values_of_keys_that_are_not_there_are_not_smaller_than_chance_allows() {
    let keys = random_keys(21, 300);
    let keys: Vec<&ClassKey> = keys.iter().collect();
    // A mark of another key, and the same second and a bit again and again: whatever averages over
    // periods is misled most.
    let loop_of_a_period = speech(5, 8_000, PERIOD_S).into_iter().cycle().take(40_000).collect();
    let settings = MarkSettings { level_db: 12.0, ..MarkSettings::default() };
    let other_key = marked(22, &settings, 8_000, 0, speech(6, 8_000, 5.0));
    for audio in [loop_of_a_period, other_key] {
        let evidence = evidence(8_000, &[&audio]);
        let findings = evidence.test(&keys);
        for (limit, most) in AT_MOST {
            let count = findings.iter().filter(|finding| finding.p_value <= limit).count();
            assert!(count <= most, "{count} p-values up to {limit}");
        }
        assert!(findings.iter().all(|finding| (0.0..=1.0).contains(&finding.p_value)));
        // Their ranks among decoys are exact, so about as many as that must be small.
        let decoys = evidence.decoys(999, 7);
        let ranks: Vec<f64> =
            findings.iter().map(|finding| decoys.p_value(finding.whole_sigmas)).collect();
        for (limit, most) in AT_MOST {
            let count = ranks.iter().filter(|&&rank| rank <= limit).count();
            assert!(count <= most, "{count} ranks up to {limit}");
        }
        let median = ranks.iter().filter(|&&rank| rank <= 0.5).count();
        assert!((98..=202).contains(&median), "{median} of 300 in the upper half");
    }
}

#[test]
fn decoys_rank_the_right_key_first_and_repeat_with_their_seed() {
    let evidence = evidence(16_000, &[&marked_speech(23)]);
    let decoys = evidence.decoys(199, 1);
    assert_eq!(decoys.count(), 199);
    assert_eq!(decoys.p_value(test(&evidence, 23).whole_sigmas), 0.005);
    assert_eq!(decoys.highest(), evidence.decoys(199, 1).highest());
    assert_ne!(decoys.highest(), evidence.decoys(199, 2).highest());
    assert_eq!(evidence.decoys(0, 1).p_value(3.0), 1.0);
}

#[test]
fn decoys_are_the_same_in_one_go_and_in_ranges_joined_in_any_order() {
    let evidence = evidence(16_000, &[&marked_speech(23)]);
    let whole = evidence.decoys(100, 5);
    let parts = [60..100, 0..1, 7..60, 1..7].map(|range| evidence.decoys_range(range, 5));
    assert_eq!(format!("{:?}", MarkDecoys::join(parts)), format!("{whole:?}"));
    assert_eq!(MarkDecoys::join([]).count(), 0);
}

#[test]
fn gain_and_polarity_do_not_matter() {
    let audio = marked_speech(24);
    let as_it_was = test(&evidence(16_000, &[&audio]), 24);
    for gain in [-1.0, 0.25, -0.003, 40.0] {
        let scaled: Vec<f32> = audio.iter().map(|x| gain * x).collect();
        let finding = test(&evidence(16_000, &[&scaled]), 24);
        assert!((finding.sigmas - as_it_was.sigmas).abs() < 0.05, "{gain}: {finding:?}");
        assert_position(&finding, 0, 16_000);
    }
}

#[test]
fn invalid_samples_are_harmless() {
    let mut audio = marked_speech(25);
    for (n, x) in audio.iter_mut().enumerate().step_by(9_973) {
        *x = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX][n % 4];
    }
    let finding = test(&evidence(16_000, &[&audio]), 25);
    assert!(finding.p_value < 1e-6, "{finding:?}");
    assert_position(&finding, 0, 16_000);

    let evidence = evidence(16_000, &[&vec![f32::NAN; 64_000]]);
    assert!(!evidence.has_signal());
    assert_eq!(test(&evidence, 25).p_value, 1.0);
}

#[test]
fn silence_has_no_signal_and_fits_no_key() {
    for seconds in [0.0, 0.01, 0.1, 5.0] {
        let silence = vec![0.0; (48_000.0 * seconds) as usize];
        let evidence = evidence(48_000, &[&silence]);
        assert!(!evidence.has_signal());
        assert_eq!(evidence.active_s(), 0.0);
        let finding = test(&evidence, 1);
        assert_eq!((finding.p_value, finding.whole_sigmas), (1.0, 0.0));
        assert!(finding.spans.is_empty());
        assert_eq!(evidence.decoys(9, 1).p_value(finding.whole_sigmas), 1.0);
    }
    for channels in [vec![], vec![[].as_slice()], vec![&[0.5; 100]]] {
        let evidence = evidence(48_000, &channels);
        assert!(!evidence.has_signal());
        assert_eq!(test(&evidence, 1).p_value, 1.0);
        assert_eq!(evidence.decoys(9, 1).p_value(0.0), 1.0);
    }
}

#[test]
fn silence_around_a_marked_part_is_not_active() {
    let mut audio = vec![0.0; 16 * 16_000];
    audio[64_000..192_000].copy_from_slice(&marked_speech(26));
    let evidence = evidence(16_000, &[&audio]);
    assert!((evidence.active_s() - 8.0).abs() < 0.2, "{} s", evidence.active_s());
    let finding = test(&evidence, 26);
    assert!(finding.p_value < 1e-6, "{finding:?}");
    // The marked part begins 4 s after the recording.
    assert_position(&finding, -64_000, 16_000);
}

#[test]
fn spans_name_the_marked_part_to_their_resolution() {
    let rate = 16_000;
    let (start, end) = (10 * rate, 22 * rate);
    let mut audio = speech(27, 16_000, 32.0);
    let part = marked(27, &MarkSettings::default(), 16_000, 0, audio.clone());
    audio[start..end].copy_from_slice(&part[start..end]);
    let evidence = evidence(16_000, &[&audio]);
    let finding = test(&evidence, 27);
    let [span] = finding.spans[..] else { panic!("{:?}", finding.spans) };
    let resolution = evidence.resolution_s();
    assert!((span.start_s - 10.0).abs() <= resolution, "{span:?}");
    assert!((span.end_s - 22.0).abs() <= resolution, "{span:?}");
    assert!(apart(span.position_s.unwrap(), 0.0, PERIOD_S) <= 0.003, "{span:?}");

    let profile = evidence.profile(&key(27), &finding);
    let at = |seconds: f64| profile[(seconds / resolution) as usize];
    assert!(at(16.0) > 3.0 && at(4.0) < 3.0 && at(28.0) < 3.0, "{profile:?}");
    let total: f64 = profile.len() as f64 * resolution;
    assert!((total - 32.0).abs() < resolution, "{} stretches", profile.len());
}

#[test]
fn parts_from_different_positions_have_spans_of_their_own() {
    let settings = MarkSettings::default();
    let first = marked(28, &settings, 16_000, 0, speech(1, 16_000, 15.0));
    let second = marked(28, &settings, 16_000, 7_000, speech(2, 16_000, 15.0));
    let joined = [first, second].concat();
    let finding = test(&evidence(16_000, &[&joined]), 28);
    let [one, two] = finding.spans[..] else { panic!("{:?}", finding.spans) };
    assert!((one.end_s - 15.0).abs() <= 2.56 && (two.start_s - 15.0).abs() <= 2.56);
    assert!(apart(one.position_s.unwrap(), 0.0, PERIOD_S) <= 0.003);
    // The second part's position 7000 lies 15 s into the recording.
    let expected = 7_000.0 / 16_000.0 - 15.0;
    assert!(apart(two.position_s.unwrap(), expected, PERIOD_S) <= 0.003);
}

#[test]
fn either_layer_alone_is_found() {
    let pattern_only = MarkSettings { echo: None, ..MarkSettings::default() };
    let audio = marked(29, &pattern_only, 16_000, 999, speech(29, 16_000, 8.0));
    let finding = test(&evidence_of(&pattern_only, 16_000, &[&audio]), 29);
    assert!(finding.p_value < 1e-6, "{finding:?}");
    assert_position(&finding, 999, 16_000);

    let echo_only = MarkSettings { pattern: None, level_db: 12.0, ..MarkSettings::default() };
    let audio = marked(30, &echo_only, 16_000, 0, noise(30, 8 * 16_000));
    let evidence = evidence_of(&echo_only, 16_000, &[&audio]);
    let finding = test(&evidence, 30);
    assert!(finding.p_value < 1e-3, "{finding:?}");
    assert_eq!(finding.position_s, None);
    assert_eq!(evidence.period_samples(), 0.0);
    assert!(test(&evidence, 31).p_value > 0.001);
}

#[test]
fn one_per_cent_faster_or_slower_is_found_with_its_speed() {
    for (by, factor) in [(32, 1.01), (33, 0.99)] {
        let audio = marked(by, &MarkSettings::default(), 16_000, 0, noise(by.into(), 192_000));
        let finding = test(&evidence(16_000, &[&faster(&audio, factor)]), by);
        assert!(finding.p_value < 1e-6, "{finding:?}");
        assert!((finding.speed - factor).abs() <= 0.0011, "{finding:?}");
        assert!(finding.pitch_moved);
        assert!(!finding.spans.is_empty());
    }
}

#[test]
fn a_changed_tempo_at_the_same_pitch_is_found_with_its_speed() {
    // Stretching leaves delays as they were and makes patches shorter or longer. What is clear enough
    // without is not searched for other speeds, so the mark is a little weaker than by default.
    for (by, patch_us) in [(34, 19_800), (35, 20_200)] {
        let mut stretched = MarkSettings { level_db: -4.0, ..MarkSettings::default() };
        stretched.pattern.as_mut().unwrap().patch_us = patch_us;
        let audio = marked(by, &stretched, 16_000, 0, speech(by.into(), 16_000, 12.0));
        let finding = test(&evidence(16_000, &[&audio]), by);
        let factor = 20_000.0 / f64::from(patch_us);
        assert!(finding.p_value < 1e-6, "{finding:?}");
        // To a step of the search, 0.001; this factor lies 0.0001 beside the steps.
        assert!((finding.speed - factor).abs() <= 0.0012, "{finding:?}");
        assert!(!finding.pitch_moved);
    }
}

#[test]
fn settings_and_rates_out_of_range_are_refused() {
    let refused = |rate, settings: &MarkSettings| MarkDetector::new(rate, 1, settings).err();
    let settings = MarkSettings::default();
    assert_eq!(refused(1, &settings), Some(MarkError::SampleRate(1)));
    let settings = MarkSettings { level_db: f64::NAN, ..settings };
    assert!(matches!(refused(48_000, &settings), Some(MarkError::Level(_))));
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn any_settings_and_any_audio_give_a_p_value(
        settings in any_mark(),
        layers in prop::sample::select(vec![(true, true), (true, false), (false, true), (false, false)]),
        rate in prop::sample::select(vec![2_000_u32, 8_000, 22_050, 48_000, 192_000]),
        channels in 0_usize..3,
        milliseconds in 0_usize..600,
        seed in 0_u64..1_000,
        broken in prop::option::of(1_usize..500),
    ) {
        let pattern = settings.pattern.clone().filter(|_| layers.0);
        let echo = settings.echo.clone().filter(|_| layers.1);
        let settings = MarkSettings { pattern, echo, ..settings };
        let mut audio = noise(seed, milliseconds * rate as usize / 1_000);
        if let Some(step) = broken {
            audio.iter_mut().step_by(step).for_each(|x| *x = f32::NAN);
        }
        let evidence = evidence_of(&settings, rate, &vec![audio.as_slice(); channels]);
        for finding in evidence.test(&[&key(1), &key(2)]) {
            prop_assert!((0.0..=1.0).contains(&finding.p_value), "{:?}", finding);
            prop_assert!(finding.sigmas.is_finite() && finding.whole_sigmas.is_finite());
            let period = evidence.period_samples() / f64::from(rate);
            prop_assert!(finding.position_s.is_none_or(|at| (0.0..=period).contains(&at)));
            prop_assert_eq!(finding.position_s.is_some(), settings.pattern.is_some());
            prop_assert!(evidence.profile(&key(1), &finding).iter().all(|x| x.is_finite()));
        }
        prop_assert!(evidence.decoys(3, 1).highest().is_finite());
    }
}
