//! Attacks that treat each clip by itself.

use super::*;
use crate::signal::filter::zero_phase;
use crate::signal::level::rms;
use patchveil_spectral::Stft;

#[test]
fn resampling_and_low_pass_remove_the_upper_band() {
    for (attack, rate, edge_hz) in [
        (Attack::ResampleHard, 8_000, 2_000.0),
        (Attack::ResampleMild, 8_000, 3_000.0),
        (Attack::ResampleHard, 44_100, 4_000.0),
        (Attack::ResampleMild, 44_100, 8_000.0),
        (Attack::LowPass, 8_000, 2_500.0),
    ] {
        let (before, after) = (material(rate), after(attack, rate, 1));
        let stft = Stft::for_rate(30.0, rate);
        let power = |clip: &Clip, above: bool| -> f64 {
            let power = stft.mean_power(&clip.samples);
            let counts = |bin: &usize| {
                let hz = stft.hz(*bin, rate);
                if above { hz > edge_hz * 1.1 } else { hz < edge_hz * 0.85 }
            };
            (0..stft.bins()).filter(counts).map(|bin| power[bin]).sum()
        };
        let (b, a) = (&before.train[4], &after.train[4]);
        assert!(power(a, true) < 1e-4 * power(b, true), "{attack} at {rate} Hz lets through");
        let below = power(a, false) / power(b, false);
        assert!((0.97..1.03).contains(&below), "{attack} at {rate} Hz: {below} below the edge");
    }
}

#[test]
fn eight_bits_give_256_levels() {
    let after = after(Attack::EightBits, RATE, 1);
    let steps = after.train.iter().flat_map(|clip| &clip.samples).map(|x| x * 128.0);
    assert!(steps.into_iter().all(|x| x == x.round() && (-128.0..128.0).contains(&x)));
}

#[test]
fn random_filters_differ_keep_the_power_and_stay_within_their_limit() {
    let mut spread = 0.0_f64;
    for seed in 0..40 {
        for rate in [8_000, 48_000] {
            let taps = random::eq_taps(rate, &mut rng(seed, "test", "eq"));
            let power: f64 = taps.iter().map(|x| x * x).sum();
            assert!((power - 1.0).abs() < 1e-9);
            for k in 0..=50 {
                let db = random::gain_db(&taps, 0.01 * f64::from(k));
                // Between the frequencies that `eq_taps` checks the gain may exceed the limit a
                // little.
                assert!(db.abs() < random::EQ_LIMIT_DB + 3.0, "{db} dB");
                spread = spread.max(db.abs());
            }
        }
    }
    assert!(spread > 6.0, "never more than {spread} dB is no attack");
}

#[test]
fn a_warp_moves_samples_by_at_most_a_millisecond() {
    let mut clip = clips(1, RATE).remove(0);
    // A click every 50 ms shows the movement.
    clip.samples = vec![0.0; 8_000];
    (200..8_000).step_by(400).for_each(|n| clip.samples[n] = 1.0);
    let warped = random::warp(&clip, &mut rng(1, "test", "warp"));
    let mut moved = Vec::new();
    for at in (200..7_900).step_by(400) {
        let near = at - 20..at + 21;
        let peak = near.max_by(|&a, &b| warped[a].abs().total_cmp(&warped[b].abs())).unwrap();
        moved.push(peak as i64 - at as i64);
    }
    assert!(moved.iter().all(|by| by.abs() <= 10), "{moved:?}");
    assert!(moved.iter().any(|by| by.abs() >= 3), "{moved:?}");
}

#[test]
fn noise_is_10_to_30_db_below_the_clip() {
    let (before, after) = (material(RATE), after(Attack::Noise, RATE, 1));
    let ratios: Vec<f64> = before
        .train
        .iter()
        .zip(&after.train)
        .map(|(before, after)| crate::quality::snr(&before.samples, &after.samples))
        .collect();
    assert!(ratios.iter().all(|db| (9.5..30.5).contains(db)), "{ratios:?}");
    assert!(ratios.iter().any(|&db| db < 15.0) && ratios.iter().any(|&db| db > 25.0), "{ratios:?}");
}

#[test]
fn a_shifted_clip_has_the_same_samples_elsewhere() {
    let (before, after) = (material(RATE), after(Attack::TimeShift, RATE, 1));
    let mut shifts = Vec::new();
    for (before, after) in before.train.iter().zip(&after.train) {
        let len = before.samples.len() as i64;
        let found = (-800..=800_i64).find(|by| {
            (0..len).all(|n| {
                let source = usize::try_from(n - by).ok().and_then(|n| before.samples.get(n));
                after.samples[n as usize] == source.copied().unwrap_or(0.0)
            })
        });
        shifts.push(found.expect("a shift of at most 0.1 s"));
    }
    assert!(shifts.iter().any(|&by| by > 100) && shifts.iter().any(|&by| by < -100), "{shifts:?}");
}

#[test]
fn spec_augment_changes_only_its_masks() {
    let (before, after) = (material(RATE), after(Attack::SpecAugment, RATE, 1));
    let stft = Stft::for_rate(32.0, RATE);
    let mut shares = Vec::new();
    for (before, after) in before.train.iter().zip(&after.train) {
        let (b, a) = (stft.analysis(&before.samples), stft.analysis(&after.samples));
        let cells = || b.iter().flatten().zip(a.iter().flatten());
        let loudest = cells().map(|(b, _)| b.norm()).fold(0.0, f32::max);
        let changed = cells().filter(|(b, a)| (*b - *a).norm() > 0.02 * loudest).count();
        shares.push(changed as f64 / cells().count() as f64);
    }
    assert!(shares.iter().all(|share| *share < 0.6), "{shares:?}");
    assert!(shares.iter().any(|share| *share > 0.01), "{shares:?}");
}

#[test]
fn the_gate_attenuates_pauses_and_keeps_speech() {
    let mut clip = clips(1, RATE).remove(0);
    let hiss = |n: usize| 0.002 * ((n * 7_919 % 1_009) as f32 / 504.5 - 1.0);
    clip.samples = (0..8_000).map(hiss).collect();
    let loud = syllable("loud", 3_000, RATE);
    clip.samples[3_000..6_000].iter_mut().zip(&loud).for_each(|(x, l)| *x += l);
    let gated = gate::gated(&clip);
    let change_db = |range: std::ops::Range<usize>| {
        20.0 * (rms(&gated[range.clone()]) / rms(&clip.samples[range])).log10()
    };
    assert!(change_db(500..2_500) < -8.0, "{}", change_db(500..2_500));
    assert!(change_db(4_000..5_500) > -0.5, "{}", change_db(4_000..5_500));
}

/// Unevenness of a long-term spectrum: standard deviation in dB over 200 … 3 800 Hz of averages
/// over 25 bins, which span more than the distance between the harmonics of a voice.
fn unevenness(samples: &[f32]) -> f64 {
    let stft = Stft::for_rate(60.0, RATE);
    let power = stft.mean_power(samples);
    let from = (200.0 / stft.hz(1, RATE)) as usize;
    let to = (3_800.0 / stft.hz(1, RATE)) as usize;
    let db: Vec<f64> =
        power[from..to].chunks_exact(25).map(|x| 10.0 * x.iter().sum::<f64>().log10()).collect();
    let mean = db.iter().sum::<f64>() / db.len() as f64;
    (db.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / db.len() as f64).sqrt()
}

#[test]
fn whitening_flattens_the_spectrum_and_removes_a_fixed_filter() {
    let (before, after) = (material(RATE), after(Attack::Whiten, RATE, 1));
    for (before, after) in before.train.iter().zip(&after.train) {
        let (b, a) = (unevenness(&before.samples), unevenness(&after.samples));
        assert!(a < b / 2.0, "{b} dB became {a} dB");
        assert!((rms(&before.samples) / rms(&after.samples) - 1.0).abs() < 1e-3);
    }
    // A clip and its filtered version at the same level become nearly the same.
    let clip = &before.train[0];
    let mut filtered = clip.clone();
    filtered.samples = zero_phase(&clip.samples, |f| 1.5 + (f * 40.0).sin());
    let scale = (rms(&clip.samples) / rms(&filtered.samples)) as f32;
    filtered.samples.iter_mut().for_each(|x| *x *= scale);
    let distance =
        |a: &[f32], b: &[f32]| crate::quality::lsd(a, b, RATE, (100.0, 3_900.0)).unwrap();
    let before = distance(&clip.samples, &filtered.samples);
    let after = distance(&whiten::whitened(clip), &whiten::whitened(&filtered));
    assert!(after < before / 3.0, "{before} dB became {after} dB");
}
