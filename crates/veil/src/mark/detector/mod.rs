//! Detection of the mark: whether a recording carries a key, which seconds of it, and with what
//! certainty.
//!
//! A [`MarkDetector`] divides the power spectrum by its local mean, which removes most of the host, and
//! measures the ripple that an echo of each possible delay leaves, band by band, some hundred times a
//! second. The same is measured once more with each part of the spectrum weighed by how far it stands out from steady
//! noise, which helps where noise was added to a marked recording. These ripples are summed over periods and kept as [`MarkEvidence`], a few stretches of the
//! recording. It holds no key. The signs of a key are compared with it at all places of the period, in
//! several sets of bands, for the whole recording, for windows of all lengths, and, where that finds
//! nothing, at other speeds.
//!
//! **p-values.** The score is a sum over the key's signs, each times what was measured for it, divided by
//! the root of the sum of squares. For a key that is not in the recording the signs are independent of
//! all else, so the tail of that sum has a proven bound whatever the recording is like. It is multiplied by
//! the number of places that were tried. Nothing is fitted.
//!
//! All of it allocates: keep it off the audio thread.

mod analysis;
mod chance;
mod code;
mod decoys;
mod evidence;
mod floor;
mod layout;
mod pairs;
mod score;
mod spectra;
mod spectrogram;
mod speed;

pub use decoys::MarkDecoys;
pub use evidence::{MarkEvidence, MarkFinding, MarkSpan};

use super::recent::RecentSamples;
use super::{MarkError, MarkSettings};
use crate::sample_rate::{RATE_MAX, RATE_MIN};
use analysis::{NORM_AROUND, Ripples, Segment, hop};
use floor::NoiseFloor;
use layout::Layout;
use spectrogram::{AROUND, Spectrogram, level};
use speed::SpeedWindows;

/// Frames that are analysed at a time.
const CHUNK: u64 = 2_048;
/// Frames of a stretch at first. It doubles whenever there are [`SEGMENTS_MAX`] of them.
const SEGMENT: usize = 512;
/// Most stretches, even: memory stays within some 45 MB.
const SEGMENTS_MAX: usize = 256;
/// Frames beside a chunk that its analysis looks at.
const MARGIN: u64 = (AROUND + NORM_AROUND) as u64;

/// Takes in one recording, block by block. Needs at most some 100 MB however long it is.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use patchveil_veil::{ClassKey, MarkDetector, MarkSettings};
///
/// let mut detector = MarkDetector::new(48_000, 1, &MarkSettings::default())?;
/// detector.feed(&[&[0.0; 48_000]]);
/// let evidence = detector.finish();
/// assert!(!evidence.has_signal(), "silence carries nothing");
/// assert_eq!(evidence.test(&[&ClassKey::from_bytes([1; 32])])[0].p_value, 1.0);
/// # Ok(())
/// # }
/// ```
pub struct MarkDetector {
    layout: Layout,
    spectrogram: Spectrogram,
    ripples: Ripples,
    sample_rate: u32,
    recent: RecentSamples,
    /// Frames whose analysis is done.
    done: u64,
    segments: Vec<Segment>,
    segment_frames: usize,
    floor: NoiseFloor,
    speeds: SpeedWindows,
}

impl MarkDetector {
    /// A detector for audio of `channels` channels at `sample_rate` Hz ([`RATE_MIN`] ..= [`RATE_MAX`])
    /// and marks of `settings`, whose levels do not matter.
    ///
    /// # Errors
    /// What [`MarkSettings::validate`] finds, or a sample rate out of range.
    pub fn new(
        sample_rate: u32,
        channels: usize,
        settings: &MarkSettings,
    ) -> Result<Self, MarkError> {
        settings.validate()?;
        if !(RATE_MIN..=RATE_MAX).contains(&sample_rate) {
            return Err(MarkError::SampleRate(sample_rate));
        }
        let layout = Layout::new(settings);
        let spectrogram = Spectrogram::new(sample_rate, layout.hop_us);
        Ok(Self {
            ripples: Ripples::new(&spectrogram, &layout),
            speeds: SpeedWindows::new(&spectrogram),
            layout,
            spectrogram,
            sample_rate,
            recent: RecentSamples::new(channels),
            done: 0,
            segments: Vec::new(),
            segment_frames: SEGMENT,
            floor: NoiseFloor::default(),
        })
    }

    /// Takes the next block (channels × samples): as many channels as the detector was made for, all of
    /// one length. Invalid samples (NaN, infinite, beyond ±10³⁰) count as 0.
    pub fn feed(&mut self, block: &[&[f32]]) {
        self.recent.extend(block);
        loop {
            let last = self.spectrogram.start(self.done + CHUNK + MARGIN);
            let needed = last + self.spectrogram.len() as u64;
            if self.recent.known() < needed {
                return;
            }
            self.analyse(self.done + CHUNK, self.done + CHUNK + MARGIN);
        }
    }

    /// Ends the recording.
    #[must_use]
    pub fn finish(mut self) -> MarkEvidence {
        let samples = self.recent.known();
        let whole =
            |frame: u64| self.spectrogram.start(frame) + self.spectrogram.len() as u64 <= samples;
        let mut end = self.done;
        while whole(end) {
            end += 1;
        }
        if end > self.done {
            self.analyse(end, end);
        }
        MarkEvidence::new(
            self.layout,
            self.ripples.parts(),
            self.segments,
            self.speeds,
            f64::from(self.sample_rate),
            samples as f64 / f64::from(self.sample_rate),
        )
    }

    /// Analyses the frames up to `end`, looking at those up to `known`.
    fn analyse(&mut self, end: u64, known: u64) {
        let from = self.done.saturating_sub(MARGIN);
        let bins = self.spectrogram.bins().len();
        let mut power = Vec::with_capacity((known - from) as usize * bins);
        for frame in from..known {
            // Powers are added, not samples, so that channels of opposite polarity do not cancel.
            let row = power.len();
            power.resize(row + bins, 0.0);
            for samples in self.recent.from(self.spectrogram.start(frame)) {
                self.spectrogram.add_power(samples, &mut power[row..]);
            }
        }
        let means = level(&mut power, bins);
        self.floor.measure(&means, bins);
        let shares = self.floor.shares(&means);
        let lead = (self.done - from) as usize;
        let count = (end - self.done) as usize;
        let own = &power[lead * bins..(lead + count) * bins];
        let active: Vec<bool> =
            own.chunks_exact(bins.max(1)).map(|frame| frame.iter().any(|x| *x != 0.0)).collect();
        let middles: Vec<f64> =
            (self.done..end).map(|frame| self.spectrogram.middle_us(frame)).collect();
        self.speeds.keep(own, &middles);
        let ripples = self.ripples.measure(&power, &shares, bins);
        self.fold(&ripples, lead, &middles, &active);
        self.done = end;
        self.recent.drop_before(self.spectrogram.start(end.saturating_sub(MARGIN)));
    }

    /// Adds frames to the stretches they belong to.
    fn fold(&mut self, ripples: &[Vec<f32>], lead: usize, middles: &[f64], active: &[bool]) {
        let width = self.layout.slots.len();
        for (frame, (&middle_us, &active)) in middles.iter().zip(active).enumerate() {
            if self.segments.last().is_none_or(|last| last.frames == self.segment_frames) {
                if self.segments.len() == SEGMENTS_MAX {
                    self.join_pairs();
                }
                self.segments.push(Segment::new(&self.layout, self.ripples.parts()));
            }
            let Some(segment) = self.segments.last_mut() else { return };
            segment.frames += 1;
            segment.active += usize::from(active);
            let hop = hop(&self.layout, middle_us);
            for (part, ripple) in ripples.iter().enumerate() {
                let at = (lead + frame) * width;
                segment.add_frame(&self.layout, part, hop, &ripple[at..at + width]);
            }
        }
    }

    /// Joins stretches in twos, so that each is twice as long.
    fn join_pairs(&mut self) {
        let joined = self.segments.chunks(2).map(|pair| {
            let mut sum = pair[0].clone();
            pair[1..].iter().for_each(|other| sum.add(other));
            sum
        });
        self.segments = joined.collect();
        self.segment_frames *= 2;
    }
}
