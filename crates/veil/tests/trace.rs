//! What a user relies on when a model's output is searched for the echo of a key: what is there is found, from any
//! number of recordings, and the p-value keeps its word.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::sync::Arc;

use common::{key, noise};
use patchveil_test_support::signal::{music, sine, speech, speech_noise};
use patchveil_test_support::{Rng, on_all_cores};
use patchveil_veil::{
    ClassKey, EchoDetector, EchoEvidence, EchoSettings, Mark, MarkError, MarkSettings, Marker,
    TraceEvidence,
};

/// `audio` with the echo of key number `by` and no pattern, as models give it back, `level_db` louder than in
/// the presets.
fn with_echo(by: u8, level_db: f64, rate: u32, mut audio: Vec<f32>) -> Vec<f32> {
    let settings = MarkSettings { pattern: None, level_db, ..MarkSettings::default() };
    let mark = Mark::new(&key(by), &settings, rate).unwrap();
    Marker::new(Arc::new(mark), 1).process(0, &mut [&mut audio]);
    audio
}

fn evidence(rate: u32, audio: &[f32]) -> EchoEvidence {
    let mut detector = EchoDetector::new(rate, 1, &EchoSettings::default()).unwrap();
    detector.feed(&[audio]);
    detector.finish()
}

/// What recordings come to together.
fn joined<'a>(recordings: impl IntoIterator<Item = &'a EchoEvidence>) -> TraceEvidence {
    let mut trace = TraceEvidence::new(&EchoSettings::default());
    recordings.into_iter().for_each(|recording| trace.add(recording));
    trace
}

/// The score of key number `by`, in σ.
fn sigmas(trace: &TraceEvidence, by: u8) -> f64 {
    trace.test(&key(by).echo_key()).sigmas
}

fn p_value(trace: &TraceEvidence, by: u8) -> f64 {
    trace.test(&key(by).echo_key()).p_value
}

/// Six recordings of six seconds with the echo of key number `by`.
fn six(by: u8) -> Vec<EchoEvidence> {
    let one = |seed| evidence(16_000, &with_echo(by, 0.0, 16_000, speech_noise(seed, 16_000, 6.0)));
    (1..=6).map(one).collect()
}

#[test]
fn an_echo_at_the_level_of_the_presets_is_found_in_speech_at_any_rate() {
    for (by, rate) in [(1, 8_000), (2, 16_000), (3, 22_050), (4, 24_000), (5, 44_100), (6, 48_000)]
    {
        let audio = with_echo(by, 0.0, rate, speech_noise(by.into(), rate, 60.0));
        let trace = joined([&evidence(rate, &audio)]);
        assert!(p_value(&trace, by) < 1e-6, "{rate} Hz: {:?}", trace.test(&key(by).echo_key()));
        assert!(p_value(&trace, by + 100) > 1e-3, "{rate} Hz");
        assert!((trace.seconds() - 60.0).abs() < 0.001 && trace.active_s() > 59.0);
    }
}

#[test]
fn many_short_recordings_of_different_rates_add_up() {
    let short = |n: u32| {
        let rate = [8_000, 16_000, 24_000, 48_000][n as usize % 4];
        evidence(rate, &with_echo(7, 0.0, rate, speech_noise(n.into(), rate, 2.0)))
    };
    let recordings: Vec<EchoEvidence> = (0..24).map(short).collect();
    let few = sigmas(&joined(&recordings[..4]), 7);
    let all = joined(&recordings);
    assert!(sigmas(&all, 7) > few && p_value(&all, 7) < 1e-6, "{few}, {:?}", sigmas(&all, 7));
}

#[test]
fn p_values_are_no_smaller_than_chance_allows_whatever_the_audio() {
    let signals = [
        joined([&evidence(8_000, &speech(1, 8_000, 10.0))]),
        joined([&evidence(8_000, &music(0, 8_000, 10.0))]),
        joined([&evidence(8_000, &sine(440.0, 0.5, 8_000, 80_000))]),
        // With the echo of another key.
        joined(&six(9)),
    ];
    const KEYS: u64 = 6_000;
    for (number, trace) in signals.iter().enumerate() {
        let p = |n: u64| {
            let mut random = Rng::new(n + KEYS * number as u64);
            let key = ClassKey::from_bytes(random.key_bytes()).echo_key();
            Ok::<_, ()>(trace.test(&key).p_value)
        };
        let p_values = on_all_cores(KEYS, p).unwrap();
        for level in [0.1, 0.01, 0.001] {
            let below = p_values.iter().filter(|p| **p <= level).count() as f64;
            let expected = level * KEYS as f64;
            let most = expected + 4.0 * expected.sqrt();
            assert!(below <= most, "signal {number}: {below} at {level}, {most} allowed");
        }
    }
}

#[test]
fn decoys_score_as_random_keys_do() {
    let trace = joined(&six(10));
    let decoys = trace.decoys(20_000, 1);
    let own = sigmas(&trace, 10);
    assert_eq!((decoys.count(), decoys.p_value(own)), (20_000, 1.0 / 20_001.0));
    let random = |n: u64| {
        let key = ClassKey::from_bytes(Rng::new(n).key_bytes()).echo_key();
        Ok::<_, ()>(decoys.p_value(trace.test(&key).sigmas))
    };
    let ranks = on_all_cores(2_000, random).unwrap();
    let mean = ranks.iter().sum::<f64>() / 2_000.0;
    assert!((mean - 0.5).abs() < 0.03, "{mean}");
    // The same seed draws the same keys.
    assert_eq!(trace.decoys(500, 7).highest(), trace.decoys(500, 7).highest());
    assert_ne!(trace.decoys(500, 7).highest(), trace.decoys(500, 8).highest());
}

#[test]
fn two_owners_are_told_apart_and_both_found_in_a_mix_of_recordings() {
    let (one, two) = (six(11), six(12));
    let both = joined(one.iter().chain(&two));
    for by in [11, 12] {
        assert!(p_value(&both, by) < 1e-3, "{by}: {}", sigmas(&both, by));
    }
    assert!(p_value(&joined(&one), 12) > 0.01 && p_value(&joined(&two), 11) > 0.01);
    assert!(p_value(&both, 13) > 0.01);
}

#[test]
fn one_odd_recording_neither_hides_a_trace_nor_makes_one() {
    let rate = 16_000;
    let hum: Vec<f32> = sine(50.0, 0.9, rate, 96_000)
        .iter()
        .zip(sine(1_000.0, 0.5, rate, 96_000))
        .zip(noise(5, 96_000))
        .map(|((a, b), c)| a + b + 1e-3 * c)
        .collect();
    let clicks: Vec<f32> = (0..96_000).map(|n| if n % 40 == 0 { 1.0 } else { 0.0 }).collect();
    let loud: Vec<f32> = speech(3, rate, 6.0).iter().map(|x| 1e4 * x).collect();
    let long = speech_noise(77, rate, 120.0);
    let other = with_echo(14, 12.0, rate, speech_noise(88, rate, 12.0));
    let marked = six(15);
    let before = sigmas(&joined(&marked), 15);
    for (what, odd) in
        [("hum", hum), ("clicks", clicks), ("loud", loud), ("long", long), ("other's", other)]
    {
        let odd = evidence(rate, &odd);
        let after = sigmas(&joined(marked.iter().chain([&odd])), 15);
        assert!(after > 0.75 * before, "{what}: {after} of {before}");
    }
    // Two dozen recordings of somebody else's, and one with a very loud echo of this key.
    let mut others: Vec<EchoEvidence> =
        (20..44).map(|seed| evidence(rate, &speech_noise(seed, rate, 3.0))).collect();
    let one = with_echo(16, 12.0, rate, speech_noise(89, rate, 3.0));
    others.push(evidence(rate, &one));
    let trace = joined(&others);
    assert!(p_value(&trace, 16) > 1e-6, "{}", sigmas(&trace, 16));
}

#[test]
fn neither_order_nor_loudness_nor_blocks_change_the_score() {
    let recordings = six(17);
    let score = sigmas(&joined(&recordings), 17);
    let reversed = sigmas(&joined(recordings.iter().rev()), 17);
    assert!((score - reversed).abs() < 1e-9, "{score}, {reversed}");

    let audio = with_echo(17, 0.0, 16_000, speech_noise(1, 16_000, 6.0));
    let own = sigmas(&joined(&recordings[..1]), 17);
    let quiet: Vec<f32> = audio.iter().map(|x| 1e-3 * x).collect();
    let of_quiet = sigmas(&joined([&evidence(16_000, &quiet)]), 17);
    assert!((own - of_quiet).abs() < 1e-3, "{own}, {of_quiet}");

    let mut detector = EchoDetector::new(16_000, 1, &EchoSettings::default()).unwrap();
    let mut rest = audio.as_slice();
    for length in [1, 7, 1_000, 3, 15_000].into_iter().cycle() {
        let (now, later) = rest.split_at(length.min(rest.len()));
        detector.feed(&[now]);
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    assert_eq!(sigmas(&joined([&detector.finish()]), 17), own);
}

#[test]
fn what_unmarked_recordings_of_the_same_voice_share_is_taken_off() {
    // A room that all recordings were made in: echoes four times as strong as the key's.
    let room = |audio: Vec<f32>| with_echo(200, 12.0, 16_000, audio);
    let marked = |seed| {
        evidence(16_000, &with_echo(18, 0.0, 16_000, room(speech_noise(seed, 16_000, 10.0))))
    };
    let unmarked: Vec<EchoEvidence> =
        (50..56).map(|seed| evidence(16_000, &room(speech_noise(seed, 16_000, 10.0)))).collect();
    let recordings: Vec<EchoEvidence> = (1..=3).map(marked).collect();
    let alone = sigmas(&joined(&recordings), 18);
    let mut trace = TraceEvidence::new(&EchoSettings::default()).compared_with(&unmarked);
    recordings.iter().for_each(|recording| trace.add(recording));
    let compared = sigmas(&trace, 18);
    assert!(compared > alone + 1.0, "{alone} alone, {compared} compared");
    assert!(p_value(&trace, 19) > 1e-3);
    assert_eq!(trace.emptied().seconds(), 0.0);
}

#[test]
fn a_growing_part_of_a_recording_grows_to_the_whole() {
    let whole = evidence(16_000, &with_echo(20, 0.0, 16_000, speech_noise(3, 16_000, 90.0)));
    let mut last = 0.0;
    for seconds in [0.0, 5.0, 30.0, 60.0, 90.0] {
        let mut part = TraceEvidence::new(&EchoSettings::default());
        part.add_beginning(&whole, seconds);
        assert!(part.seconds() <= seconds && part.seconds() >= last);
        last = part.seconds();
    }
    assert_eq!(last, whole.seconds());
    let trace = joined([&whole]);
    let key = key(20).echo_key();
    let needed = trace.sigmas_for(&key, 1e-6);
    assert!((4.0..6.0).contains(&needed) && trace.sigmas_max() > 6.9, "{needed}");
    assert_eq!(trace.test(&key).p_value <= 1e-6, trace.test(&key).sigmas >= needed);
}

#[test]
fn silence_scraps_and_invalid_samples_are_nothing_to_judge() {
    for audio in [vec![0.0; 48_000], Vec::new(), vec![0.5; 100], vec![f32::NAN; 48_000]] {
        let trace = joined([&evidence(16_000, &audio)]);
        assert!(!trace.has_signal());
        let found = trace.test(&key(1).echo_key());
        assert_eq!((found.p_value, found.sigmas), (1.0, 0.0));
        assert_eq!(trace.decoys(10, 1).p_value(0.0), 1.0);
    }
    let huge = vec![1e30; 48_000];
    assert!(joined([&evidence(16_000, &huge)]).test(&key(1).echo_key()).sigmas.is_finite());
    let refused = EchoDetector::new(100, 1, &EchoSettings::default()).err();
    assert_eq!(refused, Some(MarkError::SampleRate(100)));
    let echo = EchoSettings { first_us: 3, ..EchoSettings::default() };
    assert!(EchoDetector::new(16_000, 1, &echo).is_err());
}
