//! From the input's stream to the output's, with the processor in the output's.

use std::sync::Arc;

use cpal::{FromSample, Sample, SizedSample};
use rtrb::{Consumer, Producer, RingBuffer};

use super::super::{CHANNELS_MAX, Format, Health, Seat};
use super::seam::Seam;

/// Frames that are processed at a time; longer blocks are cut.
const FRAMES: usize = 1_024;
/// The highest sample below full scale: formats of integers have none above it.
const HIGHEST: f32 = 1.0 - f32::EPSILON / 2.0;

/// The input's end.
pub(crate) struct Capture {
    ring: Producer<f32>,
    channels: usize,
    health: Arc<Health>,
}

/// The output's end.
pub(crate) struct Playback {
    source: Option<Source>,
    out_channels: usize,
    format: Format,
    seat: Seat,
    health: Arc<Health>,
    /// One for each channel that is processed.
    samples: Vec<Vec<f32>>,
}

/// What comes in.
struct Source {
    ring: Consumer<f32>,
    channels: usize,
    /// Frames that lie between input and output.
    latency: usize,
    /// There was enough once, and there has been some since.
    flows: bool,
    seam: Seam,
}

/// Both ends. `latency` in frames; without channels that come in there is no input.
pub(crate) fn bridge(
    in_channels: Option<usize>,
    out_channels: usize,
    latency: usize,
    format: Format,
    seat: Seat,
    health: Arc<Health>,
) -> (Option<Capture>, Playback) {
    let (capture, source) = in_channels
        .map(|channels| {
            let (producer, ring) = RingBuffer::new(channels * (4 * latency + 8 * FRAMES));
            let capture = Capture { ring: producer, channels, health: health.clone() };
            let seam = Seam::new(format.sample_rate);
            (capture, Source { ring, channels, latency, flows: false, seam })
        })
        .unzip();
    let samples = vec![vec![0.0; FRAMES]; format.channels.min(CHANNELS_MAX)];
    (capture, Playback { source, out_channels, format, seat, health, samples })
}

impl Capture {
    /// Takes a block of interleaved frames. What finds no room is lost, and counted.
    pub(crate) fn write<T: Copy>(&mut self, data: &[T])
    where
        f32: FromSample<T>,
    {
        let quiet = data.iter().all(|sample| f32::from_sample(*sample) == 0.0);
        self.health.hear(data.len() / self.channels, quiet);
        let room = self.ring.slots() / self.channels * self.channels;
        let fits = data.len().min(room);
        if fits < data.len() {
            self.health.drop_out();
        }
        if let Ok(chunk) = self.ring.write_chunk_uninit(fits) {
            chunk.fill_from_iter(data.iter().map(|sample| f32::from_sample(*sample)));
        }
    }
}

impl Source {
    /// Reads `frames` into `samples`, with silence where there is none.
    fn read(&mut self, frames: usize, samples: &mut [Vec<f32>], health: &Health) {
        let waiting = self.ring.slots() / self.channels;
        self.flows |= waiting >= frames + self.latency;
        if self.flows && waiting > frames + 3 * self.latency + 4 * FRAMES {
            // The input's clock is ahead: what is too much is let go at once.
            let over = (waiting - frames - self.latency) * self.channels;
            if let Ok(chunk) = self.ring.read_chunk(over) {
                chunk.commit_all();
            }
            self.seam.cut();
            health.drop_out();
        }
        let there = if self.flows { waiting.min(frames) } else { 0 };
        self.take(there, samples);
        self.seam.sound(samples, 0..there);
        if self.flows && there < frames {
            // It is behind, or has stopped: until there is enough again there is silence.
            self.flows = false;
            self.seam.cut();
            health.drop_out();
        }
        self.seam.silence(samples, there..frames);
    }

    /// Takes `frames`, which are there, into `samples`.
    fn take(&mut self, frames: usize, samples: &mut [Vec<f32>]) {
        let Ok(chunk) = self.ring.read_chunk(frames * self.channels) else { return };
        let (first, second) = chunk.as_slices();
        let at = |index: usize| first.get(index).or_else(|| second.get(index - first.len()));
        for (number, channel) in samples.iter_mut().enumerate() {
            // A microphone is mono: it is heard on all sides.
            let from = if self.channels == 1 { 0 } else { number };
            for (frame, sample) in channel[..frames].iter_mut().enumerate() {
                let there = (from < self.channels).then(|| at(frame * self.channels + from));
                *sample = there.flatten().copied().unwrap_or(0.0);
            }
        }
        chunk.commit_all();
    }
}

impl Playback {
    /// Fills a block of interleaved frames with what is sent.
    pub(crate) fn fill<T: SizedSample + FromSample<f32>>(&mut self, data: &mut [T]) {
        let whole = data.len();
        for part in data.chunks_mut(FRAMES * self.out_channels) {
            let frames = part.len() / self.out_channels;
            match &mut self.source {
                Some(source) => source.read(frames, &mut self.samples, &self.health),
                None => self.samples.iter_mut().for_each(|channel| channel[..frames].fill(0.0)),
            }
            self.process(frames);
            self.write(part);
        }
        self.health.count(whole / self.out_channels.max(1), self.format.sample_rate);
    }

    fn process(&mut self, frames: usize) {
        let count = self.samples.len();
        let mut channels: [&mut [f32]; CHANNELS_MAX] = Default::default();
        for (channel, samples) in channels.iter_mut().zip(&mut self.samples) {
            *channel = &mut samples[..frames];
        }
        self.seat.process(self.format.sample_rate, None, &mut channels[..count]);
    }

    /// Writes the samples in the device's format, which ends at full scale if it has integers. A mono output
    /// gets the mean of all channels; further channels of the device stay silent.
    fn write<T: SizedSample + FromSample<f32>>(&self, part: &mut [T]) {
        let written = |sample: f32| {
            // What is beyond would come out with the other sign where a word has more bits than the format.
            T::from_sample(if T::FORMAT.is_float() { sample } else { sample.clamp(-1.0, HIGHEST) })
        };
        let count = self.samples.len();
        for (frame, out) in part.chunks_mut(self.out_channels).enumerate() {
            if let [only] = out {
                let sum: f32 = self.samples.iter().map(|channel| channel[frame]).sum();
                *only = written(sum / count as f32);
                continue;
            }
            for (number, sample) in out.iter_mut().enumerate() {
                *sample = self
                    .samples
                    .get(number)
                    .map_or(T::EQUILIBRIUM, |channel| written(channel[frame]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::processor::Processor;

    fn ends(in_channels: usize, out_channels: usize) -> (Capture, Playback, Arc<Health>) {
        let health = Arc::new(Health::default());
        let format = Format { channels: 2, sample_rate: 48_000 };
        let seat = Seat::new(Box::new(Processor::for_test().0));
        let (capture, playback) =
            bridge(Some(in_channels), out_channels, 64, format, seat, health.clone());
        (capture.unwrap(), playback, health)
    }

    #[test]
    fn what_comes_in_goes_out_after_the_latency_whatever_the_blocks() {
        let (mut capture, mut playback, health) = ends(2, 2);
        let input: Vec<f32> = (0..40_000).map(|n| (n % 997) as f32 / 1_000.0).collect();
        let mut output = Vec::new();
        for (number, block) in input.chunks(2 * 48).enumerate() {
            capture.write(block);
            // The output takes two blocks at a time.
            if number % 2 == 1 {
                let mut out = [0.0_f32; 4 * 48];
                playback.fill(&mut out);
                output.extend_from_slice(&out);
            }
        }
        let starts = output.iter().position(|sample| *sample != 0.0).unwrap();
        // The very first sample is 0 as well.
        let starts = starts - starts % 2;
        assert_eq!(output[starts..][..20_000], input[..20_000]);
        assert_eq!(health.dropouts(), 0);
    }

    #[test]
    fn an_input_that_stalls_is_silence_and_then_goes_on() {
        let (mut capture, mut playback, health) = ends(1, 2);
        let mut out = [0.0_f32; 128];
        capture.write(&[0.5_f32; 192]);
        playback.fill(&mut out);
        assert_eq!(out, [0.5; 128], "mono is heard on both sides");
        for _ in 0..10 {
            playback.fill(&mut out);
        }
        assert_eq!(out, [0.0; 128]);
        assert_eq!(health.dropouts(), 1);
        capture.write(&[0.25_f32; 64 * 5]);
        for _ in 0..5 {
            playback.fill(&mut out);
        }
        assert_eq!(out, [0.25; 128]);
    }

    #[test]
    fn an_input_that_breaks_off_or_leaves_some_out_does_so_without_a_click() {
        let (mut capture, mut playback, health) = ends(1, 1);
        let tone = |n: usize| 0.5 * (std::f32::consts::TAU * n as f32 / 480.0).sin();
        let (mut sent, mut heard) = (0, vec![0.0_f32]);
        // It runs dry in the midst of a block, goes on, and runs over.
        for come in [64, 64, 64, 40, 0, 0, 0, 0, 0, 0, 80, 200, 64, 64, 64, 64, 6_000, 64, 64, 64] {
            capture.write(&(sent..sent + come).map(tone).collect::<Vec<_>>());
            sent += come;
            let mut out = [0.0_f32; 64];
            playback.fill(&mut out);
            heard.extend(out);
        }
        assert!(health.dropouts() >= 2, "{}", health.dropouts());
        assert!(heard.iter().any(|sample| sample.abs() > 0.4));
        let step = heard.windows(2).map(|two| (two[1] - two[0]).abs()).fold(0.0, f32::max);
        assert!(step < 0.02, "{step}");
    }

    #[test]
    fn integers_end_at_full_scale() {
        fn sent<T: SizedSample + FromSample<f32>>(sample: f32) -> T {
            let (_, mut playback, _) = ends(1, 2);
            playback.samples = vec![vec![sample; 1]; 2];
            let mut out = [T::EQUILIBRIUM; 2];
            playback.write(&mut out);
            assert!(out[0] == out[1]);
            out[0]
        }
        for (sample, highest) in [(1.0, true), (1.2, true), (-1.0, false), (-1.2, false)] {
            let i24 = if highest { (1 << 23) - 1 } else { -(1 << 23) };
            assert_eq!(sent::<cpal::I24>(sample).inner(), i24);
            assert_eq!(sent::<i8>(sample), if highest { i8::MAX } else { i8::MIN });
            assert_eq!(sent::<i16>(sample), if highest { i16::MAX } else { i16::MIN });
            assert_eq!(
                sent::<i32>(sample) >> 8,
                if highest { i32::MAX >> 8 } else { i32::MIN >> 8 }
            );
            assert_eq!(sent::<u8>(sample), if highest { u8::MAX } else { 0 });
            assert_eq!(sent::<u16>(sample), if highest { u16::MAX } else { 0 });
            assert_eq!(sent::<u32>(sample) >> 8, if highest { u32::MAX >> 8 } else { 0 });
            assert_eq!(sent::<f32>(sample), sample);
        }
    }

    #[test]
    fn an_input_that_runs_ahead_is_let_go_and_said() {
        let (mut capture, mut playback, health) = ends(2, 1);
        capture.write(&vec![0.5_f32; 1 << 20]);
        assert_eq!(health.dropouts(), 1);
        let mut out = [0_i16; 64];
        playback.fill(&mut out);
        assert_eq!(health.dropouts(), 2);
        for _ in 0..4 {
            capture.write(&[0.5_f32; 2 * 64]);
            playback.fill(&mut out);
        }
        assert!(out.iter().all(|sample| *sample == 16_384), "{out:?}");
    }

    #[test]
    fn blocks_longer_than_the_scratch_are_cut() {
        let (mut capture, mut playback, _) = ends(2, 4);
        let input: Vec<f32> = (0..2 * 5_000).map(|n| n as f32 / 20_000.0).collect();
        capture.write(&input);
        let mut out = vec![0.0_f32; 4 * 4_000];
        playback.fill(&mut out);
        for (frame, out) in out.chunks(4).enumerate() {
            assert_eq!(out, [input[2 * frame], input[2 * frame + 1], 0.0, 0.0]);
        }
    }
}
