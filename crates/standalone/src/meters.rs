//! Level meters of input and output: peak with hold, true peak, short-term loudness, clipping.

use std::borrow::Cow;
use std::collections::VecDeque;

use ebur128::{Channel, EbuR128, Mode};

use crate::audio::{CHANNELS_MAX, Format};

/// The channels of 7.1 in the plug-in's order; those of fewer channels are as the library has them.
const CHANNELS_OF_7_1: [Channel; 8] = [
    Channel::Left,
    Channel::Right,
    Channel::Center,
    Channel::Unused,
    Channel::Mp135,
    Channel::Mm135,
    Channel::Mp090,
    Channel::Mm090,
];

/// What silence reads, in dBFS.
pub(crate) const SILENCE: f32 = -120.0;
/// Fall of the peak bar, in dB a second.
const FALL: f32 = 24.0;
/// How long the highest peak is held, in seconds.
const HOLD: f64 = 2.0;
/// Samples at full scale in a row that count as clipped.
const CLIPPED: usize = 3;
/// A voice is louder than this, in dBFS.
const VOICE: f32 = -45.0;
/// Time between two short-term loudnesses in seconds: each is a sum over three seconds of samples, and EBU
/// Tech 3341 wants ten of them a second.
const LOUDNESS_EVERY: f64 = 0.1;

/// What a meter reads. Levels in dBFS, [`SILENCE`] and above.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Levels {
    /// Peak of each channel, falling slowly.
    pub(crate) peaks: Vec<f32>,
    /// Highest peak of the last two seconds, of all channels.
    pub(crate) hold: f32,
    /// Highest true peak (ITU-R BS.1770-4, Annex 2) of the last two seconds, in dBTP.
    pub(crate) true_peak: f32,
    /// Loudness of the last three seconds (EBU Tech 3341, short-term), in LUFS.
    pub(crate) short_term: f32,
    /// There was clipping since the lamp was put out.
    pub(crate) clipped: bool,
    /// Somebody has spoken since the stream began.
    pub(crate) heard: bool,
}

impl Levels {
    /// Silence on this many channels.
    pub(crate) fn silent(channels: usize) -> Self {
        Self {
            peaks: vec![SILENCE; channels.min(CHANNELS_MAX)],
            hold: SILENCE,
            true_peak: SILENCE,
            short_term: SILENCE,
            clipped: false,
            heard: false,
        }
    }

    /// Whether nothing is to be seen.
    #[cfg(test)]
    pub(crate) fn is_silent(&self) -> bool {
        self.hold <= SILENCE && self.short_term <= SILENCE
    }
}

/// The highest of the last seconds.
#[derive(Debug, Default)]
struct Highest {
    /// Falling values with the time they came, in seconds.
    values: VecDeque<(f64, f32)>,
}

impl Highest {
    fn push(&mut self, now: f64, value: f32) -> f32 {
        while self.values.back().is_some_and(|(_, last)| *last <= value) {
            self.values.pop_back();
        }
        self.values.push_back((now, value));
        while self.values.front().is_some_and(|(then, _)| now - then > HOLD) {
            self.values.pop_front();
        }
        self.values.front().map_or(value, |(_, highest)| *highest)
    }
}

/// The meter of one side.
pub(crate) struct Meter {
    format: Format,
    /// `None` where the library knows no such format.
    loudness: Option<EbuR128>,
    levels: Levels,
    peaks: Highest,
    true_peaks: Highest,
    /// Seconds of sound so far.
    seconds: f64,
    /// How many seconds there were when loudness was last computed.
    loudness_at: f64,
    /// Samples at full scale in a row, for each channel.
    full: [usize; CHANNELS_MAX],
    /// Seconds of silence: after three nothing is computed any more.
    silent: f64,
    /// Whether somebody saw the block before.
    seen: bool,
}

impl Meter {
    /// A meter of silence.
    pub(crate) fn new(format: Format) -> Self {
        let channels = format.channels as u32;
        let mut loudness =
            EbuR128::new(channels, format.sample_rate, Mode::S | Mode::TRUE_PEAK).ok();
        if let Some(loudness) = loudness.as_mut().filter(|_| channels == 8) {
            // Refused for another number of channels only.
            let _ = loudness.set_channel_map(&CHANNELS_OF_7_1);
        }
        Self {
            format,
            loudness,
            levels: Levels::silent(format.channels),
            peaks: Highest::default(),
            true_peaks: Highest::default(),
            seconds: 0.0,
            loudness_at: 0.0,
            full: [0; CHANNELS_MAX],
            silent: 0.0,
            seen: true,
        }
    }

    /// What it reads now.
    pub(crate) fn levels(&self) -> &Levels {
        &self.levels
    }

    /// Puts the lamp out.
    pub(crate) fn clear_clip(&mut self) {
        self.levels.clipped = false;
    }

    /// Adds a block: one slice for each channel. What costs most, loudness and true peak, is measured only
    /// where somebody sees it.
    pub(crate) fn push(&mut self, channels: &[Vec<f32>], seen: bool) {
        let frames = channels.iter().map(Vec::len).min().unwrap_or(0);
        if frames == 0 || self.format.sample_rate == 0 {
            return;
        }
        let seconds = frames as f64 / f64::from(self.format.sample_rate);
        self.seconds += seconds;
        let fall = FALL * seconds as f32;
        let mut highest = SILENCE;
        for (number, channel) in channels.iter().enumerate().take(self.levels.peaks.len()) {
            let peak = decibels(channel.iter().fold(0.0, |peak: f32, s| peak.max(s.abs())));
            let bar = &mut self.levels.peaks[number];
            *bar = peak.max(*bar - fall).max(SILENCE);
            highest = highest.max(peak);
            self.count_full(number, channel);
        }
        self.levels.hold = self.peaks.push(self.seconds, highest);
        self.levels.heard |= highest > VOICE;
        self.silent = if highest <= SILENCE { self.silent + seconds } else { 0.0 };
        if seen && !self.seen {
            // What was there before nobody saw it is no part of the last seconds.
            self.loudness.iter_mut().for_each(EbuR128::reset);
        }
        self.seen = seen;
        if self.silent > 3.5 || !seen {
            self.levels.short_term = SILENCE;
            self.levels.true_peak = SILENCE;
        } else {
            self.measure_loudness(channels);
        }
    }

    fn count_full(&mut self, number: usize, channel: &[f32]) {
        let full = &mut self.full[number];
        for sample in channel {
            *full = if sample.abs() >= 1.0 { *full + 1 } else { 0 };
            self.levels.clipped |= *full >= CLIPPED;
        }
    }

    fn measure_loudness(&mut self, channels: &[Vec<f32>]) {
        let Some(loudness) = &mut self.loudness else { return };
        // One sample that is no number would stay in the library's filters for good.
        let clean: Vec<_> = channels.iter().map(|channel| numbers(channel)).collect();
        let planes: Vec<&[f32]> = clean.iter().map(AsRef::as_ref).collect();
        if loudness.add_frames_planar_f32(&planes).is_err() {
            return;
        }
        let peak = (0..planes.len() as u32).filter_map(|n| loudness.prev_true_peak(n).ok());
        let peak = decibels(peak.fold(0.0, f64::max) as f32);
        self.levels.true_peak = self.true_peaks.push(self.seconds, peak);
        if self.seconds - self.loudness_at < LOUDNESS_EVERY {
            return;
        }
        self.loudness_at = self.seconds;
        let short_term = loudness.loudness_shortterm().unwrap_or(f64::NEG_INFINITY) as f32;
        self.levels.short_term = if short_term > -70.0 { short_term } else { SILENCE };
    }
}

/// A level in dBFS; full scale where it is no number.
fn decibels(level: f32) -> f32 {
    if level.is_finite() { (20.0 * level.log10()).max(SILENCE) } else { 0.0 }
}

/// These samples, with silence in the place of those that are no numbers.
fn numbers(samples: &[f32]) -> Cow<'_, [f32]> {
    if samples.iter().all(|sample| sample.is_finite()) {
        return Cow::Borrowed(samples);
    }
    samples.iter().map(|sample| if sample.is_finite() { *sample } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMAT: Format = Format { channels: 2, sample_rate: 48_000 };

    fn sine(level: f32, hz: f32, seconds: f32) -> Vec<Vec<f32>> {
        let count = (seconds * 48_000.0) as usize;
        let at = |n: usize| level * (std::f32::consts::TAU * hz * n as f32 / 48_000.0).sin();
        vec![(0..count).map(at).collect(); 2]
    }

    fn push(meter: &mut Meter, channels: &[Vec<f32>]) {
        let len = channels[0].len();
        for start in (0..len).step_by(480) {
            let end = (start + 480).min(len);
            meter.push(&channels.iter().map(|c| c[start..end].to_vec()).collect::<Vec<_>>(), true);
        }
    }

    #[test]
    fn a_sine_at_23_lufs_below_full_scale_reads_as_ebu_tech_3341_wants_it() {
        // Test 1 there: a stereo sine of 1 kHz at −23 dBFS is −23.0 ± 0.1 LUFS.
        let mut meter = Meter::new(FORMAT);
        push(&mut meter, &sine(10.0_f32.powf(-23.0 / 20.0), 1_000.0, 4.0));
        let levels = meter.levels();
        assert!((levels.short_term + 23.0).abs() < 0.1, "{levels:?}");
        assert!((levels.true_peak + 23.0).abs() < 0.3, "{levels:?}");
        assert!((levels.hold + 23.0).abs() < 0.1 && levels.heard && !levels.clipped, "{levels:?}");
    }

    #[test]
    fn peaks_between_samples_are_true_peaks() {
        // A quarter of the rate, an eighth of a turn off: samples reach 0.707 of the peak.
        let channel: Vec<f32> = (0..48_000)
            .map(|n| (std::f32::consts::FRAC_PI_2 * n as f32 + std::f32::consts::FRAC_PI_4).sin())
            .collect();
        let mut meter = Meter::new(FORMAT);
        push(&mut meter, &[channel.clone(), channel]);
        assert!((meter.levels().hold + 3.0).abs() < 0.1, "{:?}", meter.levels());
        assert!(meter.levels().true_peak.abs() < 0.5, "{:?}", meter.levels());
    }

    #[test]
    fn peaks_are_held_for_two_seconds_and_then_fall_to_silence() {
        let mut meter = Meter::new(FORMAT);
        push(&mut meter, &sine(0.5, 500.0, 0.5));
        let quiet = vec![vec![0.0; 48_000]; 2];
        push(&mut meter, &quiet);
        assert!((meter.levels().hold + 6.0).abs() < 0.1, "{:?}", meter.levels());
        assert!((meter.levels().peaks[0] + 30.0).abs() < 1.0, "{:?}", meter.levels());
        for _ in 0..5 {
            push(&mut meter, &quiet);
        }
        assert!(meter.levels().is_silent(), "{:?}", meter.levels());
    }

    #[test]
    fn the_clip_lamp_stays_lit_until_it_is_put_out() {
        let mut meter = Meter::new(FORMAT);
        meter.push(&[vec![0.0, 1.0, -1.0, 0.0], vec![0.0; 4]], true);
        assert!(!meter.levels().clipped);
        meter.push(&[vec![1.0, 1.0, -1.0, 0.0], vec![0.0; 4]], false);
        meter.push(&[vec![0.0; 4], vec![0.0; 4]], true);
        assert!(meter.levels().clipped);
        meter.clear_clip();
        assert!(!meter.levels().clipped);
    }

    #[test]
    fn loudness_is_measured_only_where_somebody_sees_it_and_peaks_always() {
        let mut meter = Meter::new(FORMAT);
        for seen in [false, true, false] {
            meter.push(&sine(0.5, 1_000.0, 1.0), seen);
            let levels = meter.levels();
            assert_eq!((levels.short_term > SILENCE, levels.true_peak > SILENCE), (seen, seen));
            assert!((levels.hold + 6.0).abs() < 0.1, "{levels:?}");
        }
    }

    #[test]
    fn after_nobody_saw_it_loudness_is_that_of_what_came_since() {
        let mut meter = Meter::new(FORMAT);
        push(&mut meter, &sine(0.5, 1_000.0, 2.0));
        meter.push(&sine(0.005, 1_000.0, 60.0), false);
        push(&mut meter, &sine(0.005, 1_000.0, 0.5));
        assert!(meter.levels().short_term < -46.0, "{:?}", meter.levels());
    }

    #[test]
    fn all_channels_of_7_1_but_the_low_ones_count() {
        let loudness = |sounding: usize| {
            let mut meter = Meter::new(Format { channels: 8, sample_rate: 48_000 });
            let tone = sine(0.1, 1_000.0, 4.0).remove(0);
            let channel =
                |number| if number == sounding { tone.clone() } else { vec![0.0; tone.len()] };
            push(&mut meter, &(0..8).map(channel).collect::<Vec<_>>());
            meter.levels().short_term
        };
        let front = loudness(0);
        assert!((front + 23.0).abs() < 0.1, "{front}");
        // Behind as in front, and 1.5 dB more at the sides (BS.1770-4).
        for (channel, more) in [(2, 0.0), (4, 0.0), (5, 0.0), (6, 1.5), (7, 1.5)] {
            assert!((loudness(channel) - front - more).abs() < 0.1, "{channel}");
        }
        assert_eq!(loudness(3), SILENCE);
    }

    #[test]
    fn samples_that_are_no_numbers_read_as_full_scale_and_leave_no_trace() {
        for odd in [f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
            let mut meter = Meter::new(FORMAT);
            meter.push(&[vec![odd, 1.0], vec![0.0; 2]], true);
            assert!((0.0..1.0).contains(&meter.levels().hold), "{:?}", meter.levels());
            push(&mut meter, &sine(10.0_f32.powf(-23.0 / 20.0), 1_000.0, 4.0));
            let levels = meter.levels();
            assert!((levels.short_term + 23.0).abs() < 0.1, "{levels:?}");
            assert!((levels.true_peak + 23.0).abs() < 0.3, "{levels:?}");
            assert!((levels.peaks[0] + 23.0).abs() < 0.1, "{levels:?}");
        }
    }
}
