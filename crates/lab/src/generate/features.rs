//! What generators are conditioned on: the course of mel spectrum and loudness.

use patchveil_spectral::WindowedPower;
use patchveil_spectral::mel::MelBank;
use patchveil_spectral::window::hann;

use super::RATE;

/// Samples from one frame to the next: 8 ms.
pub(super) const HOP: usize = 64;
/// Samples in a window: 32 ms, centred on its frame.
pub(super) const WINDOW: usize = 256;
/// Mel bands between 20 Hz and 4 kHz.
pub(super) const BANDS: usize = 24;
const LOWEST_HZ: f64 = 20.0;
/// Added to the power of a band before the logarithm; full scale is about 1.
const FLOOR: f32 = 1e-7;

/// Mel spectrum and loudness of one recording. Frame k is centred on sample `k` · [`HOP`].
pub(super) struct Course {
    /// Frames × [`BANDS`]: natural logarithms of band powers, minus [`level`](Self::level).
    pub(super) mel: Vec<[f32; BANDS]>,
    /// Natural logarithm of the root mean square of each window.
    pub(super) level: Vec<f32>,
}

impl Course {
    /// Natural logarithm of the root mean square around sample `t`.
    pub(super) fn loudness(&self, t: usize) -> f32 {
        let (here, next, way) = place(t, self.level.len());
        between(self.level[here], self.level[next], way)
    }
}

/// Extracts [`Course`]s.
pub(super) struct Extractor {
    spectrum: WindowedPower,
    bank: MelBank,
}

impl Extractor {
    pub(super) fn new() -> Self {
        let spectrum = WindowedPower::new(hann(WINDOW), WINDOW);
        Self { bank: MelBank::new(BANDS, LOWEST_HZ, f64::from(RATE), WINDOW), spectrum }
    }

    /// The course of a recording: one frame more than it has whole hops.
    pub(super) fn course(&mut self, samples: &[f32]) -> Course {
        let frames = samples.len() / HOP + 1;
        let mut padded = vec![0.0; WINDOW / 2];
        padded.extend_from_slice(samples);
        padded.resize(padded.len() + WINDOW, 0.0);
        let (mut mel, mut level) = (Vec::with_capacity(frames), Vec::with_capacity(frames));
        for frame in 0..frames {
            let window = &padded[frame * HOP..frame * HOP + WINDOW];
            let power = window.iter().map(|x| x * x).sum::<f32>() / WINDOW as f32;
            let of_frame = 0.5 * (power + FLOOR).ln();
            let scale = 1.0 / (WINDOW * WINDOW) as f32;
            let power = self.spectrum.power(window);
            let mut bands = [0.0; BANDS];
            for (band, energy) in bands.iter_mut().zip(self.bank.energies(power)) {
                *band = 0.5 * (energy * scale + FLOOR).ln() - of_frame;
            }
            mel.push(bands);
            level.push(of_frame);
        }
        Course { mel, level }
    }
}

/// The frame before sample `t` and the fraction of the way to the next.
pub(super) fn place(t: usize, frames: usize) -> (usize, usize, f32) {
    let last = frames.saturating_sub(1);
    let frame = (t / HOP).min(last);
    (frame, (frame + 1).min(last), (t % HOP) as f32 / HOP as f32)
}

/// `a` and `b` mixed: `b`'s share is `way`.
pub(super) fn between(a: f32, b: f32, way: f32) -> f32 {
    a + (b - a) * way
}
