//! Recordings that run faster or slower than when they were marked.

use std::ops::Range;

use patchveil_spectral::InverseFft;

use super::analysis::{Parts, Segment, hop, normalise};
use super::layout::Layout;
use super::spectrogram::Spectrogram;
use crate::mark::settings::SLOT_US;

/// Most windows that are kept for other speeds, some ten seconds each.
const WINDOWS_MAX: usize = 8;
/// Bands that are used, the lowest.
const BANDS: usize = 2;
/// Steps of speed: over ten seconds the pattern then stays within half a hop.
const STEP: f64 = 0.001;
/// Most steps either way with the pitch moved, as by resampling.
const STEPS_PITCH: i32 = 60;
/// Most steps either way with the pitch kept.
const STEPS_KEPT: i32 = 40;
/// Samples of the ripple between two periods of the highest frequency used, at least.
const OVERSAMPLING: usize = 8;

/// How fast a recording runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Speed {
    pub(super) factor: f64,
    /// Whether delays shrink with it.
    pub(super) pitch_moved: bool,
}

impl Speed {
    pub(super) const UNCHANGED: Self = Self { factor: 1.0, pitch_moved: false };

    /// All that are tried.
    fn all() -> impl Iterator<Item = Self> {
        let steps = |most: i32| (-most..=most).filter(|step| *step != 0);
        let speed = |pitch_moved| {
            move |step: i32| Self { factor: 1.0 + f64::from(step) * STEP, pitch_moved }
        };
        steps(STEPS_PITCH).map(speed(true)).chain(steps(STEPS_KEPT).map(speed(false)))
    }
}

/// Windows of the levelled spectrogram, spread over the recording.
pub(super) struct SpeedWindows {
    /// First bin, and bins kept.
    bins: Range<usize>,
    /// Length of the transform that gives the ripple, and the delay between two of its values in seconds.
    size: usize,
    step_s: f64,
    windows: Vec<Window>,
    /// Every so many windows one is kept.
    every: usize,
    seen: usize,
}

struct Window {
    /// Frames × bins.
    levelled: Vec<f32>,
    /// The middle of each frame in µs.
    middles: Vec<f64>,
}

impl SpeedWindows {
    pub(super) fn new(spectrogram: &Spectrogram) -> Self {
        let all = spectrogram.bins();
        let end = spectrogram.bands.iter().take(BANDS).next_back().map_or(all.end, |band| band.end);
        let size = (end * OVERSAMPLING).next_power_of_two();
        let step_s = 1.0 / (size as f64 * spectrogram.bin_hz());
        let bins = all.start..end;
        Self { bins, size, step_s, windows: Vec::new(), every: 1, seen: 0 }
    }

    /// Considers the next window: `levelled` (frames × bins) and the middle of each frame in µs.
    pub(super) fn keep(&mut self, levelled: &[f32], middles: &[f64]) {
        if self.seen.is_multiple_of(self.every) {
            let bins = levelled.len() / middles.len().max(1);
            let frames = levelled.chunks_exact(bins.max(1));
            let levelled = frames.flat_map(|frame| &frame[..self.bins.len()]).copied().collect();
            self.windows.push(Window { levelled, middles: middles.to_vec() });
            if self.windows.len() > WINDOWS_MAX {
                let mut number = 0;
                self.windows.retain(|_| {
                    number += 1;
                    number % 2 == 1
                });
                self.every *= 2;
            }
        }
        self.seen += 1;
    }

    /// Windows times speeds.
    pub(super) fn tries(&self) -> f64 {
        (self.windows.len() * Speed::all().count()) as f64
    }

    /// Gives `each` every window at every speed: the speed, from where to where in seconds, and the
    /// window folded as if it ran at its own speed.
    pub(super) fn each(&self, layout: &Layout, mut each: impl FnMut(Speed, (f64, f64), &Segment)) {
        for window in &self.windows {
            let seconds = |at: Option<&f64>| at.map_or(0.0, |us| us * 1e-6);
            let place = (seconds(window.middles.first()), seconds(window.middles.last()));
            let ripple = self.ripple(window, layout);
            for speed in Speed::all() {
                each(speed, place, &self.fold(window, &ripple, layout, speed));
            }
        }
    }

    /// Delays of the ripple that any speed needs.
    fn delays(&self, layout: &Layout) -> usize {
        let longest_s = f64::from(layout.slots.end * SLOT_US) * 1e-6;
        let slowest = 1.0 - f64::from(STEPS_PITCH) * STEP;
        ((longest_s / slowest / self.step_s).ceil() as usize + 2).min(self.size)
    }

    /// The ripple at fine steps of delay, frames × delays.
    fn ripple(&self, window: &Window, layout: &Layout) -> Vec<f32> {
        let delays = self.delays(layout);
        let mut fft = InverseFft::new(self.size);
        let mut ripple = Vec::with_capacity(window.middles.len() * delays);
        for frame in window.levelled.chunks_exact(self.bins.len().max(1)) {
            let bins = fft.bins_mut();
            bins.fill(Default::default());
            for (to, &x) in bins[self.bins.clone()].iter_mut().zip(frame) {
                to.re = x;
            }
            ripple.extend_from_slice(&fft.transform()[..delays]);
        }
        normalise(&mut ripple, delays);
        ripple
    }

    fn fold(&self, window: &Window, ripple: &[f32], layout: &Layout, speed: Speed) -> Segment {
        let delays = self.delays(layout);
        let shrink = if speed.pitch_moved { speed.factor } else { 1.0 };
        let places: Vec<(usize, f32)> = layout
            .slots
            .clone()
            .map(|slot| {
                let at = f64::from(slot * SLOT_US) * 1e-6 / shrink / self.step_s;
                // Longer delays than a frame resolves fold back, as in the tables of cosines.
                (at as usize % self.size, at.fract() as f32)
            })
            .collect();
        let at = |frame: &[f32], place: &(usize, f32)| {
            let (left, right) = (frame[place.0], frame[(place.0 + 1) % delays]);
            left + place.1 * (right - left)
        };
        let frames = ripple.chunks_exact(delays.max(1));
        let mut segment = Segment::new(layout, Parts::ONE);
        let mut own = vec![0.0; places.len()];
        for (frame, &middle_us) in frames.zip(&window.middles) {
            own.iter_mut().zip(&places).for_each(|(own, place)| *own = at(frame, place));
            segment.add_frame(layout, 0, hop(layout, middle_us * speed.factor), &own);
        }
        segment
    }
}
