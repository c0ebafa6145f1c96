//! What happens to recordings before somebody trains on them.

use rand::RngExt;
use rayon::prelude::*;

use super::condition::Before;
use super::dereverb::dereverberated;
use super::error::TraceError;
use super::pitch_shift::shifted;
use crate::attack::{Attack, Material};
use crate::clip::Clip;
use crate::generate::{Audio, RATE};
use crate::quality::integrated_loudness;
use crate::signal::level::rms;
use crate::signal::rng::rng;

/// By how much the pitch moves, up or down.
const SEMITONES: f64 = 2.0;
/// The loudness that all recordings get, in LUFS (EBU R 128), as far as they do not clip.
const LOUDNESS: f64 = -23.0;

/// The recordings after `before`, each as long as it was.
pub(super) fn treat(
    before: Before,
    recordings: Vec<Audio>,
    seed: u64,
) -> Result<Vec<Audio>, TraceError> {
    match before {
        Before::None => Ok(recordings),
        Before::Mp3 => attacked(Attack::Mp3High, recordings, seed),
        Before::Opus => attacked(Attack::OpusHigh, recordings, seed),
        Before::Resample => attacked(Attack::ResampleMild, recordings, seed),
        Before::Noise => attacked(Attack::Noise, recordings, seed),
        Before::Denoise => attacked(Attack::SpectralGate, recordings, seed),
        Before::Pitch => each(recordings, |n, audio| {
            let up = rng(seed, "pitch", &n.to_string()).random::<bool>();
            shifted(&audio, if up { SEMITONES } else { -SEMITONES }).map_err(TraceError::from)
        }),
        Before::Dereverb => each(recordings, |_, audio| Ok(dereverberated(&audio))),
        Before::Loudness => each(recordings, |_, audio| Ok(normalised(audio))),
    }
}

fn each(
    recordings: Vec<Audio>,
    treat: impl Fn(usize, Audio) -> Result<Audio, TraceError> + Sync,
) -> Result<Vec<Audio>, TraceError> {
    let numbered = recordings.into_par_iter().enumerate();
    numbered.map(|(n, audio)| treat(n, audio)).collect()
}

/// The recordings after one of the lab's attacks.
fn attacked(attack: Attack, recordings: Vec<Audio>, seed: u64) -> Result<Vec<Audio>, TraceError> {
    let clip = |(n, samples): (usize, Audio)| Clip {
        samples,
        rate: RATE,
        label: 0,
        group: String::new(),
        name: n.to_string(),
    };
    let train = recordings.into_iter().enumerate().map(clip).collect();
    let mut material = Material { train, test: Vec::new(), clean: Vec::new(), period: 1.0 };
    attack.apply(&mut material, seed)?;
    Ok(material.train.into_iter().map(|clip| clip.samples).collect())
}

fn normalised(mut audio: Audio) -> Audio {
    let Some(loudness) = integrated_loudness(&audio, RATE) else { return audio };
    let wanted = 10_f64.powf((LOUDNESS - loudness) / 20.0);
    let loudest = f64::from(audio.iter().fold(0.0_f32, |most, x| most.max(x.abs())));
    let scale = wanted.min(0.99 / loudest.max(1e-9)) as f32;
    if rms(&audio) > 0.0 {
        audio.iter_mut().for_each(|x| *x *= scale);
    }
    audio
}
