//! One recording, one key, one treatment.

use std::path::PathBuf;
use std::sync::Arc;

use patchveil_test_support::Rng;
use patchveil_veil::{
    ClassKey, Convolver, Detector, Evidence, ExcerptMatch, Locator, Recipe, Veil,
};

use crate::Failure;
use crate::ffmpeg::{Audio, Treatment};
use crate::speech::{RATE, Voice};

/// Length of every recording before it is treated.
const SECONDS: f64 = 30.0;
/// Texts a voice has.
const TEXTS: u64 = 8;

/// What all trials share.
pub struct Lab {
    pub voices: Vec<Voice>,
    pub recipe: Recipe,
    pub decoys: u32,
    pub work: PathBuf,
}

/// The result of a search for the right key.
pub struct Found {
    pub p: f64,
    /// Standard deviations of the decoys above their mean.
    pub sigmas: f64,
    /// How far the offset is from the true one.
    pub offset_ms: f64,
}

/// The result of a search for the right key in an excerpt, without its original and with it.
pub struct FoundInExcerpt {
    pub blind: f64,
    pub p: f64,
    pub sigmas: f64,
    /// How far the excerpt's place in its original is from the true one.
    pub place_ms: f64,
    pub correlation: f64,
    /// The correlation with another recording.
    pub other_correlation: f64,
}

impl Lab {
    /// As [`Self::find`], with recording number `trial` before it was protected at hand.
    pub fn find_in_excerpt(
        &self,
        trial: u64,
        treatment: &Treatment,
    ) -> Result<FoundInExcerpt, Failure> {
        let stereo = trial.is_multiple_of(2);
        let original = self.bare(trial, stereo)?;
        let audio = self.protected(trial, stereo)?;
        let random = Rng::new(trial ^ 0x0b_e51de).bits();
        let thread = std::thread::current().id();
        let treated = treatment.apply(&audio, random, &self.work.join(format!("{thread:?}")))?;
        let excerpt = treated.audio;
        let p_of = |evidence: &Evidence| {
            let score = evidence.test(&key(trial));
            let decoys = evidence.decoys(self.decoys, random);
            (decoys.p_value(score.value), decoys.sigmas(score.value))
        };
        let (blind, _) = p_of(&detect(&excerpt, &self.recipe)?);
        let place = locate(&excerpt, &original)?;
        let (p, sigmas) = p_of(&detect_with_original(&excerpt, &original, &place, &self.recipe)?);
        let other = locate(&excerpt, &self.bare(trial + 1, false)?)?;
        let place_ms = 1e3 * (place.start_s - treated.start_s);
        let (correlation, other_correlation) = (place.correlation, other.correlation);
        Ok(FoundInExcerpt { blind, p, sigmas, place_ms, correlation, other_correlation })
    }

    /// Protects recording number `trial` with a key of its own, treats it, and searches for the key.
    pub fn find(&self, trial: u64, treatment: &Treatment) -> Result<Found, Failure> {
        let audio = self.protected(trial, trial.is_multiple_of(2))?;
        let random = Rng::new(trial ^ 0x00c0_ffee).bits();
        let thread = std::thread::current().id();
        let treated = treatment.apply(&audio, random, &self.work.join(format!("{thread:?}")))?;
        let evidence = detect(&treated.audio, &self.recipe)?;
        let score = evidence.test(&key(trial));
        let decoys = evidence.decoys(self.decoys, random);
        let period_ms = self.recipe.period_us() as f64 / 1e3;
        let found_ms = 1e3 * score.offset / f64::from(treated.audio.rate);
        let off = (found_ms - 1e3 * treated.start_s).rem_euclid(period_ms);
        Ok(Found {
            p: decoys.p_value(score.value),
            sigmas: decoys.sigmas(score.value),
            offset_ms: if off > period_ms / 2.0 { off - period_ms } else { off },
        })
    }

    /// The p-values of `keys` keys that recording number `n` was not made with.
    pub fn wrong_keys(&self, n: u64, protected: bool, keys: u64) -> Result<Vec<f64>, Failure> {
        let stereo = n.is_multiple_of(2);
        let audio = if protected { self.protected(n, stereo)? } else { self.bare(n, stereo)? };
        let evidence = detect(&audio, &self.recipe)?;
        let decoys = evidence.decoys(self.decoys, Rng::new(n ^ 0xdec0).bits());
        let wrong = (0..keys).map(|wrong| key(1_000_000 + n * keys + wrong));
        Ok(wrong.map(|key| decoys.p_value(evidence.test(&key).value)).collect())
    }

    /// Recording number `n` with its own key on it.
    pub fn protected(&self, n: u64, stereo: bool) -> Result<Audio, Failure> {
        let mut audio = self.bare(n, stereo)?;
        let veil = Arc::new(Veil::new(&key(n), &self.recipe, RATE)?);
        let mut channels = audio.planar();
        let mut slices: Vec<&mut [f32]> = channels.iter_mut().map(Vec::as_mut_slice).collect();
        Convolver::of(veil, slices.len()).process(0, &mut slices);
        audio.interleave(&channels);
        Ok(audio)
    }

    /// Recording number `n`: mono, or stereo with the voice a little to the left.
    fn bare(&self, n: u64, stereo: bool) -> Result<Audio, Failure> {
        let count = self.voices.len() as u64;
        let voice = &self.voices[(n % count) as usize];
        let left = voice.speak(n / count % TEXTS, SECONDS, &self.work)?;
        let mut audio = Audio { samples: Vec::new(), rate: RATE, channels: 1 };
        if stereo {
            audio.channels = 2;
            let late = std::iter::repeat_n(0.0, 17).chain(left.iter().map(|x| 0.6 * x));
            let right: Vec<f32> = late.take(left.len()).collect();
            audio.interleave(&[left, right]);
        } else {
            audio.samples = left;
        }
        Ok(audio)
    }
}

/// Key number `number`.
pub fn key(number: u64) -> ClassKey {
    ClassKey::from_bytes(Rng::new(number ^ 0x6b65_7900).key_bytes())
}

/// The evidence of a whole recording.
pub fn detect(audio: &Audio, recipe: &Recipe) -> Result<Evidence, Failure> {
    let mut detector = Detector::new(audio.rate, audio.channels, recipe)?;
    let channels = audio.planar();
    let slices = slices_of(&channels);
    detector.feed(&slices);
    Ok(detector.finish())
}

/// Where an excerpt lies in a recording.
pub fn locate(excerpt: &Audio, original: &Audio) -> Result<ExcerptMatch, Failure> {
    let channels = excerpt.planar();
    let slices = slices_of(&channels);
    let mut locator =
        Locator::new(&slices, excerpt.rate, original.rate).ok_or("the excerpt is silent")?;
    let channels = original.planar();
    let slices = slices_of(&channels);
    locator.feed(&slices);
    Ok(locator.finish().ok_or("the original is silent")?)
}

/// The evidence of a whole excerpt with its original.
pub fn detect_with_original(
    excerpt: &Audio,
    original: &Audio,
    place: &ExcerptMatch,
    recipe: &Recipe,
) -> Result<Evidence, Failure> {
    let channels = if excerpt.channels == original.channels { excerpt.channels } else { 1 };
    let mut detector = Detector::with_original(excerpt.rate, channels, recipe)?;
    let (excerpt_channels, original_channels) = (excerpt.planar(), original.planar());
    let range = place.original_range(excerpt.seconds());
    let within = |channel: &'_ Vec<f32>| {
        let end = channel.len();
        (range.start as usize).min(end)..(range.end as usize).min(end)
    };
    let original: Vec<&[f32]> =
        original_channels.iter().map(|channel| &channel[within(channel)]).collect();
    let slices = slices_of(&excerpt_channels);
    let aligned = place.align_original(&slices, &original);
    detector.feed_with_original(&slices, &slices_of(&aligned));
    Ok(detector.finish())
}

fn slices_of(channels: &[Vec<f32>]) -> Vec<&[f32]> {
    channels.iter().map(Vec::as_slice).collect()
}
