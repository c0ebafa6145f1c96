//! Which bands a class raises and lowers: the designed gain over frequency.

use patchveil_spectral::mel::hz_to_mel;

use crate::key::{ClassKey, KeyStream, Purpose};
use crate::recipe::{Depth, Spectral, VeilSettings};

/// Bands for which the key always draws, whatever the sample rate: up to 400 kHz and more.
const BANDS_DRAWN: usize = 256;
/// Frequency up to which [`Spectral::bands`] are counted, in Hz.
pub(crate) const MEL_BANDS_UP_TO_HZ: f64 = 4_000.0;
/// The gain begins to flatten at this many Hz …
const FLATTENS_FROM_HZ: f64 = 18_000.0;
/// … and is flat from this many on, so that all rates from 44.1 kHz up carry the same gain.
pub(crate) const FLAT_FROM_HZ: f64 = 20_000.0;

/// A frequency on the scale of a recipe's bands.
pub(crate) struct BandPosition {
    /// Pitch in mel, as a share of that of [`MEL_BANDS_UP_TO_HZ`].
    mel_share: f64,
    /// 1 where bands have their full depth, 0 where the gain is flat.
    taper: f64,
    /// The band whose middle is the nearest at or below, −1 below the first.
    below: f64,
    /// How far towards the next band's middle, as a raised cosine.
    towards_next: f64,
}

impl BandPosition {
    /// `hz` on the scale of `bands` bands to [`MEL_BANDS_UP_TO_HZ`].
    pub(crate) fn new(hz: f64, bands: u32) -> Self {
        let mel_share = hz_to_mel(hz) / hz_to_mel(MEL_BANDS_UP_TO_HZ);
        let place = mel_share * f64::from(bands) - 0.5;
        let below = libm::floor(place);
        let past = (hz - FLATTENS_FROM_HZ) / (FLAT_FROM_HZ - FLATTENS_FROM_HZ);
        Self {
            mel_share,
            taper: 1.0 - raised_cosine(past),
            below,
            towards_next: raised_cosine(place - below),
        }
    }

    /// How deep bands are here, in dB.
    fn depth(&self, depth: &Depth) -> f64 {
        let profile = depth.low + (depth.high - depth.low) * self.mel_share.min(1.0);
        depth.db * profile * self.taper
    }

    /// Between −1 and 1: `signs` in the middles of bands, raised cosines between. A steeper edge
    /// would ring, and turn the phase by more than can be undone.
    fn interpolate(&self, signs: &[f64]) -> f64 {
        let level = |band: f64| signs[(band.max(0.0) as usize).min(BANDS_DRAWN - 1)];
        let low = level(self.below);
        low + (level(self.below + 1.0) - low) * self.towards_next
    }
}

/// The spreading pattern of a class: the signs, band by band, that its alternating kernels spread
/// over the spectrum. Kernels come in opposite pairs.
pub(crate) struct SpreadingPattern<'a> {
    spectral: &'a Spectral,
    /// The veil's amount, 1 for 100 %.
    scale: f64,
    kernels: usize,
    /// For each pair of kernels the signs of the first by band, 0 where the band is not the class's;
    /// the second has the opposite signs.
    signs: Vec<Vec<f64>>,
}

impl<'a> SpreadingPattern<'a> {
    /// The pattern of `key` under valid `settings` whose filter is `spectral`.
    pub(crate) fn of(key: &ClassKey, spectral: &'a Spectral, settings: &VeilSettings) -> Self {
        let seed = key.derive(Purpose::Kernel);
        let kernels = settings.kernels as usize;
        // Stream 0 chooses the bands, stream 1 + n the signs of pair n.
        let chosen = choose_bands(spectral, seed.stream(0));
        let signs = (1..=kernels.div_ceil(2) as u64)
            .map(|pair| {
                let mut stream = seed.stream(pair);
                let draw = |&chosen: &bool| {
                    let sign = if stream.bits() >> 31 == 0 { 1.0 } else { -1.0 };
                    if chosen { sign } else { 0.0 }
                };
                chosen.iter().map(draw).collect()
            })
            .collect();
        Self { spectral, scale: settings.amount / 100.0, kernels, signs }
    }

    /// Kernels it has.
    pub(crate) fn kernels(&self) -> usize {
        self.kernels
    }

    /// The designed gain of a kernel at a frequency, in dB, in two parts that add up to it: what
    /// the key's signs decide, and what is the same for all signs.
    pub(crate) fn gain_db(&self, kernel: usize, at: &BandPosition) -> (f64, f64) {
        let (signed, even) = self.pair_gain_db(kernel / 2, at);
        (if kernel.is_multiple_of(2) { signed } else { -signed }, even)
    }

    /// [`gain_db`](Self::gain_db) of the first kernel of a pair. The second has the opposite signed
    /// part and the same even part.
    pub(crate) fn pair_gain_db(&self, pair: usize, at: &BandPosition) -> (f64, f64) {
        let depth = self.scale * at.depth(&self.spectral.alternating_eq);
        let signed = depth * at.interpolate(&self.signs[pair]);
        (signed, -mean_power_gain(signed))
    }
}

/// Of every `spectral.bands` neighbouring bands chooses `spectral.active`.
fn choose_bands(spectral: &Spectral, mut stream: KeyStream) -> Vec<bool> {
    let group = spectral.bands as usize;
    let mut chosen = vec![false; BANDS_DRAWN];
    for bands in chosen.chunks_mut(group) {
        let mut order: Vec<usize> = (0..group).collect();
        stream.shuffle(&mut order);
        for &band in &order[..spectral.active as usize] {
            if let Some(band) = bands.get_mut(band) {
                *band = true;
            }
        }
    }
    chosen
}

/// The mean power gain, in dB, of raising a band by `db` half of the time and lowering it by as much
/// the other half: 10·log₁₀ cosh(db·ln 10 / 10). Subtracted from both, it keeps the power of every
/// band, whatever the voice, and so its loudness.
fn mean_power_gain(db: f64) -> f64 {
    10.0 * libm::log10(libm::cosh(db * std::f64::consts::LN_10 / 10.0))
}

/// The signs of a class's static EQ.
pub(crate) struct StaticPattern<'a> {
    depth: &'a Depth,
    /// The veil's amount, 1 for 100 %.
    scale: f64,
    signs: Vec<f64>,
}

impl<'a> StaticPattern<'a> {
    /// The static EQ of `key` under valid `settings` whose filter is `spectral`; `None` where it has
    /// none.
    pub(crate) fn of(
        key: &ClassKey,
        spectral: &'a Spectral,
        settings: &VeilSettings,
    ) -> Option<Self> {
        let scale = settings.amount / 100.0;
        let depth = &spectral.static_eq;
        if scale * depth.db == 0.0 {
            return None;
        }
        let mut stream = key.derive(Purpose::StaticEq).stream(0);
        let mut signs = vec![0.0; BANDS_DRAWN];
        for four in signs.chunks_exact_mut(4) {
            // Of four neighbours two are raised and two lowered: a voice keeps its balance, and its
            // loudness as nearly as one EQ for all voices can keep it.
            four.copy_from_slice(&[1.0, 1.0, -1.0, -1.0]);
            stream.shuffle(four);
        }
        Some(Self { depth, scale, signs })
    }

    /// The designed gain at a frequency, in dB.
    pub(crate) fn gain_db(&self, at: &BandPosition) -> f64 {
        self.scale * at.depth(self.depth) * at.interpolate(&self.signs)
    }
}

/// 0 up to 0, 1 from 1 on, a raised cosine between.
pub(super) fn raised_cosine(part: f64) -> f64 {
    0.5 - 0.5 * libm::cos(std::f64::consts::PI * part.clamp(0.0, 1.0))
}
