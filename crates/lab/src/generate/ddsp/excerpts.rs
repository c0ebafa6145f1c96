//! Excerpts of recordings as the synthesiser needs them: the course, harmonics to be weighted and noise
//! to be filtered.

use std::f32::consts::{PI, TAU};

use burn::tensor::{Device, Tensor, TensorData};
use chacha20::ChaCha20Rng;
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};

use super::network::{COURSE, HARMONICS, NOISE_BINS};
use super::pitch::Pitch;
use crate::generate::RATE;
use crate::generate::features::{BANDS, Course, Extractor, HOP};
use crate::generate::overlap::FRAME;

/// A recording and its course.
pub(super) struct Prepared {
    samples: Vec<f32>,
    course: Course,
    pitch: Pitch,
    /// Phase of the first harmonic at each sample, in turns.
    turns: Vec<f32>,
}

/// Excerpts that are synthesised together.
pub(super) struct Batch {
    /// Excerpts · frames × what the network knows.
    pub(super) course: Tensor<2>,
    /// Excerpts · frames × samples × harmonics, windowed.
    pub(super) harmonics: Tensor<3>,
    /// Excerpts · frames × bins: real and imaginary parts of white noise.
    pub(super) noise: (Tensor<2>, Tensor<2>),
    /// Excerpts × samples: what was recorded.
    pub(super) wanted: Tensor<2>,
    /// Number of excerpts.
    pub(super) excerpts: usize,
}

impl Prepared {
    /// The recording times `gain`.
    pub(super) fn new(audio: &[f32], gain: f32) -> Self {
        let samples: Vec<f32> = audio.iter().map(|x| x * gain).collect();
        let (course, pitch) = (Extractor::new().course(audio), Pitch::of(audio));
        let mut phase = 0.0_f64;
        let turns = (0..samples.len() + HOP)
            .map(|t| {
                let (at, way) = (t / HOP, (t % HOP) as f32 / HOP as f32);
                let hz = |frame: usize| pitch.hz[frame.min(pitch.hz.len() - 1)];
                let hz = hz(at) + (hz(at + 1) - hz(at)) * way;
                phase = (phase + f64::from(hz) / f64::from(RATE)).fract();
                phase as f32
            })
            .collect();
        Self { samples, course, pitch, turns }
    }

    /// The whole recording as one excerpt.
    pub(super) fn whole(&self, rng: &mut ChaCha20Rng, device: &Device) -> Batch {
        let mut values = Values::default();
        values.add(self, 0, self.pitch.hz.len(), rng);
        values.batch(1, device)
    }
}

/// Draws excerpts.
pub(super) struct Excerpts<'a> {
    recordings: &'a [Prepared],
    frames: usize,
}

impl<'a> Excerpts<'a> {
    /// Excerpts of `frames` frames of recordings that are as long.
    pub(super) fn new(recordings: &'a [Prepared], frames: usize) -> Self {
        Self { recordings, frames }
    }

    /// So many random excerpts, or none if all recordings are shorter.
    pub(super) fn draw(
        &self,
        count: usize,
        rng: &mut ChaCha20Rng,
        device: &Device,
    ) -> Option<Batch> {
        let room =
            |recording: &Prepared| (recording.samples.len() / HOP + 1).saturating_sub(self.frames);
        let total: usize = self.recordings.iter().map(room).sum();
        if total == 0 {
            return None;
        }
        let mut values = Values::default();
        for _ in 0..count {
            let mut at = rng.random_range(0..total);
            for recording in self.recordings {
                let room = room(recording);
                if at < room {
                    values.add(recording, at, self.frames, rng);
                    break;
                }
                at -= room;
            }
        }
        Some(values.batch(count, device))
    }
}

#[derive(Default)]
struct Values {
    course: Vec<f32>,
    harmonics: Vec<f32>,
    real: Vec<f32>,
    imaginary: Vec<f32>,
    wanted: Vec<f32>,
}

impl Values {
    /// Appends `frames` frames of a recording, from frame `first` on.
    fn add(&mut self, from: &Prepared, first: usize, frames: usize, rng: &mut ChaCha20Rng) {
        for frame in first..first + frames {
            let pitch = (from.pitch.hz[frame].ln() - 5.0) * 2.0;
            self.course.extend([
                0.3 * (from.course.level[frame] + 4.0),
                pitch,
                2.0 * from.pitch.periodic[frame] - 1.0,
            ]);
            self.course.extend(from.course.mel[frame].iter().map(|x| 0.5 * (x + 3.0)));
            self.add_harmonics(from, frame);
            for _ in 0..NOISE_BINS {
                // Unit power after the transform back.
                let mut draw = || -> f32 { StandardNormal.sample(rng) };
                self.real.push(draw());
                self.imaginary.push(draw());
            }
        }
        let start = first * HOP;
        let known = &from.samples[start..(start + (frames - 1) * HOP).min(from.samples.len())];
        self.wanted.extend_from_slice(known);
        self.wanted.resize(self.wanted.len() + (frames - 1) * HOP - known.len(), 0.0);
    }

    /// Sines under a Hann window around the frame, up to half the sample rate.
    fn add_harmonics(&mut self, from: &Prepared, frame: usize) {
        let reach = (0.5 * RATE as f32 / from.pitch.hz[frame]) as usize;
        for n in 0..FRAME {
            let t = (frame * HOP + n).checked_sub(HOP);
            let window = (PI * n as f32 / FRAME as f32).sin().powi(2);
            let turns = t.and_then(|t| from.turns.get(t)).copied().unwrap_or(0.0);
            let (sin, cos) = (TAU * turns).sin_cos();
            // sin((h + 1) φ) = 2 cos φ sin(h φ) − sin((h − 1) φ)
            let (mut before, mut now) = (0.0, sin);
            for harmonic in 1..=HARMONICS {
                self.harmonics.push(if harmonic <= reach { window * now } else { 0.0 });
                (before, now) = (now, 2.0 * cos * now - before);
            }
        }
    }

    fn batch(self, excerpts: usize, device: &Device) -> Batch {
        let rows = self.course.len() / COURSE;
        debug_assert_eq!(COURSE, BANDS + 3);
        let matrix = |values: Vec<f32>, columns: usize| -> Tensor<2> {
            let rows = values.len() / columns;
            Tensor::from_data(TensorData::new(values, [rows, columns]), device)
        };
        let samples = self.wanted.len() / excerpts.max(1);
        let harmonics = TensorData::new(self.harmonics, [rows, FRAME, HARMONICS]);
        Batch {
            course: matrix(self.course, COURSE),
            harmonics: Tensor::from_data(harmonics, device),
            noise: (matrix(self.real, NOISE_BINS), matrix(self.imaginary, NOISE_BINS)),
            wanted: matrix(self.wanted, samples),
            excerpts,
        }
    }
}
