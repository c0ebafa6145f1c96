//! What a user relies on: a mark that nobody hears, that its owner can undo, and that is the same
//! however the timeline is cut.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::f64::consts::TAU;
use std::sync::Arc;

use common::{any_mark, bits, cases, key, noise};
use patchveil_test_support::blocks::process_mono;
use patchveil_test_support::compare::{peak, power, worst_difference_dbfs};
use patchveil_test_support::signal::{impulse, sine, speech};
use patchveil_veil::{Mark, MarkError, MarkLevel, MarkSettings, Marker, Unmarker};
use proptest::prelude::*;

fn mark(byte: u8, settings: &MarkSettings, rate: u32) -> Arc<Mark> {
    Arc::new(Mark::new(&key(byte), settings, rate).unwrap())
}

fn default_mark(byte: u8, rate: u32) -> Arc<Mark> {
    mark(byte, &MarkSettings::default(), rate)
}

/// `input`, whose first sample lies at `position`, marked.
fn marked(mark: &Arc<Mark>, position: i64, input: &[f32], lengths: &[usize]) -> Vec<f32> {
    let mut marker = Marker::new(mark.clone(), 1);
    process_mono(input, position, lengths, |at, block| marker.process(at, block))
}

fn unmarked(mark: &Arc<Mark>, position: i64, input: &[f32], lengths: &[usize]) -> Vec<f32> {
    let mut unmarker = Unmarker::new(mark.clone(), 1);
    process_mono(input, position, lengths, |at, block| unmarker.process(at, block))
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn any_split_into_blocks_gives_the_same_bits(
        settings in any_mark(),
        byte: u8,
        rate in prop::sample::select(vec![2_000_u32, 8_000, 44_100, 48_000]),
        position in -200_000_i64..200_000,
        lengths in prop::collection::vec(1_usize..1_500, 1..5),
    ) {
        let mark = mark(byte, &settings, rate);
        let input = noise(1, 6_000);
        let whole = marked(&mark, position, &input, &[6_000]);
        let parts = marked(&mark, position, &input, &lengths);
        prop_assert_eq!(bits(&whole), bits(&parts));
        let whole = unmarked(&mark, position, &whole, &[6_000]);
        let parts = unmarked(&mark, position, &parts, &lengths);
        prop_assert_eq!(bits(&whole), bits(&parts));
    }

    #[test]
    fn every_mark_is_undone_to_118_db_below_full_scale(
        settings in any_mark(),
        byte: u8,
        rate in prop::sample::select(vec![2_000_u32, 8_000, 44_100, 48_000, 96_000]),
        position in -200_000_i64..200_000,
    ) {
        let mark = mark(byte, &settings, rate);
        let input: Vec<f32> = noise(2, 20_000).into_iter().map(|x| 0.4 * x).collect();
        let mut audio = marked(&mark, position, &input, &[512]);
        // As a file of 24 bits holds it.
        for sample in &mut audio {
            *sample = (f64::from(*sample) * 8_388_608.0).round() as f32 / 8_388_608.0;
        }
        let restored = unmarked(&mark, position, &audio, &[700]);
        let worst = worst_difference_dbfs(&input, &restored);
        prop_assert!(worst < -118.0, "{worst} dBFS");
    }
}

#[test]
fn the_direct_sound_passes_at_once_and_untouched() {
    let mark = default_mark(1, 48_000);
    let input = impulse(100, 1.0, 3_000);
    let output = marked(&mark, 12_345, &input, &[64]);
    assert_eq!(Marker::new(mark.clone(), 1).latency(), 0);
    // The shortest delay is 1 ms, and the longest is known.
    assert_eq!(bits(&output[..148]), bits(&input[..148]));
    assert!(output[100 + mark.reach() + 1..].iter().all(|&x| x == 0.0));
    assert!(output[148..].iter().any(|&x| x != 0.0));
}

#[test]
fn a_16_bit_file_is_restored_to_75_db() {
    for byte in 0..8 {
        let mark = default_mark(byte, 48_000);
        let voice = speech(u64::from(byte), 48_000, 4.0);
        let loudest = peak(&voice) as f32;
        let input: Vec<f32> = voice.iter().map(|x| 0.5 * x / loudest).collect();
        let mut audio = marked(&mark, 0, &input, &[512]);
        for sample in &mut audio {
            *sample = (f64::from(*sample) * 32_768.0).round() as f32 / 32_768.0;
        }
        let restored = unmarked(&mark, 0, &audio, &[512]);
        let error: Vec<f32> = input.iter().zip(&restored).map(|(x, y)| y - x).collect();
        let snr = 10.0 * (power(&input) / power(&error)).log10();
        assert!(snr > 75.0, "{snr} dB");
    }
}

#[test]
fn the_mark_lies_at_the_same_times_at_every_rate() {
    // Multiples of 8 kHz hold every delay exactly, so each sample of 8 kHz has its match.
    let coarse = marked(&default_mark(5, 8_000), 0, &impulse(1_000, 1.0, 2_000), &[512]);
    for factor in [2, 6, 12] {
        let rate = 8_000 * factor as u32;
        let input = impulse(1_000 * factor, 1.0, 2_000 * factor);
        let fine = marked(&default_mark(5, rate), 0, &input, &[512]);
        for (n, x) in coarse.iter().enumerate() {
            let y = fine[n * factor];
            // The cross-fade's edge is sampled between the samples, half a sample later or earlier.
            assert!((x - y).abs() < 1e-3, "{rate} Hz, sample {n}: {x} and {y}");
        }
        let elsewhere = fine.iter().enumerate().filter(|(n, _)| !n.is_multiple_of(factor));
        assert!(elsewhere.into_iter().all(|(_, &x)| x == 0.0));
    }
}

#[test]
fn no_steady_tone_changes_its_level_by_more_than_half_a_decibel_nor_its_peak_by_more_than_2() {
    for (byte, hz) in [60.0, 110.0, 440.0, 997.0, 3_000.0, 4_000.0, 9_000.0].into_iter().enumerate()
    {
        let mark = default_mark(byte as u8, 48_000);
        let input = sine(hz, 0.25, 48_000, 5 * 48_000);
        let output = marked(&mark, 0, &input, &[512]);
        let steady = 48_000..;
        let change = 10.0 * (power(&output[steady.clone()]) / power(&input[steady])).log10();
        assert!(change.abs() < 0.5, "{hz} Hz: {change} dB");
        let loudest = output[48_000..].iter().fold(0.0_f32, |top, x| x.abs().max(top));
        let rise = 20.0 * f64::from(loudest / 0.25).log10();
        assert!(rise < 2.0, "{hz} Hz: peak {rise} dB");
    }
}

#[test]
fn nothing_is_added_at_0_hz() {
    let output = marked(&default_mark(9, 48_000), 0, &vec![0.5; 96_000], &[512]);
    assert!(output[4_800..].iter().all(|x| (x - 0.5).abs() < 1e-5));
}

#[test]
fn silence_stays_silent_and_invalid_samples_leave_no_trace() {
    let mark = default_mark(2, 44_100);
    assert!(marked(&mark, 7, &[0.0; 5_000], &[100]).iter().all(|&x| x == 0.0));
    let mut input = noise(3, 5_000);
    let mut cleaned = input.clone();
    for (at, bad) in [(10, f32::NAN), (900, f32::INFINITY), (2_000, -1e38)] {
        input[at] = bad;
        cleaned[at] = 0.0;
    }
    let output = marked(&mark, 0, &input, &[64]);
    assert_eq!(bits(&output), bits(&marked(&mark, 0, &cleaned, &[64])));
    let restored = unmarked(&mark, 0, &input, &[64]);
    assert!(restored.iter().all(|x| x.is_finite()));
}

#[test]
fn two_keys_sound_different_and_one_key_always_the_same() {
    let input = noise(4, 4_000);
    let output = |byte| marked(&default_mark(byte, 48_000), 0, &input, &[512]);
    assert_eq!(bits(&output(1)), bits(&output(1)));
    // The echoes of two keys are as far apart as their powers add up to.
    let apart: Vec<f32> = output(1).iter().zip(output(2)).map(|(a, b)| a - b).collect();
    let own: Vec<f32> = output(1).iter().zip(&input).map(|(a, b)| a - b).collect();
    let ratio = power(&apart) / power(&own);
    assert!(ratio > 1.2, "{ratio}");
}

#[test]
fn a_louder_mark_is_louder_by_just_that() {
    let input = noise(5, 48_000);
    let added = |level_db: f64| {
        let settings = MarkSettings { level_db, ..MarkSettings::default() };
        let output = marked(&mark(6, &settings, 48_000), 0, &input, &[512]);
        power(&output.iter().zip(&input).map(|(y, x)| y - x).collect::<Vec<f32>>())
    };
    let change = 10.0 * (added(-6.0) / added(0.0)).log10();
    assert!((change + 6.0).abs() < 0.1, "{change} dB");
}

#[test]
fn either_layer_may_be_left_out_or_both() {
    let input = noise(6, 4_000);
    let with = |pattern: bool, echo: bool| {
        let whole = MarkSettings::default();
        let settings = MarkSettings {
            pattern: whole.pattern.filter(|_| pattern),
            echo: whole.echo.filter(|_| echo),
            level_db: 0.0,
        };
        marked(&mark(7, &settings, 48_000), 0, &input, &[512])
    };
    assert_eq!(bits(&with(false, false)), bits(&input));
    let outputs = [with(true, true), with(true, false), with(false, true)];
    for (n, x) in input.iter().enumerate() {
        let [both, pattern, echo] = outputs.each_ref().map(|output| output[n] - x);
        assert!((both - pattern - echo).abs() < 1e-5);
    }
}

#[test]
fn the_level_in_force_is_the_one_that_acts_at_every_rate_and_no_more_can_be_had() {
    let at = |level_db| MarkSettings { level_db, ..MarkSettings::default() };
    for byte in [1, 2, 3] {
        for rate in [8_000, 44_100, 48_000, 96_000] {
            let input = noise(5, 20_000);
            let change = |level_db| -> (MarkLevel, f64) {
                let mark = mark(byte, &at(level_db), rate);
                let output = marked(&mark, 0, &input, &[512]);
                let added: Vec<f32> = output.iter().zip(&input).map(|(y, x)| y - x).collect();
                (mark.level(), 10.0 * power(&added).log10())
            };
            let (as_it_is, reference) = change(0.0);
            assert!(!as_it_is.is_held_back() && as_it_is.in_force_db == 0.0);
            for asked in [-24.0, -3.3, 0.4, 3.5, 12.0] {
                let (level, added) = change(asked);
                assert_eq!(level, at(asked).level(&key(byte)).unwrap());
                assert_eq!((level.asked_db, level.highest_db), (asked, as_it_is.highest_db));
                assert!((added - reference - level.in_force_db).abs() < 0.06, "{level:?}");
                assert_eq!(level.is_held_back(), asked > level.highest_db);
            }
        }
    }
}

#[test]
fn what_to_expect_of_a_key_that_is_not_known_holds_for_others() {
    let settings = MarkSettings { level_db: 12.0, ..MarkSettings::default() };
    let all = settings.highest_levels_db(64).unwrap();
    assert!(all.len() == 64 && all.is_sorted());
    let (low, high) = (all[0], all[63]);
    let others = (100..200).map(|byte| settings.level(&key(byte)).unwrap().highest_db);
    let within = others.filter(|level| (low..=high).contains(level)).count();
    assert!(low < high && within >= 90, "{low} to {high} dB: {within}");
    let too_loud = MarkSettings { level_db: 13.0, ..settings };
    assert!(too_loud.level(&key(1)).is_err() && too_loud.highest_levels_db(1).is_err());
}

#[test]
fn settings_survive_json_and_errors_name_the_field_and_its_range() {
    let settings = MarkSettings::default();
    let text = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<MarkSettings>(&text).unwrap(), settings);
    assert!(serde_json::from_str::<MarkSettings>(&text.replace("level_db", "level")).is_err());
    let broken = |change: fn(&mut MarkSettings)| {
        let mut settings = MarkSettings::default();
        change(&mut settings);
        Mark::new(&key(1), &settings, 48_000).err().unwrap().to_string()
    };
    assert!(broken(|s| s.level_db = f64::NAN).contains("-24 to 12 dB"));
    assert!(broken(|s| s.pattern.as_mut().unwrap().patches = 3).contains("even, 2 to 64"));
    assert!(broken(|s| s.pattern.as_mut().unwrap().patch_us = 1).contains("5000 to 200000"));
    assert!(broken(|s| s.pattern.as_mut().unwrap().level_db = 0.0).contains("-60 to -12 dB"));
    assert!(broken(|s| s.echo.as_mut().unwrap().first_us = 130).contains("a multiple of 125"));
    assert!(broken(|s| s.echo.as_mut().unwrap().end_us = 1_000).contains("first_us"));
    assert!(broken(|s| s.echo.as_mut().unwrap().decay_db = -1.0).contains("0 to 60 dB"));
    let rate = Mark::new(&key(1), &settings, 1).err().unwrap();
    assert_eq!(rate, MarkError::SampleRate(1));
}

#[test]
fn every_position_up_to_i64_is_accepted() {
    let mark = default_mark(8, 48_000);
    for position in [i64::MIN, i64::MIN + 1, -1, i64::MAX - 100, i64::MAX] {
        let mut audio = noise(7, 2_000);
        Marker::new(mark.clone(), 1).process(position, &mut [&mut audio]);
        assert!(audio.iter().all(|x| x.is_finite()));
        Unmarker::new(mark.clone(), 1).process(position, &mut [&mut audio]);
        assert!(audio.iter().all(|x| x.is_finite()));
    }
}

#[test]
fn the_spectrum_keeps_its_long_term_shape() {
    // Over two periods, white noise keeps its level at any frequency to within 0.4 dB.
    let mark = default_mark(10, 48_000);
    let input = noise(8, 48_000 * 5);
    let output = marked(&mark, 0, &input, &[512]);
    for centre in [200.0_f64, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0] {
        let band = |samples: &[f32]| third_octave_power(samples, centre);
        let change = 10.0 * (band(&output) / band(&input)).log10();
        assert!(change.abs() < 0.4, "{centre} Hz: {change} dB");
    }
}

/// Power in the third octave around `centre` Hz at 48 kHz, from 24 lines.
fn third_octave_power(samples: &[f32], centre: f64) -> f64 {
    let line = |number: i32| {
        let hz = centre * 2.0_f64.powf((f64::from(number) / 23.0 - 0.5) / 3.0);
        samples.chunks_exact(4_800).map(|block| line_power(block, hz / 48_000.0)).sum::<f64>()
    };
    (0..24).map(line).sum()
}

fn line_power(samples: &[f32], turns: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (n, x) in samples.iter().enumerate() {
        let (sin, cos) = (TAU * turns * n as f64).sin_cos();
        re += f64::from(*x) * cos;
        im += f64::from(*x) * sin;
    }
    re * re + im * im
}
