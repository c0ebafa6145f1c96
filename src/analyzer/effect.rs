//! How much mark and veil change this sound: levels in third-octave bands, and loudness.
//!
//! Both are measured as `docs/evidence.md` and `docs/mark-design.md` measure them, so that they can be
//! compared: the mean power spectrum of windows of some 60 ms in the bands of IEC 61260-1 from 100 Hz to
//! 20 kHz, without those 50 dB below the loudest; loudness K-weighted (ITU-R BS.1770), ungated. The gain
//! of the output trim is taken out.

use std::collections::VecDeque;

use ebur128::{EbuR128, Mode};
use patchveil_spectral::WindowedPower;
use patchveil_spectral::window::hann;

use super::view::Effect;

/// First and last band, n in 1000·10^(n/10) Hz: 100 Hz to 20 kHz.
const BANDS: std::ops::RangeInclusive<i32> = -10..=13;
/// Half the width of a band, as an exponent of ten.
const HALF_BAND: f64 = 0.05;
/// Bands further below the loudest one are not compared, as a ratio of powers: 50 dB.
const QUIET: f64 = 1e-5;
/// Power of a band that counts as silence.
const SILENCE: f64 = 1e-12;
/// Length of a window in ms, rounded up to a power of two of samples.
const WINDOW_MS: u64 = 60;
/// Window of the short-term loudness, in ms (EBU Tech 3341).
const SHORT_TERM_MS: u32 = 3_000;
/// Loudness in LUFS below which nothing is compared (the gate of BS.1770).
const GATE: f64 = -70.0;
/// Seconds that are measured together: the length of the excerpts in the documents.
const SECONDS: usize = 10;

/// Measures one veil at one sample rate.
pub(super) struct EffectMeter {
    sample_rate: u32,
    transform: WindowedPower,
    /// Bins of each band.
    bands: Vec<std::ops::Range<usize>>,
    before: Signal,
    after: Signal,
    /// The second that is being measured, and the ones before it, oldest first.
    open: Second,
    seconds: VecDeque<Second>,
    /// Seconds since the start, silent ones too.
    elapsed: u32,
    /// Gain of the output behind mark and veil, in dB.
    gain_db: f32,
    /// Short-term loudness after less that before, in LU, without that gain.
    short_term: Option<f32>,
    /// Whether there is something that the view does not show yet.
    updated: bool,
}

/// One of both signals.
struct Signal {
    /// The beginning of the next window.
    samples: Vec<f32>,
    loudness: Option<EbuR128>,
}

/// What was measured in a second. Powers before and after, by band and K-weighted.
#[derive(Default)]
struct Second {
    samples: usize,
    bands: Vec<(f64, f64)>,
    loudness: (f64, f64),
}

impl EffectMeter {
    /// A meter for audio at `sample_rate` Hz.
    pub(super) fn new(sample_rate: u32) -> Self {
        let len = (u64::from(sample_rate) * WINDOW_MS / 1_000).max(1).next_power_of_two() as usize;
        let bin_hz = f64::from(sample_rate) / len as f64;
        let bin = |n: i32, exponent: f64| {
            (1_000.0 * 10_f64.powf(f64::from(n) / 10.0 + exponent) / bin_hz).ceil() as usize
        };
        let bands = BANDS
            .map(|n| bin(n, -HALF_BAND)..bin(n, HALF_BAND))
            .filter(|bins| bins.end <= len / 2 && !bins.is_empty());
        let signal =
            || Signal { samples: Vec::new(), loudness: EbuR128::new(1, sample_rate, Mode::M).ok() };
        let mut before = signal();
        let mut after = signal();
        for loudness in [&mut before.loudness, &mut after.loudness].into_iter().flatten() {
            // Where that is refused, loudness reads none.
            let _ = loudness.set_max_window(SHORT_TERM_MS);
        }
        Self {
            sample_rate,
            transform: WindowedPower::new(hann(len), len),
            bands: bands.collect(),
            before,
            after,
            open: Second::default(),
            seconds: VecDeque::new(),
            elapsed: 0,
            gain_db: 0.0,
            short_term: None,
            updated: false,
        }
    }

    /// What comes next does not follow what came last.
    pub(super) fn break_off(&mut self) {
        self.before.samples.clear();
        self.after.samples.clear();
    }

    /// Adds samples, as many before as after; `gain` is that of the output behind mark and veil.
    pub(super) fn push(&mut self, before: &[f32], after: &[f32], gain: f32) {
        self.gain_db = if gain > 0.0 { 20.0 * gain.log10() } else { 0.0 };
        let gain = if gain > 0.0 { 1.0 / gain } else { 1.0 };
        let after: Vec<f32> = after.iter().map(|sample| sample * gain).collect();
        self.before.push(before);
        self.after.push(&after);
        let len = self.transform.window_len();
        while self.before.samples.len() >= len && self.after.samples.len() >= len {
            let scale = f64::from(self.transform.full_scale());
            self.open.bands.resize(self.bands.len(), (0.0, 0.0));
            for (signal, second) in [(&mut self.before, false), (&mut self.after, true)] {
                let power = self.transform.power(&signal.samples[..len]);
                for (bins, sums) in self.bands.iter().zip(&mut self.open.bands) {
                    let sum = power[bins.clone()].iter().map(|x| f64::from(*x)).sum::<f64>();
                    *(if second { &mut sums.1 } else { &mut sums.0 }) += sum * scale;
                }
                signal.samples.drain(..len / 2);
            }
        }
        self.open.samples += before.len();
        if self.open.samples >= self.sample_rate as usize {
            self.close_second();
        }
    }

    fn close_second(&mut self) {
        let mut second = std::mem::take(&mut self.open);
        second.loudness = (self.before.energy(), self.after.energy());
        self.elapsed += 1;
        self.measure_short_term();
        // Silence says nothing about the sound around it.
        if !second.bands.iter().any(|(before, _)| *before > SILENCE) {
            return;
        }
        if self.seconds.len() == SECONDS {
            self.seconds.pop_front();
        }
        self.seconds.push_back(second);
        self.updated = true;
    }

    /// Measures the last three seconds, if they are not silent.
    fn measure_short_term(&mut self) {
        if self.elapsed < SHORT_TERM_MS / 1_000 {
            return;
        }
        let measure = |signal: &Signal| {
            let loudness = signal.loudness.as_ref()?.loudness_window(SHORT_TERM_MS).ok()?;
            (loudness > GATE).then_some(loudness)
        };
        if let (Some(before), Some(after)) = (measure(&self.before), measure(&self.after)) {
            self.short_term = Some((after - before) as f32);
        }
    }

    /// How much louder the output is than the input, in dB by LUFS short-term; the gain of the output
    /// is part of it. None before three seconds, and before there was sound in them.
    pub(super) fn match_db(&self) -> Option<f32> {
        self.short_term.map(|lu| lu + self.gain_db)
    }

    /// Brings `effect` up to date. Returns whether it changed.
    pub(super) fn update(&mut self, effect: &mut Option<Effect>) -> bool {
        if !std::mem::take(&mut self.updated) {
            return false;
        }
        let new = self.effect();
        let changed = *effect != new;
        *effect = new;
        changed
    }

    fn effect(&self) -> Option<Effect> {
        let power = |band: usize| {
            let of_band = self.seconds.iter().filter_map(|second| second.bands.get(band));
            of_band.fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
        };
        let powers: Vec<(f64, f64)> = (0..self.bands.len()).map(power).collect();
        let loudest = powers.iter().map(|(before, _)| *before).fold(0.0, f64::max);
        let changes: Vec<f64> = powers
            .iter()
            .filter(|(before, _)| *before > loudest * QUIET)
            // A band that vanishes must not make the mean infinite.
            .map(|(before, after)| decibels(after.max(loudest * QUIET * 1e-3), *before).abs())
            .collect();
        let (before, after) = self
            .seconds
            .iter()
            .fold((0.0, 0.0), |sum, second| (sum.0 + second.loudness.0, sum.1 + second.loudness.1));
        let most = changes.iter().copied().fold(0.0, f64::max);
        let mean = changes.iter().sum::<f64>() / changes.len() as f64;
        (!changes.is_empty()).then(|| Effect {
            seconds: self.seconds.len() as u32,
            mean_db: mean as f32,
            most_db: most as f32,
            loudness_lu: (before > 0.0 && after > 0.0).then(|| decibels(after, before) as f32),
        })
    }
}

impl Signal {
    fn push(&mut self, samples: &[f32]) {
        self.samples.extend_from_slice(samples);
        if let Some(loudness) = &mut self.loudness
            && loudness.add_frames_f32(samples).is_err()
        {
            self.loudness = None;
        }
    }

    /// K-weighted power of the last second; 0 for silence.
    fn energy(&self) -> f64 {
        let loudness = self.loudness.as_ref().and_then(|l| l.loudness_window(1_000).ok());
        loudness.filter(|lufs| lufs.is_finite()).map_or(0.0, |lufs| 10_f64.powf(lufs / 10.0))
    }
}

/// A ratio of powers in dB.
fn decibels(after: f64, before: f64) -> f64 {
    10.0 * (after / before).log10()
}

#[cfg(test)]
mod tests {
    use patchveil_test_support::Rng;

    use super::*;

    const RATE: u32 = 48_000;

    fn measured(gain: f32, trim: f32, seconds: usize) -> Option<Effect> {
        let mut rng = Rng::new(5);
        let before: Vec<f32> = (0..seconds * RATE as usize).map(|_| 0.2 * rng.sample()).collect();
        let after: Vec<f32> = before.iter().map(|x| x * gain * trim).collect();
        let mut meter = EffectMeter::new(RATE);
        for (before, after) in before.chunks(480).zip(after.chunks(480)) {
            meter.push(before, after, trim);
        }
        let mut effect = None;
        meter.update(&mut effect);
        effect
    }

    #[test]
    fn a_change_of_level_moves_every_band_and_the_loudness_by_as_much() {
        let effect = measured(2.0, 1.0, 3).unwrap();
        for db in [effect.mean_db, effect.most_db, effect.loudness_lu.unwrap()] {
            assert!((db - 6.02).abs() < 0.01, "{effect:?}");
        }
        assert_eq!(effect.seconds, 3);
    }

    #[test]
    fn the_trim_is_no_part_of_the_effect() {
        let effect = measured(1.0, 0.25, 3).unwrap();
        let most = effect.most_db.max(effect.loudness_lu.unwrap().abs());
        assert!(most < 0.001, "{effect:?}");
    }

    #[test]
    fn what_makes_the_original_as_loud_has_the_trim_in_it_and_takes_three_seconds() {
        let matched = |seconds: usize, silent: bool| {
            let (mut meter, mut rng) = (EffectMeter::new(RATE), Rng::new(9));
            for _ in 0..100 * seconds {
                let level = if silent { 0.0 } else { 0.2 };
                let before: Vec<f32> = (0..480).map(|_| level * rng.sample()).collect();
                let after: Vec<f32> = before.iter().map(|x| x * 2.0 * 0.25).collect();
                meter.push(&before, &after, 0.25);
            }
            meter.match_db()
        };
        assert_eq!((matched(2, false), matched(5, true)), (None, None));
        let db = matched(4, false).unwrap();
        assert!((db + 6.02).abs() < 0.01, "{db}");
    }

    #[test]
    fn nothing_is_said_before_a_second_of_sound() {
        assert_eq!(measured(2.0, 1.0, 0), None);
        let mut meter = EffectMeter::new(RATE);
        for _ in 0..300 {
            meter.push(&[0.0; 480], &[0.0; 480], 1.0);
        }
        let mut effect = None;
        assert!(!meter.update(&mut effect) && effect.is_none());
    }

    #[test]
    fn only_the_last_ten_seconds_count() {
        let mut meter = EffectMeter::new(RATE);
        let mut rng = Rng::new(7);
        for second in 0..20 {
            let before: Vec<f32> = (0..RATE).map(|_| 0.2 * rng.sample()).collect();
            let gain = if second < 8 { 4.0 } else { 1.0 };
            let after: Vec<f32> = before.iter().map(|x| x * gain).collect();
            meter.push(&before, &after, 1.0);
        }
        let mut effect = None;
        assert!(meter.update(&mut effect));
        let effect = effect.unwrap();
        // One window reaches back before the tenth second.
        assert!(effect.seconds == 10 && effect.most_db < 0.01, "{effect:?}");
    }
}
