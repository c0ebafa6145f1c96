//! The adaptive attacker who suspects a filter for each class and removes the average difference
//! between classes, at the price of real differences.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::bands::Bands;
use crate::clip::Clip;
use crate::signal::filter::{interpolate, smooth, zero_phase};
use patchveil_spectral::Stft;

/// Window of the long-term spectra in ms.
const LONG_MS: f64 = 60.0;
/// Standard deviation of the smoothing over frequency in Hz.
const SMOOTH_HZ: f64 = 30.0;
/// Largest correction in dB.
const LIMIT_DB: f64 = 24.0;
/// A mean over n clips gets the weight n/(n + this).
const SHRINKAGE: f64 = 10.0;

/// Equalises the mean log spectrum of every class to the mean over all classes, with one linear
/// filter for each class. Every clip has the same weight, whatever its level. All clips must have
/// the same sample rate.
pub(super) fn equalise_spectra(train: &mut [Clip]) {
    let Some(rate) = train.first().map(|clip| clip.rate) else { return };
    let stft = Stft::for_rate(LONG_MS, rate);
    let spectra: Vec<(usize, Vec<f64>)> =
        train.par_iter().map(|clip| (clip.label, log_spectrum(&stft, &clip.samples))).collect();
    let means = class_means(&spectra, stft.bins());
    let global = mean(means.values(), stft.bins());
    let curve = |class: &Vec<f64>| -> Vec<f64> {
        let difference: Vec<f64> = global.iter().zip(class).map(|(g, c)| g - c).collect();
        let smooth = smooth(&difference, SMOOTH_HZ / stft.hz(1, rate));
        smooth.iter().map(|db| 10_f64.powf(db.clamp(-LIMIT_DB, LIMIT_DB) / 20.0)).collect()
    };
    let gains: BTreeMap<usize, Vec<f64>> =
        means.iter().map(|(&label, class)| (label, curve(class))).collect();
    train.par_iter_mut().for_each(|clip| {
        clip.samples = zero_phase(&clip.samples, |f| interpolate(&gains[&clip.label], f));
    });
}

/// Mean power of each bin in dB relative to the mean over bins, limited to 80 dB below the
/// strongest bin.
pub(super) fn log_spectrum(stft: &Stft, samples: &[f32]) -> Vec<f64> {
    let power = stft.mean_power(samples);
    let floor = power.iter().copied().fold(1e-20, f64::max) * 1e-8;
    let db: Vec<f64> = power.iter().map(|x| 10.0 * x.max(floor).log10()).collect();
    let mean = db.iter().sum::<f64>() / db.len() as f64;
    db.iter().map(|x| x - mean).collect()
}

/// Mean vector of each label.
pub(super) fn class_means(vectors: &[(usize, Vec<f64>)], len: usize) -> BTreeMap<usize, Vec<f64>> {
    let mut by_class: BTreeMap<usize, Vec<&Vec<f64>>> = BTreeMap::new();
    for (label, vector) in vectors {
        by_class.entry(*label).or_default().push(vector);
    }
    by_class.into_iter().map(|(label, all)| (label, mean(all.into_iter(), len))).collect()
}

fn mean<'a>(vectors: impl Iterator<Item = &'a Vec<f64>>, len: usize) -> Vec<f64> {
    let mut sum = vec![0.0; len];
    let mut count = 0.0;
    for vector in vectors {
        sum.iter_mut().zip(vector).for_each(|(sum, x)| *sum += x);
        count += 1.0;
    }
    sum.iter().map(|x| x / f64::max(count, 1.0)).collect()
}

/// Equalises the mean spectrogram of every class, counted from the start of the clip, to the mean
/// over all classes: [`equalise_spectra`] for every 4 ms separately. If all clips start at the same
/// phase of the veil's period (whole clips), this also finds the alternating EQ.
pub(super) fn equalise_spectrograms(train: &mut [Clip]) {
    let Some(rate) = train.first().map(|clip| clip.rate) else { return };
    let bands = Bands::new(rate);
    let levels: Vec<(usize, Vec<Vec<f64>>)> =
        train.par_iter().map(|clip| (clip.label, bands.levels_of(clip))).collect();
    // Label → window → (sum of levels, number of clips that have this window).
    let mut sums: BTreeMap<usize, Vec<(Vec<f64>, f64)>> = BTreeMap::new();
    for (label, levels) in &levels {
        let sums = sums.entry(*label).or_default();
        if sums.len() < levels.len() {
            sums.resize(levels.len(), (vec![0.0; bands.count()], 0.0));
        }
        for ((sum, count), levels) in sums.iter_mut().zip(levels) {
            sum.iter_mut().zip(levels).for_each(|(sum, x)| *sum += x);
            *count += 1.0;
        }
    }
    let means: BTreeMap<usize, Vec<(Vec<f64>, f64)>> = sums
        .into_iter()
        .map(|(label, sums)| {
            let mean = |(sum, count): (Vec<f64>, f64)| {
                (sum.iter().map(|x| x / f64::max(count, 1.0)).collect(), count)
            };
            (label, sums.into_iter().map(mean).collect())
        })
        .collect();
    let gains = |label: usize, t: usize| -> Vec<f64> {
        let at_t: Vec<&(Vec<f64>, f64)> = means.values().filter_map(|x| x.get(t)).collect();
        let global = mean(at_t.iter().map(|(levels, _)| levels), bands.count());
        let (class, count) = &means[&label][t];
        let weight = count / (count + SHRINKAGE);
        global.iter().zip(class).map(|(g, c)| (g - c) * weight).collect()
    };
    let gains: BTreeMap<usize, Vec<Vec<f64>>> = means
        .iter()
        .map(|(&label, windows)| (label, (0..windows.len()).map(|t| gains(label, t)).collect()))
        .collect();
    train.par_iter_mut().for_each(|clip| {
        let (gains, spectra) = (&gains[&clip.label], bands.stft.analysis(&clip.samples));
        clip.samples = bands.with_gains(clip, spectra, |t| gains[t].clone());
    });
}
