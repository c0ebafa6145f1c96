//! The adaptive attacker who suspects a filter for each class and takes out what sets the classes
//! apart on average. He pays for it with what really sets them apart.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::bands::Bands;
use super::whiten::smoothed;
use crate::clip::Clip;
use crate::signal::shape::{between, shape};
use crate::signal::stft::Stft;

/// Window of long-term spectra, in ms.
const LONG_MS: f64 = 60.0;
/// Standard deviation of the smoothing over frequency, in Hz.
const SMOOTH_HZ: f64 = 30.0;
/// Most that is corrected, in dB.
const LIMIT_DB: f64 = 24.0;
/// A mean over n clips is trusted by n/(n + this).
const DOUBT: f64 = 10.0;

/// Every class's mean log spectrum brought to the mean over all classes by one linear filter for
/// the class. Each clip counts alike, whatever its loudness. All clips are taken to have the rate
/// of the first.
pub(super) fn equal_spectra(train: &mut [Clip]) {
    let Some(rate) = train.first().map(|clip| clip.rate) else { return };
    let stft = Stft::for_rate(LONG_MS, rate);
    let spectra: Vec<(usize, Vec<f64>)> =
        train.par_iter().map(|clip| (clip.label, log_spectrum(&stft, &clip.samples))).collect();
    let means = class_means(&spectra, stft.bins());
    let global = mean(means.values(), stft.bins());
    let curve = |class: &Vec<f64>| -> Vec<f64> {
        let apart: Vec<f64> = global.iter().zip(class).map(|(g, c)| g - c).collect();
        let smooth = smoothed(&apart, SMOOTH_HZ / stft.hz(1, rate));
        smooth.iter().map(|db| 10_f64.powf(db.clamp(-LIMIT_DB, LIMIT_DB) / 20.0)).collect()
    };
    let gains: BTreeMap<usize, Vec<f64>> =
        means.iter().map(|(&label, class)| (label, curve(class))).collect();
    train.par_iter_mut().for_each(|clip| {
        clip.samples = shape(&clip.samples, |f| between(&gains[&clip.label], f));
    });
}

/// Mean power of each bin in dB, less the mean over bins; 80 dB below the strongest bin is the
/// least.
pub(super) fn log_spectrum(stft: &Stft, samples: &[f32]) -> Vec<f64> {
    let power = stft.mean_power(samples);
    let floor = power.iter().copied().fold(1e-20, f64::max) * 1e-8;
    let db: Vec<f64> = power.iter().map(|x| 10.0 * x.max(floor).log10()).collect();
    let mean = db.iter().sum::<f64>() / db.len() as f64;
    db.iter().map(|x| x - mean).collect()
}

/// For each label the mean of its vectors.
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

/// Every class's mean spectrogram, counted from the start of the clip, brought to the mean over all
/// classes: what [`equal_spectra`] does, but for every 4 ms by itself. Where clips lie on the
/// veil's timeline alike (whole clips), this also finds what it does in time.
pub(super) fn equal_spectrograms(train: &mut [Clip]) {
    let Some(rate) = train.first().map(|clip| clip.rate) else { return };
    let bands = Bands::new(rate);
    let levels: Vec<(usize, Vec<Vec<f64>>)> =
        train.par_iter().map(|clip| (clip.label, bands.levels_of(clip))).collect();
    // Label → moment → (sum of levels, clips that last so long).
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
        let trust = count / (count + DOUBT);
        global.iter().zip(class).map(|(g, c)| (g - c) * trust).collect()
    };
    let gains: BTreeMap<usize, Vec<Vec<f64>>> = means
        .iter()
        .map(|(&label, moments)| (label, (0..moments.len()).map(|t| gains(label, t)).collect()))
        .collect();
    train.par_iter_mut().for_each(|clip| {
        let (gains, spectra) = (&gains[&clip.label], bands.stft.analysis(&clip.samples));
        clip.samples = bands.turned(clip, spectra, |t| gains[t].clone());
    });
}
