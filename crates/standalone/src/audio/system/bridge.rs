//! From the input's stream to the output's, with the processor in the output's.

use std::sync::Arc;

use cpal::{FromSample, Sample, SizedSample};
use rtrb::{Consumer, Producer, RingBuffer};

use super::super::{CHANNELS_MAX, Format, Health, Seat};

/// Frames that are processed at a time; longer blocks are cut.
const FRAMES: usize = 1_024;

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
            (capture, Source { ring, channels, latency, flows: false })
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
    /// Reads `frames` into `samples`, or silence where there is none.
    fn read(&mut self, frames: usize, samples: &mut [Vec<f32>], health: &Health) {
        let waiting = self.ring.slots() / self.channels;
        let enough = if self.flows { frames } else { frames + self.latency };
        if waiting < enough {
            if self.flows {
                health.drop_out();
            }
            self.flows = false;
            samples.iter_mut().for_each(|channel| channel[..frames].fill(0.0));
            return;
        }
        if waiting > frames + 3 * self.latency + 4 * FRAMES {
            // The input's clock is ahead: what is too much is let go at once.
            let over = (waiting - frames - self.latency) * self.channels;
            if let Ok(chunk) = self.ring.read_chunk(over) {
                chunk.commit_all();
            }
            health.drop_out();
        }
        self.flows = true;
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

    /// Writes the samples in the device's format. A mono output gets the mean of all channels; further
    /// channels of the device stay silent.
    fn write<T: SizedSample + FromSample<f32>>(&self, part: &mut [T]) {
        let count = self.samples.len();
        for (frame, out) in part.chunks_mut(self.out_channels).enumerate() {
            if let [only] = out {
                let sum: f32 = self.samples.iter().map(|channel| channel[frame]).sum();
                *only = T::from_sample(sum / count as f32);
                continue;
            }
            for (number, sample) in out.iter_mut().enumerate() {
                *sample = self
                    .samples
                    .get(number)
                    .map_or(T::EQUILIBRIUM, |channel| T::from_sample(channel[frame]));
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
        capture.write(&[0.25_f32; 200]);
        playback.fill(&mut out);
        assert_eq!(out, [0.25; 128]);
    }

    #[test]
    fn an_input_that_runs_ahead_is_let_go_and_said() {
        let (mut capture, mut playback, health) = ends(2, 1);
        capture.write(&vec![0.5_f32; 1 << 20]);
        assert_eq!(health.dropouts(), 1);
        let mut out = [0_i16; 64];
        playback.fill(&mut out);
        assert_eq!(health.dropouts(), 2);
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
