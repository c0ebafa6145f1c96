//! What each attack does to the material.

use chacha20::ChaCha20Rng;
use rayon::prelude::*;

use super::catalogue::Attack;
use super::error::AttackError;
use super::lossy::{self, BitRate, Codec};
use super::{
    channel, class, clean, gate, period_average, periodic, random, spec_augment, vector_codec,
    whiten,
};
use crate::clip::Clip;
use crate::signal::rng::rng;

/// What the attacker has.
#[derive(Debug, Clone)]
pub struct Material {
    /// The published clips that will be trained on, with their labels.
    pub train: Vec<Clip>,
    /// The clips that the model will be tested on. Only a front end may change them, each clip by
    /// itself and without its label.
    pub test: Vec<Clip>,
    /// The training clips before protection, cut the same way. Only the attacks that are about
    /// clean data may use them.
    pub clean: Vec<Clip>,
    /// Period of the veil in seconds. It is no secret: recipes are published.
    pub period: f64,
}

/// A front end: the new samples of a clip, given the veil's period in seconds.
type FrontEnd = fn(&Clip, f64) -> Result<Vec<f32>, AttackError>;

/// A random treatment: the new samples of a clip.
type RandomTreatment = fn(&Clip, &mut ChaCha20Rng) -> Vec<f32>;

impl Attack {
    /// Whether the treatment is drawn at random for each clip, see [`Attack::draw`].
    #[must_use]
    pub fn is_random(self) -> bool {
        self.random_treatment().is_some()
    }

    fn random_treatment(self) -> Option<RandomTreatment> {
        match self {
            Self::RandomEq => Some(random::eq),
            Self::TimeWarp => Some(random::warp),
            Self::Noise => Some(random::noise),
            Self::TimeShift => Some(random::shift),
            Self::SpecAugment => Some(spec_augment::masked),
            _ => None,
        }
    }

    fn front_end(self) -> Option<FrontEnd> {
        match self {
            Self::ResampleMild => Some(|clip, _| channel::resampled(clip, 16_000, 0.75)),
            Self::ResampleHard => Some(|clip, _| channel::resampled(clip, 8_000, 0.5)),
            Self::EightBits => Some(|clip, _| Ok(channel::eight_bits(clip))),
            Self::LowPass => Some(|clip, _| Ok(channel::low_pass(clip))),
            Self::SpectralGate => Some(|clip, _| Ok(gate::gated(clip))),
            Self::Whiten => Some(|clip, _| Ok(whiten::whitened(clip))),
            Self::PeriodAverage => Some(|clip, period| Ok(period_average::averaged(clip, period))),
            _ => None,
        }
    }

    fn lossy_codec(self) -> Option<(Codec, BitRate)> {
        match self {
            Self::Mp3High => Some((Codec::Mp3, BitRate::High)),
            Self::Mp3Low => Some((Codec::Mp3, BitRate::Low)),
            Self::AacHigh => Some((Codec::Aac, BitRate::High)),
            Self::AacLow => Some((Codec::Aac, BitRate::Low)),
            Self::OpusHigh => Some((Codec::Opus, BitRate::High)),
            Self::OpusLow => Some((Codec::Opus, BitRate::Low)),
            _ => None,
        }
    }

    /// The clips after a random treatment in training epoch `pass`, counted from 0. Every pass
    /// draws anew, as trainers do. `None` for all other attacks. Runs on the calling thread.
    #[must_use]
    pub fn draw(self, clips: &[Clip], seed: u64, pass: usize) -> Option<Vec<Clip>> {
        let treat = self.random_treatment()?;
        let purpose = format!("{}, pass {pass}", self.name());
        let drawn = |clip: &Clip| {
            let samples = treat(clip, &mut rng(seed, &purpose, &clip.name));
            let (group, name) = (clip.group.clone(), clip.name.clone());
            Clip { samples, rate: clip.rate, label: clip.label, group, name }
        };
        Some(clips.iter().map(drawn).collect())
    }

    /// Treats the material in place, on all cores. All randomness comes from `seed` and the names
    /// of the clips; a random treatment is that of the first epoch. Labels, groups, names, rates,
    /// lengths and the sizes of classes stay, except that clean clips replace others whole.
    ///
    /// # Errors
    /// [`AttackError`] if a tool it needs is missing or fails, or a class has no clean clip.
    pub fn apply(self, material: &mut Material, seed: u64) -> Result<(), AttackError> {
        let Material { train, test, clean, period } = material;
        if let Some(drawn) = self.draw(train, seed, 0) {
            *train = drawn;
            return Ok(());
        }
        if let Some(treat) = self.front_end() {
            return each(train, treat, *period).and_then(|()| each(test, treat, *period));
        }
        if let Some((codec, bit_rate)) = self.lossy_codec() {
            return lossy::code_all(codec, bit_rate, train, test);
        }
        match self {
            Self::VectorCodec => vector_codec::code_all(train, test, seed),
            Self::ClassMean => class::equalise_spectra(train),
            Self::ClassPeriod => periodic::remove_periodic(train, *period),
            Self::ClassMap => class::equalise_spectrograms(train),
            Self::Clean50 => clean::mix(train, clean, 0.5, seed)?,
            Self::Clean10 => clean::mix(train, clean, 0.1, seed)?,
            Self::Clean1 => clean::mix(train, clean, 0.01, seed)?,
            Self::OnlyClean50 => clean::only(train, clean, 0.5, seed)?,
            Self::OnlyClean10 => clean::only(train, clean, 0.1, seed)?,
            Self::OnlyClean1 => clean::only(train, clean, 0.01, seed)?,
            Self::OnePair => periodic::undo_by_pair(train, clean, *period, seed)?,
            _ => {}
        }
        Ok(())
    }
}

fn each(clips: &mut [Clip], treat: FrontEnd, period: f64) -> Result<(), AttackError> {
    clips.par_iter_mut().try_for_each(|clip| {
        clip.samples = treat(clip, period)?;
        Ok(())
    })
}
