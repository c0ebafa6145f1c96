//! What happens to sound on the audio thread: protection, test tone, monitor, and a copy for meters and
//! recorder.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use patchveil_plugin::{LiveBlock, Patchveil};

use crate::audio::{CHANNELS_MAX, Format};
use crate::tap::{Part, TapReader, TapWriter, tap};

/// Level of the test tone as a factor: −20 dBFS.
const TONE_LEVEL: f32 = 0.1;
/// Its frequency in Hz: where small loudspeakers and ears are both good.
const TONE_HZ: f64 = 1_000.0;
/// Its length in seconds.
const TONE_SECONDS: f64 = 1.0;
/// Fades of tone and monitor, in seconds.
const FADE_SECONDS: f64 = 0.01;

/// What is done to each block; for tests also something else than Patchveil.
pub(crate) trait Effect: Send {
    /// Prepares for this format, before any block of it. May wait.
    fn start(&mut self, format: Format);
    /// The stream is over.
    fn stop(&mut self);
    /// Processes a block in place. On the audio thread.
    fn process(
        &mut self,
        sample_rate: u32,
        position: Option<i64>,
        channels: &mut [&mut [f32]],
    ) -> LiveBlock;
}

impl Effect for Patchveil {
    fn start(&mut self, format: Format) {
        Patchveil::start(self, format.channels, format.sample_rate);
    }

    fn stop(&mut self) {
        Patchveil::stop(self);
    }

    fn process(
        &mut self,
        sample_rate: u32,
        position: Option<i64>,
        channels: &mut [&mut [f32]],
    ) -> LiveBlock {
        self.process_live(sample_rate, position, channels)
    }
}

/// What the window switches, read once a block.
#[derive(Debug)]
pub(crate) struct Switches {
    /// The output is heard.
    monitor: AtomicBool,
    /// A test tone is asked for.
    tone: AtomicBool,
}

impl Switches {
    /// With the monitor on or off, and no tone.
    pub(crate) fn new(monitor: bool) -> Self {
        Self { monitor: AtomicBool::new(monitor), tone: AtomicBool::new(false) }
    }

    /// Whether the output is heard.
    pub(crate) fn monitor(&self) -> bool {
        self.monitor.load(Ordering::Relaxed)
    }

    /// Has the output heard, or not.
    pub(crate) fn set_monitor(&self, on: bool) {
        self.monitor.store(on, Ordering::Relaxed);
    }

    /// Plays the test tone once.
    pub(crate) fn play_tone(&self) {
        self.tone.store(true, Ordering::Relaxed);
    }
}

/// The test tone in one block.
#[derive(Clone, Copy)]
struct Tone {
    /// Frames of it before the block.
    begun: u64,
    /// In Hz.
    rate: f64,
}

impl Tone {
    /// Its sample in this frame of the block.
    fn sample(self, frame: usize) -> f32 {
        let (whole, fade) = (TONE_SECONDS * self.rate, FADE_SECONDS * self.rate);
        let at = self.begun as f64 + frame as f64;
        let fades = (at / fade).min((whole - at) / fade).clamp(0.0, 1.0) as f32;
        let phase = (at * TONE_HZ / self.rate).fract() * std::f64::consts::TAU;
        TONE_LEVEL * fades * phase.sin() as f32
    }
}

/// All that is done to a block. One exists for the whole run of the program; streams pass it on.
pub(crate) struct Processor {
    effect: Box<dyn Effect>,
    switches: Arc<Switches>,
    tap: Option<TapWriter>,
    /// Frames of the tone so far, while it plays.
    tone: Option<u64>,
    /// The monitor's gain now, 0–1.
    gain: f32,
}

impl Processor {
    /// A processor that is not started.
    pub(crate) fn new(effect: Box<dyn Effect>, switches: Arc<Switches>) -> Self {
        let gain = if switches.monitor() { 1.0 } else { 0.0 };
        Self { effect, switches, tap: None, tone: None, gain }
    }

    /// Prepares for a stream of this format, and returns where its sound can be read. Waits for the
    /// first design.
    pub(crate) fn start(&mut self, format: Format) -> TapReader {
        self.effect.start(format);
        self.tone = None;
        let (writer, reader) = tap(format);
        self.tap = Some(writer);
        reader
    }

    /// The stream is over.
    pub(crate) fn stop(&mut self) {
        self.effect.stop();
        self.tap = None;
    }

    /// Processes one block in place. Never allocates, locks or waits.
    pub(crate) fn process(
        &mut self,
        sample_rate: u32,
        position: Option<i64>,
        channels: &mut [&mut [f32]],
    ) {
        if let Some(tap) = &mut self.tap {
            tap.write(Part::Input, LiveBlock::default(), channels);
        }
        let mut block = self.effect.process(sample_rate, position, channels);
        let tone = self.next_tone(sample_rate, channels.first().map_or(0, |channel| channel.len()));
        if let Some(tone) = tone {
            // What holds a tone is not what a manifest can describe.
            block.processed = false;
            for channel in channels.iter_mut() {
                for (frame, sample) in channel.iter_mut().enumerate() {
                    *sample += tone.sample(frame);
                }
            }
        }
        // Recording does not depend on who listens here.
        if let Some(tap) = &mut self.tap {
            tap.write(Part::Output, block, channels);
        }
        self.apply_monitor(sample_rate, tone, channels);
    }

    /// The test tone of a block of `frames`, while it plays.
    fn next_tone(&mut self, sample_rate: u32, frames: usize) -> Option<Tone> {
        if self.switches.tone.load(Ordering::Relaxed) {
            self.switches.tone.store(false, Ordering::Relaxed);
            self.tone = Some(0);
        }
        let begun = self.tone?;
        let tone = Tone { begun, rate: f64::from(sample_rate.max(1)) };
        let reached = begun + frames as u64;
        self.tone = ((reached as f64) < TONE_SECONDS * tone.rate).then_some(reached);
        Some(tone)
    }

    /// Fades the output in or out, and leaves every bit alone while it is on. The tone in it is heard
    /// whatever the monitor says.
    fn apply_monitor(&mut self, sample_rate: u32, tone: Option<Tone>, channels: &mut [&mut [f32]]) {
        let on = self.switches.monitor();
        let wanted = if on { 1.0 } else { 0.0 };
        if self.gain == wanted && on {
            return;
        }
        let step = (1.0 / (FADE_SECONDS * f64::from(sample_rate.max(1)))) as f32;
        let step = if on { step } else { -step };
        let mut gain = self.gain;
        for channel in channels.iter_mut() {
            gain = self.gain;
            for (frame, sample) in channel.iter_mut().enumerate() {
                gain = (gain + step).clamp(0.0, 1.0);
                // Also where an input is no number, a closed monitor is silent.
                *sample = if gain > 0.0 { *sample * gain } else { 0.0 };
                *sample += tone.map_or(0.0, |tone| (1.0 - gain) * tone.sample(frame));
            }
        }
        self.gain = gain;
    }

    /// A processor that leaves sound as it is, and its switches.
    #[cfg(test)]
    pub(crate) fn for_test() -> (Self, Arc<Switches>) {
        let switches = Arc::new(Switches::new(true));
        (Self::new(Box::new(tests::Through), switches.clone()), switches)
    }
}

/// The channels of a block as slices, without allocating.
pub(crate) fn slices<'a>(
    channels: &'a [&mut [f32]],
) -> impl Iterator<Item = &'a [f32]> + Clone + 'a {
    channels.iter().take(CHANNELS_MAX).map(|channel| &**channel)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Leaves everything as it is.
    pub(super) struct Through;

    impl Effect for Through {
        fn start(&mut self, _: Format) {}

        fn stop(&mut self) {}

        fn process(&mut self, _: u32, _: Option<i64>, _: &mut [&mut [f32]]) -> LiveBlock {
            LiveBlock { position: 0, veil: Some(1), processed: true }
        }
    }

    const FORMAT: Format = Format { channels: 2, sample_rate: 48_000 };

    fn run(processor: &mut Processor, seconds: f64, level: f32) -> Vec<f32> {
        let mut heard = Vec::new();
        for _ in 0..(seconds * 48_000.0 / 96.0).round() as usize {
            let (mut left, mut right) = ([level; 96], [level; 96]);
            processor.process(48_000, None, &mut [&mut left, &mut right]);
            assert_eq!(left, right);
            heard.extend_from_slice(&left);
        }
        heard
    }

    fn peak(samples: &[f32]) -> f32 {
        samples.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
    }

    #[test]
    fn the_test_tone_is_a_second_at_20_db_below_full_scale_even_with_the_monitor_off() {
        let (mut processor, switches) = Processor::for_test();
        let _reader = processor.start(FORMAT);
        switches.set_monitor(false);
        assert_eq!(peak(&run(&mut processor, 0.1, 0.0)), 0.0);
        switches.play_tone();
        // The programme stays muted: what is heard is the tone alone.
        let heard = run(&mut processor, 1.2, 0.3);
        assert!((peak(&heard) - 0.1).abs() < 0.000_1, "{}", peak(&heard));
        let power: f32 = heard[480..47_520].iter().map(|sample| sample * sample).sum();
        let level = (power / 47_040.0).sqrt();
        assert!((level - 0.1 / 2.0_f32.sqrt()).abs() < 0.002, "{level}");
        assert_eq!(peak(&heard[48_480..]), 0.0);
    }

    #[test]
    fn what_is_recorded_with_a_tone_in_it_does_not_count_as_processed() {
        let (mut processor, switches) = Processor::for_test();
        let mut reader = processor.start(FORMAT);
        let mut processed = || {
            std::iter::from_fn(|| reader.read().map(|record| (record.part, record.block)))
                .filter(|(part, _)| *part == Some(Part::Output))
                .map(|(_, block)| block.processed)
                .collect::<Vec<_>>()
        };
        run(&mut processor, 0.1, 0.3);
        assert!(processed().iter().all(|processed| *processed));
        switches.play_tone();
        run(&mut processor, 0.1, 0.3);
        assert!(processed().iter().all(|processed| !processed));
    }

    #[test]
    fn the_monitor_mutes_without_a_click_and_opens_to_the_last_bit() {
        let (mut processor, switches) = Processor::for_test();
        let _reader = processor.start(FORMAT);
        assert!(run(&mut processor, 0.1, 0.3).iter().all(|sample| *sample == 0.3));
        switches.set_monitor(false);
        let heard = run(&mut processor, 0.1, 0.3);
        assert!(heard.windows(2).all(|two| (two[0] - two[1]).abs() < 0.001));
        assert_eq!(peak(&heard[600..]), 0.0);
        switches.set_monitor(true);
        let heard = run(&mut processor, 0.1, 0.3);
        assert!(heard[600..].iter().all(|sample| *sample == 0.3));
    }

    #[test]
    fn what_is_recorded_does_not_depend_on_the_monitor() {
        let (mut processor, switches) = Processor::for_test();
        let mut reader = processor.start(FORMAT);
        switches.set_monitor(false);
        run(&mut processor, 0.1, 0.3);
        let mut parts = 0;
        while let Some(record) = reader.read() {
            assert!(record.samples.iter().all(|channel| peak(channel) == 0.3));
            parts += 1;
        }
        assert_eq!(parts, 100);
    }
}
